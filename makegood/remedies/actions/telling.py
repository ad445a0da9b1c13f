"""What is told at a case about what is owed: facts that only a person knows, and that the customer does not want it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from makegood.cases.actions.holding import hold, person, said, tell
from makegood.cases.actions.speaking import short
from makegood.cases.queries import CaseFacts, case_for
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.kernel.texts import nearest
from makegood.people.rules import Scope
from makegood.remedies.models import Renunciation, ToldFact
from makegood.remedies.queries.owing import Owed, owing
from makegood.remedies.queries.shelf import policies
from makegood.remedies.rules.entitlements import Policy, find
from makegood.remedies.rules.entitlements.reading import Context, read
from makegood.remedies.rules.owing import EVIDENCE, pieces


@transaction.atomic
def tell_facts(
    number: int, policy: str, facts: Mapping[str, str], *, promise_id: int | None = None, scope: Scope, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Record what somebody knows about what a policy asks, by the names of its facts; evidence as "evidence.photo".

    An empty value says that it is not known after all; the same again changes nothing. Raises Refusal
    "entitlement.unknown", "entitlement.which", "entitlement.no_facts", "entitlement.fact_unknown",
    "entitlement.fact_known" for what the promise tells itself, "policy.fact_wrong", "case.too_long".
    """
    case = hold(number, scope=scope)
    me = person(by)
    owed = one_owed(case_for(scope, number), policy, promise_id, now=now)
    if not facts:
        raise invalid("entitlement.no_facts", "Say at least one of the facts that are asked for.", field="facts")
    rules = find(policies(), policy)
    wanted = {name: _checked(name, value.strip(), owed, rules) for name, value in facts.items()}
    before = {one.question.fact: one.value for one in owed.answers}
    before |= {EVIDENCE + piece.name: piece.words for ground in owed.grounds for piece in ground.evidence}
    new = {name: value for name, value in wanted.items() if value != before.get(name, "")}
    if not new:
        return
    ToldFact.objects.bulk_create(
        ToldFact(case=case, policy=policy, about_id=owed.promise_id, fact=name, value=value, by_id=me, at=now)
        for name, value in new.items()
    )
    tell("fact_told", case, by=by, at=now, data={"policy": policy, "title": owed.title, "facts": new})


@transaction.atomic
def renounce(
    number: int, policy: str, *, words: str, promise_id: int | None = None, scope: Scope, by: Actor, now: datetime
) -> None:
    """Record that the customer does not want what is owed, in their own words. What is more later is owed again.

    It may still be given. Raises Refusal "entitlement.unknown", "entitlement.which", "entitlement.nothing_owed",
    "case.no_words", "case.too_long".
    """
    case = hold(number, scope=scope)
    me = person(by)
    owed = one_owed(case_for(scope, number), policy, promise_id, now=now)
    text = short(said(words, field="words", what="Write down what the customer said, in their own words."))
    if not owed.sums.open:
        raise Refusal("entitlement.nothing_owed", f"Nothing is left to renounce of {owed.title}.")
    Renunciation.objects.create(
        case=case, policy=policy, about_id=owed.promise_id, amount=owed.sums.to_grant, currency=owed.currency,
        words=text, by_id=me, at=now,
    )  # fmt: skip
    told = {"policy": policy, "title": owed.title, "amount": str(owed.sums.open), "currency": owed.currency}
    tell("renounced", case, by=by, at=now, data={**told, "words": text})


def one_owed(case: CaseFacts, policy: str, promise_id: int | None, *, now: datetime) -> Owed:
    """What a policy owes in a case. Raises Refusal "entitlement.unknown", "entitlement.which" when it could be about
    several promises and none was named."""
    found = [one for one in owing(case, now=now) if one.policy == policy and promise_id in (None, one.promise_id)]
    if not found:
        raise missing("entitlement.unknown", "No such policy speaks of what failed in this case.")
    if len(found) > 1:
        about = "; ".join(f"{one.promise_id} ({one.about})" for one in found)
        raise invalid("entitlement.which", f"Say for which promise: {about}.", field="promise")
    return found[0]


def _checked(name: str, value: str, owed: Owed, policy: Policy) -> str:
    if name.startswith(EVIDENCE):
        if name not in pieces(policy):
            raise _unknown(name, owed, pieces(policy))
        return short(value)
    if name not in policy.facts:
        raise _unknown(name, owed, owed.settable)
    if name not in owed.settable:
        raise invalid(
            "entitlement.fact_known", f"`{name}` is told by the promise itself. Correct it there.", field=name
        )
    if value:
        read(policy.facts[name], value, Context(ZoneInfo(policy.hours.time_zone), policy.currency))
    return short(value)


def _unknown(name: str, owed: Owed, known: frozenset[str]) -> Refusal:
    near = nearest(name, known)
    advice = f"Did you mean `{near}`?" if near else f"Known: {', '.join(sorted(known))}."
    return invalid("entitlement.fact_unknown", f"{owed.title} does not ask for `{name}`. {advice}", field=name)
