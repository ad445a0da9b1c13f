"""What rules say is owed in a case: worked out, asked, given, renounced, and never gone below."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Failure
from makegood.followups import actions as followups
from makegood.followups.queries import obstacles
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from makegood.remedies import actions
from makegood.remedies.models import Binding, Grant, Renunciation, ToldFact
from makegood.remedies.queries import owing
from makegood.remedies.rules.entitlements import Standing
from makegood.remedies.rules.owing import OwedState
from makegood.worker.watch import tick
from tests.factories import NOW, Cast, actor, make_cast
from tests.rooms.casework import HOUR, Hand
from tests.rooms.entitling import ENERGY, FLIGHTS, REFUNDS, bind, facts, fail, mara, owed

pytestmark = pytest.mark.django_db
DID_NOT_TRAVEL = {"accepted_alternative": "no", "paid_by": "card"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_nothing_is_owed_where_nothing_is_bound(cast: Cast) -> None:
    assert owing(facts(fail(cast).pk), now=NOW) == ()


def test_a_late_flight_is_refunded_only_to_who_did_not_travel(cast: Cast) -> None:
    bind(REFUNDS, by=cast.greta)
    case = fail(cast, reference="DL1-0227")

    asked = owed(case.pk)
    assert (asked.state, asked.at_stake) == (OwedState.UNKNOWN, 300)
    assert [one.asks for one in asked.questions] == [
        "Did they travel all the same, on this flight or on another one?", "How did they pay?",
    ]  # fmt: skip
    actions.tell_facts(case.pk, REFUNDS, DID_NOT_TRAVEL, **mara(cast))

    found = owed(case.pk)
    assert (found.state, found.sums.open, found.currency) == (OwedState.OPEN, 300, "USD")
    assert found.entitlement is not None
    assert found.entitlement.version == "2024"
    # Seven business days from the Monday on which they said so; Thursday the 26th is Thanksgiving.
    assert found.entitlement.pay_by is not None
    assert found.entitlement.pay_by.isoformat() == "2026-12-04T05:00:00+00:00", "the end of the third in New York"
    assert any("100 % of" in step.says and step.adds == 300 for step in found.entitlement.steps)

    actions.tell_facts(case.pk, REFUNDS, {"accepted_alternative": "yes"}, **mara(cast))
    assert owed(case.pk).state is OwedState.NOTHING


def test_what_could_not_change_anything_is_not_asked(cast: Cast) -> None:
    bind(REFUNDS, by=cast.greta)
    assert owed(fail(cast, late=2 * HOUR).pk).state is OwedState.NOTHING


def test_a_press_gives_it_whatever_the_limits_say(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    case = fail(cast, currency="EUR", distance_km=5800, late=5 * HOUR)

    actions.tell_facts(case.pk, FLIGHTS, {"intra_eu": "no"}, **mara(cast))
    number = actions.grant_owed(case.pk, FLIGHTS, **mara(cast))

    row = Grant.objects.get(pk=number)
    assert (row.entitled, row.correction, row.goodwill, row.policy) == (600, 0, 0, FLIGHTS)
    assert row.title == "Pay €600: EU Regulation 261/2004"
    assert row.explanation["version"] == "2004"
    assert owed(case.pk).state is OwedState.GRANTED
    assert Entry.objects.get(verb="case.granted").data["version"] == "2004"
    with pytest.raises(Refusal, match="Nothing is left to give") as refused:
        actions.grant_owed(case.pk, FLIGHTS, **mara(cast))
    assert refused.value.code == "entitlement.nothing_owed"


def test_more_days_late_grants_the_difference(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    case = fail(cast, currency="EUR", distance_km=5800, within_eu=False, late=4 * HOUR)
    actions.grant_owed(case.pk, FLIGHTS, **mara(cast))
    later = NOW + HOUR

    assert owed(case.pk, later).sums.to_grant == 300
    actions.grant_owed(case.pk, FLIGHTS, **mara(cast, later))

    assert [row.entitled for row in Grant.objects.order_by("id")] == [300, 300]
    first, second = (row.explanation["amount"] for row in Grant.objects.order_by("id"))
    assert (Decimal(first), Decimal(second)) == (300, 600), "each keeps what was worked out when it was given"


def test_a_promise_kept_in_time_after_all_owes_nothing_and_takes_nothing_back(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    case = fail(cast, currency="EUR", distance_km=800, within_eu=True)
    actions.grant_owed(case.pk, FLIGHTS, **mara(cast))
    promise = Failure.objects.get(case=case).promise
    assert promise is not None

    promises.keep(promise.pk, at=promise.due_at + HOUR, by=actor(cast.mara), now=NOW)

    found = owed(case.pk)
    assert found.entitlement is not None
    assert (found.entitlement.standing, found.sums.to_grant, found.sums.granted) == (Standing.NOTHING, 0, 250)


def test_taken_back_or_let_off_it_is_owed_again(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    case = fail(cast, currency="EUR", distance_km=800, within_eu=True)
    first = actions.grant_owed(case.pk, FLIGHTS, **mara(cast))

    actions.withdraw_grant(first, reason="The account was wrong", **mara(cast))
    assert owed(case.pk).sums.open == 250
    second = Grant.objects.get(pk=actions.grant_owed(case.pk, FLIGHTS, **mara(cast)))
    assert second.promise_id is not None
    actions.release_commitment(case.pk, promise_id=second.promise_id, reason="Never mind", **mara(cast))
    assert owed(case.pk).sums.open == 250


def test_what_was_promised_anew_still_counts_as_given(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    case = fail(cast, currency="EUR", distance_km=800, within_eu=True)
    row = Grant.objects.get(pk=actions.grant_owed(case.pk, FLIGHTS, **mara(cast)))
    assert row.promise_id is not None

    actions.replace_commitment(case.pk, promise_id=row.promise_id, due_at=NOW + 90 * HOUR, **mara(cast))

    assert owed(case.pk).state is OwedState.GRANTED


def test_paid_late_it_owes_its_penalty(cast: Cast) -> None:
    bind(ENERGY, by=cast.greta)
    case = fail(cast, currency="GBP")
    row = Grant.objects.get(pk=actions.grant_owed(case.pk, ENERGY, **mara(cast)))
    assert row.entitled == 40
    # Ten working days after Monday 23 November: the end of Monday 7 December.
    assert row.due_at.isoformat() == "2026-12-07T23:59:59.999999+00:00"

    late = NOW + timedelta(days=16)
    tick(now=late)

    assert Entry.objects.get(verb="case.owed_more").data["amount"] == "40"
    found = owed(case.pk, late)
    assert (found.state, found.sums.penalty, found.sums.to_grant) == (OwedState.OPEN, 40, 40)
    actions.grant_owed(case.pk, ENERGY, **mara(cast, late))
    assert owed(case.pk, late).state is OwedState.GRANTED
    assert sum(one.entitled for one in Grant.objects.all()) == 80


def test_paid_in_time_it_owes_no_penalty_ever(cast: Cast) -> None:
    bind(ENERGY, by=cast.greta)
    case = fail(cast, currency="GBP")
    row = Grant.objects.get(pk=actions.grant_owed(case.pk, ENERGY, **mara(cast)))
    assert row.promise_id is not None
    cases.keep_commitment(case.pk, promise_id=row.promise_id, **mara(cast, NOW + timedelta(days=3)))

    assert owed(case.pk, NOW + timedelta(days=60)).state is OwedState.GRANTED


def test_an_exemption_needs_its_evidence(cast: Cast) -> None:
    bind(ENERGY, by=cast.greta)
    case = fail(cast, currency="GBP")
    told = {"beyond_control": "yes", "evidence.what_stopped_us": "Storm Ada, Met Office red warning"}
    actions.tell_facts(case.pk, ENERGY, told, **mara(cast))

    found = owed(case.pk)
    assert (found.state, found.sums.open) == (OwedState.OPEN, 40)
    assert found.entitlement is not None
    assert "does not count until this is on record" in found.entitlement.cautions[0]
    actions.tell_facts(case.pk, ENERGY, {"evidence.customer_contacted": "Rung at 9:10"}, **mara(cast))

    exempt = owed(case.pk)
    assert exempt.entitlement is not None
    assert (exempt.state, exempt.entitlement.standing) == (OwedState.NOTHING, Standing.EXEMPT)
    assert [one.words for one in exempt.grounds[0].evidence] == ["Storm Ada, Met Office red warning", "Rung at 9:10"]


def test_one_event_is_paid_once(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    first = fail(cast, currency="EUR", distance_km=800, within_eu=True, reference="X1")
    actions.grant_owed(first.pk, FLIGHTS, **mara(cast))
    again = fail(
        cast,
        kind="refund",
        currency="EUR",
        distance_km=5800,
        within_eu=False,
        customer=first.customer,
        reference="X1/b",
    )
    bind(FLIGHTS, "refund", by=cast.greta)
    promise = Failure.objects.get(case=again).promise
    assert promise is not None
    Promise.objects.filter(pk=promise.pk).update(source="other", reference="X1")

    found = owed(again.pk)
    assert found.entitlement is not None
    assert (found.entitlement.amount, found.sums.open) == (300, 50)
    assert "€250 was paid for this already, so €50 is left to pay." in [one.says for one in found.entitlement.steps]


def test_the_customer_may_renounce_it_in_their_words_and_have_it_all_the_same(cast: Cast) -> None:
    bind(FLIGHTS, by=cast.greta)
    case = fail(cast, currency="EUR", distance_km=5800, within_eu=False, late=4 * HOUR)
    with pytest.raises(Refusal) as refused:
        actions.renounce(case.pk, FLIGHTS, words=" ", **mara(cast))
    assert refused.value.code == "case.no_words"

    actions.renounce(case.pk, FLIGHTS, words="Keep it, you were kind", **mara(cast))

    found = owed(case.pk)
    assert (found.state, found.sums.open, found.sums.to_grant) == (OwedState.RENOUNCED, 0, 300)
    assert found.renounced is not None
    assert found.renounced.words == "Keep it, you were kind"
    assert owed(case.pk, NOW + 2 * HOUR).sums.open == 300, "what is more later was not renounced"
    actions.grant_owed(case.pk, FLIGHTS, **mara(cast))
    assert owed(case.pk).state is OwedState.GRANTED
    assert Entry.objects.get(verb="case.renounced").data["words"] == "Keep it, you were kind"


def test_no_case_ends_with_something_owed_or_not_known(cast: Cast) -> None:
    bind(REFUNDS, by=cast.greta)
    case = fail(cast)

    def standing() -> list[str]:
        return [one.code for one in obstacles(facts(case.pk), owing(facts(case.pk), now=NOW))]

    assert "entitlement.not_known" in standing()
    actions.tell_facts(case.pk, REFUNDS, DID_NOT_TRAVEL, **mara(cast))
    assert "entitlement.open" in standing()
    cases.record_step(case.pk, step="apologise", words="I am sorry.", channel="phone", **mara(cast))
    followups.ask(case.pk, **mara(cast))
    followups.answer(case.pk, answer="satisfied", **mara(cast))
    cases.record_cause(case.pk, cause="carrier-late", **mara(cast))
    with pytest.raises(Refusal) as refused:
        followups.close(case.pk, **mara(cast))
    assert (refused.value.code, str(refused.value)) == (
        "entitlement.open",
        "$300 is owed by US automatic refunds (14 CFR 260): give it, or record that the customer does not want it.",
    )
    actions.renounce(case.pk, REFUNDS, words="I do not want it", **mara(cast))
    followups.close(case.pk, **mara(cast))


def test_a_stranger_and_a_wrong_word_do_nothing(cast: Cast) -> None:
    bind(REFUNDS, by=cast.greta)
    case = fail(cast)
    before = Entry.objects.count()
    for who, code in ((cast.stranger, "case.unknown"), (cast.anil, "case.may_not_work")):
        hand = Hand(who).at(NOW)
        for deed in (
            partial(actions.grant_owed, case.pk, REFUNDS),
            partial(actions.tell_facts, case.pk, REFUNDS, DID_NOT_TRAVEL),
            partial(actions.renounce, case.pk, REFUNDS, words="No"),
        ):
            with pytest.raises(Refusal) as refused:
                deed(**hand)
            assert refused.value.code == code
    for told, code in (
        ({"paid_by": "shells"}, "policy.fact_wrong"),
        ({"ticket_price": "1"}, "entitlement.fact_known"),
        ({"paidby": "card"}, "entitlement.fact_unknown"),
        ({"evidence.photo": "A photo"}, "entitlement.fact_unknown"),
        ({}, "entitlement.no_facts"),
    ):
        with pytest.raises(Refusal) as refused:
            actions.tell_facts(case.pk, REFUNDS, told, **mara(cast))
        assert refused.value.code == code, told
    for policy, code in ((FLIGHTS, "entitlement.unknown"), (REFUNDS, "entitlement.not_known")):
        with pytest.raises(Refusal) as refused:
            actions.grant_owed(case.pk, policy, **mara(cast))
        assert refused.value.code == code
    assert (Entry.objects.count(), ToldFact.objects.count(), Renunciation.objects.count()) == (before, 0, 0)


def test_bindings_are_written_by_managers_and_every_version_is_kept(cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        bind(REFUNDS, by=cast.lena)
    assert refused.value.code == "people.not_allowed"
    with pytest.raises(Refusal, match=r"no kind of promise deliverie\. Did you mean delivery") as refused:
        bind(REFUNDS, "deliverie", by=cast.greta)

    slug = bind(REFUNDS, by=cast.greta)
    bind(REFUNDS, by=cast.greta)
    bind(REFUNDS, "refund", by=cast.greta)
    actions.retire_binding(slug, by=actor(cast.greta), now=NOW)

    assert list(Binding.objects.order_by("number").values_list("number", "retired")) == [
        (1, False), (2, False), (3, True),
    ]  # fmt: skip
    assert owing(facts(fail(cast, kind="refund").pk), now=NOW) == ()
    assert [one.verb for one in Entry.objects.filter(verb__startswith="binding.").order_by("id")] == [
        "binding.made", "binding.changed", "binding.retired",
    ]  # fmt: skip
