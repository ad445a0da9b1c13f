"""Remedies by API: chosen, given, asked for and decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from makegood.journal.actors import SYSTEM
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.rules.authority import Limit
from tests.doors.api_client import Answer, Api
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    actions.install_shipped(by=SYSTEM, now=NOW)
    for grade, case in ((1, Decimal(250)), (2, Decimal(1000)), (4, None)):
        actions.set_limit(Limit(grade=grade, currency="GBP", case=case), by=SYSTEM, now=NOW)
    return cast


def soon(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def broken_case(api: Api, **fact: Any) -> str:
    api.post("/facts", [{
        "source": "shop", "reference": "N-58213", "customer": {"key": "C-7", "name": "Dana Okafor"},
        "kind": "delivery", "title": "All six pieces before noon", "made_at": soon(days=-3), "due_at": soon(hours=-2),
        "amount": "2080", "currency": "GBP", **fact,
    }])  # fmt: skip
    (line,) = api.get("/cases").body["items"]
    return f"/cases/{line['ref']}"


def choice(amount: str, title: str = "10 % back", remedy: str = "refund") -> dict[str, Any]:
    return {"remedy": remedy, "title": title, "amount": amount, "due_at": soon(hours=4)}


def sums(answer: Answer) -> list[tuple[str, str, str]]:
    return [(one["state"], one["correction"], one["goodwill"]) for one in answer.body["items"]]


def test_options_come_in_order_with_who_decides(cast: Cast) -> None:
    path = broken_case(Api())

    found = Api(staff=cast.mara).get(f"{path}/options", answer="used:no").body

    assert (found["currency"], Decimal(found["loss"]), Decimal(found["limit"])) == ("GBP", 2080, 250)
    assert found["options"][0]["remedy"] == "re_performance"
    dear = [one for one in found["options"] if one["known"] and Decimal(one["amount"]) > 250]
    assert {one["decides"]["name"] for one in dear if one["decides"]} <= {"Lena Brandt", "Greta Moreau"}
    assert all(one["decides"] for one in dear)
    assert all(one["why"] for one in found["options"])
    assert Api(staff=cast.mara).get(f"{path}/options", answer="used").code == "option.bad_answer"


def test_an_agent_gives_within_her_limit_and_asks_for_more(cast: Cast) -> None:
    path = broken_case(Api())
    mara, lena = Api(staff=cast.mara), Api(staff=cast.lena)
    within = {"choices": [choice("85", "Deliver both pieces tonight", "re_performance"), choice("40")]}
    more = {"choices": [choice("208")], "note": "First night in a new home"}

    given = mara.post(f"{path}/grants", within)
    assert (given.status, sums(given)) == (201, [("given", "85.00", "0.00"), ("given", "0.00", "40.00")])
    refused = mara.post(f"{path}/grants", {"choices": more["choices"]})
    assert (refused.status, refused.code) == (403, "authority.over")
    assert refused.body["detail"] == ("£333 is £83 over the £250 you may give in one case. Ask Lena Brandt to approve.")

    asked = mara.post(f"{path}/approvals", more)
    assert (asked.status, asked.body["asked_of"]["name"], asked.body["total"]) == (201, "Lena Brandt", "208.00")
    (waiting,) = lena.get("/approvals").body["items"]
    assert (waiting["note"], waiting["customer"]) == ("First night in a new home", "Dana Okafor")
    assert mara.post(f"/approvals/{waiting['id']}/decide", {"decision": "approve"}).code == "approval.own"
    decided = lena.post(f"/approvals/{waiting['id']}/decide", {"decision": "approve"})
    assert (decided.body["approved"], decided.body["decided_by"]) == (True, "Lena Brandt")
    assert [one["state"] for one in mara.get(f"{path}/grants").body["items"]] == ["given"] * 3
    purposes = [one["purpose"] for one in mara.get(path).body["commitments"]]
    assert purposes.count("commitment") == 3


def test_a_stranger_sees_and_does_nothing(cast: Cast) -> None:
    path = broken_case(Api())
    asked = Api(staff=cast.mara).post(f"{path}/approvals", {"choices": [choice("333")]})
    given = Api(staff=cast.mara).post(f"{path}/grants", {"choices": [choice("5")]}).body["items"][0]["id"]
    stranger = Api(staff=cast.stranger)

    assert stranger.get(f"{path}/options").code == "case.unknown"
    assert stranger.get(f"{path}/grants").code == "case.unknown"
    assert stranger.post(f"{path}/grants", {"choices": [choice("5")]}).code == "case.unknown"
    assert stranger.get("/approvals").body["items"] == []
    assert stranger.get(f"/approvals/{asked.body['id']}").code == "approval.unknown"
    decide = {"decision": "refuse", "reason": "No"}
    assert stranger.post(f"/approvals/{asked.body['id']}/decide", decide).code == "approval.unknown"
    for deed, body in (("withdraw", {"reason": "No"}), ("fulfil", {"reference": "x"}), ("failed", {"reason": "No"})):
        assert stranger.post(f"/grants/{given}/{deed}", body).code == "grant.unknown"


def test_what_is_taken_back_is_told(cast: Cast) -> None:
    path = broken_case(Api())
    mara = Api(staff=cast.mara)
    number = mara.post(f"{path}/grants", {"choices": [choice("5")]}).body["items"][0]["id"]

    taken = mara.post(f"/grants/{number}/withdraw", {"reason": "She wants the sofa instead"})

    assert [one["state"] for one in taken.body["items"]] == ["withdrawn"]
    assert mara.post(f"/grants/{number}/withdraw", {"reason": "Again"}).code == "grant.not_standing"
    assert mara.post(f"{path}/grants", {"choices": []}).code == "input.invalid"


def test_an_offer_is_made_chosen_of_and_taken_back(cast: Cast) -> None:
    path = broken_case(Api())
    mara, stranger = Api(staff=cast.mara), Api(staff=cast.stranger)
    things = [choice("85", "Deliver both pieces tonight", "re_performance"), choice("105")]
    body = {"choices": things, "until": soon(hours=2), "words": "Whatever suits you", "silence": "in_touch"}
    assert stranger.post(f"{path}/offers", body).code == "case.unknown"

    made = mara.post(f"{path}/offers", body)
    assert (made.status, made.body["state"], made.body["decided_by"]) == (201, "open", "Mara Silva")
    assert [one["title"] for one in made.body["options"]] == ["Deliver both pieces tonight", "10 % back"]
    assert mara.get(f"{path}/grants").body["items"] == []
    address = f"/offers/{made.body['id']}"
    second = made.body["options"][1]["id"]
    assert stranger.post(f"{address}/choose", {"option": second}).code == "offer.unknown"
    assert stranger.get(f"{path}/offers").code == "case.unknown"

    chosen = mara.post(f"{address}/choose", {"option": second}).body
    (given,) = mara.get(f"{path}/grants").body["items"]
    assert (chosen["chosen"], chosen["grant"], given["offer"]) == (second, given["id"], made.body["id"])
    assert mara.post(f"{address}/withdraw", {}).code == "offer.chosen"
    mara.post(f"/grants/{given['id']}/withdraw", {"reason": "She wants neither"})
    assert [one["state"] for one in mara.get(f"{path}/offers").body["items"]] == ["withdrawn"]


def test_an_offer_that_is_more_than_ones_own_is_asked_about_first(cast: Cast) -> None:
    path = broken_case(Api())
    mara, lena = Api(staff=cast.mara), Api(staff=cast.lena)
    body = {"choices": [choice("85", "A van", "re_performance"), choice("333")], "until": soon(hours=2)}
    assert mara.post(f"{path}/offers", body).code == "authority.over"

    asked = mara.post(f"{path}/offers", body | {"ask": True, "note": "She waited long"})
    assert (asked.status, asked.body["state"]) == (201, "asked")
    (question,) = lena.get("/approvals").body["items"]
    assert (question["to_choose"], question["total"]) == (True, "333.00")
    lena.post(f"/approvals/{question['id']}/decide", {"decision": "approve"})
    (offer,) = mara.get(f"{path}/offers").body["items"]
    assert (offer["state"], offer["decided_by"]) == ("open", "Lena Brandt")


def test_a_payment_system_says_what_became_of_it(cast: Cast) -> None:
    path, payments = broken_case(Api()), Api()
    first, second = (
        Api(staff=cast.mara).post(f"{path}/grants", {"choices": [choice("5")]}).body["items"][-1]["id"]
        for _ in range(2)
    )

    failed = payments.post(f"/grants/{second}/failed", {"reason": "The card was refused"})
    done = payments.post(f"/grants/{first}/fulfil", {"reference": "pay_77"})
    again = payments.post(f"/grants/{first}/fulfil", {"reference": "pay_77"})

    assert (failed.status, done.status, again.status) == (200, 200, 200)
    told = [(one["promise_state"], one["reference"], one["problem"]) for one in again.body["items"]]
    assert told == [("kept", "pay_77", ""), ("at_risk", "", "The card was refused")]
    assert again.body["items"][0]["fulfilled_at"] == done.body["items"][0]["fulfilled_at"]
    assert payments.post(f"/grants/{first}/fulfil", {"reference": "pay_78"}).code == "grant.fulfilled"
    assert payments.post(f"/grants/{second}/failed", {"reason": "x", "expected_at": soon(hours=-1)}).code == (
        "grant.expected_past"
    )


def test_what_was_seen_before_somebody_else_acted_gives_nothing(cast: Cast) -> None:
    path = broken_case(Api())
    mara, lena = Api(staff=cast.mara), Api(staff=cast.lena)
    seen = mara.get(f"{path}/options").body["seen"]
    lena.post(f"{path}/grants", {"choices": [choice("5")]})

    for address in ("grants", "approvals", "offers"):
        body = {"choices": [choice("5"), choice("6")], "seen": seen}
        stopped = mara.post(f"{path}/{address}", body | ({"until": soon(hours=2)} if address == "offers" else {}))
        assert (stopped.status, stopped.code) == (409, "case.changed")
        assert "Lena Brandt (case." in stopped.body["detail"]
    again = mara.get(f"{path}/options").body["seen"]
    assert mara.post(f"{path}/grants", {"choices": [choice("5")], "seen": again}).status == 201
    assert mara.post(f"{path}/grants", {"choices": [choice("5")], "seen": again}).status == 201


def test_the_kind_of_failure_can_be_corrected(cast: Cast) -> None:
    path = broken_case(Api())
    mara = Api(staff=cast.mara)
    guessed = mara.get(f"{path}/options").body
    assert (guessed["failure"], guessed["failure_is_named"]) == ("late", False)

    named = mara.post(f"{path}/failure-kind", {"kind": "wrong"}).body

    assert (named["failure"], named["failure_is_named"]) == ("wrong", True)
    assert [one["option"] for one in named["options"]] != [one["option"] for one in guessed["options"]]
    mara.post(f"{path}/failure-kind", {"kind": "wrong"})
    verbs = [one["verb"] for one in mara.get(f"{path}/timeline").body["items"]]
    assert verbs.count("case.failure_named") == 1
    assert mara.post(f"{path}/failure-kind", {"kind": "fate"}).code == "input.invalid"
    assert Api(staff=cast.stranger).post(f"{path}/failure-kind", {"kind": "late"}).code == "case.unknown"
