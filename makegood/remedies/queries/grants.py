"""What was given, asked for and decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from makegood.cases.queries.seeing import visible
from makegood.kernel.refusals import Refusal, missing
from makegood.people.rules import Scope
from makegood.platform.among import Among, array_of
from makegood.platform.rows import any_row, fetch_rows
from makegood.promises.rules import UNKEPT, State
from makegood.remedies.models import Approval, Grant
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import GrantState, by_choice


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFacts:
    """A remedy of a case. `state` is where it stands, `promise_state` how its promise does; `refusal` why not.

    `fulfilled_at` is when it was carried out and `reference` how whoever did it calls that; `problem` is why it could
    not be. What is owed is a grant of its own: `policy` says by which rule, `explanation` is that entitlement as it was
    worked out. `part_of_id` is the remedy that it was given together with. `title` is in the customer's language,
    `titles` are its names by language where it has several.
    """

    id: int
    case: int
    approval_id: int | None
    offer_id: int | None
    part_of_id: int | None
    remedy: RemedyKind
    title: str
    titles: Mapping[str, str]
    words: str
    entitled: Decimal
    correction: Decimal
    goodwill: Decimal
    currency: str
    share: Decimal | None
    reason: str
    refusal: str
    state: GrantState
    by: str
    decided_by: str
    made_at: datetime
    due_at: datetime
    given_at: datetime | None
    promise_id: int | None
    promise_state: State | None
    fulfilled_at: datetime | None
    reference: str
    problem: str
    problem_at: datetime | None
    policy: str
    explanation: Mapping[str, Any] | None

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.entitled + self.correction + self.goodwill


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFacts:
    """A question to somebody who may give more; `decide_by` (aware UTC) is the clock of whoever is asked now."""

    id: int
    case: int
    case_title: str
    customer_name: str
    harm: str
    needs: str
    asked_by: str
    asked_of_id: int
    asked_of: str
    asked_at: datetime
    decide_by: datetime
    note: str
    approved: bool | None
    decided_by: str
    decided_at: datetime | None
    reason: str
    to_choose: bool
    """Whether the customer chooses one of the `grants`."""
    grants: tuple[GrantFacts, ...]

    @property
    def total(self) -> Decimal:
        """What it comes to, at most where the customer chooses."""
        choices = by_choice(self.grants) if self.to_choose else [self.grants]
        return max(sum((grant.total for grant in choice), Decimal(0)) for choice in choices)

    @property
    def currency(self) -> str:
        """What it is counted in."""
        return self.grants[0].currency


def grants_of(number: int) -> tuple[GrantFacts, ...]:
    """The remedies of a case that the caller may see, oldest first; what the customer may choose of is none yet."""
    rows = Grant.objects.filter(case_id=number).exclude(offer__isnull=False, given_at=None)
    return _facts(rows)


def words_of(grant_ids: Collection[int]) -> dict[int, str]:
    """The words for the customer of these remedies."""
    return dict(Grant.objects.filter(pk__in=Among(grant_ids)).values_list("pk", "words"))


def still_to_do(grant_ids: Collection[int]) -> frozenset[int]:
    """Which of these remedies stand and were not carried out yet."""
    asked = (
        "SELECT g.id FROM remedies_grant g JOIN promises_promise p ON p.id = g.promise_id"
        " WHERE g.id = ANY(%s::bigint[]) AND g.state = %s AND p.state = ANY(%s)"
    )
    unkept = [state.value for state in UNKEPT]
    return frozenset(number for (number,) in fetch_rows(asked, [array_of(grant_ids), GrantState.GIVEN.value, unkept]))


def unknown_grant() -> Refusal:
    """The same words whether there is none or none that may be seen."""
    return missing("grant.unknown", "There is no such remedy.")


def approvals_waiting(scope: Scope) -> tuple[ApprovalFacts, ...]:
    """Questions that wait for a decision: those one was asked first, then those of cases one sees; oldest first."""
    me = scope.staff_id or 0
    seen = Q(asked_of_id=me) | Q(case__in=visible(scope).order_by().values("pk"))
    found = _approvals(Approval.objects.filter(seen, decided_at__isnull=True).order_by("asked_at", "id")[:200])
    return tuple(sorted(found, key=lambda one: one.asked_of_id != me))


def approvals_asked_of(staff_id: int) -> tuple[ApprovalFacts, ...]:
    """Those that one person decides, the next to be due first."""
    if not any_row("remedies_approval WHERE asked_of_id = %s AND decided_at IS NULL", [staff_id]):
        return ()
    mine = Approval.objects.filter(asked_of=staff_id, decided_at__isnull=True)
    return tuple(_approvals(mine.order_by("promise__due_at", "id")[:200]))


def approvals_awaited(number: int) -> tuple[ApprovalFacts, ...]:
    """What a case that the caller may see waits for somebody to decide."""
    if not any_row("remedies_approval WHERE case_id = %s AND decided_at IS NULL", [number]):
        return ()
    return tuple(_approvals(Approval.objects.filter(case_id=number, decided_at__isnull=True).order_by("id")))


def approval_for(scope: Scope, approval_id: int) -> ApprovalFacts:
    """One question, for whoever was asked, asked, or sees its case. Raises Refusal "approval.unknown"."""
    me = scope.staff_id or 0
    seen = Q(asked_of_id=me) | Q(asked_by_id=me) | Q(case__in=visible(scope).order_by().values("pk"))
    found = _approvals(Approval.objects.filter(seen, pk=approval_id))
    if not found:
        raise missing("approval.unknown", "There is no such question.")
    return found[0]


def precedents(approval: ApprovalFacts, limit: int = 5) -> tuple[GrantFacts, ...]:
    """What was given lately for failures of the same kind by the same kinds of remedy, newest first."""
    kinds = {grant.remedy for grant in approval.grants}
    alike = Grant.objects.filter(
        state=GrantState.GIVEN, remedy__in=kinds, currency=approval.currency,
        case__kind__in=Approval.objects.filter(pk=approval.id).values("case__kind"),
    )  # fmt: skip
    return _facts(alike.exclude(case_id=approval.case).order_by("-given_at")[:limit])


def _facts(rows: QuerySet[Grant]) -> tuple[GrantFacts, ...]:
    return tuple(grant_facts(row) for row in rows.select_related("by", "decided_by", "promise", "approval"))


def grant_facts(row: Grant) -> GrantFacts:
    """A remedy as pages and integrations get it."""
    return GrantFacts(
        id=row.pk, case=row.case_id, approval_id=row.approval_id, offer_id=row.offer_id,
        part_of_id=row.part_of_id, remedy=RemedyKind(row.remedy), title=row.title,
        titles=row.titles, words=row.words, entitled=row.entitled, correction=row.correction, goodwill=row.goodwill,
        currency=row.currency, share=row.share, reason=row.reason,
        refusal=row.approval.reason if row.approval else "", state=GrantState(row.state), by=row.by.name,
        decided_by=row.decided_by.name if row.decided_by else "", made_at=row.made_at, due_at=row.due_at,
        given_at=row.given_at, promise_id=row.promise_id,
        promise_state=State(row.promise.state) if row.promise else None,
        fulfilled_at=row.promise.kept_at if row.promise else None, reference=row.reference, problem=row.problem,
        problem_at=row.problem_at, policy=row.policy, explanation=row.explanation,
    )  # fmt: skip


def _approvals(rows: QuerySet[Approval]) -> list[ApprovalFacts]:
    whole = list(rows.select_related("case__customer", "asked_by", "asked_of", "decided_by", "promise"))
    if not whole:
        return []
    of: dict[int | None, list[GrantFacts]] = {}
    for grant in _facts(Grant.objects.filter(approval_id__in=[row.pk for row in whole])):
        of.setdefault(grant.approval_id, []).append(grant)
    return [_approval(row, tuple(of[row.pk])) for row in whole]


def _approval(row: Approval, grants: tuple[GrantFacts, ...]) -> ApprovalFacts:
    return ApprovalFacts(
        id=row.pk, case=row.case_id, case_title=row.case.title, customer_name=row.case.customer.name,
        harm=row.case.harm, needs=row.case.needs, asked_by=row.asked_by.name,
        asked_of_id=row.asked_of_id, asked_of=row.asked_of.name,
        asked_at=row.asked_at, decide_by=row.promise.due_at, note=row.note, approved=row.approved,
        decided_by=row.decided_by.name if row.decided_by else "", decided_at=row.decided_at, reason=row.reason,
        to_choose=grants[0].offer_id is not None, grants=grants,
    )  # fmt: skip
