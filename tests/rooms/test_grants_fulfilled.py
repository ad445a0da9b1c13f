"""What becomes of what was given: carried out, failed, broken, promised anew, let go. Nothing is given in the air."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import makegood
from makegood.cases.models import Case, Commitment
from makegood.followups.actions import undo
from makegood.journal.actors import Actor, ActorKind
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.people.rules import Role, Scope
from makegood.promises.models import Promise
from makegood.promises.rules import Move, State
from makegood.remedies import actions
from makegood.remedies.models import Grant
from makegood.remedies.queries import grants_of
from makegood.remedies.rules.granting import GrantState
from tests.factories import NOW, Cast
from tests.rooms.casework import HOUR, MINUTE, Hand, watch
from tests.rooms.test_grants import TONIGHT, back, case, cast

__all__ = ["case", "cast"]

pytestmark = pytest.mark.django_db
PACKAGE = Path(makegood.__file__).parent
SHOP = {"scope": Scope(Role.MANAGER), "by": Actor(ActorKind.TOKEN, 1, "Payments")}


@pytest.fixture
def grant(cast: Cast, case: Case) -> Grant:
    (number,) = actions.grant(case.pk, [back("105")], **Hand(cast.mara).at(NOW))
    return Grant.objects.get(pk=number)


def refused(code: str, deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as no:
        deed()
    assert no.value.code == code
    return str(no.value)


def told(verb: str) -> list[Entry]:
    return list(Entry.objects.filter(verb=f"case.{verb}").order_by("id"))


def test_carried_out_it_is_kept_with_its_reference_and_once_only(grant: Grant) -> None:
    then = NOW + HOUR
    actions.fulfil_grant(grant.pk, reference="pay_77", at=NOW + 50 * MINUTE, now=then, **SHOP)
    actions.fulfil_grant(grant.pk, reference="pay_77", now=then + HOUR, **SHOP)

    (facts,) = grants_of(grant.case_id)
    assert (facts.promise_state, facts.reference, facts.fulfilled_at) == (State.KEPT, "pay_77", NOW + 50 * MINUTE)
    (entry,) = told("grant_fulfilled")
    assert (entry.actor_name, entry.data["reference"], Decimal(entry.data["goodwill"])) == ("Payments", "pay_77", 105)
    said = refused("grant.fulfilled", lambda: actions.fulfil_grant(grant.pk, reference="pay_78", now=then, **SHOP))
    assert "pay_77" in said


def test_kept_by_hand_it_takes_the_reference_later(cast: Cast, grant: Grant) -> None:
    actions.fulfil_grant(grant.pk, **Hand(cast.mara).at(NOW + HOUR))
    actions.fulfil_grant(grant.pk, reference="pay_77", now=NOW + 2 * HOUR, **SHOP)
    (facts,) = grants_of(grant.case_id)
    assert (facts.reference, facts.fulfilled_at) == ("pay_77", NOW + HOUR)


def test_not_carried_out_by_its_date_it_is_a_broken_commitment(grant: Grant) -> None:
    watch(TONIGHT + timedelta(days=1))
    (facts,) = grants_of(grant.case_id)
    assert (facts.state, facts.promise_state) == (GrantState.GIVEN, State.BROKEN)
    assert Case.objects.get(pk=grant.case_id).escalations.filter(commitment__promise=grant.promise_id).exists()
    actions.fulfil_grant(grant.pk, reference="pay_77", now=TONIGHT + timedelta(days=2), **SHOP)
    assert grants_of(grant.case_id)[0].promise_state is State.KEPT_LATE


def test_failed_it_is_at_risk_and_the_owner_is_told_once(cast: Cast, grant: Grant) -> None:
    for minute in (1, 2):
        actions.fail_grant(grant.pk, reason="The card was refused", now=NOW + minute * MINUTE, **SHOP)

    (facts,) = grants_of(grant.case_id)
    assert (facts.promise_state, facts.problem) == (State.AT_RISK, "The card was refused")
    (notice,) = Notice.objects.filter(topic="grant_failed")
    assert (notice.staff, notice.urgent) == (cast.mara, True)
    assert "card" not in notice.words
    (entry,) = told("grant_failed")
    assert entry.data["reason"] == "The card was refused"

    in_time = TONIGHT - MINUTE
    actions.fail_grant(
        grant.pk, reason="The card was refused", expected_at=in_time, now=NOW + 3 * MINUTE, **SHOP
    )  # fmt: skip
    assert grants_of(grant.case_id)[0].promise_state is State.OPEN
    actions.fulfil_grant(grant.pk, reference="pay_77", now=NOW + HOUR, **SHOP)
    assert grants_of(grant.case_id)[0].problem == ""


def test_what_cannot_fail_or_be_carried_out_says_so(cast: Cast, grant: Grant) -> None:
    late = {"expected_at": NOW, "reason": "No", "now": NOW + HOUR}
    refused("grant.expected_past", lambda: actions.fail_grant(grant.pk, **late, **SHOP))
    refused("case.no_words", lambda: actions.fail_grant(grant.pk, reason=" ", now=NOW, **SHOP))
    refused(
        "promise.future", lambda: actions.fulfil_grant(grant.pk, at=NOW + 2 * HOUR, now=NOW + HOUR, **SHOP)
    )  # fmt: skip
    actions.withdraw_grant(grant.pk, reason="She wants the sofa", **Hand(cast.mara).at(NOW))
    refused("grant.not_standing", lambda: actions.fulfil_grant(grant.pk, now=NOW, **SHOP))
    refused("grant.not_standing", lambda: actions.fail_grant(grant.pk, reason="No", now=NOW, **SHOP))


def test_a_stranger_sees_and_does_nothing(cast: Cast, grant: Grant) -> None:
    stranger = Hand(cast.stranger).at(NOW)
    refused("grant.unknown", lambda: actions.fulfil_grant(grant.pk, **stranger))
    refused("grant.unknown", lambda: actions.fail_grant(grant.pk, reason="No", **stranger))
    refused("case.unknown", lambda: actions.replace_promise(grant.promise_id or 0, due_at=TONIGHT, **stranger))
    assert grants_of(grant.case_id)[0].promise_state is State.OPEN


def _committed(grant: Grant) -> int:
    return Entry.objects.get(verb="case.committed", data__promise=grant.promise_id).pk


Verb = Callable[[Grant, Hand], object]
LET_GO: dict[str, Verb] = {
    "withdraw": lambda grant, hand: actions.withdraw_grant(grant.pk, reason="No need", **hand.at(NOW)),
    "release": lambda grant, hand: actions.release_commitment(
        grant.case_id, promise_id=grant.promise_id or 0, reason="No need", **hand.at(NOW)
    ),
    "undo": lambda grant, hand: undo(grant.case_id, entry=_committed(grant), **hand.at(NOW)),
    "withdraw at the ledger": lambda grant, hand: actions.let_off_promise(
        grant.promise_id or 0, Move.WITHDRAW, reason="No need", **hand.at(NOW)
    ),
}


@pytest.mark.parametrize("verb", LET_GO)
def test_whatever_lets_its_promise_go_takes_the_remedy_back(cast: Cast, grant: Grant, verb: str) -> None:
    LET_GO[verb](grant, Hand(cast.mara))

    (facts,) = grants_of(grant.case_id)
    assert (facts.state, facts.promise_state) == (GrantState.WITHDRAWN, State.WITHDRAWN)
    assert [entry.data["grant"] for entry in told("grant_withdrawn")] == [grant.pk]
    # The budget has it back: £105 of £250 would have left no room for this.
    actions.grant(grant.case_id, [back("250")], **Hand(cast.mara).at(NOW))


@pytest.mark.parametrize("at_the_ledger", [True, False])
def test_broken_and_let_off_it_is_no_longer_given(cast: Cast, grant: Grant, at_the_ledger: bool) -> None:
    later = TONIGHT + timedelta(days=1)
    watch(later)
    hand, promise = Hand(cast.mara).at(later), grant.promise_id or 0
    if at_the_ledger:
        refused(
            "promise.illegal_move",
            lambda: actions.let_off_promise(promise, Move.WITHDRAW, reason="Never mind", **hand),
        )
        actions.let_off_promise(promise, Move.RELEASE, reason="Never mind", **hand)
    else:
        actions.release_commitment(grant.case_id, promise_id=promise, reason="Never mind", **hand)
    (facts,) = grants_of(grant.case_id)
    assert (facts.state, facts.promise_state) == (GrantState.WITHDRAWN, State.RELEASED)


@pytest.mark.parametrize("at_the_ledger", [True, False])
def test_promised_anew_it_is_given_by_the_new_promise(cast: Cast, grant: Grant, at_the_ledger: bool) -> None:
    new_time, hand, promise = TONIGHT + HOUR, Hand(cast.mara).at(NOW), grant.promise_id or 0
    if at_the_ledger:
        new = actions.replace_promise(promise, due_at=new_time, title="£105 by card", **hand)
    else:
        new = actions.replace_commitment(
            grant.case_id, promise_id=promise, due_at=new_time, title="£105 by card", **hand
        )  # fmt: skip

    (facts,) = grants_of(grant.case_id)
    assert (facts.promise_id, facts.due_at, facts.title) == (new, new_time, "£105 by card")
    assert (facts.state, facts.promise_state) == (GrantState.GIVEN, State.OPEN)
    assert Commitment.objects.filter(case=grant.case_id, promise_id=new).exists()
    (entry,) = told("grant_moved")
    assert (entry.data["grant"], entry.data["promise"]) == (grant.pk, new)
    actions.fulfil_grant(grant.pk, reference="pay_77", now=NOW + HOUR, **SHOP)
    assert Promise.objects.get(pk=new).state == State.KEPT


def test_doors_end_promises_only_where_remedies_follow() -> None:
    """A door that called the rooms above would leave remedies given by promises that are gone."""
    verbs = "release_commitment|replace_commitment|withdraw|release|replace"
    found = []
    for path in (path for door in ("api", "web", "portal", "worker") for path in (PACKAGE / door).rglob("*.py")):
        code = path.read_text()
        for name in re.findall(r"^from makegood\.(?:promises|cases) import actions(?: as (\w+))?$", code, re.MULTILINE):
            found += [(path.name, one) for one in re.findall(rf"\b{name or 'actions'}\.(?:{verbs})\(", code)]
    assert found == []
