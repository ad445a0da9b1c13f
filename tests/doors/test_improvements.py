"""Improvements at the desk and by the API: begun from a cause, brought live, dropped, by whose they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.learning.models import Improvement
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
HOME = "/improvements/"
SAID = {"cause": "wrong-item", "change": "Bins are labelled on both sides", "when": "in 3 d"}
MORE = {"less_by": "50", "exposure": "200", "kind": "delivery"}


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    case = a_delivery(made)
    cases.record_cause(case.pk, cause="wrong-item", **Hand(made.mara).at(datetime.now(UTC)))
    return made


def test_an_owner_in_another_function_has_a_page_of_their_own(cast: Cast) -> None:
    lena, sam = AtDesk(cast.lena), AtDesk(cast.stranger)
    page = lena.post(f"{HOME}new/", **SAID, **MORE, owner=str(cast.stranger.pk))["Location"]
    mine = text(sam.get(HOME))
    assert "Yours" in mine
    assert "Bins are labelled on both sides Wrong item Planned" in mine
    shown = text(sam.get(page))
    assert "It is not live yet" in shown
    assert "Sam Stranger makes it" in shown
    assert sam.post(f"{page}live/")["Location"] == page
    assert "about 200 more promises must fall due" in text(sam.get(page))
    assert "Say why it is dropped" in text(sam.post(f"{page}drop/", reason=""))
    sam.post(f"{page}drop/", reason="The bins are gone")
    assert "no message says that we changed this" in text(sam.get(page))
    assert "Nothing is being changed" in text(sam.get(HOME))
    assert "Dropped" in text(sam.get(HOME, state="all"))


def test_who_may_not_sees_it_and_moves_nothing(cast: Cast) -> None:
    page = AtDesk(cast.lena).post(f"{HOME}new/", **SAID, **MORE, owner=str(cast.lena.pk))["Location"]
    sam = AtDesk(cast.stranger)
    assert "It is live" not in text(sam.get(page))
    assert sam.post(f"{page}live/").status_code == 403
    assert Improvement.objects.get().live_at is None
    assert AtDesk(cast.anil).post(f"{HOME}new/", **SAID, **MORE, owner=str(cast.anil.pk)).status_code == 422


def test_what_is_wrong_comes_back(cast: Cast) -> None:
    lena = AtDesk(cast.lena)
    owner = str(cast.lena.pk)
    assert "No case is put down to this cause" in text(
        lena.post(f"{HOME}new/", **SAID | {"cause": "weather"}, **MORE, owner=owner)
    )
    assert "1 to 100 per cent" in text(lena.post(f"{HOME}new/", **SAID, **MORE | {"less_by": "0"}, owner=owner))
    assert "Choose somebody" in text(lena.post(f"{HOME}new/", **SAID, **MORE, owner=""))
    assert "Wrong item" in text(lena.get(f"{HOME}new/", cause="wrong-item"))


def test_pages_ask_the_same_however_many_there_are(cast: Cast) -> None:
    lena = AtDesk(cast.lena)
    counts = []
    for many in (2, 6):
        for _ in range(many):
            page = lena.post(f"{HOME}new/", **SAID, **MORE, owner=str(cast.mara.pk))["Location"]
        lena.get(HOME)
        for address in (HOME, page):
            with CaptureQueriesContext(connection) as asked:
                assert lena.get(address).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 11


def test_the_api_begins_reads_and_ends_them(cast: Cast) -> None:
    lena, sam = Api(staff=cast.lena), Api(staff=cast.stranger)
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    asked = {"cause": "wrong-item", "change": "Labels", "owner": cast.stranger.email, "due_at": due}
    made = lena.post("/improvements", asked | {"kind": "delivery", "exposure": 500})
    assert (made.status, made.body["state"], made.body["more_needed"]) == (201, "planned", 500)
    path = f"/improvements/{made.body['number']}"
    assert [one["number"] for one in sam.get("/improvements?mine=true").body["items"]] == [made.body["number"]]
    assert lena.get("/improvements?mine=true").body["items"] == []
    assert sam.post(f"{path}/live").body["state"] == "live"
    assert sam.post(f"{path}/live").code == "improvement.not_now"
    assert Api(staff=cast.mara).post(f"{path}/drop", {"reason": "No"}).code == "improvement.not_yours"
    assert sam.post(f"{path}/drop", {"reason": "The bins are gone"}).body["state"] == "dropped"
    assert sam.get("/improvements/999").code == "improvement.unknown"


def test_those_it_failed_are_told_from_a_page_that_shows_each_message(cast: Cast) -> None:
    greta, mara = AtDesk(cast.greta), AtDesk(cast.mara)
    page = greta.post(f"{HOME}new/", **SAID, **MORE, owner=str(cast.greta.pk))["Location"]
    assert "Nobody was told yet" not in text(greta.get(page))
    greta.post(f"{page}live/")
    Case.objects.update(closed_at=datetime.now(UTC), outcome="satisfied")
    assert "Nobody was told yet" in text(greta.get(page))
    telling = f"{page}telling/"
    assert "Bins are labelled on both sides" in text(greta.get(telling))
    assert mara.get(telling).status_code == 403
    assert mara.post(f"{telling}begin/")["Location"] == "/today/"
    refused = greta.post(f"{telling}words/", **{"changed-en": "Mara Silva packs no more"})
    assert "A cause is never a person" in text(refused)
    assert greta.post(f"{telling}words/", **{"changed-en": "Bins carry two labels"})["Location"] == telling
    shown = text(greta.get(telling))
    assert "0 customers would be told" in shown
    assert "no address to which we can send" in shown
    assert "is not a whole number" in text(greta.post(f"{telling}begin/", batch_size="many"))
    assert greta.post(f"{telling}begin/")["Location"] == telling
    assert "Told 0" in text(greta.get(telling))
    assert greta.post(f"{telling}stop/", reason="Wait")["Location"] == telling
    assert "Wait" in text(greta.get(telling))


def test_the_api_tells_them(cast: Cast) -> None:
    greta, mara = Api(staff=cast.greta), Api(staff=cast.mara)
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    asked = {"cause": "wrong-item", "change": "Labels", "owner": cast.greta.email, "due_at": due}
    path = f"/improvements/{greta.post('/improvements', asked).body['number']}"
    assert greta.post(f"{path}/telling/begin").code == "telling.not_changed"
    greta.post(f"{path}/live")
    assert greta.post(f"{path}/telling/begin").code == "telling.no_words"
    said = {"language": "en", "changed": "Bins carry two labels"}
    assert greta.post(f"{path}/telling/words", said).body["words"] == {"en": "Bins carry two labels"}
    shown = greta.get(f"{path}/telling/dry-run").body
    assert (shown["told"], shown["left"], shown["findings"]) == (0, {"case_open": 1}, [])
    assert greta.post(f"{path}/telling/begin", {"batch_size": 10}).body["under_way"] is True
    assert greta.post(f"{path}/telling/begin").code == "telling.under_way"
    assert greta.post(f"{path}/telling/stop", {"reason": "Wait"}).body["stopped_why"] == "Wait"
    assert greta.post(f"{path}/telling/stop").code == "telling.not_under_way"
    assert mara.get(f"{path}/telling/dry-run").code == "telling.may_not"
    assert mara.get(f"{path}/telling").body["waiting"] == 1
