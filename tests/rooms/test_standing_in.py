"""What follows a case waits for somebody who is there: whoever is away, their deputy, a lead or whoever else has it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from makegood.cases import actions as cases
from makegood.cases.models import Case, Commitment
from makegood.cases.rules import Purpose, Step
from makegood.followups import actions, queries
from makegood.followups.models import Closure, Hearing
from makegood.notices.models import Notice
from makegood.people.models import Staff
from makegood.people.queries import roster
from makegood.promises.models import Promise
from makegood.promises.rules import UNKEPT
from tests.factories import NOW, Cast, actor, make_absence, make_cast
from tests.rooms.casework import HOUR, Hand, cast, mara, watch
from tests.rooms.test_closures import DAY, number
from tests.rooms.test_ending import reported, satisfied

__all__ = ["cast", "mara", "number"]

pytestmark = pytest.mark.django_db


def away(person: Staff, *, deputy: Staff | None = None, starts_at: datetime = NOW + HOUR) -> None:
    make_absence(person, deputy=deputy, starts_at=starts_at, ends_at=NOW + 90 * DAY)


def told(topic: str) -> list[Staff]:
    return [one.staff for one in Notice.objects.filter(topic=topic).order_by("id")]


def test_a_process_waits_for_the_deputy_of_whoever_is_away(cast: Cast, number: int) -> None:
    later = NOW + 2 * HOUR
    away(cast.lena, deputy=cast.stranger)
    assert actions.stand_in(now=later) == 2  # the process, and the hearing of Mara
    sam = Hand(cast.stranger)
    one = queries.closure_for(sam.scope, number)
    assert (one.owner, one.may_close, one.hearings[0].lead) == ("Sam Stranger", True, "Sam Stranger")
    assert told("closure.process") == [cast.lena, cast.stranger]
    assert actions.stand_in(now=later) == 0
    actions.close_process(number, words="Pieces are counted at the gate now", **sam.at(later))
    actions.hear_carrier(number, staff_id=cast.mara.pk, word="Well done", is_well=True, **sam.at(later))
    assert queries.closure_for(Hand(cast.greta).scope, number).made == 3


def test_nobody_is_to_hear_themselves(cast: Cast, number: int) -> None:
    away(cast.lena, deputy=cast.mara)
    actions.stand_in(now=NOW + 2 * HOUR)
    assert Hearing.objects.get().lead == cast.otto


def test_a_process_is_named_to_somebody_who_is_there(cast: Cast, mara: Hand) -> None:
    actions.set_process_owner(kind="delivery", staff_id=cast.otto.pk, by=actor(cast.ada), now=NOW)
    away(cast.otto, deputy=cast.stranger, starts_at=NOW - HOUR)
    found = reported(mara)
    cases.record_step(found, step=Step.APOLOGISE, words="I am sorry", **mara.at(NOW))
    satisfied(mara, found, NOW)
    actions.close(found, **mara.at(NOW))
    assert Closure.objects.get().owner == cast.stranger


def test_a_change_whose_time_has_come_goes_to_the_deputy(cast: Cast, number: int) -> None:
    lena = Hand(cast.lena)
    actions.close_process(number, words="Count them", who=cast.stranger.pk, due_at=NOW + 3 * DAY, **lena.at(NOW))
    away(cast.stranger, deputy=cast.mara)
    assert actions.stand_in(now=NOW + DAY) == 0  # he may be back in time
    watch(NOW + 4 * DAY)
    actions.stand_in(now=NOW + 4 * DAY)
    assert Closure.objects.get().promise.owner == cast.mara  # type: ignore[union-attr]
    actions.keep_change(number, **Hand(cast.mara).at(NOW + 4 * DAY))


def test_a_cause_that_is_due_is_found_by_the_deputy(cast: Cast, mara: Hand) -> None:
    found = reported(mara)
    cases.name_cause_finder(found, staff_id=cast.stranger.pk, due_at=NOW + DAY, **mara.at(NOW))
    away(cast.stranger, deputy=cast.lena)
    watch(NOW + 2 * DAY)
    assert actions.stand_in(now=NOW + 2 * DAY) == 1
    assert Case.objects.get(pk=found).cause_finder == cast.lena
    assert told("case.find_cause")[-1] == cast.lena


NAMES = ("mara", "tomas", "lena", "stranger", "otto", "greta", "anil", "ada")


@settings(
    max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    gone=st.sets(st.sampled_from(NAMES)),
    left=st.sets(st.sampled_from(NAMES), max_size=3),
    deputies=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)),
    names=st.tuples(*[st.sampled_from(NAMES[:6])] * 2),
)
def test_what_waits_is_with_somebody_who_is_there(
    gone: set[str], left: set[str], deputies: dict[str, str], names: tuple[str, str]
) -> None:
    with transaction.atomic():
        try:
            _whoever_is_away(gone, left, deputies, names)
        finally:
            transaction.set_rollback(True)


def _whoever_is_away(gone: set[str], left: set[str], deputies: dict[str, str], names: tuple[str, str]) -> None:
    cast = make_cast()
    hand, later = Hand(cast.mara), NOW + 40 * DAY
    finder, changer = (getattr(cast, name) for name in names)
    open_case, closed = reported(hand), reported(hand)
    cases.name_cause_finder(open_case, staff_id=finder.pk, due_at=NOW + DAY, **hand.at(NOW))
    cases.record_step(closed, step=Step.APOLOGISE, words="I am sorry", **hand.at(NOW))
    satisfied(hand, closed, NOW)
    actions.close(closed, **hand.at(NOW))
    manager = Hand(cast.greta)
    actions.close_process(closed, words="Count", who=changer.pk, due_at=NOW + DAY, **manager.at(NOW))
    other = _another(hand)
    for name in gone:
        deputy = deputies.get(name)
        away(getattr(cast, name), deputy=getattr(cast, deputy) if deputy and deputy != name else None)
    Staff.objects.filter(pk__in=[getattr(cast, name).pk for name in left]).update(is_active=False)
    watch(later)
    while actions.stand_in(now=later):
        pass

    everybody = roster(later)
    workers = [one for one in everybody.people.values() if one.is_present and one.may_work]
    due = Promise.objects.filter(
        kind__slug__in=["follow-up", "process-change", "find-cause"], state__in=UNKEPT, breaks_at__lt=later
    )  # fmt: skip
    assert due.count() >= 3
    for promise in due.exclude(pk__in=_of_open_cases()):
        assert not workers or promise.owner_id in {one.id for one in workers}, promise
    owner = Closure.objects.get(pk=other).owner_id
    assert not workers or (owner is not None and everybody.people[owner].is_present)
    for hearing in Hearing.objects.filter(heard_at=None):
        lead = everybody.leader_of(hearing.staff_id)
        assert hearing.lead_id != hearing.staff_id
        assert lead is None or (hearing.lead_id is not None and everybody.people[hearing.lead_id].is_present)


def _another(hand: Hand) -> int:
    """A closed case whose process waits."""
    found = reported(hand)
    cases.record_step(found, step=Step.APOLOGISE, words="I am sorry", **hand.at(NOW))
    satisfied(hand, found, NOW)
    actions.close(found, **hand.at(NOW))
    return found


def _of_open_cases() -> list[int]:
    """Follow-ups of open cases go with the case."""
    rows = Commitment.objects.filter(case__closed_at=None, purpose=Purpose.FOLLOW_UP)
    return list(rows.values_list("promise_id", flat=True))
