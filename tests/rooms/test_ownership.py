"""Whatever people do, whoever goes away or leaves, and whatever breaks: a case has one owner at every instant, who is
there, and the journal says who it was."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from makegood.cases import actions
from makegood.cases.models import Case, Commitment, Escalation
from makegood.cases.rules import FOR_THE_CUSTOMER, UNDOABLE
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people import actions as people
from makegood.people.ladder import Rung
from makegood.people.models import Absence, Staff, Team
from makegood.people.queries import roster
from makegood.people.rules import Role
from makegood.promises.models import Kind
from makegood.promises.rules import UNKEPT
from tests.factories import NOW, Cast, actor, make_cast, make_customer
from tests.rooms.casework import Hand, callback, watch

pytestmark = pytest.mark.django_db
NAMES = ("mara", "tomas", "lena", "stranger", "otto", "greta", "ada")
person = st.sampled_from(NAMES)
which = st.integers(0, 2)
SHORT = timedelta(minutes=7)


class Ownership(RuleBasedStateMachine):
    """A desk at work. Between two rules no worker may have looked yet; `the_worker_looks` is when it has."""

    cast: Cast
    customers: list[Customer]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.owners: dict[int, int] = {}
        self.escalations = 0
        self.everything = transaction.atomic()
        self.everything.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.everything.__exit__(None, None, None)

    @initialize()
    def open_the_desk(self) -> None:
        self.cast = make_cast()
        Kind.objects.filter(slug__in=["callback", "delivery"]).update(team=self.cast.care)
        self.customers = [make_customer(name) for name in ("Dana Okafor", "Ines Duarte")]
        self.report("mara", 0)
        callback(Hand(self.cast.mara), customer=self.customers[1].pk)

    # What people do

    @rule(who=person, customer=st.integers(0, 1))
    def report(self, who: str, customer: int) -> None:
        self.try_to(
            actions.report_failure, who, customer_id=self.customers[customer].pk, kind="delivery", what="Not here"
        )

    @rule(verb=st.sampled_from(["take", "accept", "decline", "take_in_charge"]), who=person, case=which)
    def say(self, verb: str, who: str, case: int) -> None:
        self.work(getattr(actions, verb), who, case)

    @rule(verb=st.sampled_from(["offer", "assign"]), who=person, to=person, case=which)
    def hand(self, verb: str, who: str, to: str, case: int) -> None:
        self.work(getattr(actions, verb), who, case, to=self.staff(to).pk)

    @rule(who=person, case=which, back=st.integers(1, 3))
    def take_back(self, who: str, case: int, back: int) -> None:
        """Withdraw an offer, give a case back, take back that it was closed: the latest moves that can be."""
        number = self.number(case)
        entries = Entry.objects.filter(case_id=number, verb__in=UNDOABLE).order_by("-id")[back - 1 : back]
        for entry in entries:
            self.work(followups.undo, who, case, entry=entry.pk)

    @rule(who=person, case=which)
    def promise(self, who: str, case: int) -> None:
        self.work(actions.commit, who, case, title="Ring back", due_at=self.now + SHORT)

    @rule(who=person, case=which)
    def speak(self, who: str, case: int) -> None:
        self.work(actions.record_step, who, case, step="empathise", words="I see", channel="phone")

    @rule(who=person, case=which)
    def close(self, who: str, case: int) -> None:
        number, hand = self.number(case), Hand(self.staff(who))
        made = Commitment.objects.filter(case_id=number, purpose__in=FOR_THE_CUSTOMER, promise__state__in=UNKEPT)
        with suppress(Refusal), transaction.atomic():
            for promise_id in list(made.values_list("promise_id", flat=True)):
                actions.keep_commitment(number, promise_id=promise_id, **hand.at(self.now))
            followups.ask(number, **hand.at(self.now))
            followups.answer(number, answer="satisfied", **hand.at(self.now))
            actions.record_cause(number, cause="forgotten", **hand.at(self.now))
            followups.close(number, **hand.at(self.now))

    @rule(who=person, case=which)
    def reopen(self, who: str, case: int) -> None:
        self.work(followups.reopen, who, case, reason="Not right yet")

    # Who is there

    @rule(who=person, deputy=st.none() | person, minutes=st.sampled_from([5, 60, 600]), soon=st.booleans())
    def go_away(self, who: str, deputy: str | None, minutes: int, soon: bool) -> None:
        starts_at = self.now + (SHORT if soon else timedelta(0))
        self.administer(
            people.set_absence, self.staff(who).pk, starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes), deputy_id=self.staff(deputy).pk if deputy else None,
        )  # fmt: skip

    @rule(who=person)
    def come_back(self, who: str) -> None:
        for absence in Absence.objects.filter(staff=self.staff(who), ends_at__gt=self.now):
            self.administer(people.end_absence, absence.pk)

    @rule(who=person, leaves=st.booleans())
    def leave_or_return(self, who: str, leaves: bool) -> None:
        self.administer(people.deactivate if leaves else people.reactivate, self.staff(who).pk)

    @rule(who=person, role=st.sampled_from([Role.AGENT, Role.LEAD, Role.ANALYST, Role.MANAGER]), care=st.booleans())
    def change_place(self, who: str, role: Role, care: bool) -> None:
        """Another team, another role; an analyst may own nothing."""
        team = self.cast.care if care else self.cast.billing
        self.administer(people.change_staff, self.staff(who).pk, role=role, team_id=team.pk)
        Team.objects.filter(lead=self.staff(who)).exclude(pk=team.pk).update(lead=None)

    @rule(who=person)
    def set_the_ladder(self, who: str) -> None:
        rungs = (Rung(person_id=self.staff(who).pk, wait_minutes=5), Rung(role=Role.MANAGER))
        with suppress(Refusal):
            actions.set_ladder(self.cast.care.pk, rungs, by=actor(self.cast.ada), now=self.now)

    # Time

    @rule(minutes=st.sampled_from([1, 8, 35, 130]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_worker_looks(self) -> None:
        watch(self.now)
        while actions.reassign_absent(now=self.now):
            pass
        able = {one.id for one in roster(self.now).present() if one.may_work}
        for case in Case.objects.filter(closed_at=None):
            assert not able or case.owner_id in able, "the owner is there"
            assert not able or case.offered_to_id in {*able, None}, "and so is whoever it is offered to"

    # What always holds

    @invariant()
    def one_owner_as_the_journal_tells(self) -> None:
        if not hasattr(self, "cast"):
            return
        there = roster(self.now).people
        for case in Case.objects.order_by("pk"):
            assert case.owner_id == replayed(case.pk)
            assert case.offered_to_id != case.owner_id
            if self.owners.get(case.pk, case.owner_id) != case.owner_id:
                assert there[case.owner_id].is_present, "it came to somebody who was there"
                assert there[case.owner_id].may_work
            self.owners[case.pk] = case.owner_id
            theirs = Commitment.objects.filter(case=case, purpose__in=FOR_THE_CUSTOMER, promise__state__in=UNKEPT)
            if case.closed_at is None:
                assert set(theirs.values_list("promise__owner_id", flat=True)) <= {case.owner_id}

    @invariant()
    def nobody_absent_was_drawn_in(self) -> None:
        for one in Escalation.objects.filter(pk__gt=self.escalations).order_by("pk"):
            drawn = roster(one.at).people[one.person_id]
            assert drawn.is_present
            assert drawn.may_work
            assert drawn.id != one.case.owner_id or one.at < self.now
            self.escalations = one.pk

    # How

    def staff(self, name: str) -> Staff:
        return Staff.objects.get(pk=getattr(self.cast, name).pk)

    def number(self, case: int) -> int:
        numbers = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        return numbers[case % len(numbers)] if numbers else 0

    def work(self, action: Any, who: str, case: int, **more: Any) -> None:
        self.try_to(action, who, self.number(case), **more)

    def try_to(self, action: Any, who: str, *what: Any, **more: Any) -> None:
        with suppress(Refusal), transaction.atomic():
            action(*what, **more, **Hand(self.staff(who)).at(self.now))

    def administer(self, action: Any, *what: Any, **more: Any) -> None:
        with suppress(Refusal), transaction.atomic():
            action(*what, **more, by=actor(self.cast.ada), now=self.now)


def replayed(number: int) -> int | None:
    """Whose the case is, as far as the journal tells."""
    owner, entries = None, {entry.pk: entry for entry in Entry.objects.filter(case_id=number).order_by("id")}
    for entry in entries.values():
        if entry.verb == "case.undone":
            owner = entries[entry.data["entry"]].data.get("before", {}).get("owner", owner)
        elif entry.verb in ("case.opened", "case.taken", "case.accepted", "case.assigned", "case.reassigned"):
            owner = entry.data["owner"]
    return owner


def test_one_owner_at_every_instant_who_is_there() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Ownership,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
