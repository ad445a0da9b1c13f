"""Opening cases: from promises that broke or are about to, and from what people report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max

from makegood.cases.actions.searching import index_words
from makegood.cases.models import Case, Commitment, Failure
from makegood.cases.rules import DetectedBy, FailureClass, Purpose, failed_words
from makegood.customers.queries import living_ids
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import forbidden, invalid
from makegood.people.queries import roster, router
from makegood.people.rules import Ability, Scope
from makegood.promises.actions import NewPromise, make_many
from makegood.promises.queries import kind_named
from makegood.promises.rules import LIVE, Moved

# A second failure of the same kind within a year is a repeat (Maxham & Netemeyer 2002: similar and close in
# time is what undoes a recovery).
REPEAT_WINDOW = timedelta(days=365)
FIRST_CONTACT = "first-contact"
_DEFAULT_ALLOWANCE = timedelta(minutes=15)
_GRAVEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One failure that wants a case. `customer_id` is the living customer; `promise_id` None for a reported harm."""

    customer_id: int
    kind_id: int
    team_id: int | None
    role: str
    what: str
    severity: int
    failure_class: FailureClass
    detected_by: DetectedBy
    promise_id: int | None = None
    criticality: int = 2
    harm: str = ""


@transaction.atomic
def open_for_promises(moved: Sequence[Moved], *, detected_by: DetectedBy, by: Actor, now: datetime) -> int:
    """Open a case for each promise that failed, or join the customer's open one of the same kind.

    A promise that has its failure already gets no second one. Returns how many cases were opened.
    """
    if not moved:
        return 0
    counted = set(
        Failure.objects.filter(promise_id__in=[move.promise_id for move in moved]).values_list("promise_id", flat=True)
    )
    fresh = [move for move in moved if move.promise_id not in counted]
    living = living_ids({move.customer_id for move in fresh})
    troubles = [_trouble(move, living[move.customer_id], detected_by) for move in fresh]
    return len(_admit(troubles, by=by, now=now))


@transaction.atomic
def report_failure(
    *,
    customer_id: int,
    kind: str,
    what: str,
    scope: Scope,
    by: Actor,
    now: datetime,
    failure_class: str = FailureClass.OUTCOME,
    severity: int | None = None,
    criticality: int = 2,
    detected_by: str = DetectedBy.CUSTOMER,
    harm: str = "",
) -> int:
    """Record a harm that a person reports, in a new case or the open one of the same kind. Returns its number.

    Raises Refusal "case.may_not_work", "kind.unknown", "case.bad_value", "case.no_words".
    """
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    policy = kind_named(kind)
    trouble = Trouble(
        customer_id=living_ids({customer_id})[customer_id],
        kind_id=policy.id,
        team_id=policy.team_id,
        role=policy.role,
        what=_checked_words(what),
        severity=_one_to_four("severity", severity or policy.severity),
        failure_class=_known(FailureClass, "failure_class", failure_class),
        detected_by=_known(DetectedBy, "detected_by", detected_by),
        criticality=_one_to_four("criticality", criticality),
        harm=harm.strip(),
    )
    opened = _admit([trouble], by=by, now=now)
    if opened:
        return opened[0]
    return _open_cases([trouble])[trouble.customer_id, trouble.kind_id].pk


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
    )


def _admit(troubles: Sequence[Trouble], *, by: Actor, now: datetime) -> list[int]:
    """Give every trouble its case and return the numbers of those that were opened."""
    if not troubles:
        return []
    _queue_up(troubles)
    there = _open_cases(troubles)
    first: dict[tuple[int, int], Trouble] = {}
    for trouble in troubles:
        if (trouble.customer_id, trouble.kind_id) not in there:
            first.setdefault((trouble.customer_id, trouble.kind_id), trouble)
    opened = _open(list(first.values()), by=by, now=now)
    there |= {(case.customer_id, case.kind_id): case for case in opened}
    _add_failures([(there[trouble.customer_id, trouble.kind_id], trouble) for trouble in troubles], by=by, now=now)
    _join(troubles, first, there, by=by, now=now)
    return [case.pk for case in opened]


def _queue_up(troubles: Sequence[Trouble]) -> None:
    """Two watches that find the same customer failing twice wait for each other, in the order of the numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted({trouble.customer_id for trouble in troubles})],
        )


def _open_cases(troubles: Sequence[Trouble]) -> dict[tuple[int, int], Case]:
    rows = Case.objects.filter(customer_id__in={trouble.customer_id for trouble in troubles}, closed_at__isnull=True)
    return {(case.customer_id, case.kind_id): case for case in rows.order_by("-id")}


def _open(troubles: Sequence[Trouble], *, by: Actor, now: datetime) -> list[Case]:
    """Open a case for each: owner, severity, first contact, journal."""
    if not troubles:
        return []
    earlier = _earlier(troubles, now)
    people = router(now, _load())
    cases = [_new_case(trouble, earlier, people.route(trouble.team_id, trouble.role), now) for trouble in troubles]
    everybody = roster(now)
    for case in cases:
        if case.ordinal > 1 and (sponsor := everybody.next_rung(case.owner_id, 1)):
            case.sponsor_id = sponsor.id
    Case.objects.bulk_create(cases)
    index_words([case.pk for case in cases])
    _promise_first_contact(cases, by=by, now=now)
    record_many(_opened_entry(case, by, now) for case in cases)
    return cases


def _new_case(
    trouble: Trouble, earlier: Mapping[tuple[int, int], tuple[int, int]], owner_id: int, now: datetime
) -> Case:
    count, latest = earlier.get((trouble.customer_id, trouble.kind_id), (0, None))
    return Case(
        customer_id=trouble.customer_id,
        kind_id=trouble.kind_id,
        title=trouble.what[:300],
        severity=min(_GRAVEST, trouble.severity + (count > 0)),
        criticality=trouble.criticality,
        detected_by=trouble.detected_by,
        opened_at=now,
        owner_id=owner_id,
        ordinal=count + 1,
        repeat_of_id=latest,
        harm=trouble.harm,
    )


def _earlier(troubles: Sequence[Trouble], now: datetime) -> dict[tuple[int, int], tuple[int, int]]:
    """How often each customer was failed in this way before, and the latest case of it."""
    rows = (
        Case.objects.filter(
            customer_id__in={trouble.customer_id for trouble in troubles}, opened_at__gte=now - REPEAT_WINDOW
        )
        .exclude(outcome="corrected")
        .values_list("customer_id", "kind_id")
        .annotate(count=Count("id"), latest=Max("id"))
    )
    return {(customer_id, kind_id): (count, latest) for customer_id, kind_id, count, latest in rows}


def _load() -> dict[int, int]:
    """How many open cases each owner has."""
    rows = Case.objects.filter(closed_at__isnull=True).values_list("owner_id").annotate(count=Count("id")).order_by()
    return dict(rows)


def _promise_first_contact(cases: Sequence[Case], *, by: Actor, now: datetime) -> None:
    """Somebody speaks to the customer by a time; that is a promise like any other."""
    allowance = kind_named(FIRST_CONTACT).allowance or _DEFAULT_ALLOWANCE
    names = _names([case.customer_id for case in cases])
    ids = make_many(
        [
            NewPromise(
                customer_id=case.customer_id,
                kind=FIRST_CONTACT,
                title=f"Speak to {names[case.customer_id]}",
                due_at=now + allowance,
                owner_id=case.owner_id,
            )
            for case in cases
        ],
        by=by,
        now=now,
    )
    Commitment.objects.bulk_create(
        [
            Commitment(case=case, promise_id=promise_id, purpose=Purpose.FIRST_CONTACT)
            for case, promise_id in zip(cases, ids, strict=True)
        ]
    )


def _names(customer_ids: Iterable[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM customers_customer WHERE id = ANY(%s)", [list(customer_ids)])
        return dict(cursor.fetchall())


def _opened_entry(case: Case, by: Actor, now: datetime) -> NewEntry:
    return NewEntry(
        verb="case.opened",
        by=by,
        at=now,
        subject=("case", case.pk),
        customer_id=case.customer_id,
        case_id=case.pk,
        data={
            "title": case.title,
            "owner": case.owner_id,
            "severity": case.severity,
            "detected_by": case.detected_by,
            "ordinal": case.ordinal,
        },
    )


def _add_failures(pairs: Sequence[tuple[Case, Trouble]], *, by: Actor, now: datetime) -> None:
    Failure.objects.bulk_create(
        [
            Failure(
                case=case,
                promise_id=trouble.promise_id,
                failure_class=trouble.failure_class,
                what=trouble.what[:300],
                severity=trouble.severity,
                detected_by=trouble.detected_by,
                at=now,
            )
            for case, trouble in pairs
        ]
    )


def _join(
    troubles: Sequence[Trouble],
    first: Mapping[tuple[int, int], Trouble],
    there: Mapping[tuple[int, int], Case],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Those that joined a case raise it: another failure while one is being put right."""
    for trouble in troubles:
        key = (trouble.customer_id, trouble.kind_id)
        if first.get(key) is trouble:
            continue
        case = there[key]
        case.severity = min(_GRAVEST, max(case.severity, trouble.severity) + 1)
        if trouble.harm:
            case.harm = f"{case.harm}\n{trouble.harm}".strip()
        case.save(update_fields=["severity", "harm"])
        record_many(
            [
                NewEntry(
                    verb="case.joined",
                    by=by,
                    at=now,
                    subject=("case", case.pk),
                    customer_id=case.customer_id,
                    case_id=case.pk,
                    data={"what": trouble.what, "severity": case.severity, "promise": trouble.promise_id},
                )
            ]
        )


def _checked_words(what: str) -> str:
    if not what.strip():
        raise invalid("case.no_words", "Say what went wrong, in the customer's words if you can.", field="what")
    return what.strip()


def _one_to_four(name: str, value: int) -> int:
    if not 1 <= value <= _GRAVEST:
        raise invalid("case.bad_value", f"{name.capitalize()} goes from 1 (slight) to 4 (grave).", field=name)
    return value


def _known(enum: type[FailureClass] | type[DetectedBy], name: str, value: str):  # type: ignore[no-untyped-def]
    try:
        return enum(value)
    except ValueError:
        known = ", ".join(member.value for member in enum)
        raise invalid("case.bad_value", f"{value!r} is not one of {known}.", field=name) from None
