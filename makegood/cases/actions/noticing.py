"""Whom a move of a case concerns, and in which words they are told. No name and no word of a customer is in them:
they go to services outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from makegood.cases.actions.storing import NewCase
from makegood.cases.models import Case
from makegood.journal.actors import Actor, ActorKind
from makegood.notices.actions import News, settle, tell_many

# More cases than this that come to somebody in one move are told as one thing.
_EACH = 3


class Climbed(NamedTuple):
    """A promise of a case that broke, and the person drawn in for it, if anybody was. `contact`: they are to speak to
    the customer."""

    case_id: int
    commitment_id: int
    owner_id: int
    person_id: int | None
    name: str
    contact: bool = True


def tell_climbed(climbed: Iterable[Climbed], *, by: Actor, now: datetime) -> None:
    """The owner learns that a promise of their case broke, and whoever is drawn in that they are waited for."""
    tell_many([news for one in climbed for news in _of_climbed(one)], by=by, now=now)


def _of_climbed(one: Climbed) -> Iterator[News]:
    ref, mark = f"SR-{one.case_id}", str(one.commitment_id)
    who = f"{one.name} is drawn in." if one.person_id else "Nobody is left to draw in."
    yield _news(one.owner_id, one.case_id, "promise_broke", f"A promise in {ref} broke. {who}", mark, urgent=True)
    if one.person_id:
        more = " and speak to the customer yourself" if one.contact else ""
        words = f"{ref} needs you: a promise in it broke. Take it in charge{more}."
        yield _news(one.person_id, one.case_id, "drawn_in", words, mark, urgent=True)


def news_of_opened(cases: Sequence[NewCase], *, now: datetime) -> list[News]:
    """Whoever owns a new case learns of it, unless it comes to nobody's desk."""
    yours: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        if not case.light:
            yours[case.owner_id].append(case.id)
    return _gathered(yours, "opened", "{ref} is new, and yours.", "{n} new cases are yours.", now)


def tell_reported(number: int, owner_id: int, *, by: Actor, now: datetime) -> None:
    """Tell the owner that somebody reported more of a case that is open already."""
    words = f"SR-{number}: {_name(by)} reported more of it."
    tell_many([_news(owner_id, number, "reported", words, now.isoformat())], by=by, now=now)


def tell_sponsors(named: Iterable[tuple[int, int]], *, by: Actor, now: datetime) -> None:
    """Whoever is named the sponsor of cases, given with their numbers, learns that they are waited for."""
    again: dict[int, list[int]] = defaultdict(list)
    for staff_id, number in named:
        again[staff_id].append(number)
    one = "{ref} names you its sponsor: this customer was failed before. Take it in charge and speak to them yourself."
    many = "{n} cases name you their sponsor: these customers were failed before. Speak to them yourself."
    tell_many(_gathered(again, "sponsor", one, many, now, urgent=True), by=by, now=now)


def tell_stands_in(given: dict[int, list[int]], *, by: Actor, now: datetime) -> None:
    """Whoever stands in for people who are away learns which cases are theirs now. `given`: numbers by heir."""
    one, many = "{ref} is yours: its owner is away.", "{n} cases are yours: their owners are away."
    tell_many(_gathered(given, "stands_in", one, many, now), by=by, now=now)


def tell_offered(case: Case, name: str, *, by: Actor, now: datetime) -> None:
    """The case is offered to somebody; `name` is that of its owner."""
    words = f"SR-{case.pk} is offered to you by {_name(by)}. {name} owns it until you accept."
    if case.offered_to_id:
        tell_many([_news(case.offered_to_id, case.pk, "offered", words, now.isoformat())], by=by, now=now)


def tell_declined(case: Case, *, by: Actor, now: datetime) -> None:
    """Somebody handed an offer back: the case stays with its owner."""
    _settle_mine(case, by, now)
    words = f"SR-{case.pk} stays yours: {_name(by)} declined it."
    tell_many([_news(case.owner_id, case.pk, "declined", words, now.isoformat())], by=by, now=now)


def tell_lapsed(cases: Sequence[Case], *, by: Actor, now: datetime) -> None:
    """Offers to people who are not there have lapsed: the cases stay with their owners."""
    words = "SR-{} stays yours: the person it was offered to is away."
    told = [_news(case.owner_id, case.pk, "declined", words.format(case.pk), now.isoformat()) for case in cases]
    tell_many(told, by=by, now=now)


def tell_handed(case: Case, before: int, *, by: Actor, now: datetime) -> None:
    """The case has a new owner, who was `before` another's: both learn of it, except who did it."""
    _settle_mine(case, by, now)
    if case.owner_id == before:
        return
    mark = now.isoformat()
    given = _news(case.owner_id, case.pk, "given", f"SR-{case.pk} is yours: {_name(by)} gave it to you.", mark)
    gone = _news(before, case.pk, "gone", f"SR-{case.pk} is {_name(by)}’s now.", mark)
    if case.owner_id != by.id:
        gone = _news(before, case.pk, "gone", f"SR-{case.pk} is no longer yours: {_name(by)} gave it on.", mark)
    tell_many([given, gone], by=by, now=now)


def settle_charge(case: Case, *, by: Actor, now: datetime) -> None:
    """Whoever was drawn in has taken it in charge; its owner learns who."""
    _settle_mine(case, by, now)
    words = f"{_name(by)} has taken SR-{case.pk} in charge."
    tell_many([_news(case.owner_id, case.pk, "in_charge", words, now.isoformat())], by=by, now=now)


def _settle_mine(case: Case, by: Actor, now: datetime) -> None:
    if by.kind is ActorKind.STAFF and by.id is not None:
        settle([by.id], about=("case", case.pk), now=now)


def _gathered(
    numbers: dict[int, list[int]], topic: str, one: str, many: str, now: datetime, *, urgent: bool = False
) -> list[News]:
    """What each person is told about the cases that came to them: each by itself, or how many."""
    told = []
    for staff_id, mine in numbers.items():
        if len(mine) <= _EACH:
            told += [_news(staff_id, n, topic, one.format(ref=f"SR-{n}"), now.isoformat(), urgent=urgent) for n in mine]
        else:
            told.append(
                News(
                    staff_id=staff_id,
                    about=("staff", staff_id),
                    topic=f"case.{topic}",
                    urgent=urgent,
                    words=many.format(n=len(mine)),
                    link="/today/",
                    occasion=now.isoformat(),
                )
            )
    return told


def _news(staff_id: int, number: int, topic: str, words: str, mark: str, *, urgent: bool = False) -> News:
    return News(
        staff_id=staff_id, about=("case", number), topic=f"case.{topic}", words=words,
        link=f"/cases/SR-{number}/", urgent=urgent, occasion=mark,
    )  # fmt: skip


def _name(by: Actor) -> str:
    return by.name if by.kind is ActorKind.STAFF else "Makegood"
