"""The colleagues at the desk: what they did this morning, so that a visitor finds a day in the middle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from makegood.cases import actions as cases
from makegood.cases.queries import CaseFacts, CaseFilter, CaseLine, case_for, cases_list, desk_rows
from makegood.cases.rules import Answer, DetectedBy, Purpose, Step
from makegood.config.demo import words
from makegood.config.demo.afterwards import come_back, make_good
from makegood.config.demo.hand import EVERYTHING, Hand, hand_of
from makegood.config.demo.news import KIND
from makegood.config.demo.scene import Scene
from makegood.config.demo.trying import try_out
from makegood.followups import actions as followups
from makegood.followups.queries import obstacles
from makegood.promises import actions as promises
from makegood.promises.queries import LedgerFilter, ledger
from makegood.promises.rules import LIVE, UNKEPT, State
from makegood.remedies import actions as remedies
from makegood.remedies.queries import owing
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from makegood.remedies.rules.owing import OwedState

_PAST_CASES = 10
# What happened this late stays undone: it is for the visitor.
_FRESH = timedelta(minutes=40)
# How many cases somebody manages to do something about in one step of the day: on an ordinary one all of theirs.
_AT_ONCE = 4
_LEADS = ("lena", "rosa")
_CAUSES = ("carrier-late", "weather", "equipment-broken", "no-capacity")


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
        for line in cases_list(EVERYTHING, CaseFilter(state="open", oldest_first=True), limit=200).rows:
            if busy[line.owner_id] < _AT_ONCE and (line.opened_at < self._until - _FRESH or line.number % 2):
                busy[line.owner_id] += self._next(line, now)

        if now.minute // 10 % 2 == 0 and now < self._until - _FRESH:
            for lead in _LEADS:
                self._look_after(hand_of(self._ids[lead], now), now)

    def _look_after(self, lead: Hand, now: datetime) -> None:
        """A lead sees to what they were drawn into, every twenty minutes."""
        for row in desk_rows(lead["scope"], who="me").groups[2].rows:
            if row.case is not None and row.case.owner_id != lead["by"].id:
                self._take_in_charge(case_for(EVERYTHING, row.case.number), now)

    def remember_past(self, scene: Scene) -> None:
        """Some customers were failed before, weeks ago, and it was put right."""
        start = scene.starts_at - timedelta(days=40)
        late = LedgerFilter(states=(State.KEPT_LATE,), kind=KIND, due_from=start, due_before=scene.starts_at)
        rows = ledger(EVERYTHING, late, limit=400).rows
        for place, row in enumerate(rows[:: max(1, len(rows) // _PAST_CASES)][:_PAST_CASES]):
            said, cause = words.PAST[place % len(words.PAST)]
            agent = ("priya", "tomas", "ana", "marcus")[place % 4]
            now = (row.settled_at or row.due_at) + timedelta(hours=2)
            hand = hand_of(self._ids[agent], now)
            number = cases.report_failure(
                customer_id=row.customer_id, kind=KIND, what=said, detected_by=DetectedBy.CUSTOMER, **hand
            ).number
            cases.take(number, **hand_of(case_for(EVERYTHING, number).owner_id, now))
            self._put_right(number, said, cause, now)
            come_back(number, before=scene.starts_at)
            make_good(number, now=min(now + timedelta(days=2), scene.starts_at))

    def leave_some_work(self, *, now: datetime) -> None:
        """What a visitor finds waiting: a handover, a customer who wants more, some callbacks of their own, a question
        to decide and something to choose from."""
        priya, tomas = self._ids["priya"], self._ids["tomas"]
        theirs = cases_list(EVERYTHING, CaseFilter(owner_id=tomas), limit=1).rows
        if theirs:
            note = "You know them from last week. Could you see it through?"
            cases.offer(theirs[0].number, to=priya, note=note, **hand_of(tomas, now))
        today = LedgerFilter(kind=KIND, owner_id=priya, due_before=now + timedelta(hours=8), newest_first=True)
        for (title, minutes), row in zip(words.CALLBACKS, ledger(EVERYTHING, today, limit=3).rows, strict=False):
            by = hand_of(priya, now)["by"]
            promises.make(
                customer_id=row.customer_id, kind="callback", title=title, due_at=now + timedelta(minutes=minutes),
                owner_id=priya, by=by, now=now,
            )  # fmt: skip

        self._want_a_decision(now)
        self._let_choose(now)

    def _want_a_decision(self, now: datetime) -> None:
        """An agent asks for more than is theirs to give."""
        for line in cases_list(EVERYTHING, CaseFilter(owner_id=self._ids["tomas"]), limit=1).rows:
            hotel = Choice(
                remedy=RemedyKind.REFUND, title=words.HOTEL, amount=Decimal(320), due_at=now + timedelta(days=3)
            )
            tomas = hand_of(self._ids["tomas"], now)
            remedies.ask_approval(line.number, [hotel], note=words.HOTEL_NOTE, reason=words.HOTEL_NOTE, **tomas)

    def _let_choose(self, now: datetime) -> None:
        """A customer has something to choose from."""
        for line in cases_list(EVERYTHING, CaseFilter(owner_id=self._ids["ana"]), limit=1).rows:
            offered = [
                Choice(
                    remedy=RemedyKind.RE_PERFORMANCE, title=title, amount=Decimal(cost), due_at=now + timedelta(days=1)
                )
                for title, cost in words.CHOICES
            ]
            ana = hand_of(self._ids["ana"], now)
            remedies.let_choose(line.number, offered, until=now + timedelta(hours=5), **ana)

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
        before = done = self._done.get(line.number, 0)
        while done < len(plan) and age >= timedelta(minutes=plan[done][0]) + late:
            plan[done][1](case_for(EVERYTHING, line.number), now)
            done += 1
        self._done[line.number] = done
        return done > before

    def _take_in_charge(self, case: CaseFacts, now: datetime) -> None:
        """The lead who was drawn in sees to it: takes it in charge, and a while later rings themselves."""
        for made in case.commitments:
            if made.purpose is Purpose.PERSONAL_CONTACT and made.promise.state in UNKEPT and made.promise.owner_id:
                hand = hand_of(made.promise.owner_id, now)
                cases.record_step(case.number, step=Step.EMPATHISE, words=words.IN_PERSON, channel="phone", **hand)
        for one in case.escalations:
            if one.taken_at is None:
                cases.take_in_charge(case.number, **hand_of(one.person_id, now))

    def _skip(self, case: CaseFacts, now: datetime) -> None:
        """Forgets it: the clock runs out and the ladder is climbed."""

    def _listen(self, case: CaseFacts, now: datetime) -> None:
        if case.steps or case.owner_id == self._ids["helen"]:
            return
        said, harm = words.HEARD[case.number % len(words.HEARD)]
        hand = hand_of(case.owner_id, now)
        if case.taken_at is None:
            cases.take(case.number, **hand)
        try_out(case.number, hand)
        cases.record_step(case.number, step=Step.OWN, words=words.OWNED, channel="phone", **hand)
        cases.record_step(case.number, step=Step.LISTEN, words=said, harm=harm, channel="phone", **hand)

    def _apologise(self, case: CaseFacts, now: datetime) -> None:
        if any(step.step is Step.APOLOGISE for step in case.steps):
            return
        hand = hand_of(case.owner_id, now)
        cases.record_step(case.number, step=Step.EMPATHISE, words=words.EMPATHISED, channel="phone", **hand)
        cases.record_step(case.number, step=Step.APOLOGISE, words=words.APOLOGISED, channel="phone", **hand)

    def _promise(self, case: CaseFacts, now: datetime) -> None:
        if any(one.purpose is Purpose.COMMITMENT for one in case.commitments):
            return
        hand = hand_of(case.owner_id, now)
        cases.record_step(case.number, step=Step.REFOCUS, words=words.REFOCUSED, channel="phone", **hand)
        cases.commit(case.number, title=words.COMMITMENT, due_at=now + timedelta(minutes=45), **hand)
        if case.number % 3 == 0:
            self._give_credit(case.number, now)

    def _give_credit(self, number: int, now: datetime) -> None:
        """Something for their trouble; how much differs from one to the other."""
        credit = Choice(
            remedy=RemedyKind.CREDIT, title=words.CREDIT, amount=Decimal(20 + number % 5 * 10),
            due_at=now + timedelta(hours=2),
        )  # fmt: skip
        remedies.grant(number, [credit], **hand_of(case_for(EVERYTHING, number).owner_id, now))

    def _keep(self, case: CaseFacts, now: datetime) -> None:
        for one in case.commitments:
            if one.purpose is Purpose.COMMITMENT and one.promise.state in {*LIVE, State.BROKEN}:
                cases.keep_commitment(case.number, promise_id=one.promise.id, **hand_of(case.owner_id, now))

    def _settle(self, case: CaseFacts, now: datetime) -> None:
        """Ask whether they travelled, and give back the fare of one in four who did not."""
        hand = hand_of(case.owner_id, now)
        told = words.STAYED if case.number % 4 == 2 else words.TRAVELLED
        for one in owing(case, now=now):
            if one.state is OwedState.UNKNOWN:
                remedies.tell_facts(case.number, one.policy, told, promise_id=one.promise_id, **hand)
        for one in owing(case, now=now):
            if one.state is OwedState.OPEN:
                remedies.grant_owed(case.number, one.policy, promise_id=one.promise_id, **hand)

    def _ask(self, case: CaseFacts, now: datetime) -> None:
        if not case.checks:
            followups.ask(case.number, channel="phone", **hand_of(case.owner_id, now))

    def _answer(self, case: CaseFacts, now: datetime) -> None:
        if not case.checks or case.checks[-1].answer:
            return
        more = case.number % 5 == 3
        said = words.MORE if more else words.CONTENT[case.number % len(words.CONTENT)]
        given = Answer.MORE if more else Answer.SATISFIED
        followups.answer(case.number, answer=given, words=said, **hand_of(case.owner_id, now))

    def _end(self, case: CaseFacts, now: datetime) -> None:
        standing = obstacles(case, owing(case, now=now))
        if standing and {obstacle.code for obstacle in standing} != {"case.no_cause"}:
            return
        hand = hand_of(case.owner_id, now)
        cases.record_cause(case.number, cause=_CAUSES[case.number % len(_CAUSES)], **hand)
        followups.close(case.number, **hand)

    def _put_right(self, number: int, said: str, cause: str, now: datetime) -> None:
        hand = hand_of(case_for(EVERYTHING, number).owner_id, now)
        cases.record_step(number, step=Step.LISTEN, words=said, channel="phone", **hand)
        cases.record_step(number, step=Step.APOLOGISE, words=words.APOLOGISED, channel="phone", **hand)
        self._give_credit(number, now)
        self._keep(case_for(EVERYTHING, number), now)
        followups.ask(number, channel="email", **hand)
        followups.answer(number, answer=Answer.SATISFIED, words=words.CONTENT[number % len(words.CONTENT)], **hand)
        cases.record_cause(number, cause=cause, **hand)
        followups.close(number, **hand)
