"""Incidents at the desk: gathered, planned, rehearsed, told, stopped, handed out; and nothing of it for a stranger."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from makegood.conversation.actions import require_clean
from makegood.incidents import actions
from makegood.incidents.models import Incident, Member
from makegood.links.models import Link
from makegood.promises.models import Promise
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, actor
from tests.rooms.casework import Hand
from tests.rooms.incidents import NARROW, H, cancelled, passengers, snowline

pytestmark = pytest.mark.django_db
WHOM = {"kind": "delivery", "state": "trouble", "attr": ["from=JFK", "status=cancelled"]}
# How many questions each page asks, however many customers are hit.
PINNED = {"": 16, "dry-run/": 24, "?show=left": 16, "?show=told": 16, "?show=red": 16, "?show=undone": 16}


@pytest.fixture
def cast() -> Cast:
    return snowline()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def window(now: datetime) -> dict[str, str]:
    here = now.astimezone(ZoneInfo("America/New_York"))
    return {"due_from": f"{here - H:%Y-%m-%dT%H:%M}", "due_to": f"{here + 20 * H:%Y-%m-%dT%H:%M}"}


def opened(cast: Cast, many: int, now: datetime) -> int:
    for one in passengers(many, languages=("en", "de")):
        cancelled(one, now=now)
    narrow = replace(NARROW, due_from=now, due_before=now + 24 * H)
    return actions.open_incident(title="Snow", cause="weather", narrow=narrow, **Hand(cast.lena).at(now))


def test_gathered_from_the_ledger_with_a_live_count(cast: Cast, now: datetime) -> None:
    for one in passengers(3):
        cancelled(one, now=now)
    lena = AtDesk(cast.lena)
    assert "Make this an incident" in text(lena.get("/promises/", due="any"))
    assert "Make this an incident" not in text(AtDesk(cast.mara).get("/promises/", due="any"))
    page = lena.client.get("/incidents/new/", window(now) | {"kind": "delivery"}, headers={"HX-Request": "true",
                           "HX-Target": "found"})  # fmt: skip
    assert "3 promises now" in text(page)
    assert 'value="from=JFK"' in page.content.decode()
    narrowed = lena.client.get("/incidents/new/", window(now) | WHOM | {"add": "flight=XX 9"})
    assert "0 promises now" in text(narrowed)


def test_opened_planned_rehearsed_and_told(cast: Cast, now: datetime) -> None:
    for one in passengers(3, languages=("en", "de")):
        cancelled(one, now=now)
    lena = AtDesk(cast.lena)
    answer = lena.post("/incidents/new/", title="Snow at Kennedy", happened="Snow.", cause="weather",
                       **window(now), **WHOM)  # fmt: skip
    number = Incident.objects.get().pk
    assert answer["Location"] == f"/incidents/{number}/"
    here = f"/incidents/{number}/"
    lost = lena.post(f"{here}words/de/", happened="Schnee hat die Pisten geschlossen.", own="Nie wieder!")
    assert (lost.status_code, "Schnee hat die Pisten geschlossen." in lost.content.decode()) == (422, True)
    assert "“nie wieder” promises that things will be better" in text(lost)
    assert 'id="de-own-error"' in lost.content.decode()
    lena.post(f"{here}words/de/", happened="Schnee hat die Pisten geschlossen.")
    lena.post(f"{here}gift/", remedy="personal_contact", amount="0", **{"title-en": "A call tomorrow"}, within="2")
    rehearsed = text(lena.get(f"{here}dry-run/"))
    assert "3 customers would be told" in rehearsed
    assert "Schnee hat die Pisten geschlossen." in rehearsed
    rows = list(csv.DictReader(io.StringIO(lena.get(f"{here}dry-run.csv").content.decode())))
    assert [row["told"] for row in rows] == ["yes"] * 3
    assert Member.objects.filter(told_at=None).count() == 3
    lena.post(f"{here}release/", batch_size="2", every="0")
    assert "Customers are being told" in text(lena.get(here))
    actions.release_due(now=datetime.now(UTC))
    lena.post(f"{here}stop/", reason="Look at the Spanish")
    stopped = text(lena.get(here))
    assert "Look at the Spanish" in stopped
    assert "Go on" in stopped
    letters = lena.post(f"{here}letters.csv")
    handed = list(csv.DictReader(io.StringIO(letters.content.decode())))
    assert len(handed) == 2
    assert Link.objects.count() == 2
    assert AtDesk(None).get(handed[0]["link"].removeprefix("http://testserver")).status_code == 200
    assert "0 answered" in text(lena.get("/today/"))


def test_the_customers_page_says_what_they_were_told(cast: Cast, now: datetime) -> None:
    number = opened(cast, 1, now)
    hand = Hand(cast.lena).at(now)
    actions.set_words(number, language="en", lines={"happened": "Snow closed the runways."}, **hand)
    actions.release(number, batch_size=10, every=0, **hand)
    actions.release_due(now=now)
    (letter,) = actions.hand_out(number, **hand)
    page = text(AtDesk(None).get(f"/p/{letter.token}/"))
    assert "Snow closed the runways." in page
    assert page.count("This is on us, and I am sorry.") == 1
    assert "Weather" not in page


def test_a_stranger_finds_no_incident(cast: Cast, now: datetime) -> None:
    number = opened(cast, 1, now)
    stranger, otto = AtDesk(cast.stranger), AtDesk(cast.otto)
    assert stranger.get("/incidents/new/").status_code == 403
    for person in (stranger, otto):
        assert "Snow" not in text(person.get("/incidents/"))
        for path in ("", "dry-run/", "dry-run.csv", "change/"):
            assert person.get(f"/incidents/{number}/{path}").status_code == 404
        for deed in ("release", "collect", "stop", "end", "ask", "decide", "gift", "bar", "words/en", "fulfil",
                     "letters.csv"):  # fmt: skip
            path = f"/incidents/{number}/{deed}" + ("" if "." in deed else "/")
            person.post(path, batch_size="1", every="0")
    assert Incident.objects.get().released_at is None


def test_an_agent_of_the_team_looks_and_does_nothing(cast: Cast, now: datetime) -> None:
    number = opened(cast, 1, now)
    mara = AtDesk(cast.mara)
    page = mara.get(f"/incidents/{number}/")
    assert "Tell 1 customer" not in text(page)
    mara.post(f"/incidents/{number}/release/", batch_size="1", every="0")
    assert Incident.objects.get().released_at is None


@pytest.mark.parametrize("path", PINNED)
def test_pages_ask_the_same_however_many_are_hit(cast: Cast, now: datetime, path: str) -> None:
    lena = AtDesk(cast.lena)
    counts = []
    for many in (3, 12):
        number = opened(cast, many, now)
        lena.get("/incidents/")
        with CaptureQueriesContext(connection) as asked:
            assert lena.client.get(f"/incidents/{number}/{path}").status_code == 200
        counts.append(len(asked))
    assert counts == [PINNED[path]] * 2


def test_a_number_that_cannot_be_read_is_refused_and_nobody_is_told(cast: Cast, now: datetime) -> None:
    lena, number = AtDesk(cast.lena), opened(cast, 1, now)
    for pace in ({"batch_size": "ten", "every": "0"}, {"batch_size": "10", "every": "1 hour"}):
        said = lena.press(f"/incidents/{number}/release/", **pace)
        assert "is not a whole number" in toast(said)
    assert Incident.objects.get().released_at is None
    gift = {"remedy": "personal_contact", "amount": "0", "title-en": "A call"}
    unread = lena.press(f"/incidents/{number}/gift/", within="a week", **gift)
    assert "Write in how many days they have it" in toast(unread)
    assert Incident.objects.get().plan["gift"] is None
    lena.post(f"/incidents/{number}/gift/", within="", **gift)
    assert Incident.objects.get().plan["gift"]["within"] == 7


def test_a_broken_filter_is_said(cast: Cast, now: datetime) -> None:
    lena = AtDesk(cast.lena)
    page = lena.post("/incidents/new/", title="Snow", due_from="", due_to="")
    assert page.status_code == 422
    assert "between which times" in text(page)


def test_today_asks_a_lead_whether_it_is_one_incident(cast: Cast, now: datetime) -> None:
    for one in passengers(11):
        promise = cancelled(one, now=now, flight="EV4242")
        Promise.objects.filter(pk=promise.pk).update(
            state="broken", due_at=now - H, breaks_at=now - H / 2, next_check_at=None
        )
    page = AtDesk(cast.lena).get("/today/")
    assert "11 customers with " in text(page)
    (link,) = set(re.findall(r"/incidents/new/\?[^\"]+", page.content.decode()))
    opened_at = AtDesk(cast.lena).get(html.unescape(link))
    assert "11 promises now" in text(opened_at)
    for person in (cast.mara, cast.stranger):
        assert "11 customers with " not in text(AtDesk(person).get("/today/"))


def test_what_must_be_clean_says_what_to_mend_or_takes_a_reason(cast: Cast, now: datetime) -> None:
    number, lena = opened(cast, 1, now), AtDesk(cast.lena)
    assert "coach finds" not in text(lena.get(f"/incidents/{number}/"))
    require_clean("page", from_severity=1, by=actor(cast.ada), now=now)
    assert "coach finds" in text(lena.get(f"/incidents/{number}/"))
    lena.post(f"/incidents/{number}/words/en/", happened="The carrier failed to deliver, as usual.")
    here = f"/incidents/{number}/"
    assert lena.post(f"{here}release/", came_from=here, batch_size="1", every="0").status_code == 303
    page = html.unescape(lena.get(here).content.decode())
    assert "“carrier failed” (blames-colleague)" in page
    assert Incident.objects.get().released_at is None
    lena.post(f"/incidents/{number}/release/", batch_size="1", every="0", despite="The court asked for it.")
    assert Incident.objects.get().released_at is not None
