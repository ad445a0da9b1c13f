"""Every page of the desk: who gets in, how much is asked of the database, and what stands on each."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from makegood.cases import actions as cases
from makegood.customers import actions as customers
from makegood.people import actions as people
from makegood.people.models import Staff
from makegood.people.rules import Role, Scope
from makegood.platform.models import Installation
from makegood.promises import actions
from makegood.promises.models import Kind
from makegood.web.urls import urlpatterns
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast, make_staff

pytestmark = pytest.mark.django_db
H = timedelta(hours=1)
LONG = "Dana Okafor-Featherstonehaugh de la Torre y Mendoza von und zu Hohenstein-Wittelsbach"

# Pages that show lists, and how many questions each asks however long its lists are.
PINNED = {
    "/today/": 38,
    "/today/?who=team": 38,
    "/today/queue/": 9,
    "/promises/?due=any": 12,
    "/cases/": 13,
    "/follow-ups/?owner=": 10,
    "/customers/": 9,
    "/search/?q=dana": 15,
    "/insights/": 12,
    "/insights/promises/": 12,
    "/insights/behind/?mark=p:*": 13,
    "/insights/ledger/": 10,
    "/improvements/": 8,
    "/settings/people/": 9,
    "/settings/kinds/": 10,
    "/health/": 16,
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def fill(cast: Cast, many: int, name: str = "Dana Okafor") -> None:
    """Promises in every state of trouble, each with a customer of its own, some with cases."""
    now = datetime.now(UTC)
    by = actor(cast.mara)
    for number in range(many):
        customer_id = customers.add(f"{name} {number}", contacts=[("email", f"d{number}@example.com")], by=by, now=now)
        for kind, hours in (("callback", -2), ("delivery", 1), ("update", 30)):
            actions.make(
                customer_id=customer_id, kind=kind, title=f"{name} hears from us", due_at=now + hours * H,
                owner_id=cast.mara.pk, by=by, now=now - 6 * H,
            )  # fmt: skip
    cases.follow(actions.advance_due(now=now, limit=1000), by=by, now=now)


def addresses() -> list[str]:
    """Every address of the desk with something in its gaps."""
    fillings = {"int:": "1", "slug:": "x", "case:": "SR-1001", "deed:": "take", "commitment:": "keep", "part:": "owner",
                "of_owed:": "grant", "of_cause:": "up", "closure:": "process", "chart:": "promises"}  # fmt: skip
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern).removeprefix("^").removesuffix("$")
        route = re.sub(r"\(\?P<number>[^)]*\)", "1", route)
        route = re.sub(r"\(\?P<scene>[^)]*\)", "x", route)
        route = re.sub(r"\(\?P<name>(\w+)[^)]*\)", r"\1", route)
        found.append("/" + re.sub(r"<(\w+:)\w+>", lambda gap: fillings[gap[1]], route))
    return found


@pytest.mark.parametrize("address", addresses())
def test_nobody_gets_in_without_signing_in(address: str) -> None:
    client = Client()
    if address in ("/", "/healthz", "/metrics"):
        return
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code in (302, 303), address
        assert answer["Location"].startswith("/accounts/login/"), address
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401


def test_words_sent_without_script_after_signing_out_are_shown_and_not_lost() -> None:
    client = Client(enforce_csrf_checks=False)
    answer = client.post("/cases/SR-1001/notes/", {"mode": "email", "text": "It is ours, Dana. <b>"}, HTTP_REFERER="")
    assert answer.status_code == 401
    shown = answer.content.decode()
    assert "It is ours, Dana. &lt;b&gt;</textarea>" in shown
    assert "/accounts/login/?next=/today/" in shown


@pytest.mark.parametrize("address", PINNED)
def test_pages_ask_the_same_however_long_their_lists(cast: Cast, address: str) -> None:
    mara = AtDesk(cast.mara)
    counts = []
    for many in (3, 12):
        fill(cast, many)
        mara.client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert mara.client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts == [PINNED[address]] * 2


def test_a_case_asks_the_same_however_long_its_story(cast: Cast) -> None:
    fill(cast, 1)
    mara = AtDesk(cast.mara)
    number = cases.report_failure(
        customer_id=customers.add("Ines", by=actor(cast.mara), now=datetime.now(UTC)), kind="refund", what="No refund",
        scope=_sight(cast.mara), by=actor(cast.mara), now=datetime.now(UTC),
    ).number  # fmt: skip
    counts = []
    for many in (2, 10):
        for _ in range(many):
            mara.post(f"/cases/SR-{number}/notes/", mode="words", text="Where is it?")
            mara.post(f"/cases/SR-{number}/commitments/", what="Ring", when="in 3 h")
        with CaptureQueriesContext(connection) as asked:
            mara.get(f"/cases/SR-{number}/panel/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def _sight(person: Staff) -> Scope:
    return Scope(Role(person.role), person.pk, person.team_id)


@pytest.mark.parametrize("address", [*PINNED, "/promises/new/", "/cases/new/", "/settings/you/", "/customers/?q=x"])
def test_an_empty_house_says_what_to_do_next(cast: Cast, address: str) -> None:
    for person in (cast.mara, cast.anil, cast.ada):
        answer = AtDesk(person).client.get(address)
        assert answer.status_code in (200, 403), (person.name, address)


@pytest.mark.parametrize("address", [*PINNED, "/promises/new/", "/search/?q=dana"])
def test_pages_hold_under_the_policy(cast: Cast, address: str) -> None:
    fill(cast, 1, LONG)
    answer = AtDesk(cast.mara).client.get(address)
    page = answer.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*src=)", page)
    assert answer["Cache-Control"] == "no-store"
    assert "HX-Request" in answer["Vary"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    if "<html" in page:
        assert len(re.findall(r"<main\b", page)) == 1
        assert len(re.findall(r"<h1\b", page)) >= 1


def test_today_shows_trouble_in_three_groups(cast: Cast) -> None:
    fill(cast, 2)
    shown = text(AtDesk(cast.mara).get("/today/", who="team"))
    broken, at_risk, waiting = (shown.index(words) for words in ("Broken 2", "At risk", "Waiting on you 0"))
    assert broken < at_risk < waiting
    assert "due today" in shown
    assert "Recovery conversation" in shown, "the most urgent is open beside the list"
    assert "Nothing is broken." in text(AtDesk(cast.stranger).get("/today/"))


def test_a_row_opens_what_it_names(cast: Cast) -> None:
    fill(cast, 1)
    mara = AtDesk(cast.mara)
    page = mara.get("/today/").content.decode()
    for panel in re.findall(r'data-panel="([^"]+)"', page):
        assert 'id="case"' in mara.beside(panel).content.decode()
    assert "There is no such promise." in text(mara.get("/today/", promise="999999"))


def test_the_palette_acts_on_the_open_case_first(cast: Cast) -> None:
    fill(cast, 1)
    mara = AtDesk(cast.mara)
    shown = text(mara.beside("/search/", q="", case="SR-1001"))
    assert shown.startswith("On this case Take it T Step done E")
    assert "New promise" in shown
    found = text(mara.beside("/search/", q="dana ok"))
    assert "Dana Ok afor 0" in found, "what was typed is marked"
    assert "Nothing found for “zzzz”" in text(mara.beside("/search/", q="zzzz"))
    assert "Search" in text(mara.get("/search/", q="dana"))
    assert "New promise" not in text(AtDesk(cast.anil).beside("/search/", q="new"))


def test_the_palette_goes_wherever_the_rail_goes(cast: Cast) -> None:
    for person in (cast.mara, cast.lena, cast.greta, cast.anil, cast.ada):
        desk = AtDesk(person)
        page = desk.get("/today/").content.decode()
        rail = set(re.findall(r'<a [^>]*href="(/[^"]*)"', page[page.index('<nav class="nav"') : page.index("</nav>")]))
        found = set(re.findall(r'href="(/[^"]*)"', desk.beside("/search/", q="").content.decode()))
        assert rail - found <= {"/search/", "/accounts/password/change/"}, person.name
        assert "From practice to work" in text(desk.beside("/search/", q="practice"))


def test_refusals_teach_and_send_back(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    back = mara.post("/settings/people/teams/", came_from="/settings/people/", name="Night")
    assert back["Location"] == "/settings/people/"
    assert "Only an administrator may change this" in text(mara.get("/settings/people/"))
    assert mara.press("/settings/people/teams/", name="Night").status_code == 204
    assert mara.get("/settings/people/add/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.mara, backend="django.contrib.auth.backends.ModelBackend")
    refused = strict.post("/promises/new/", {"who": "Dana"})
    assert refused.status_code == 403
    assert "Please send that again" in text(refused)


def test_times_are_those_of_the_reader(cast: Cast) -> None:
    Installation.objects.create(name="House", time_zone="America/New_York")
    tokyo = make_staff("Kenji Ito", team=cast.care, time_zone="Asia/Tokyo")
    now = datetime.now(UTC)
    by = actor(cast.mara)
    promise = actions.make(
        customer_id=customers.add("Dana", by=by, now=now), kind="callback", title="Ring", by=by, now=now,
        due_at=now + 40 * H, owner_id=cast.mara.pk,
    )  # fmt: skip
    shown = {one.name: text(AtDesk(one).get(f"/promises/{promise.pk}/")) for one in (cast.mara, tokyo)}
    new_york = promise.due_at.astimezone(ZoneInfo("America/New_York"))
    assert f"{new_york:%H:%M}" in shown["Mara Silva"]
    assert f"{(promise.due_at + 9 * H):%H:%M}" in shown["Kenji Ito"]


# Machines


def test_healthz_needs_no_sign_in() -> None:
    body = json.loads(Client().get("/healthz").content)
    assert body["status"] in ("ok", "late")
    assert body["overdue_checks"] == 0


def test_metrics_are_for_this_machine_and_for_tokens(cast: Cast) -> None:
    client = Client()
    assert b"makegood_overdue_checks 0.0" in client.get("/metrics").content
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    plain = people.create_token("Prometheus", "read", by=actor(cast.ada), now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {plain}"}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_figures_are_the_same_in_the_table_and_the_file(cast: Cast) -> None:
    fill(cast, 4)
    mara = AtDesk(cast.mara)
    assert "0 of 4 promises were kept on time" in text(mara.get("/insights/ledger/", by="kind", period="7"))
    rows = mara.get("/insights/ledger.csv", by="kind", period="7").content.decode().splitlines()
    assert rows[0].startswith("kind,due,kept,kept_late,broken")
    assert "Call back,4,0,0,4" in rows[1]
    Kind.objects.filter(slug="callback").update(name="=cmd()")
    assert "'=cmd()" in mara.get("/insights/ledger.csv", by="kind", period="7").content.decode()
