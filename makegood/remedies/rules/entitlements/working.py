"""From a policy and the facts of one event to what is owed, with the whole arithmetic. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from makegood.kernel.money import format_money
from makegood.remedies.rules.entitlements import amounts, reading, spans, words
from makegood.remedies.rules.entitlements.conditions import Figures, judge
from makegood.remedies.rules.entitlements.facts import Facts
from makegood.remedies.rules.entitlements.result import Entitlement, Exempted, Standing, Step
from makegood.remedies.rules.entitlements.spec import Exemption, Policy, Rule, Version, Window
from makegood.remedies.rules.entitlements.versions import choose

_NOTHING = Decimal(0)


class _Event(NamedTuple):
    """All that the parts of the reckoning look at."""

    policy: Policy
    version: Version
    facts: Facts
    figures: Figures


class _Outcome(NamedTuple):
    """How it stands before money is counted, and why."""

    standing: Standing
    steps: tuple[Step, ...] = ()
    exemption: Exempted | None = None
    cautions: tuple[str, ...] = ()


class _Due(NamedTuple):
    """When it must be claimed and paid."""

    steps: tuple[Step, ...]
    claim_by: datetime | None
    pay_by: datetime | None
    late_penalty: Decimal


def work_out(
    policy: Policy, facts: Mapping[str, object], *, on: date | None = None, version: str | None = None
) -> Entitlement:
    """What `policy` owes for the event that `facts` describe.

    Facts are values or text as a person writes it; None counts as not known. The version in force on the day it
    happened decides: `on`, else the day of the policy's own fact for it. `version` asks for one by its id.
    Raises Refusal("policy.fact_unknown"), ("policy.fact_wrong"), ("policy.fact_missing"),
    ("policy.facts_disagree"), ("policy.no_date"), ("policy.no_version"), ("policy.no_figure").
    """
    known = Facts(policy, facts)
    on = on or _happened_on(policy, known)
    chosen = choose(policy, on, version)
    figures = Figures(chosen.version.id, chosen.version.note, chosen.version.figures)
    event = _Event(policy, chosen.version, known, figures)
    rule, outcome = _judge(event)
    sums = amounts.reckon(rule, known, figures, policy.nearest) if rule and outcome.standing is Standing.OWED else ()
    amount = sum((step.adds for step in sums), _NOTHING)
    due = _due(event, rule) if rule and amount else _Due((), None, None, _NOTHING)
    outcome, amount, sums = _settle(event, outcome, amount, sums, due)
    reckoned = tuple(Step(says) for says in known.reckoned.values())
    return _result(
        event, rule, outcome, amount, due, on,
        (Step(chosen.says), *reckoned, *outcome.steps, *sums, *_ending(event, outcome.standing, amount, due)),
    )  # fmt: skip


def happened_on(policy: Policy, facts: Mapping[str, object]) -> date | None:
    """The local day on which it happened, by the first of the policy's facts for that which is known."""
    return _happened_on(policy, Facts(policy, facts))


def _happened_on(policy: Policy, facts: Facts) -> date | None:
    for name in policy.happened:
        at = facts.instant(name)
        if at is not None:
            return at.astimezone(facts.context.zone).date()
    return None


def _judge(event: _Event) -> tuple[Rule | None, _Outcome]:
    """Which rule it is, and whether that rule owes anything."""
    rule = next((rule for rule in event.version.terms.rules if _holds(event, rule)), None)
    if rule is None:
        names = words.listed([rule.says or rule.name for rule in event.version.terms.rules])
        return None, _Outcome(Standing.NOT_COVERED, (Step(f"No rule of this version is about these facts ({names})."),))
    trigger = judge(rule.owed_when, event.facts, event.figures)
    why = f"{trigger.why[:1].upper()}{trigger.why[1:]}" if trigger.why else ""
    if not trigger.holds:
        return rule, _Outcome(Standing.NOTHING, (Step(f"{why}: nothing is owed."),))
    steps = (Step(f"{why}: {rule.says or rule.name}."),) if why else (Step(f"It is about: {rule.says or rule.name}."),)
    if event.policy.opt_out and event.facts.get("opted_out"):
        return rule, _Outcome(Standing.OPTED_OUT, (*steps, Step(f"The customer has opted out: {event.policy.opt_out}")))
    return rule, _exempted(event, rule, steps)


def _holds(event: _Event, rule: Rule) -> bool:
    return judge(rule.when, event.facts, event.figures).holds


def _exempted(event: _Event, rule: Rule, steps: tuple[Step, ...]) -> _Outcome:
    """An exemption counts with all its evidence on record. One that lacks some is told, and the money is owed."""
    cautions: list[str] = []
    for exemption in event.version.terms.exemptions:
        if exemption.rules and rule.name not in exemption.rules:
            continue
        verdict = judge(exemption.when, event.facts, event.figures)
        if not verdict.holds:
            continue
        lacking = _lacking(event, exemption)
        name = exemption.name.replace("-", " ").replace("_", " ")
        if lacking:
            cautions.append(f"The exemption “{name}” does not count until this is on record: {'; '.join(lacking)}.")
            continue
        says = f"Exempt, {name} ({verdict.why}): nothing is owed. The customer is told: “{exemption.tell_customer}”"
        found, told = _found(event, exemption)
        return _Outcome(Standing.EXEMPT, (*steps, Step(says), *told), found, tuple(cautions))
    return _Outcome(Standing.OWED, (*steps, *(Step(says) for says in cautions)), None, tuple(cautions))


def _lacking(event: _Event, exemption: Exemption) -> list[str]:
    """The evidence that is not on record."""
    on_record = event.facts.get("evidence") if exemption.evidence else ()
    shown = on_record if isinstance(on_record, tuple) else ()
    return [what for name, what in exemption.evidence.items() if name not in shown]


def _found(event: _Event, exemption: Exemption) -> tuple[Exempted, tuple[Step, ...]]:
    end, steps = _end(event, exemption.tell_by, "The customer is to be told by")
    found = Exempted(
        name=exemption.name,
        tell_customer=exemption.tell_customer,
        tell_by=end,
        evidence=tuple(exemption.evidence.values()),
    )
    return found, steps


def _due(event: _Event, rule: Rule) -> _Due:
    claim_by, claim_steps = _end(event, event.version.terms.claim, "To be claimed by")
    for term in event.version.terms.payment:
        if judge(term.when, event.facts, event.figures).holds:
            pay_by, steps = _end(event, term.window, "To be paid by")
            penalty = event.figures.number(term.late) if term.late is not None else _NOTHING
            if penalty:
                steps = (*steps, Step(f"If it is not paid by then, {_money(event, penalty)} more is owed."))
            return _Due((*claim_steps, *steps), claim_by, pay_by, penalty)
    return _Due(claim_steps, claim_by, None, _NOTHING)


def _end(event: _Event, window: Window | None, what: str) -> tuple[datetime | None, tuple[Step, ...]]:
    if window is None:
        return None, ()
    for name in window.since:
        since = event.facts.instant(name)
        if since is not None:
            end = spans.end_of(window.within, since, event.facts.calendar)
            return end.at, (Step(f"{what} {words.closing(end.at, event.facts.calendar.zone)}: {end.says}"),)
    since_what = words.listed([event.facts.specs[name].says for name in window.since], "or")
    return None, (
        Step(f"{what} a day that is not known yet: {spans.allowance_words(window.within)} from {since_what}."),
    )


def _settle(
    event: _Event, outcome: _Outcome, amount: Decimal, sums: tuple[Step, ...], due: _Due
) -> tuple[_Outcome, Decimal, tuple[Step, ...]]:
    """What has come to nothing is not owed; what was claimed too late is not either."""
    if outcome.standing is not Standing.OWED:
        return outcome, _NOTHING, ()
    if not amount:
        return outcome._replace(standing=Standing.NOTHING), _NOTHING, sums
    claimed = event.facts.instant("claimed_at") if "claimed_at" in event.facts.specs else None
    if claimed and due.claim_by and claimed > due.claim_by:
        zone = event.facts.calendar.zone
        says = f"Claimed {words.moment(claimed, zone)}, after {words.closing(due.claim_by, zone)}: no longer owed"
        return (
            outcome._replace(standing=Standing.CLAIMED_TOO_LATE),
            _NOTHING,
            (*sums, Step(f"{says}: −{_money(event, amount)}.", -amount)),
        )
    return outcome, amount, sums


def _ending(event: _Event, standing: Standing, amount: Decimal, due: _Due) -> tuple[Step, ...]:
    if standing is not Standing.OWED:
        return (Step(f"Owed: {_money(event, _NOTHING)}."),)
    policy, paid = event.policy, event.facts.money("already_paid")
    steps = [Step(f"Owed: {_money(event, amount)}, by the {policy.payer} to the {policy.payee}.")]
    if paid:
        left = max(_NOTHING, amount - paid)
        steps.append(Step(f"{_money(event, paid)} was paid for this already, so {_money(event, left)} is left to pay."))
    asked = "It is paid without being asked for." if event.version.terms.automatic else "The customer has to claim it."
    steps.append(Step(f"{asked} {_MEANS[policy.means]} {_VOUCHER[policy.voucher]}"))
    return (*steps, *due.steps)


_MEANS = {
    "cash": "It is paid in money.",
    "account_credit": "It is credited to the customer's account.",
    "original_payment": "It goes back the way it was paid.",
}
_VOUCHER = {
    "never": "A voucher does not settle it.",
    "only_if_accepted": "A voucher settles it only if the customer accepts it instead.",
    "allowed": "A voucher may settle it.",
}


def _result(
    event: _Event,
    rule: Rule | None,
    outcome: _Outcome,
    amount: Decimal,
    due: _Due,
    on: date | None,
    steps: tuple[Step, ...],
) -> Entitlement:
    policy, facts, owed = event.policy, event.facts, outcome.standing is Standing.OWED
    paid = facts.money("already_paid")
    return Entitlement(
        policy=policy.name,
        title=policy.title,
        version=event.version.id,
        rule=rule.name if rule else "",
        happened_on=on,
        standing=outcome.standing,
        amount=amount,
        currency=policy.currency,
        already_paid=paid,
        to_pay=max(_NOTHING, amount - paid),
        payer=policy.payer,
        payee=policy.payee,
        means=policy.means,
        voucher=policy.voucher,
        automatic=event.version.terms.automatic,
        claim_by=due.claim_by,
        pay_by=due.pay_by if owed else None,
        late_penalty=due.late_penalty if owed else _NOTHING,
        exemption=outcome.exemption,
        once_key=_once_key(event.policy, event.facts),
        cautions=(*outcome.cautions, *_review(event, on)),
        facts=dict(sorted(facts.used.items())),
        steps=steps,
    )


def once_key(policy: Policy, facts: Mapping[str, object]) -> str:
    """What names the event that these facts describe, "" when that cannot be told."""
    return _once_key(policy, Facts(policy, facts))


def _once_key(policy: Policy, facts: Facts) -> str:
    """Two entitlements with the same key are about the same event; empty when that cannot be told."""
    told = []
    for name in policy.once_per:
        value = facts.get(name)
        if value is None:
            return ""
        told.append(_key(value))
    return ":".join([policy.name, *told]) if told else ""


def _key(value: reading.Value) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _review(event: _Event, on: date | None) -> tuple[str, ...]:
    review = event.version.review_on
    if review is None or on is None or on < review:
        return ()
    return (f"This table was to be looked at again by {words.day(review)}: see whether a newer one is in force.",)


def _money(event: _Event, amount: Decimal) -> str:
    return format_money(amount, event.policy.currency)
