"""Opening cases: from promises that broke or are about to, and from what people report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from makegood.cases.actions.clocks import FIRST_CONTACT, Clock
from makegood.cases.actions.holding import entry
from makegood.cases.actions.ladder import Failed, name_sponsors
from makegood.cases.actions.noticing import news_of_opened
from makegood.cases.actions.searching import index_words
from makegood.cases.actions.stock import Earlier, Family, Key, OpenCase, Stock, look_out
from makegood.cases.actions.storing import (
    NewCase,
    NewCommitment,
    NewFailure,
    insert_cases,
    insert_commitments,
    set_severities,
)
from makegood.cases.models import Case, Failure
from makegood.cases.rules import GRAVEST, DetectedBy, FailureClass, Purpose, failed_words
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.notices.actions import to_tell
from makegood.people.queries import Roster, Router, roster
from makegood.platform.among import Among
from makegood.promises.actions import Made, NewPromise, make_many
from makegood.promises.queries import kind_named
from makegood.promises.rules import LIVE, Moved

_TITLE_LIMIT = 300


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One failure that wants a case. `customer_id` is the living customer; `promise_id` None for a reported harm.

    `promiser_id` is the member of staff who owned the promise, if one did. `owner_id` is who shall own the case when
    that is settled already; a `light` one comes to nobody's desk.
    """

    customer_id: int
    kind_id: int
    team_id: int | None
    role: str
    what: str
    severity: int
    failure_class: FailureClass
    detected_by: DetectedBy
    promise_id: int | None = None
    promiser_id: int | None = None
    criticality: int = 2
    harm: str = ""
    needs: str = ""
    owner_id: int | None = None
    light: bool = False

    @property
    def key(self) -> Key:
        """What makes two failures the same recovery: the customer and the kind."""
        return self.customer_id, self.kind_id


class FirstContact(NamedTuple):
    """A case for which somebody is to speak to the customer."""

    case_id: int
    customer_id: int
    owner_id: int
    family: Family


class Opened(NamedTuple):
    """A case that was opened, its customer, the promise to speak to them, and everybody as they were then."""

    case: NewCase
    customer: Family
    contact: Made
    everybody: Roster


def open_for_promises(
    moved: Sequence[Moved],
    stock: Stock,
    *,
    living: Mapping[int, int],
    detected_by: DetectedBy,
    by: Actor,
    now: datetime,
) -> int:
    """Open a case for each promise that failed, or join the customer's open one of the same kind.

    `living` tells for each customer whom they were merged into. A promise that has its failure already gets no
    second one. Returns how many cases were opened.
    """
    if not moved:
        return 0
    failed = Failure.objects.filter(promise_id__in=Among([move.promise_id for move in moved]))
    counted = set(failed.values_list("promise_id", flat=True))
    fresh = [move for move in moved if move.promise_id not in counted]
    return len(admit([_trouble(move, living[move.customer_id], detected_by) for move in fresh], stock, by=by, now=now))


def _trouble(move: Moved, customer_id: int, detected_by: DetectedBy) -> Trouble:
    return Trouble(
        customer_id=customer_id,
        kind_id=move.kind_id,
        team_id=move.team_id,
        role=move.role,
        what=failed_words(move),
        severity=move.severity,
        failure_class=FailureClass.OUTCOME,
        detected_by=DetectedBy.FORECAST if move.forecast_is_late and move.after in LIVE else detected_by,
        promise_id=move.promise_id,
        promiser_id=move.owner_id,
    )


def admit(troubles: Sequence[Trouble], stock: Stock, *, by: Actor, now: datetime) -> dict[Key, Opened]:
    """Give every trouble its case, and return those that were opened by customer and kind."""
    first: dict[Key, Trouble] = {}
    for trouble in troubles:
        if trouble.key not in stock.open:
            first.setdefault(trouble.key, trouble)
    everybody = roster(now) if first else Roster(())
    cases = _draw_up(list(first.values()), everybody, now)
    there = stock.open | {(case.customer_id, case.kind_id): OpenCase(case.id, case.severity) for case in cases}
    failures = [_failure(there[trouble.key].number, trouble, now) for trouble in troubles]
    contacts = [
        FirstContact(case.id, case.customer_id, case.owner_id, stock.families[case.customer_id]) for case in cases
    ]
    made = _first_contacts(contacts, by=by, now=now)
    insert_cases(
        cases, failures, _commitments(contacts, made), [_opened_entry(case, by, now) for case in cases],
        to_tell(news_of_opened(cases, now=now), by=by, now=now),
    )  # fmt: skip
    _join([trouble for trouble in troubles if first.get(trouble.key) is not trouble], there, by=by, now=now)
    again = [_failed(case) for case in cases if case.ordinal > 1] + _failed_again(troubles, stock)
    name_sponsors(again, by=by, now=now)
    return {
        (case.customer_id, case.kind_id): Opened(case, stock.families[case.customer_id], contact, everybody)
        for case, contact in zip(cases, made, strict=True)
    }


def _draw_up(troubles: Sequence[Trouble], everybody: Roster, now: datetime) -> Sequence[NewCase]:
    """A case for each: its number, owner and severity."""
    if not troubles:
        return ()
    outlook = look_out({trouble.customer_id for trouble in troubles}, many=len(troubles), now=now)
    people = Router(everybody, outlook.load)
    cases = []
    for number, trouble in zip(outlook.numbers, troubles, strict=True):
        count, latest = outlook.earlier.get(trouble.key, Earlier())
        owner_id = trouble.owner_id or people.route(trouble.team_id, trouble.role, trouble.promiser_id)
        cases.append(
            NewCase(
                id=number,
                customer_id=trouble.customer_id,
                kind_id=trouble.kind_id,
                title=trouble.what[:_TITLE_LIMIT],
                severity=min(GRAVEST, trouble.severity + (count > 0)),
                criticality=trouble.criticality,
                detected_by=trouble.detected_by,
                opened_at=now,
                owner_id=owner_id,
                ordinal=count + 1,
                repeat_of_id=latest,
                harm=trouble.harm,
                needs=trouble.needs,
                light=trouble.light,
            )
        )
    return cases


def _failed(case: NewCase) -> Failed:
    return Failed(case.id, case.customer_id, case.owner_id, case.severity, case.title)


def _failed_again(troubles: Sequence[Trouble], stock: Stock) -> list[Failed]:
    """The cases that were being put right when these failures joined them, and into which nobody was drawn yet."""
    joined = {stock.open[trouble.key].number: trouble.what for trouble in troubles if trouble.key in stock.open}
    if not joined:
        return []
    alone = Case.objects.filter(pk__in=Among(joined), escalations__isnull=True).order_by("pk")
    rows = alone.values_list("pk", "customer_id", "owner_id", "severity")
    return [Failed(pk, customer, owner, severity, joined[pk]) for pk, customer, owner, severity in rows]


def promise_first_contact(contact: FirstContact, *, by: Actor, now: datetime) -> None:
    """Somebody speaks to the customer of a case that is there already; see `admit` for those that are opened."""
    insert_commitments(_commitments([contact], _first_contacts([contact], by=by, now=now)))


def _first_contacts(contacts: Sequence[FirstContact], *, by: Actor, now: datetime) -> list[Made]:
    """Somebody speaks to each customer by a time; that is a promise like any other."""
    if not contacts:
        return []
    kind = kind_named(FIRST_CONTACT)
    clock = Clock(kind, now)
    return make_many(
        [
            NewPromise(
                customer_id=one.customer_id,
                title=f"Speak to {one.family.name}",
                due_at=clock.due(one.family.cadence_minutes),
                owner_id=one.owner_id,
            )
            for one in contacts
        ],
        kind=kind,
        by=by,
        now=now,
    )


def _commitments(contacts: Sequence[FirstContact], made: Sequence[Made]) -> list[NewCommitment]:
    return [
        NewCommitment(case_id=one.case_id, promise_id=promise.pk, purpose=Purpose.FIRST_CONTACT)
        for one, promise in zip(contacts, made, strict=True)
    ]


def _opened_entry(case: NewCase, by: Actor, now: datetime) -> NewEntry:
    data = {
        "title": case.title,
        "owner": case.owner_id,
        "severity": case.severity,
        "detected_by": case.detected_by,
        "ordinal": case.ordinal,
        "repeat_of": case.repeat_of_id,
    }
    return entry("opened", case.id, case.customer_id, by=by, at=now, data=data)


def _failure(number: int, trouble: Trouble, now: datetime) -> NewFailure:
    return NewFailure(
        case_id=number,
        promise_id=trouble.promise_id,
        failure_class=trouble.failure_class,
        what=trouble.what[:_TITLE_LIMIT],
        severity=trouble.severity,
        detected_by=trouble.detected_by,
        at=now,
    )


def _join(troubles: Sequence[Trouble], there: Mapping[Key, OpenCase], *, by: Actor, now: datetime) -> None:
    """Those that joined a case raise it: another failure while one is being put right."""
    if not troubles:
        return
    severities: dict[int, int] = {}
    entries = []
    for trouble in troubles:
        number, severity = there[trouble.key]
        raised = min(GRAVEST, max(severities.get(number, severity), trouble.severity) + 1)
        severities[number] = raised
        entries.append(_joined_entry(number, trouble, raised, by, now))
    set_severities(severities)
    record_many(entries)
    heard = {there[trouble.key].number: trouble for trouble in troubles if trouble.harm or trouble.needs}
    for case in Case.objects.filter(pk__in=heard):
        hear(case, heard[case.pk].harm, heard[case.pk].needs)
    index_words(heard)


def hear(case: Case, harm: str, needs: str) -> None:
    """Add what it means to the customer, and what they need, to what was heard before."""
    case.harm, case.needs = f"{case.harm}\n{harm}".strip(), f"{case.needs}\n{needs}".strip()
    case.save(update_fields=["harm", "needs"])


def _joined_entry(number: int, trouble: Trouble, severity: int, by: Actor, now: datetime) -> NewEntry:
    data = {"what": trouble.what, "severity": severity, "promise": trouble.promise_id, "harm": trouble.harm}
    data |= {"needs": trouble.needs} if trouble.needs else {}
    return entry("joined", number, trouble.customer_id, by=by, at=now, data=data)
