"""The colleagues at the desk: what they did this morning, so that a visitor finds a day in the middle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypedDict

from makegood.cases import actions as cases
from makegood.cases.queries import CaseFacts, CaseFilter, CaseLine, case_for, cases_list
from makegood.cases.rules import Answer, DetectedBy, Purpose, Step
from makegood.config.demo import words
from makegood.config.demo.news import KIND
from makegood.config.demo.scene import Scene
from makegood.followups import actions as followups
from makegood.followups.queries import obstacles
from makegood.journal.actors import Actor, ActorKind
from makegood.people.queries import staff_by_id
from makegood.people.rules import Role, Scope
from makegood.promises import actions as promises
from makegood.promises.queries import LedgerFilter, ledger
from makegood.promises.rules import LIVE, UNKEPT, State
from makegood.remedies import actions as remedies
from makegood.remedies.queries import owing
from makegood.remedies.rules.owing import OwedState

_EVERYTHING = Scope(Role.MANAGER)
_PAST_CASES = 12
# What happened this late stays undone: it is for the visitor.
_FRESH = timedelta(minutes=40)
# How many cases somebody manages to do something about in one step of the day: on an ordinary one all of theirs.
_AT_ONCE = 2
_CAUSES = ("carrier-late", "weather", "equipment-broken", "no-capacity")


class Hand(TypedDict):
    """Who acts, and when: what every action of a case is told."""

    scope: Scope
    by: Actor
    now: datetime


class DeskLife:
    """Lets the staff of the demo work their cases as time passes."""

    def __init__(self, staff: dict[str, int], *, until: datetime) -> None:
        self._ids = staff
        self._until = until
        self._done: dict[int, int] = {}

    def act(self, now: datetime) -> None:
        """Everybody does the next thing on as many of their cases as they manage, unless it is so new that it is
        left."""
        busy: Counter[int] = Counter()
        for line in cases_list(_EVERYTHING, CaseFilter(state="open", oldest_first=True), limit=200).rows:
            if busy[line.owner_id] < _AT_ONCE and (line.opened_at < self._until - _FRESH or line.number % 2):
                busy[line.owner_id] += self._next(line, now)

    def remember_past(self, scene: Scene) -> None:
        """Some customers were failed before, weeks ago, and it was put right."""
        start = scene.starts_at - timedelta(days=40)
        late = LedgerFilter(states=(State.KEPT_LATE,), kind=KIND, due_from=start, due_before=scene.starts_at)
        rows = ledger(_EVERYTHING, late, limit=400).rows
        for place, row in enumerate(rows[:: max(1, len(rows) // _PAST_CASES)][:_PAST_CASES]):
            said, cause = words.PAST[place % len(words.PAST)]
            agent = ("priya", "tomas", "ana", "marcus")[place % 4]
            now = (row.settled_at or row.due_at) + timedelta(hours=2)
            hand = self._hand(self._ids[agent], now)
            number = cases.report_failure(
                customer_id=row.customer_id, kind=KIND, what=said, detected_by=DetectedBy.CUSTOMER, **hand
            ).number
            cases.take(number, **self._hand(case_for(_EVERYTHING, number).owner_id, now))
            self._put_right(number, said, cause, now)

    def leave_some_work(self, *, now: datetime) -> None:
        """What a visitor finds waiting: a handover, a customer who wants more, some callbacks of their own."""
        priya, tomas = self._ids["priya"], self._ids["tomas"]
        theirs = cases_list(_EVERYTHING, CaseFilter(owner_id=tomas), limit=1).rows
        if theirs:
            note = "You know her from last week. Could you see it through?"
            cases.offer(theirs[0].number, to=priya, note=note, **self._hand(tomas, now))
        today = LedgerFilter(kind=KIND, owner_id=priya, due_before=now + timedelta(hours=8), newest_first=True)
        for (title, minutes), row in zip(words.CALLBACKS, ledger(_EVERYTHING, today, limit=3).rows, strict=False):
            by = self._actor(priya, now)
            promises.make(
                customer_id=row.customer_id, kind="callback", title=title, due_at=now + timedelta(minutes=minutes),
                owner_id=priya, by=by, now=now,
            )  # fmt: skip

    def _next(self, line: CaseLine, now: datetime) -> bool:
        """The next things that its age calls for; whether there were any. One case in six is seen too late, one in
        nine is forgotten."""
        age = now - line.opened_at
        late = timedelta(minutes=35) if line.number % 6 == 5 else timedelta(0)
        forgets = line.number % 9 == 4
        plan: tuple[tuple[int, Callable[[CaseFacts, datetime], None]], ...] = (
            (5, self._listen),
            (12, self._apologise),
            (20, self._promise),
            (55, self._skip if forgets else self._keep),
            (58, self._skip if forgets else self._settle),
            (110, self._skip if forgets else self._ask),
            (130, self._skip if forgets else self._answer),
            (190, self._end),
        )
        if (late and age >= timedelta(minutes=25)) or (forgets and age >= timedelta(minutes=75)):
            self._take_in_charge(case_for(_EVERYTHING, line.number), now)
        before = done = self._done.get(line.number, 0)
        while done < len(plan) and age >= timedelta(minutes=plan[done][0]) + late:
            plan[done][1](case_for(_EVERYTHING, line.number), now)
            done += 1
        self._done[line.number] = done
        return done > before

    def _take_in_charge(self, case: CaseFacts, now: datetime) -> None:
        """The lead who was drawn in sees to it: takes it in charge, and a while later rings themselves."""
        for made in case.commitments:
            if made.purpose is Purpose.PERSONAL_CONTACT and made.promise.state in UNKEPT and made.promise.owner_id:
                hand = self._hand(made.promise.owner_id, now)
                cases.record_step(case.number, step=Step.EMPATHISE, words=words.IN_PERSON, channel="phone", **hand)
        for one in case.escalations:
            if one.taken_at is None:
                cases.take_in_charge(case.number, **self._hand(one.person_id, now))

    def _skip(self, case: CaseFacts, now: datetime) -> None:
        """Forgets it: the clock runs out and the ladder is climbed."""

    def _listen(self, case: CaseFacts, now: datetime) -> None:
        if case.steps or case.owner_id == self._ids["helen"]:
            return
        said, harm = words.HEARD[case.number % len(words.HEARD)]
        hand = self._hand(case.owner_id, now)
        if case.taken_at is None:
            cases.take(case.number, **hand)
        cases.record_step(case.number, step=Step.OWN, words=words.OWNED, channel="phone", **hand)
        cases.record_step(case.number, step=Step.LISTEN, words=said, harm=harm, channel="phone", **hand)

    def _apologise(self, case: CaseFacts, now: datetime) -> None:
        if any(step.step is Step.APOLOGISE for step in case.steps):
            return
        hand = self._hand(case.owner_id, now)
        cases.record_step(case.number, step=Step.EMPATHISE, words=words.EMPATHISED, channel="phone", **hand)
        cases.record_step(case.number, step=Step.APOLOGISE, words=words.APOLOGISED, channel="phone", **hand)

    def _promise(self, case: CaseFacts, now: datetime) -> None:
        if any(one.purpose is Purpose.COMMITMENT for one in case.commitments):
            return
        hand = self._hand(case.owner_id, now)
        cases.record_step(case.number, step=Step.REFOCUS, words=words.REFOCUSED, channel="phone", **hand)
        cases.commit(case.number, title=words.COMMITMENT, due_at=now + timedelta(minutes=45), **hand)

    def _keep(self, case: CaseFacts, now: datetime) -> None:
        for one in case.commitments:
            if one.purpose is Purpose.COMMITMENT and one.promise.state in {*LIVE, State.BROKEN}:
                cases.keep_commitment(case.number, promise_id=one.promise.id, **self._hand(case.owner_id, now))

    def _settle(self, case: CaseFacts, now: datetime) -> None:
        """Ask whether they travelled, and give back the fare of one in four who did not."""
        hand = self._hand(case.owner_id, now)
        told = words.STAYED if case.number % 4 == 2 else words.TRAVELLED
        for one in owing(case, now=now):
            if one.state is OwedState.UNKNOWN:
                remedies.tell_facts(case.number, one.policy, told, promise_id=one.promise_id, **hand)
        for one in owing(case, now=now):
            if one.state is OwedState.OPEN:
                remedies.grant_owed(case.number, one.policy, promise_id=one.promise_id, **hand)

    def _ask(self, case: CaseFacts, now: datetime) -> None:
        if not case.checks:
            followups.ask(case.number, channel="phone", **self._hand(case.owner_id, now))

    def _answer(self, case: CaseFacts, now: datetime) -> None:
        if not case.checks or case.checks[-1].answer:
            return
        more = case.number % 5 == 3
        said = words.MORE if more else words.CONTENT[case.number % len(words.CONTENT)]
        given = Answer.MORE if more else Answer.SATISFIED
        followups.answer(case.number, answer=given, words=said, **self._hand(case.owner_id, now))

    def _end(self, case: CaseFacts, now: datetime) -> None:
        standing = obstacles(case, owing(case, now=now))
        if standing and {obstacle.code for obstacle in standing} != {"case.no_cause"}:
            return
        hand = self._hand(case.owner_id, now)
        cases.record_cause(case.number, cause=_CAUSES[case.number % len(_CAUSES)], **hand)
        followups.close(case.number, **hand)

    def _put_right(self, number: int, said: str, cause: str, now: datetime) -> None:
        hand = self._hand(case_for(_EVERYTHING, number).owner_id, now)
        cases.record_step(number, step=Step.LISTEN, words=said, channel="phone", **hand)
        cases.record_step(number, step=Step.APOLOGISE, words=words.APOLOGISED, channel="phone", **hand)
        followups.ask(number, channel="email", **hand)
        followups.answer(number, answer=Answer.SATISFIED, words=words.CONTENT[number % len(words.CONTENT)], **hand)
        cases.record_cause(number, cause=cause, **hand)
        followups.close(number, **hand)

    def _hand(self, staff_id: int, now: datetime) -> Hand:
        person = staff_by_id(staff_id, now)
        assert person is not None  # noqa: S101 - one of the cast
        return {"scope": person.scope, "by": Actor(ActorKind.STAFF, person.id, person.name), "now": now}

    def _actor(self, staff_id: int, now: datetime) -> Actor:
        return self._hand(staff_id, now)["by"]
