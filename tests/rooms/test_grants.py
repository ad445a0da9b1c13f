"""Giving remedies within one's authority, asking for more, and deciding."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from makegood.cases import actions as cases
from makegood.cases.models import Case, Commitment
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.people.rules import Role
from makegood.promises.models import Kind, Promise
from makegood.promises.rules import State
from makegood.remedies import actions
from makegood.remedies.models import Approval, Grant
from makegood.remedies.queries import active_playbooks
from makegood.remedies.rules.authority import Limit, Period
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState
from makegood.worker.watch import tick
from tests.factories import NOW, Cast, actor, make_cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand

pytestmark = pytest.mark.django_db

TONIGHT = NOW + 4 * HOUR


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Kind.objects.filter(slug="delivery").update(team=made.care)
    by = actor(made.greta)
    for limit in (
        Limit(grade=1, currency="GBP", case=Decimal(250), budget=Decimal(400), per=Period.WEEK),
        Limit(grade=2, currency="GBP", case=Decimal(1000)),
        Limit(grade=4, currency="GBP"),
    ):
        actions.set_limit(limit, by=by, now=NOW)
    return made


@pytest.fixture
def case(cast: Cast) -> Case:
    return open_case(cast, worth="2080")


def open_case(cast: Cast, *, worth: str = "", email: str = "") -> Case:
    customer = make_customer("Dana Okafor", email=email)
    number = cases.report_failure(
        customer_id=customer.pk, kind="delivery", what="Two of six pieces did not arrive",
        **Hand(cast.mara).at(NOW),
    ).number  # fmt: skip
    if worth:
        promise = Promise.objects.create(
            customer=customer, kind=Kind.objects.get(slug="delivery"), title="All six pieces", made_at=NOW,
            due_at=NOW, warn_at=NOW, breaks_at=NOW, state=State.BROKEN, amount=Decimal(worth), currency="GBP",
        )  # fmt: skip
        Case.objects.get(pk=number).failures.update(promise=promise)
    found = Case.objects.get(pk=number)
    found.owner = cast.mara
    found.save(update_fields=["owner"])
    return found


def back(amount: str, *, due_at: datetime = TONIGHT, remedy: RemedyKind = RemedyKind.REFUND) -> Choice:
    return Choice(remedy=remedy, title=f"{amount} back", amount=Decimal(amount), due_at=due_at)


def test_within_ones_authority_a_remedy_is_a_commitment_at_once(cast: Cast, case: Case) -> None:
    van = Choice(
        remedy=RemedyKind.RE_PERFORMANCE, title="Deliver both pieces tonight", amount=Decimal(85), due_at=TONIGHT
    )

    numbers = actions.grant(case.pk, [van, back("105")], **Hand(cast.mara).at(NOW))

    first, second = Grant.objects.filter(pk__in=numbers).order_by("id")
    assert (first.correction, first.goodwill, second.correction, second.goodwill) == (85, 0, 0, 105)
    assert [row.state for row in (first, second)] == [GrantState.GIVEN] * 2
    assert first.decided_by == cast.mara
    made = Commitment.objects.get(promise=first.promise)
    assert (made.case, made.promise.title, made.promise.due_at) == (case, "Deliver both pieces tonight", TONIGHT)
    assert Entry.objects.filter(verb="case.granted", case_id=case.pk).count() == 2


def test_what_is_more_is_refused_and_names_who_may_decide(cast: Cast, case: Case) -> None:
    with pytest.raises(Refusal) as refused:
        actions.grant(case.pk, [back("333")], **Hand(cast.mara).at(NOW))

    assert refused.value.code == "authority.over"
    assert str(refused.value) == "£333 is £83 over the £250 you may give in one case. Ask Lena Brandt to approve."
    assert not Grant.objects.exists()


def test_what_others_gave_and_what_one_gave_elsewhere_counts(cast: Cast, case: Case) -> None:
    actions.grant(case.pk, [back("200")], **Hand(cast.tomas).at(NOW))
    with pytest.raises(Refusal, match="£260 is £10 over the £250"):
        actions.grant(case.pk, [back("60")], **Hand(cast.mara).at(NOW))

    other = open_case(cast)
    actions.grant(other.pk, [back("200")], **Hand(cast.tomas).at(NOW))
    with pytest.raises(Refusal, match="£401 is £1 over the £400 you may give in a week"):
        actions.grant(open_case(cast).pk, [back("1")], **Hand(cast.tomas).at(NOW))
    next_week = NOW + timedelta(days=7)
    actions.grant(open_case(cast).pk, [back("1", due_at=next_week + HOUR)], **Hand(cast.tomas).at(next_week))


def test_an_approval_reaches_the_lead_has_a_clock_and_gives_on_her_authority(cast: Cast, case: Case) -> None:
    number = actions.ask_approval(case.pk, [back("333")], note="No bed tonight", **Hand(cast.mara).at(NOW))

    approval = Approval.objects.get(pk=number)
    assert (approval.asked_of, approval.promise.kind.slug) == (cast.lena, "decide")
    assert approval.promise.due_at == NOW + 15 * MINUTE
    assert Grant.objects.get().state == GrantState.ASKED
    assert not Commitment.objects.filter(case=case, purpose="commitment").exists()

    actions.decide(number, approve=True, **Hand(cast.lena).at(NOW + 6 * MINUTE))

    given = Grant.objects.get()
    assert (given.state, given.by, given.decided_by, given.due_at) == (
        GrantState.GIVEN, cast.mara, cast.lena, TONIGHT,
    )  # fmt: skip
    assert Promise.objects.get(pk=approval.promise_id).state == State.KEPT
    assert Commitment.objects.get(promise=given.promise).case == case


def test_a_no_needs_a_reason_and_gives_nothing(cast: Cast, case: Case) -> None:
    number = actions.ask_approval(case.pk, [back("333")], **Hand(cast.mara).at(NOW))
    with pytest.raises(Refusal) as refused:
        actions.decide(number, approve=False, **Hand(cast.lena).at(NOW))
    assert refused.value.code == "approval.no_reason"

    actions.decide(number, approve=False, reason="The van goes tonight anyway", **Hand(cast.lena).at(NOW))

    assert Grant.objects.get().state == GrantState.REFUSED
    assert Entry.objects.get(verb="case.approval_refused").data["reason"] == "The van goes tonight anyway"


def test_nobody_decides_about_their_own_question_nor_does_a_stranger_nor_who_may_not(cast: Cast, case: Case) -> None:
    number = actions.ask_approval(case.pk, [back("333")], **Hand(cast.mara).at(NOW))

    for who, code in (
        (cast.mara, "approval.own"), (cast.tomas, "authority.over"), (cast.stranger, "approval.unknown"),
        (cast.otto, "approval.unknown"), (cast.anil, "case.may_not_work"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            actions.decide(number, approve=True, **Hand(who).at(NOW))
        assert refused.value.code == code, who
    assert Grant.objects.get().state == GrantState.ASKED


def test_the_customers_own_hand_neither_gives_nor_decides(cast: Cast) -> None:
    of_mara, of_lena = open_case(cast, email=cast.mara.email), open_case(cast, email=cast.lena.email)

    with pytest.raises(Refusal) as refused:
        actions.grant(of_mara.pk, [back("10")], **Hand(cast.mara).at(NOW))
    number = actions.ask_approval(of_lena.pk, [back("333")], **Hand(cast.mara).at(NOW))

    assert refused.value.code == "authority.own_case"
    assert Approval.objects.get(pk=number).asked_of == cast.greta


def test_silence_climbs_to_the_next_who_may(cast: Cast, case: Case) -> None:
    number = actions.ask_approval(case.pk, [back("333")], **Hand(cast.mara).at(NOW))

    tick(now=NOW + 16 * MINUTE)

    approval = Approval.objects.get(pk=number)
    assert (approval.asked_of, approval.silent) == (cast.greta, [cast.lena.pk])
    assert approval.promise.due_at == NOW + 31 * MINUTE
    for minutes in (32, 48, 64, 80):
        tick(now=NOW + minutes * MINUTE)
    last = Approval.objects.get(pk=number)
    assert (last.asked_of, last.silent) == (cast.ada, [cast.lena.pk, cast.greta.pk, cast.otto.pk])
    actions.decide(number, approve=True, **Hand(cast.lena).at(NOW + 90 * MINUTE))
    assert Grant.objects.get().decided_by == cast.lena


def test_what_waited_past_its_hour_is_due_as_long_after_the_yes(cast: Cast, case: Case) -> None:
    soon = back("333", due_at=NOW + 10 * MINUTE)
    number = actions.ask_approval(case.pk, [soon], **Hand(cast.mara).at(NOW))

    actions.decide(number, approve=True, **Hand(cast.lena).at(NOW + 12 * MINUTE))

    assert Grant.objects.get().due_at == NOW + 22 * MINUTE


def test_past_the_cap_a_reason_is_asked_for(cast: Cast) -> None:
    cheap = open_case(cast, worth="20")
    with pytest.raises(Refusal) as refused:
        actions.grant(cheap.pk, [back("31")], **Hand(cast.mara).at(NOW))
    assert (refused.value.code, str(refused.value)[:36]) == ("grant.no_reason", "This is 155% of what was lost. Past ")

    actions.grant(cheap.pk, [back("31")], reason="She paid a cab", **Hand(cast.mara).at(NOW))
    actions.set_cap(Decimal(2), by=actor(cast.greta), now=NOW)
    actions.grant(cheap.pk, [back("9")], **Hand(cast.mara).at(NOW))

    assert [str(row.share) for row in Grant.objects.all()] == ["1.550", "2.000"]


def test_what_is_taken_back_gives_the_budget_back(cast: Cast, case: Case) -> None:
    (number,) = actions.grant(case.pk, [back("250")], **Hand(cast.mara).at(NOW))

    actions.withdraw_grant(number, reason="She wants the bed instead", **Hand(cast.mara).at(NOW))

    withdrawn = Grant.objects.get()
    assert withdrawn.state == GrantState.WITHDRAWN
    assert Promise.objects.get(pk=withdrawn.promise_id).state == State.WITHDRAWN
    actions.grant(case.pk, [back("250")], **Hand(cast.mara).at(NOW))
    with pytest.raises(Refusal) as refused:
        actions.withdraw_grant(number, reason="Again", **Hand(cast.mara).at(NOW))
    assert refused.value.code == "grant.not_standing"


def test_a_stranger_and_a_bad_choice_give_nothing(cast: Cast, case: Case) -> None:
    (number,) = actions.grant(case.pk, [back("5")], **Hand(cast.mara).at(NOW))
    before = Grant.objects.count(), Entry.objects.count()

    for choices, code, who in (
        ([back("5")], "case.unknown", cast.stranger),
        ([], "grant.nothing", cast.mara),
        ([back("0.001")], "grant.bad_amount", cast.mara),
        ([back("5", due_at=NOW)], "grant.due_past", cast.mara),
    ):
        with pytest.raises(Refusal) as refused:
            actions.grant(case.pk, choices, **Hand(who).at(NOW))
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        actions.withdraw_grant(number, reason="Why not", **Hand(cast.stranger).at(NOW))
    assert refused.value.code == "grant.unknown"
    assert (Grant.objects.count(), Entry.objects.count()) == before


def test_an_option_that_a_playbook_keeps_for_leads_is_theirs_however_cheap(cast: Cast, case: Case) -> None:
    actions.install_shipped(by=actor(cast.greta), now=NOW)
    kept = next(
        (book.playbook, rule.rule, option.option)
        for book in active_playbooks() for rule in book.rules for option in rule.options
        if option.who.role == Role.LEAD
    )  # fmt: skip
    choice = replace(back("1"), playbook=kept[0], rule=kept[1], option=kept[2])

    with pytest.raises(Refusal, match=r"keeps one of these for somebody else.*Ask Lena Brandt"):
        actions.grant(case.pk, [choice], **Hand(cast.mara).at(NOW))
    number = actions.ask_approval(case.pk, [choice], **Hand(cast.mara).at(NOW))
    assert [one.words for one in Notice.objects.filter(staff=cast.lena, topic="approval_asked")] == [
        f"SR-{case.pk} waits for you to decide about a remedy."
    ]
    actions.decide(number, approve=True, **Hand(cast.lena).at(NOW))
    assert Grant.objects.get().decided_by == cast.lena
    assert Notice.objects.filter(staff=cast.mara, topic="approval_decided").count() == 1


def test_limits_are_set_by_managers_only(cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        actions.set_limit(Limit(grade=1, currency="GBP"), by=actor(cast.lena), now=NOW)
    assert refused.value.code == "people.not_allowed"
