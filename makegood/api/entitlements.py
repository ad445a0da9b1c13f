"""What rules say is owed in a case: with its steps, what must be asked, giving it, and that it is not wanted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from makegood.api.caller import Acting, ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id, Text
from makegood.api.remedies import GrantsOut, grant_out
from makegood.cases.queries import case_for, parse_number
from makegood.remedies import actions
from makegood.remedies.queries import Owed, grants_of, owing
from makegood.remedies.rules.entitlements import Entitlement
from makegood.remedies.rules.owing import Question

router = Router(tags=["remedies"])
_MOST = 50

Name = Annotated[str, Field(min_length=1, max_length=80)]


class ReckoningStepOut(Schema):
    """One sentence of the arithmetic, and what it adds (or takes off)."""

    says: str
    adds: Decimal


class FactOut(Schema):
    """A fact that must be asked: `choices` are the words it may be; without any, `how` says how it is written."""

    fact: str
    asks: str
    kind: str
    how: str
    choices: list[str]


class ToldOut(Schema):
    """A fact that somebody told at the case."""

    fact: str
    value: str
    says: str
    by: str
    at: datetime


class EvidenceOut(Schema):
    """A piece of evidence, told as the fact `evidence.` and its name; `words` are on record, "" when nothing is."""

    name: str
    what: str
    words: str


class ExemptionOut(Schema):
    """Why it would not be owed: the facts that would have to be so, with all the evidence."""

    name: str
    holds: bool
    facts: list[str]
    evidence: list[EvidenceOut]
    tell_customer: str


class RenouncedOut(Schema):
    """That the customer does not want it, in their words."""

    words: str
    by: str
    at: datetime


class EntitlementOut(Schema):
    """What one policy owes for one promise that failed (`promise` null: for a harm that was reported).

    `state` is `unknown` while `questions` are open (it can come to `at_stake`), or when it cannot be worked out, for
    the reason in `trouble`; then `open`, `granted`, `renounced` or `nothing`. `owed` is all of it, `penalty` of it for
    paying late; `to_grant` is what granting gives, `open` what neither was given nor renounced.
    """

    policy: str
    title: str
    promise: int | None
    about: str
    state: str
    currency: str
    version: str
    standing: str
    owed: Decimal
    penalty: Decimal
    granted: Decimal
    to_grant: Decimal
    open: Decimal
    at_stake: Decimal
    foretold: bool
    remedy: str
    automatic: bool | None
    pay_by: datetime | None
    claim_by: datetime | None
    steps: list[ReckoningStepOut]
    cautions: list[str]
    questions: list[FactOut]
    told: list[ToldOut]
    exemptions: list[ExemptionOut]
    tell_customer: str
    renounced: RenouncedOut | None
    trouble: str


class EntitlementsOut(Schema):
    """What is owed in a case, by each policy bound to what failed in it."""

    items: list[EntitlementOut]
    next: None


class AboutIn(StaffIn):
    """`promise` says for which promise, where a policy speaks of several in the case."""

    promise: Id | None = None


class FactsIn(AboutIn):
    """What is known, by the names of the facts; null or "" says that it is not known after all."""

    facts: Annotated[dict[Name, Text | None], Field(min_length=1, max_length=_MOST)]


class RenounceIn(AboutIn):
    """What the customer said, in their own words."""

    words: Annotated[Text, Field(min_length=1)]


@router.get("/cases/{number}/entitlements", response=EntitlementsOut, summary="List what is owed in a case")
def list_entitlements(request: ApiRequest, number: str) -> HttpResponse:
    """What the policies bound to what failed owe, worked out as things stand, with every step of the arithmetic."""
    case = case_for(request.caller.scope, parse_number(number))
    return told(_out(owing(case, now=request.now)))


@router.post("/cases/{number}/entitlements/{policy}/grant", response={201: GrantsOut}, summary="Give what is owed")
def give_owed(request: ApiRequest, number: str, policy: str, body: AboutIn) -> HttpResponse:
    """Give all that a policy owes and that was not given yet. The sum is the policy's; no limit is asked."""
    doer, case = person(request, body.staff), parse_number(number)
    made = actions.grant_owed(
        case, policy, promise_id=body.promise, scope=doer.scope, by=doer.by, now=request.now
    )  # fmt: skip
    return told({"items": [grant_out(one) for one in grants_of(case) if one.id == made], "next": None}, status=201)


@router.post("/cases/{number}/entitlements/{policy}/facts", response=EntitlementsOut, summary="Tell what a policy asks")
def tell_facts(request: ApiRequest, number: str, policy: str, body: FactsIn) -> HttpResponse:
    """Record what a policy asks. Answers with what is owed, worked out anew."""
    doer, case = person(request, body.staff), parse_number(number)
    facts = {name: value or "" for name, value in body.facts.items()}
    actions.tell_facts(
        case, policy, facts, promise_id=body.promise, scope=doer.scope, by=doer.by, now=request.now
    )  # fmt: skip
    return _seen(request, doer, case)


@router.post(
    "/cases/{number}/entitlements/{policy}/renounce", response=EntitlementsOut, summary="Record that it is not wanted"
)
def renounce(request: ApiRequest, number: str, policy: str, body: RenounceIn) -> HttpResponse:
    """Record, in the customer's words, that they do not want what is owed."""
    doer, case = person(request, body.staff), parse_number(number)
    actions.renounce(
        case, policy, words=body.words, promise_id=body.promise, scope=doer.scope, by=doer.by, now=request.now
    )  # fmt: skip
    return _seen(request, doer, case)


def _seen(request: ApiRequest, doer: Acting, number: int) -> HttpResponse:
    return told(_out(owing(case_for(doer.scope, number), now=request.now)))


def _out(owed: tuple[Owed, ...]) -> dict[str, Any]:
    return {"items": [_one(one) for one in owed], "next": None}


def _one(one: Owed) -> dict[str, Any]:
    same = ("policy", "title", "about", "state", "currency", "at_stake", "foretold", "trouble", "remedy")
    sums = ("owed", "penalty", "granted", "to_grant", "open")
    return {
        **{name: getattr(one, name) for name in same}, **{name: getattr(one.sums, name) for name in sums},
        **_worked_out(one.entitlement), "promise": one.promise_id,
        "questions": [_fact(ask) for ask in one.questions],
        "told": [
            {"fact": told.question.fact, "value": told.value, "says": told.says, "by": told.by, "at": told.at}
            for told in one.answers
        ],
        "exemptions": [
            {
                "name": ground.name, "holds": ground.holds, "facts": [ask.fact for ask in ground.questions],
                "evidence": [{"name": x.name, "what": x.what, "words": x.words} for x in ground.evidence],
                "tell_customer": ground.tell_customer,
            }
            for ground in one.grounds
        ],
        "renounced": {"words": one.renounced.words, "by": one.renounced.by, "at": one.renounced.at}
        if one.renounced
        else None,
    }  # fmt: skip


def _fact(ask: Question) -> dict[str, Any]:
    return {"fact": ask.fact, "asks": ask.asks, "kind": ask.kind, "how": ask.how, "choices": list(ask.choices)}


def _worked_out(found: Entitlement | None) -> dict[str, Any]:
    if found is None:
        nothing = {"version": "", "standing": "", "automatic": None, "pay_by": None, "claim_by": None}
        return {**nothing, "steps": [], "cautions": [], "tell_customer": ""}
    return {
        "version": found.version, "standing": found.standing, "automatic": found.automatic, "pay_by": found.pay_by,
        "claim_by": found.claim_by, "steps": [{"says": step.says, "adds": step.adds} for step in found.steps],
        "cautions": list(found.cautions), "tell_customer": found.exemption.tell_customer if found.exemption else "",
    }  # fmt: skip
