"""What is owed in a case as things stand: worked out, what must be asked first, what is still to be given. Pure.

A fact that a binding asks for is not taken at the policy's default: it is asked, but only where its answer could change
what comes out. That is found by trying the answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.bindings import Told
from makegood.remedies.rules.entitlements import Entitlement, FactSpec, Policy, Standing, how, work_out
from makegood.remedies.rules.entitlements.floor import due_at
from makegood.remedies.rules.entitlements.reading import Context, read, tell
from makegood.remedies.rules.entitlements.spec import Exemption, FactKind
from makegood.remedies.rules.fit import RemedyKind

_NOTHING = Decimal(0)
_DEEPEST, _WIDEST = 4, 3
EVIDENCE = "evidence."
"""How an answer names a piece of evidence: "evidence.photo"."""
PAID_AS = {
    "cash": RemedyKind.REFUND, "original_payment": RemedyKind.REFUND, "account_credit": RemedyKind.CREDIT,
}  # fmt: skip


class OwedState(StrEnum):
    """Where it stands. `unknown`: something must be asked first. `open`: owed, and neither given nor renounced."""

    UNKNOWN = "unknown"
    OPEN = "open"
    GRANTED = "granted"
    RENOUNCED = "renounced"
    NOTHING = "nothing"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that somebody must tell. `choices` are the words it may be; without any, `how` says how it is written."""

    fact: str
    asks: str
    kind: FactKind
    how: str
    choices: tuple[str, ...] = ()


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that somebody told, in words."""

    question: Question
    value: str
    says: str
    by: str
    at: datetime


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence that an exemption needs; `words` are what is on record, "" when nothing is."""

    name: str
    what: str
    words: str


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """An exemption that could apply: what would have to be so, its evidence, and its words for the customer."""

    name: str
    tell_customer: str
    questions: tuple[Question, ...]
    evidence: tuple[Evidence, ...]
    holds: bool


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """What comes out, or (`entitlement` None) what must be asked first and the most that it can come to."""

    entitlement: Entitlement | None
    questions: tuple[str, ...] = ()
    at_stake: Decimal = _NOTHING


class Payment(msgspec.Struct, frozen=True):
    """A grant of it that stands, and when it was fulfilled (aware UTC), None while it was not."""

    amount: Decimal
    kept_at: datetime | None


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """`owed` in all, `penalty` of it for paying late; `granted` already; `to_grant` what a press gives; `open` what
    nobody has given and the customer has not renounced."""

    owed: Decimal = _NOTHING
    penalty: Decimal = _NOTHING
    granted: Decimal = _NOTHING
    renounced: Decimal = _NOTHING
    to_grant: Decimal = _NOTHING
    open: Decimal = _NOTHING


def inquire(policy: Policy, facts: Mapping[str, object], *, asked: Collection[str], on: date) -> Inquiry:
    """What the policy owes, for what happened on `on`; a fact of `asked` is never taken at its default.

    Raises Refusal as `work_out` does, except for what is not known.
    """
    unasked = {
        name: msgspec.structs.replace(spec, default=None) if name in asked and name not in facts else spec
        for name, spec in policy.facts.items()
    }
    return _explore(msgspec.structs.replace(policy, facts=unasked), dict(facts), on, _DEEPEST)


def _explore(policy: Policy, facts: dict[str, object], on: date, deep: int) -> Inquiry:
    try:
        found = work_out(policy, facts, on=on)
    except Refusal as refusal:
        if refusal.code != "policy.fact_missing":
            raise
        name = _lacking(policy.facts[str(refusal.field)], facts)
    else:
        return Inquiry(entitlement=found, at_stake=found.to_pay)
    values = _values(policy.facts[name])
    if not deep or not 0 < len(values) <= _WIDEST:
        return Inquiry(entitlement=None, questions=(name,))
    tried = [_explore(policy, facts | {name: value}, on, deep - 1) for value in values]
    outcomes = {_outcome(one.entitlement) for one in tried}
    if len(outcomes) == 1 and None not in outcomes:
        return tried[0]
    questions = dict.fromkeys([name, *(question for one in tried for question in one.questions)])
    return Inquiry(entitlement=None, questions=tuple(questions), at_stake=max(one.at_stake for one in tried))


def _lacking(spec: FactSpec, facts: Mapping[str, object]) -> str:
    """What to ask for a fact: the one end of its span that is not known, where the other is."""
    ends = [name for name in spec.between or () if name not in facts]
    return ends[0] if len(ends) == 1 else spec.name


def _values(spec: FactSpec) -> tuple[str, ...]:
    return ("yes", "no") if spec.kind is FactKind.YES_NO else spec.choices


def _outcome(found: Entitlement | None) -> tuple[object, ...] | None:
    """What of an entitlement an answer could change for the customer."""
    if found is None:
        return None
    return (found.amount, found.to_pay, found.pay_by, found.late_penalty, found.claim_by) if found.amount else (0,)


def question_of(spec: FactSpec, asks: str = "") -> Question:
    """The question for a fact, in the binding's words or the policy's."""
    words = asks or f"{spec.says[:1].upper()}{spec.says[1:]}?"
    return Question(fact=spec.name, asks=words, kind=spec.kind, how=how(spec), choices=_values(spec))


def answered(
    policy: Policy, told: Mapping[str, Told], asks: Mapping[str, str], context: Context
) -> tuple[Answered, ...]:
    """What was told at the case, each in the words of the explanation; evidence is told with its exemption."""
    return tuple(
        Answered(
            question=question_of(policy.facts[name], asks.get(name, "")), value=one.value, by=one.by, at=one.at,
            says=tell(policy.facts[name], read(policy.facts[name], one.value, context), context),
        )
        for name, one in told.items()
        if name in policy.facts
    )  # fmt: skip


def grounds(
    policy: Policy, found: Entitlement, told: Mapping[str, Told], settable: Collection[str]
) -> tuple[Ground, ...]:
    """The exemptions of the rule that was used, whether they hold or not; none where nothing is owed anyway."""
    if found.standing not in (Standing.OWED, Standing.EXEMPT):
        return ()
    version = next(one for one in policy.versions if one.id == found.version)
    return tuple(
        _ground(policy, one, found, told, settable)
        for one in version.terms.exemptions
        if not one.rules or found.rule in one.rules
    )


def _ground(
    policy: Policy, one: Exemption, found: Entitlement, told: Mapping[str, Told], settable: Collection[str]
) -> Ground:
    facts = dict.fromkeys(test.fact for tests in one.when for test in tests)
    evidence = [
        Evidence(name=name, what=what, words=told[EVIDENCE + name].value if EVIDENCE + name in told else "")
        for name, what in one.evidence.items()
    ]
    return Ground(
        name=one.name.replace("-", " ").replace("_", " "), tell_customer=one.tell_customer,
        questions=tuple(question_of(policy.facts[name]) for name in facts if name in settable),
        evidence=tuple(evidence), holds=found.exemption is not None and found.exemption.name == one.name,
    )  # fmt: skip


def evidence_of(policy: Policy, told: Mapping[str, Told]) -> dict[str, object]:
    """The names of the evidence on record, as the policy's own fact."""
    names = [name.removeprefix(EVIDENCE) for name, one in told.items() if name.startswith(EVIDENCE) and one.value]
    return {"evidence": names} if names and "evidence" in policy.facts else {}


def pieces(policy: Policy) -> frozenset[str]:
    """The names under which evidence may be recorded, in any version."""
    return frozenset(
        EVIDENCE + name
        for version in policy.versions
        for exemption in version.terms.exemptions
        for name in exemption.evidence
    )


def reckon(found: Entitlement, payments: Sequence[Payment], *, renounced: Decimal, now: datetime) -> Sums:
    """What of an entitlement is still to be given; with its penalty once it was not paid in time.

    What was given is never taken away again: an entitlement that turned out smaller leaves nothing to give.
    """
    owed = due_at(found, paid_at(payments, found.to_pay) or now)
    granted = sum((one.amount for one in payments), _NOTHING)
    to_grant = max(_NOTHING, owed - granted)
    return Sums(
        owed=owed, penalty=owed - found.to_pay, granted=granted, renounced=renounced, to_grant=to_grant,
        open=max(_NOTHING, to_grant - renounced),
    )  # fmt: skip


def paid_at(payments: Sequence[Payment], amount: Decimal) -> datetime | None:
    """When so much had been paid; None while it has not."""
    paid = _NOTHING
    for at, one in sorted((one.kept_at, one.amount) for one in payments if one.kept_at is not None):
        paid += one
        if paid >= amount:
            return at
    return None


def state_of(inquiry: Inquiry, sums: Sums) -> OwedState:
    """Where it stands, by what came out and what was done about it."""
    if inquiry.entitlement is None:
        return OwedState.UNKNOWN
    if sums.open:
        return OwedState.OPEN
    if not sums.owed:
        return OwedState.NOTHING
    return OwedState.RENOUNCED if sums.to_grant else OwedState.GRANTED
