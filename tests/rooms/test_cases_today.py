"""Today's work: what needs a person now stands first, what is only to be concluded last, and each case stands once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from makegood.cases import actions, queries
from makegood.cases.models import Case
from makegood.followups import actions as followups
from makegood.learning.queries.own import own_standing
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db
LATER = NOW + 3 * HOUR


def broken(hand: Hand, name: str, **fields: object) -> int:
    """A case of a call back that broke, changed so."""
    promise = callback(hand, customer=make_customer(name).pk)
    watch(NOW + 31 * MINUTE)
    found = Case.objects.get(failures__promise=promise)
    Case.objects.filter(pk=found.pk).update(**fields)
    return found.pk


def put_right(number: int, hand: Hand, *, take: bool = True) -> None:
    """The promise is kept, late, and its case taken and spoken of."""
    if take:
        actions.take(number, **hand.at(LATER - HOUR))
        actions.record_step(number, step="own", words="It is mine", **hand.at(LATER - HOUR))
    for promise in Promise.objects.filter(pk__in=Case.objects.get(pk=number).failures.values("promise")):
        promises.keep(promise.pk, by=hand.by, now=LATER - HOUR)


def shown(hand: Hand, who: str = "me") -> dict[str, list[int]]:
    desk = queries.desk_rows(hand.scope, who=who)  # type: ignore[arg-type]
    return {group.key: [row.case.number for row in group.rows if row.case] for group in desk.groups}


def test_what_nobody_has_taken_comes_before_graver_work_that_somebody_has(mara: Hand) -> None:
    taken = broken(mara, "Ann", severity=4)
    late = broken(mara, "Bea", severity=3)
    untaken = broken(mara, "Cy", severity=1)
    actions.take(taken, **mara.at(NOW + HOUR))
    put_right(late, mara)
    actions.commit(late, title="Ring back", due_at=LATER + HOUR, **mara.at(NOW + HOUR))
    assert shown(mara)["broken"] == [untaken, taken, late], "what was kept late comes after what is still broken"


def test_what_is_only_to_be_concluded_waits_after_all_else(mara: Hand) -> None:
    done, more, open_ = (broken(mara, name) for name in ("Ann", "Bea", "Cy"))
    put_right(done, mara)
    Case.objects.filter(pk=done).update(opened_at=NOW - HOUR)
    followups.ask(more, **mara.at(LATER))
    followups.answer(more, answer="more", **mara.at(LATER))
    assert shown(mara) == {"broken": [open_], "at_risk": [], "waiting": [more, done]}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "Ask whether it is right"),
        ("", "Asked; the answer is awaited"),
        ("not_reached", "Not reached so far: try again"),
        ("satisfied", "Say why it happened"),
        ("closing", "Close it"),
    ],
)
def test_a_case_to_be_concluded_says_what_is_next(mara: Hand, answer: str | None, why: str) -> None:
    number = broken(mara, "Ann")
    put_right(number, mara)
    if answer is not None:
        followups.ask(number, **mara.at(LATER))
    if answer:
        followups.answer(number, answer="satisfied" if answer == "closing" else answer, **mara.at(LATER))
    if answer == "closing":
        actions.record_cause(number, cause="weather", **mara.at(LATER))
    assert [row.why for row in queries.desk_rows(mara.scope, who="me").groups[2].rows] == [why]


def test_a_case_opened_again_is_not_only_to_be_concluded(mara: Hand) -> None:
    number = broken(mara, "Ann")
    put_right(number, mara)
    followups.ask(number, **mara.at(LATER))
    followups.answer(number, answer="satisfied", **mara.at(LATER))
    actions.record_cause(number, cause="weather", **mara.at(LATER))
    followups.close(number, **mara.at(LATER))
    followups.reopen(number, reason="It rattles again", **mara.at(LATER + MINUTE))
    assert shown(mara)["broken"] == [number]
    promise = actions.commit(number, title="Come by", due_at=LATER + HOUR, **mara.at(LATER + 2 * MINUTE))
    actions.keep_commitment(number, promise_id=promise, **mara.at(LATER + 3 * MINUTE))
    assert shown(mara)["waiting"] == [number]


def test_what_nobody_has_spoken_of_is_broken_though_it_was_kept_late(mara: Hand) -> None:
    number = broken(mara, "Ann")
    put_right(number, mara, take=False)
    assert shown(mara)["broken"] == [number]


def test_of_what_is_at_risk_the_next_to_break_comes_first(mara: Hand) -> None:
    numbers = []
    for minutes, severity in ((90, 1), (60, 2), (120, 4)):
        promise = callback(mara, minutes=minutes, customer=make_customer().pk)
        actions.forecast_promise(promise.pk, forecast_at=NOW + 5 * HOUR, **mara.at(NOW))
        found = Case.objects.get(failures__promise=promise)
        Case.objects.filter(pk=found.pk).update(severity=severity, taken_at=NOW)
        numbers.append(found.pk)
    first, second, third = numbers
    alone = callback(mara, minutes=75)
    watch(NOW + 70 * MINUTE)
    group = queries.desk_rows(mara.scope, who="me").groups[1]
    assert [row.case.number if row.case else row.promise.id for row in group.rows if row.case or row.promise] == [
        alone.pk, first, third,
    ]  # fmt: skip
    assert group.first == group.rows[0]
    assert shown(mara)["broken"] == [second]


def test_a_word_given_in_a_case_that_was_foretold_is_broken_when_it_is_late(mara: Hand) -> None:
    promise = callback(mara, minutes=600)
    actions.forecast_promise(promise.pk, forecast_at=NOW + 15 * HOUR, **mara.at(NOW))
    number = Case.objects.get(failures__promise=promise).pk
    actions.take(number, **mara.at(NOW))
    actions.record_step(number, step="own", words="It is mine", **mara.at(NOW))
    word = actions.commit(number, title="Ring back with a seat", due_at=NOW + HOUR, **mara.at(NOW))
    assert shown(mara)["at_risk"] == [number]
    watch(LATER)
    assert shown(mara) == {"broken": [number], "at_risk": [], "waiting": []}
    group = queries.desk_rows(mara.scope, who="me").groups[0]
    assert group.first is not None
    assert group.first.since == NOW + HOUR, "so late is the word, however far off the promise itself is"
    actions.keep_commitment(number, promise_id=word, **mara.at(LATER))
    assert shown(mara)["at_risk"] == [number]


def test_the_oldest_of_a_group_is_told_however_far_down_it_stands(mara: Hand) -> None:
    old = broken(mara, "Old", severity=1)
    Promise.objects.filter(title="Ring back about the alarm").update(due_at=NOW - timedelta(days=3))
    for number in range(26):
        broken(mara, f"Grave {number}", severity=4)
    group = queries.desk_rows(mara.scope, who="me").groups[0]
    assert (group.count, len(group.rows)) == (27, 25)
    assert group.first is not None
    assert group.first.case is not None
    assert group.first.case.number == old
    assert old not in [row.case.number for row in group.rows if row.case]


def test_every_open_case_of_a_team_stands_on_its_desk_once(cast: Cast, mara: Hand) -> None:
    numbers = [broken(mara, name) for name in ("Ann", "Bea", "Cy", "Di")]
    put_right(numbers[0], mara)
    followups.ask(numbers[1], **mara.at(LATER))
    followups.answer(numbers[1], answer="more", **mara.at(LATER))
    for hand, who in ((mara, "me"), (mara, "team"), (Hand(cast.lena), "team"), (Hand(cast.greta), "team")):
        desk = shown(hand, who)
        assert sorted(number for group in desk.values() for number in group) == numbers, (hand.by.name, who)
        assert numbers[0] in desk["waiting"]
    assert all(not found for found in shown(Hand(cast.stranger), "team").values())


def test_the_rail_counts_what_stands_under_broken(mara: Hand) -> None:
    numbers = [broken(mara, name) for name in ("Ann", "Bea", "Cy")]
    put_right(numbers[0], mara)
    group = queries.desk_rows(mara.scope, who="me").groups[0]
    assert own_standing(mara.scope, "GBP", until=NOW, at_most=999).broken == group.count == 2
    assert own_standing(mara.scope, "GBP", until=NOW, at_most=1).broken == 1
