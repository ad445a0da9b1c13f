"""A process owner, outside customer service: one page of what is asked of them, and nothing of any customer."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.cases.queries import search
from makegood.cases.queries.seeing import visible as cases_seen
from makegood.cases.rules import Answer, Step
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.followups.models import Closure
from makegood.incidents.queries.seeing import visible as incidents_seen
from makegood.kernel.refusals import Refusal
from makegood.learning import actions
from makegood.learning.models import Improvement
from makegood.notices.models import Notice
from makegood.people.actions import change_staff
from makegood.people.models import Staff
from makegood.people.rules import Role, Scope
from makegood.promises.models import Promise
from makegood.promises.queries.reading import promise_for
from makegood.promises.queries.reading import visible as promises_seen
from makegood.web.urls import urlpatterns
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_absence, make_cast, make_staff
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    case = a_delivery(made)
    cases.record_cause(case.pk, cause="wrong-item", **Hand(made.mara).at(datetime.now(UTC)))
    return made


@pytest.fixture
def bo(cast: Cast) -> Staff:
    """Who runs the warehouse, and is at no desk of customers."""
    return make_staff("Bo Varga", role=Role.PROCESS_OWNER)


@pytest.fixture
def asked(cast: Cast, bo: Staff) -> Improvement:
    """A change that Lena asks of Bo, to be live in three days."""
    now = datetime.now(UTC)
    number = actions.begin(
        cause="wrong-item", change="Bins are labelled on both sides", owner_id=bo.pk, due_at=now + 3 * DAY,
        by=actor(cast.lena), now=now,
    )  # fmt: skip
    return Improvement.objects.get(pk=number)


def test_they_land_on_one_page_that_explains_itself(cast: Cast, bo: Staff, asked: Improvement) -> None:
    desk = AtDesk(bo)
    assert desk.get("/")["Location"] == "/asked/"
    shown = text(desk.get("/asked/"))
    assert "One thing needs you" in shown
    assert "How this works" in shown
    assert "Bins are labelled on both sides" in shown
    assert "Asked by Lena Brandt." in shown
    assert "“Wrong item” let" in shown
    assert "are to fall by 50%" in shown
    assert Customer.objects.get().name not in shown
    assert text(AtDesk(cast.mara).get("/asked/")).count("Nothing is asked of you")


def test_it_is_live_since_a_day(bo: Staff, asked: Improvement) -> None:
    Improvement.objects.update(began_at=datetime.now(UTC) - 5 * DAY)
    desk, page = AtDesk(bo), f"/asked/{asked.pk}/"
    on = (datetime.now(UTC) - 2 * DAY).date()
    assert "between when it was begun and today" in text(desk.post(f"{page}live/", at="2020-01-01"))
    assert "Give a day, such as" in text(desk.post(f"{page}live/", at="tomorrow"))
    assert desk.post(f"{page}live/", at=on.isoformat())["Location"] == "/asked/"
    asked.refresh_from_db()
    assert (asked.state, asked.live_at.date() if asked.live_at else None) in (("live", on), ("live", on - DAY))
    shown = text(desk.get("/asked/"))
    assert "Nothing to compare with" in shown
    assert "It is live" not in shown
    assert "Nothing presses" in shown


def test_it_cannot_be_by_then(cast: Cast, bo: Staff, asked: Improvement) -> None:
    desk, page = AtDesk(bo), f"/asked/{asked.pk}/"
    later = (datetime.now(UTC) + 9 * DAY).date().isoformat()
    assert "Say what stands in the way" in text(desk.post(f"{page}later/", reason=" ", expected_at=later))
    early = (datetime.now(UTC) + DAY).date().isoformat()
    assert "Give a day after" in text(desk.post(f"{page}later/", reason="No labels", expected_at=early))
    assert "Say by which day" in text(desk.post(f"{page}later/", reason="No labels", expected_at=""))
    assert desk.post(f"{page}later/", reason="The labels come late", expected_at=later).status_code == 303
    assert "You expect it by" in text(desk.get("/asked/"))
    assert Promise.objects.get(pk=asked.promise_id).state == "at_risk"
    assert Notice.objects.filter(topic="improvement.later", staff=cast.lena).count() == 1
    assert not Notice.objects.filter(topic="improvement.later", staff=bo).exists()


def test_what_came_back_is_asked_about(bo: Staff, asked: Improvement) -> None:
    desk = AtDesk(bo)
    desk.post(f"/asked/{asked.pk}/live/")
    Improvement.objects.update(state="came_back", why="as_before", counted=asked.counted | {"before": [100, 9]})
    shown = text(desk.get("/asked/"))
    assert "Came back" in shown
    assert "It came back: it fails clearly more often than was meant." in shown
    assert "One thing needs you" in shown


def test_the_whole_desk_is_shut_to_them_but_what_is_theirs(bo: Staff, asked: Improvement) -> None:
    desk, case, promise = AtDesk(bo), Case.objects.get(), Promise.objects.order_by("pk")[0]
    open_to_them = {
        "",
        "asked/",
        "line-up/",
        "notices/",
        "settings/you/",
        "settings/you/channels/",
        "settings/you/mail/",
        "healthz",
        "metrics",
    }
    plain = [one for one in urlpatterns if isinstance(one, URLPattern) and not one.pattern.regex.groups]
    for one in plain:
        route = str(one.pattern)
        if "<" not in route and route not in open_to_them:
            assert desk.get(f"/{route}").status_code in (404, 405), route
    refused = (
        f"/cases/SR-{case.pk}/", f"/cases/SR-{case.pk}/page/", f"/cases/SR-{case.pk}/panel/",
        f"/promises/{promise.pk}/", f"/customers/{case.customer_id}/", "/causes/wrong-item/", "/signals/1/",
        "/settings/kinds/delivery/",
        f"/improvements/{asked.pk}/telling/", "/people/1/", "/insights/kept/",
    )  # fmt: skip
    for address in refused:
        assert desk.get(address).status_code == 404, address
    assert desk.post(f"/cases/SR-{case.pk}/take/").status_code == 303
    assert Case.objects.get().owner_id != bo.pk
    assert "/cases/" not in desk.get("/asked/").content.decode()


def test_queries_show_them_nothing_whatever_the_door(cast: Cast, bo: Staff, asked: Improvement) -> None:
    Case.objects.update(owner=bo, cause_finder=bo)
    Promise.objects.update(owner=bo)
    scope = Scope(Role.PROCESS_OWNER, bo.pk)
    assert not cases_seen(scope).exists()
    assert not promises_seen(scope).exists()
    assert not incidents_seen(scope).exists()
    assert not search(scope, str(Case.objects.get().pk), limit=5)
    with pytest.raises(Refusal, match="no such promise"):
        promise_for(scope, asked.promise_id)


def test_they_are_in_no_team(cast: Cast, bo: Staff) -> None:
    hand = {"by": actor(cast.ada), "now": datetime.now(UTC)}
    with pytest.raises(Refusal) as no:
        change_staff(bo.pk, team_id=cast.care.pk, **hand)
    assert no.value.code == "people.owner_in_team"
    change_staff(cast.mara.pk, role="process_owner", team_id=None, **hand)
    assert AtDesk(Staff.objects.get(pk=cast.mara.pk)).get("/today/").status_code == 404


def test_another_owner_sees_and_does_nothing(cast: Cast, asked: Improvement) -> None:
    other = AtDesk(make_staff("Cy Other", role=Role.PROCESS_OWNER))
    assert "Bins" not in text(other.get("/asked/"))
    assert other.get(f"/improvements/{asked.pk}/").status_code == 404
    assert other.post(f"/asked/{asked.pk}/live/").status_code == 404
    assert Improvement.objects.get().live_at is None


def test_the_api_holds_the_same(cast: Cast, bo: Staff, asked: Improvement) -> None:
    api, other = Api(staff=bo), Api(staff=make_staff("Cy Other", role=Role.PROCESS_OWNER))
    path = f"/improvements/{asked.pk}"
    assert [one["number"] for one in api.get("/improvements").body["items"]] == [asked.pk]
    assert other.get("/improvements").body["items"] == []
    assert other.get(path).code == "improvement.unknown"
    assert other.post(f"{path}/live").code == "improvement.unknown"
    for address in ("/cases", "/promises", "/customers", "/incidents"):
        assert api.get(address).code == "people.nothing_here", address
    later = (datetime.now(UTC) + 9 * DAY).isoformat()
    said = api.post(f"{path}/later", {"reason": "The labels come late", "expected_at": later})
    assert (said.status, said.body["obstacle"]) == (200, "The labels come late")
    early = {"reason": "No", "expected_at": (datetime.now(UTC) + DAY).isoformat()}
    assert api.post(f"{path}/later", early).code == "improvement.not_later"
    at = datetime.now(UTC).isoformat()
    assert api.post(f"{path}/live", {"at": later}).code == "improvement.bad_date"
    assert api.post(f"{path}/live", {"at": at}).body["state"] == "live"
    assert api.post(f"{path}/later", {"reason": "No", "expected_at": later}).code == "improvement.not_now"


def closed_case(cast: Cast, bo: Staff) -> int:
    """A case put right for its customer, of whose cause Bo answers for."""
    now, mara = datetime.now(UTC), Hand(cast.mara)
    followups.set_process_owner(cause="wrong-item", staff_id=bo.pk, by=actor(cast.ada), now=now)
    case = Case.objects.get()
    Promise.objects.filter(pk__in=case.failures.values("promise")).update(state="kept_late", settled_at=now)
    cases.record_step(case.pk, step=Step.APOLOGISE, words="I am sorry", **mara.at(now))
    followups.ask(case.pk, **mara.at(now))
    followups.answer(case.pk, answer=Answer.SATISFIED, **mara.at(now))
    followups.close(case.pk, **mara.at(now))
    return case.pk


@pytest.mark.parametrize("by_api", [True, False])
def test_after_a_case_they_say_what_changes_and_see_its_cause_alone(cast: Cast, bo: Staff, by_api: bool) -> None:
    case = Case.objects.get(pk=closed_case(cast, bo))
    notice, desk = Notice.objects.get(topic="closure.process", staff=bo), AtDesk(bo)
    assert desk.post(f"/notices/{notice.pk}/read/")["Location"] == "/asked/"
    shown = text(desk.get("/asked/"))
    assert "What changes about “Wrong item”?" in shown
    assert case.customer.name not in shown
    assert case.title not in shown
    page = f"/asked/closures/{case.pk}/"
    assert "must not meet it again" in text(desk.post(page, words=" "))
    assert AtDesk(make_staff("Cy Other", role=Role.PROCESS_OWNER)).post(page, words="It").status_code == 404
    api, other = Api(staff=bo), Api(staff=make_staff("Di Other", role=Role.PROCESS_OWNER))
    (left,) = api.get("/closures").body["items"]
    assert (left["number"], left["title"], left["harm"], left["hearings"]) == (case.pk, "", "", [])
    path = f"/cases/SR-{case.pk}/closures"
    for address in (path, f"{path}/process"):
        said = other.get(address) if address == path else other.post(address, {"words": "It"})
        assert said.code == "closure.none", address
    assert api.post(f"{path}/heard", {"who": bo.email, "word": "x", "is_well": True}).code == "people.nothing_here"
    assert api.get(f"/cases/SR-{case.pk}").code == "people.nothing_here"
    assert other.get("/closures").body["items"] == []
    if by_api:
        done = api.post(f"{path}/process", {"words": "Both bins have a label"})
        assert (done.status, done.body["words"], done.body["title"]) == (200, "Both bins have a label", "")
        assert api.post(f"{path}/process", {"words": "Again"}).code == "closure.made"
    else:
        assert desk.post(page, words="Both bins have a label").status_code == 303
    assert Closure.objects.get().words == "Both bins have a label"
    assert "What changes about" not in text(desk.get("/asked/"))


@pytest.mark.parametrize("by_api", [True, False])
def test_after_a_case_they_promise_a_change_by_a_day(cast: Cast, bo: Staff, by_api: bool) -> None:
    number = closed_case(cast, bo)
    desk, api, page = AtDesk(bo), Api(staff=bo), f"/asked/closures/{number}/"
    day = (datetime.now(UTC) + 9 * DAY).date()
    assert "One thing needs you" in text(desk.get("/asked/"))
    refused = desk.post(page, words="Both bins get a label", by="soon")
    assert "Give a day, such as" in text(refused)
    assert 'value="Both bins get a label"' in refused.content.decode()
    if by_api:
        due = datetime.combine(day, time(12), UTC).isoformat()
        said = api.post(f"/cases/SR-{number}/closures/process", {"words": "Both bins get a label", "due_at": due})
        assert said.status == 200
    else:
        assert desk.post(page, words="Both bins get a label", by=day.isoformat())["Location"] == "/asked/"
    promise = Promise.objects.get(kind__slug="process-change")
    assert (promise.owner_id, promise.state, promise.due_at.date()) == (bo.pk, "open", day)
    shown = text(desk.get("/asked/"))
    assert "Nothing presses" in shown, "a change that is due in more than a week does not press"
    assert "You promised: Both bins get a label, by" in shown
    if by_api:
        assert api.post(f"/cases/SR-{number}/closures/change").status == 200
    else:
        assert desk.post(f"{page}changed/")["Location"] == "/asked/"
        assert "Nothing is promised to change here" in text(desk.post(f"{page}changed/"))
    promise.refresh_from_db()
    assert promise.state == "kept"
    assert "You promised" not in text(desk.get("/asked/"))


def test_a_change_is_promised_by_nobody_who_is_away_or_only_reads(cast: Cast, bo: Staff) -> None:
    number = closed_case(cast, bo)
    api, due = Api(staff=cast.greta), (datetime.now(UTC) + 4 * DAY).isoformat()
    path = f"/cases/SR-{number}/closures/process"
    assert api.post(path, {"words": "It", "due_at": due, "who": cast.anil.email}).code == "closure.cannot_change"
    make_absence(bo, ends_at=datetime.now(UTC) + DAY)
    assert api.post(path, {"words": "It", "due_at": due, "who": bo.email}).code == "closure.cannot_change"
    assert not Promise.objects.filter(kind__slug="process-change").exists()


def test_the_page_asks_the_same_however_much_is_asked(cast: Cast, bo: Staff, asked: Improvement) -> None:
    desk, counts = AtDesk(bo), []
    for many in (1, 5):
        for _ in range(many):
            actions.begin(
                cause="wrong-item", change="More", owner_id=bo.pk, due_at=datetime.now(UTC) + DAY,
                by=actor(cast.lena), now=datetime.now(UTC),
            )  # fmt: skip
        desk.get("/asked/")
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/asked/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
