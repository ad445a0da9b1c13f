"""The story of a case, by API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.cases.actions import follow
from makegood.cases.models import Case
from makegood.journal.actors import SYSTEM
from makegood.platform.models import Installation
from makegood.promises.actions import advance_due
from makegood.promises.models import Kind
from tests.doors.api_client import Answer, Api
from tests.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db


def soon(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


@pytest.fixture
def cast() -> Cast:
    """Care owns deliveries; Billing is none of its business."""
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    return cast


@pytest.fixture
def mara(cast: Cast) -> Api:
    """The usual owner's own token."""
    return Api(staff=cast.mara)


def report(api: Api, **parts: Any) -> Answer:
    """Priya says that her trousers came in the wrong colour."""
    whom = {"key": "C-7", "name": "Priya Nair"}
    return api.post("/cases", {"customer": whom, "kind": "delivery", "what": "Wrong colour came", **parts})


def codes(case: Any) -> list[str]:
    return [obstacle["code"] for obstacle in case["obstacles"]]


def test_a_case_goes_from_a_broken_promise_to_a_confirmed_end(cast: Cast) -> None:
    api = Api()
    fact = {
        "source": "shop", "reference": "7", "customer": {"key": "C-7", "name": "Priya Nair"}, "kind": "delivery",
        "title": "Blue trousers", "made_at": soon(days=-3), "due_at": soon(hours=-2),
    }  # fmt: skip
    assert api.post("/facts", [fact]).body["cases"] == 1
    (line,) = api.get("/cases").body["items"]
    assert line["ref"] == f"SR-{line['number']}"
    path = f"/cases/{line['ref']}"
    me = {"staff": cast.mara.email}

    case = api.post(f"{path}/take", me).body
    assert (case["owner"]["name"], case["stage"]) == ("Mara Silva", "contact")
    assert case["failures"][0]["promise"]["title"] == "Blue trousers"
    assert codes(case) == ["case.not_asked", "case.commitment_open", "case.no_cause"]
    assert "close" not in case["allowed"]

    for step in ("own", "listen", "empathise", "apologise", "refocus"):
        said = {"step": step, "words": f"words of {step}", "channel": "phone", "harm": "A wedding on Saturday"}
        case = api.post(f"{path}/steps", {**said, **me}).body
    assert [step["step"] for step in case["steps"]] == ["own", "listen", "empathise", "apologise", "refocus"]
    assert case["harm"] == "A wedding on Saturday"
    assert case["commitments"][0]["promise"]["state"] == "kept"  # the first contact

    promised = api.post(f"{path}/commitments", {"title": "Courier brings the blue pair", "when": "in 2 hours", **me})
    assert promised.status == 201
    commitment = promised.body["commitments"][-1]["promise"]
    assert api.get(f"/promises/{commitment['id']}").body["inside_case"] is True
    early = api.post(f"{path}/close", me)
    assert (early.status, early.code) == (409, "case.not_asked")
    assert early.body["detail"] == "The customer has not been asked yet."

    api.post(f"{path}/commitments/{commitment['id']}/keep", me)
    assert api.post(f"{path}/ask", {"channel": "phone", **me}).body["checks"][0]["answer"] is None
    assert api.post(f"{path}/ask", me).code == "case.already_asked"
    case = api.post(f"{path}/answer", {"answer": "satisfied", "words": "Lovely, thank you", **me}).body
    assert codes(case) == ["case.no_cause"]
    cause = next(one["slug"] for one in api.get("/causes").body["items"] if one["slug"] == "wrong-item")
    case = api.post(f"{path}/cause", {"cause": cause, "note": "Two bins share a label", **me}).body
    assert (case["cause"], case["obstacles"]) == ("wrong-item", [])
    case = api.post(f"{path}/close", me).body
    assert (case["stage"], case["outcome"]) == ("closed", "satisfied")
    assert case == api.get(path).body | {"allowed": case["allowed"]}
    assert api.post(f"{path}/note", {"text": "x", **me}).code == "case.closed"

    verbs = [entry["verb"] for entry in api.get(f"{path}/timeline").body["items"]]
    assert {"promise.broken", "case.taken", "case.step", "case.asked", "case.closed"} <= set(verbs)
    assert api.get("/cases").body["items"] == []
    assert [one["number"] for one in api.get("/cases", state="closed").body["items"]] == [line["number"]]
    case = api.post(f"{path}/reopen", {"reason": "The seam came apart", **me}).body
    assert (case["closed_at"], case["outcome"]) == (None, None)


def test_a_person_must_do_it(cast: Cast) -> None:
    api = Api()
    path = f"/cases/{report(api).body['number']}"
    for move, body in (
        ("take", None), ("accept", None), ("close", {}), ("note", {"text": "x"}), ("steps", {"step": "own"}),
        ("commitments", {"title": "Ring", "when": "in 1 hour"}), ("ask", None), ("answer", {"answer": "more"}),
    ):  # fmt: skip
        answer = api.post(f"{path}/{move}", body)
        assert (answer.status, answer.code) == (422, "token.no_staff"), move
        assert '"staff"' in answer.body["detail"]
        assert "token create" in answer.body["detail"]


def test_strangers_see_nothing(cast: Cast, mara: Api) -> None:
    case = report(mara).body
    stranger = Api(staff=cast.stranger)
    assert stranger.get("/cases").body["items"] == []
    for answer in (
        stranger.get(f"/cases/{case['number']}"), stranger.get(f"/cases/{case['ref']}/timeline"),
        stranger.post(f"/cases/{case['number']}/take"), stranger.post(f"/cases/{case['number']}/note", {"text": "x"}),
        stranger.post(f"/cases/{case['number']}/commitments", {"title": "x", "when": "tomorrow"}),
        Api().post(f"/cases/{case['number']}/take", {"staff": cast.stranger.email}),
    ):  # fmt: skip
        assert (answer.status, answer.code) == (404, "case.unknown")
    looking = Api("read", staff=cast.anil).get(f"/cases/{case['number']}").body
    assert looking["allowed"] == []


@pytest.mark.parametrize("number", ["0", "abc", "SR-", "sr-99", "99999999999999999999", "1001%00", "-1", "1e3", "SR 7"])
def test_a_case_that_is_none(cast: Cast, number: str) -> None:
    assert (Api().get(f"/cases/{number}").status, Api().get(f"/cases/{number}").code) == (404, "case.unknown")


def test_a_reported_harm_opens_a_case_and_again_joins_it(mara: Api) -> None:
    first = report(mara, harm="The wedding is on Saturday", severity=3, criticality=4, failure_class="process")
    assert first.status == 201
    assert (first.body["detected_by"], first.body["severity"], first.body["criticality"]) == ("customer", 3, 4)
    again = report(mara, what="Rang twice, nobody rang back")
    assert (again.status, again.body["number"]) == (200, first.body["number"])
    assert len(again.body["failures"]) == 2


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"kind": "pigeon"}, "kind.unknown"), ({"customer": "C-404"}, "customer.unknown"),
        ({"what": ""}, "input.invalid"), ({"what": "  "}, "case.no_words"), ({"severity": 5}, "input.invalid"),
        ({"detected_by": "watch"}, "input.invalid"), ({"harm": "x" * 10_001}, "input.invalid"),
    ],
)  # fmt: skip
def test_a_report_that_makes_no_sense(mara: Api, parts: dict[str, Any], code: str) -> None:
    answer = report(mara, **parts)
    assert (answer.status, answer.code) == (422, code)
    assert not Case.objects.exists()


def test_a_handover_counts_once_accepted(cast: Cast, mara: Api) -> None:
    path = f"/cases/{report(mara).body['number']}"
    mara.post(f"{path}/take")
    tomas = Api(staff=cast.tomas)
    offered = mara.post(f"{path}/handover", {"to": cast.tomas.email, "note": "He knows her"}).body
    assert (offered["owner"]["name"], offered["offered_to"]["name"]) == ("Mara Silva", "Tomás Reyes")
    assert {"accept", "decline"} <= set(tomas.get(path).body["allowed"])
    declined = tomas.post(f"{path}/decline", {"note": "Off in ten minutes"}).body
    assert (declined["offered_to"], declined["owner"]["name"]) == (None, "Mara Silva")
    assert tomas.post(f"{path}/accept").code == "case.not_offered"
    mara.post(f"{path}/handover", {"to": cast.tomas.email})
    assert tomas.post(f"{path}/accept").body["owner"]["name"] == "Tomás Reyes"
    assert mara.post(f"{path}/handover", {"to": "nobody@desk.example"}).code == "people.unknown"
    assert mara.post(f"{path}/assign", {"to": cast.mara.email}).code == "case.may_not_assign"
    assert Api(staff=cast.lena).post(f"{path}/assign", {"to": cast.mara.email}).body["owner"]["name"] == "Mara Silva"


def test_one_who_declines_a_case_of_another_team_gets_their_answer(cast: Cast, mara: Api) -> None:
    path = f"/cases/{report(mara).body['number']}"
    mara.post(f"{path}/take")
    mara.post(f"{path}/handover", {"to": cast.stranger.email})
    stranger = Api(staff=cast.stranger)
    declined = stranger.post(f"{path}/decline")
    assert (declined.status, declined.body["owner"]["name"], declined.body["allowed"]) == (200, "Mara Silva", [])
    assert stranger.get(path).status == 404


def test_promises_of_a_case_are_moved(mara: Api) -> None:
    path = f"/cases/{report(mara).body['number']}"
    case = mara.post(f"{path}/commitments", {"title": "Ring back", "due_at": soon(hours=1), "purpose": "update"}).body
    first = case["commitments"][-1]
    assert (first["purpose"], first["promise"]["kind"]) == ("update", "progress-update")
    moved = f"{path}/commitments/{first['promise']['id']}"
    renewed = mara.post(f"{moved}/replace", {"due_at": soon(hours=2)})
    assert (renewed.status, len(renewed.body["commitments"])) == (201, len(case["commitments"]) + 1)
    second = f"{path}/commitments/{renewed.body['commitments'][-1]['promise']['id']}"
    assert mara.post(f"{second}/release", {"reason": "No need any more"}).status == 200
    assert mara.post(f"{second}/keep").code == "promise.illegal_move"
    assert mara.post(f"{path}/commitments/4000000/keep").code == "case.no_such_commitment"
    assert mara.post(f"{path}/commitments", {"title": "Ring"}).code == "promise.no_due"


def test_a_broken_commitment_draws_somebody_in_who_takes_it_in_charge(cast: Cast, mara: Api) -> None:
    path = f"/cases/{report(mara).body['number']}"
    mara.post(f"{path}/take")
    mara.post(f"{path}/commitments", {"title": "Ring back", "when": "in 30 min"})
    api = Api()
    later = datetime.now(UTC) + timedelta(hours=1)
    follow(advance_due(now=later, limit=100), by=SYSTEM, now=later)
    case = api.get(path).body
    drawn = case["escalations"][0]
    assert (drawn["rung"], drawn["person"]["name"], drawn["taken_at"]) == (1, "Lena Brandt", None)
    assert "case.commitment_broken" in codes(case)
    assert mara.post(f"{path}/charge").code == "case.not_drawn_in"
    charged = Api(staff=cast.lena).post(f"{path}/charge").body
    assert charged["sponsor"]["name"] == "Lena Brandt"


def test_who_finds_the_cause_and_by_when(cast: Cast, mara: Api) -> None:
    path = f"/cases/{report(mara).body['number']}"
    case = mara.post(f"{path}/cause", {"finder": cast.tomas.email, "due_at": soon(days=2)}).body
    assert case["cause_finder"]["name"] == "Tomás Reyes"
    assert "case.no_cause" not in codes(case)
    for body, code in (
        ({}, "case.one_cause"), ({"cause": "wrong-item", "finder": cast.tomas.email}, "case.one_cause"),
        ({"finder": cast.tomas.email}, "promise.no_due"), ({"cause": "aliens"}, "cause.unknown"),
        ({"cause": "wrong-item", "note": "Tomás Reyes forgot"}, "cause.names_a_person"),
    ):  # fmt: skip
        assert mara.post(f"{path}/cause", body).code == code


def test_cases_are_listed_and_narrowed(cast: Cast, mara: Api) -> None:
    priya = report(mara).body
    tomas = report(mara, customer={"name": "Tomás"}, kind="callback", what="Nobody rang", severity=4).body
    numbers = [one["number"] for one in mara.get("/cases").body["items"]]
    assert numbers == [tomas["number"], priya["number"]]
    for narrow, wanted in (
        ({"kind": "delivery"}, priya), ({"severity": 4}, tomas), ({"q": "colour"}, priya), ({"q": tomas["ref"]}, tomas),
        ({"customer": priya["customer"]["id"]}, priya),
    ):  # fmt: skip
        assert [one["number"] for one in mara.get("/cases", **narrow).body["items"]] == [wanted["number"]], narrow
    page = mara.get("/cases", limit=1, oldest_first=True).body
    assert [one["number"] for one in page["items"]] == [priya["number"]]
    rest = mara.get("/cases", limit=1, oldest_first=True, after=page["next"]).body
    assert ([one["number"] for one in rest["items"]], rest["next"]) == ([tomas["number"]], None)


def test_a_case_just_opened_is_told_as_it_is_read_again(cast: Cast, mara: Api) -> None:
    Installation.objects.create(name="House", time_zone="America/New_York")
    make_customer("Ines", key="C-8", time_zone="Asia/Tokyo", cadence_minutes=5)
    for api in (mara, Api()):
        for parts in (
            {"harm": "Waited all day", "severity": 4, "failure_class": "process", "detected_by": "staff"},
            {"customer": "C-8", "kind": "repair"},
            {"customer": {"name": "New"}, "what": "  Nobody came  "},
        ):
            case = report(api, **parts)
            assert case.status == 201
            assert case.body == api.get(f"/cases/{case.body['number']}").body
            Case.objects.update(closed_at=datetime.now(UTC), outcome="satisfied")
    assert report(Api()).body["ordinal"] == 3


def test_a_move_is_taken_back_by_its_entry(cast: Cast, mara: Api) -> None:
    path = f"/cases/{report(mara).body['ref']}"
    mara.post(f"{path}/steps", {"step": "refocus", "words": "A van at six"})
    entry = mara.get(f"{path}/timeline").body["items"][-2]
    assert (entry["verb"], mara.get(path).body["stage"]) == ("case.step", "putting_right")
    case = mara.post(f"{path}/undo", {"entry": entry["id"]}).body
    assert (case["stage"], case["steps"]) == ("new", [])
    assert mara.post(f"{path}/undo", {"entry": entry["id"]}).code == "case.undone"
    assert mara.post(f"{path}/undo", {"entry": 1}).code == "case.undo_unknown"
    told = mara.get(f"{path}/timeline").body["items"][-1]
    assert (told["verb"], told["data"]) == ("case.undone", {"entry": entry["id"], "verb": "case.step"})
