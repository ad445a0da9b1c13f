"""No close that skips a rule: whatever people do, in whatever order, a case ends only when all of it is so."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.cases import actions as cases
from makegood.cases.models import Case, Commitment, SatisfactionCheck
from makegood.cases.queries import case_for
from makegood.cases.rules import FOR_THE_CUSTOMER, Answer, Outcome, Step
from makegood.followups import actions, queries
from makegood.followups.actions.planning import plan
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.rules import UNKEPT
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant, Offer
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState
from makegood.remedies.rules.offering import OfferState, Silence
from tests.factories import NOW, Cast
from tests.rooms.casework import HOUR, Hand, cast, mara, watch
from tests.rooms.test_ending import reported

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db

SPOKEN = {Step.OWN, Step.EMPATHISE, Step.APOLOGISE}


class Play:
    """One case and somebody who may do everything in it, at an instant that only moves on."""

    def __init__(self, hand: Hand, draw: random.Random) -> None:
        self.hand, self.draw, self.now = hand, draw, NOW
        self.number = reported(hand)

    def do(self, deed: str) -> None:
        """Try one thing; what is refused changes nothing."""
        self.now += self.draw.choice([timedelta(minutes=1), HOUR, timedelta(days=1)])
        try:
            with transaction.atomic():
                getattr(self, deed)(**self.hand.at(self.now))
        except Refusal:
            return

    def promised(self) -> list[int]:
        made = Commitment.objects.filter(case_id=self.number, promise__state__in=UNKEPT)
        return list(made.order_by("pk").values_list("promise_id", flat=True))

    def step(self, **known: object) -> None:
        cases.record_step(self.number, step=self.draw.choice(list(Step)), words="Said", **known)

    def take(self, **known: object) -> None:
        cases.record_step(self.number, step=Step.OWN, **known)

    def commit(self, **known: object) -> None:
        cases.commit(self.number, title="Bring it", due_at=self.now + HOUR, **known)

    def pay(self, **known: object) -> None:
        choice = Choice(remedy=RemedyKind.REFUND, title="Refund", amount=Decimal(5), due_at=self.now + HOUR)
        remedies.grant(self.number, [choice], currency="GBP", reason="It is right", **known)

    def let_choose(self, **known: object) -> None:
        due_at, until = self.now + timedelta(days=4), self.now + self.draw.choice([HOUR, timedelta(days=2)])
        things = [
            Choice(remedy=kind, title=kind, amount=Decimal(5), due_at=due_at)
            for kind in (RemedyKind.REFUND, RemedyKind.EXCHANGE)
        ]
        silence = self.draw.choice(list(Silence))
        remedies.let_choose(self.number, things, until=until, silence=silence, currency="GBP", reason="It is", **known)

    def choose(self, **known: object) -> None:
        for offer in Offer.objects.filter(case_id=self.number, state=OfferState.OPEN):
            option = self.draw.choice(list(offer.options.filter(state=GrantState.OFFERED)))
            remedies.choose_for(offer.pk, option.pk, **known)

    def want_else(self, **known: object) -> None:
        for offer in Offer.objects.filter(case_id=self.number, state=OfferState.OPEN):
            remedies.want_else(self.number, offer.pk, words="Bring it to my mother", by=SYSTEM, now=self.now)

    def take_offer_back(self, **known: object) -> None:
        for offer in Offer.objects.filter(case_id=self.number, state=OfferState.OPEN):
            remedies.withdraw_offer(offer.pk, words="We found something better", **known)

    def settle(self, **known: object) -> None:
        remedies.settle_offers(now=self.now)

    def keep(self, **known: object) -> None:
        cases.keep_commitment(self.number, promise_id=self.draw.choice(self.promised() or [0]), **known)
        plan(Case.objects.get(pk=self.number), by=SYSTEM, now=self.now)

    def ask(self, **known: object) -> None:
        actions.ask(self.number, **known)

    def answer(self, **known: object) -> None:
        actions.answer(self.number, answer=self.draw.choice(list(Answer)), **known)

    def come_back(self, **known: object) -> None:
        ahead = [one.promise_id for one in queries.follow_ups_of(self.number) if one.is_ahead] or [0]
        said = self.draw.choice(list(Answer))
        actions.follow_up(self.number, promise_id=self.draw.choice(ahead), answer=said, **known)

    def page(self, **known: object) -> None:
        said = self.draw.choice([Answer.SATISFIED, Answer.MORE])
        actions.answer_oneself(self.number, answer=said, by=SYSTEM, now=self.now)

    def cause(self, **known: object) -> None:
        cases.record_cause(self.number, cause="forgotten", **known)

    def finder(self, **known: object) -> None:
        cases.name_cause_finder(self.number, staff_id=self.hand.id, due_at=self.now + HOUR, **known)

    def undo(self, **known: object) -> None:
        entries = list(Entry.objects.filter(case_id=self.number).order_by("-pk").values_list("pk", flat=True)[:6])
        actions.undo(self.number, entry=self.draw.choice(entries), **known)

    def reopen(self, **known: object) -> None:
        actions.reopen(self.number, reason="It rattles", **known)

    def time(self, **known: object) -> None:
        watch(self.now)

    def close(self, **known: object) -> None:
        actions.close(self.number, **known)
        self.check()

    def check(self) -> None:
        """What must be so of a case that was closed just now."""
        case = Case.objects.get(pk=self.number)
        owed = Commitment.objects.filter(case=case, purpose__in=FOR_THE_CUSTOMER, promise__state__in=UNKEPT)
        assert not owed.exists()
        assert not Offer.objects.filter(case=case, state=OfferState.OPEN, grant=None).exists()
        assert case.cause_id is not None or case.cause_finder_id is not None
        checks = SatisfactionCheck.objects.filter(case=case, undone_at=None)
        last = checks.exclude(answer="").latest("asked_at", "id")
        assert last.answer not in (Answer.MORE, Answer.NOT_REACHED)
        assert case.reopened_at is None or last.asked_at >= case.reopened_at
        if last.answer == Answer.UNREACHABLE:
            assert case.outcome == Outcome.UNREACHABLE
        spoken = {one.step for one in case_for(self.hand.scope, case.pk).steps if one.said or one.step is not Step.OWN}
        if Grant.objects.filter(case=case, state=GrantState.GIVEN).exists():
            assert spoken & SPOKEN


DEEDS = [name for name in vars(Play) if not name.startswith("_") and name not in ("do", "promised", "check")]
LIKELY = ["ask", "answer", "cause", "close", "keep"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(DEEDS + 2 * LIKELY), min_size=8, max_size=30), st.integers(0, 10**6))
def test_no_sequence_of_deeds_ends_a_case_that_is_not_done(cast: Cast, deeds: list[str], seed: int) -> None:
    with transaction.atomic():
        greta = Hand(cast.greta)
        remedies.set_limit(Limit(grade=1, currency="GBP"), by=greta.by, now=NOW)
        play = Play(greta, random.Random(seed))
        for deed in [*deeds, "close"]:
            play.do(deed)
        transaction.set_rollback(True)


def test_the_plain_way_ends_it(cast: Cast) -> None:
    """That the play can close at all."""
    play = Play(Hand(cast.greta), random.Random(1))
    known: Callable[[], dict[str, object]] = lambda: Hand(cast.greta).at(play.now)  # noqa: E731
    cases.record_step(play.number, step=Step.APOLOGISE, words="I am sorry", **known())
    actions.ask(play.number, **known())
    actions.answer(play.number, answer=Answer.SATISFIED, **known())
    play.cause(**known())
    play.close(**known())
    assert Case.objects.get(pk=play.number).closed_at == play.now
