"""Opening cases from what people report: a customer's word, or staff who noticed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from msgspec.structs import replace

from makegood.cases.actions.holding import WORDS_LIMIT, said, tell
from makegood.cases.actions.noticing import tell_reported
from makegood.cases.actions.opened import facts_of_opened
from makegood.cases.actions.opening import Trouble, admit, hear
from makegood.cases.actions.searching import index_words
from makegood.cases.actions.stock import Stock, take_stock
from makegood.cases.models import Case, Failure
from makegood.cases.queries.record import CaseFacts
from makegood.cases.rules import GRAVEST, DetectedBy, FailureClass
from makegood.customers.queries import living_ids
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.people.rules import Ability, Scope
from makegood.promises.queries import KindFacts, kind_named, promise_for


@dataclass(frozen=True, slots=True)
class Reported:
    """The case that a report went to. `opened` is the case, whole, when this opened it and all of it is known."""

    number: int
    opened: CaseFacts | None = None


@transaction.atomic
def report_failure(
    *,
    customer_id: int,
    what: str,
    scope: Scope,
    by: Actor,
    now: datetime,
    kind: str = "",
    failure_class: str = FailureClass.OUTCOME,
    severity: int | None = None,
    criticality: int = 2,
    detected_by: str = DetectedBy.CUSTOMER,
    harm: str = "",
    needs: str = "",
    promise_id: int | None = None,
) -> Reported:
    """Record a harm that a person reports, in a new case or the open one of the same kind.

    `promise_id` names the promise that failed, if there is one, also one that was kept: on the day, but not as it
    should be. `kind` is its kind unless said. When it stands in an open case already, the words go there and
    count as no further failure. Raises Refusal "case.may_not_work", "case.bad_value",
    "case.no_words", "case.too_long", "customer.unknown", "kind.unknown", "promise.unknown".
    """
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    promise = None if promise_id is None else promise_for(scope, promise_id)
    policy = _kind_of_failure(kind or (promise.kind if promise else ""))
    trouble = Trouble(
        customer_id=customer_id,
        kind_id=policy.id,
        # What no team answers for stays with the team of whoever reports it: they must be able to see it through.
        team_id=policy.team_id if policy.team_id is not None else scope.team_id,
        role=policy.role,
        what=_said_what(what),
        severity=_one_to_four("severity", policy.severity if severity is None else severity),
        failure_class=FailureClass(_known("failure_class", failure_class, _CLASSES)),
        detected_by=DetectedBy(_known("detected_by", detected_by, _REPORTERS)),
        promise_id=promise_id,
        criticality=_one_to_four("criticality", criticality),
        harm=_short_enough(harm.strip(), "harm"),
        needs=_short_enough(needs.strip(), "needs"),
    )
    stock = take_stock({customer_id}, promise_ids=(), now=now)
    trouble = replace(trouble, customer_id=_only(stock))
    if promise is not None and living_ids({promise.customer_id})[promise.customer_id] != trouble.customer_id:
        raise invalid("case.bad_value", "That promise was made to somebody else.", field="promise")
    known = _known_already(trouble, by=by, now=now)
    return known or _admitted(trouble, policy, stock, scope=scope, by=by, now=now)


def mistakes_of(
    *, what: str, kind: str, failure_class: str, severity: int | None, criticality: int, detected_by: str, harm: str,
    needs: str,
) -> list[Refusal]:  # fmt: skip
    """Every reason for which `report_failure` would refuse this, each with its field, in the order of a form."""
    checks: Sequence[Callable[[], object]] = (
        lambda: _said_what(what), lambda: _short_enough(harm.strip(), "harm"),
        lambda: _short_enough(needs.strip(), "needs"), lambda: _kind_of_failure(kind),
        lambda: _known("failure_class", failure_class, _CLASSES),
        lambda: None if severity is None else _one_to_four("severity", severity),
        lambda: _one_to_four("criticality", criticality), lambda: _known("detected_by", detected_by, _REPORTERS),
    )  # fmt: skip
    return [no for no in map(_refused, checks) if no is not None]


def _refused(check: Callable[[], object]) -> Refusal | None:
    try:
        check()
    except Refusal as no:
        return no
    return None


def _said_what(what: str) -> str:
    return said(what, field="what", what="Say what went wrong, in the customer's words if you can.")


def _only(stock: Stock) -> int:
    for living_id in stock.families:
        return living_id
    raise missing("customer.unknown", "There is no such customer.")


def _known_already(trouble: Trouble, *, by: Actor, now: datetime) -> Reported | None:
    """The open case that holds the failure of this promise, with the report added to it; None when none does."""
    if trouble.promise_id is None:
        return None
    failed = Case.objects.filter(failures__promise_id=trouble.promise_id, closed_at__isnull=True)
    case = failed.select_for_update(of=("self",)).first()
    if case is None:
        return None
    if trouble.harm or trouble.needs:
        hear(case, trouble.harm, trouble.needs)
        index_words([case.pk])
    told = {"what": trouble.what, "harm": trouble.harm} | ({"needs": trouble.needs} if trouble.needs else {})
    tell("reported", case, by=by, at=now, data=told)
    tell_reported(case.pk, case.owner_id, by=by, now=now)
    return Reported(case.pk)


def _admitted(trouble: Trouble, kind: KindFacts, stock: Stock, *, scope: Scope, by: Actor, now: datetime) -> Reported:
    if trouble.promise_id is not None and Failure.objects.filter(promise_id=trouble.promise_id).exists():
        # Its own failure stands in a case that was closed: what is told now is another one.
        trouble = replace(trouble, promise_id=None)
    opened = admit([trouble], stock, by=by, now=now).get(trouble.key)
    if opened is None:
        number = stock.open[trouble.key].number
        tell_reported(number, Case.objects.values_list("owner_id", flat=True).get(pk=number), by=by, now=now)
        return Reported(number)
    first = trouble.promise_id is None and opened.case.ordinal == 1
    whole = first and (scope.sees_all or opened.case.owner_id == scope.staff_id)
    return Reported(opened.case.id, facts_of_opened(opened, trouble, kind, scope) if whole else None)


def _kind_of_failure(slug: str) -> KindFacts:
    policy = kind_named(slug)
    if policy.inside_case:
        raise invalid("case.bad_value", f"{policy.name} is a promise of a recovery, not what failed.", field="kind")
    return policy


def _short_enough(words: str, field: str) -> str:
    if len(words) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field=field)
    return words


def _one_to_four(name: str, value: int) -> int:
    if not 1 <= value <= GRAVEST:
        raise invalid("case.bad_value", f"{name.capitalize()} goes from 1 (slight) to 4 (grave).", field=name)
    return value


_CLASSES = tuple(one.value for one in FailureClass)
_REPORTERS = (DetectedBy.CUSTOMER.value, DetectedBy.STAFF.value)


def _known(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise invalid("case.bad_value", f"{value!r} is not one of {', '.join(known)}.", field=name)
    return value
