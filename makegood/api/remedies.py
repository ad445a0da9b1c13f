"""Remedies: what may be given in a case, giving it, and deciding about what is more."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import Acting, ApiRequest, acting, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import BIGGEST_ID, Currency, Form, Id, Instant, Line, Named, Text, named, refuse_unknown
from makegood.cases.queries import case_for, changes_since, newest_entry, parse_number
from makegood.customers.queries import customer_for
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import Scope
from makegood.remedies import actions
from makegood.remedies.queries import GrantFacts, Pick, PickPart, grants_of, picker
from makegood.remedies.rules.fit import FailureKind, RemedyKind
from makegood.remedies.rules.granting import Choice, GrantState, Remedy
from makegood.remedies.rules.playbooks import MOST_TOGETHER
from makegood.webhooks.queries import Word, sent_about

router = Router(tags=["remedies"])
_MOST = 20

Amount = Annotated[Decimal, Field(ge=0, lt=Decimal(10**12))]
Short = Annotated[str, Field(max_length=500)]


class OptionPartOut(Schema):
    """A remedy that is given together with another. `amount` is what it costs above what is owed; `known` is false
    where it has to be said first."""

    remedy: RemedyKind
    title: str
    words: str
    amount: Decimal
    owed: Decimal
    known: bool
    due_at: datetime


class OptionOut(OptionPartOut):
    """Something that may be given, and what is given together with it (`also`). `amount` is what it costs above what
    is owed, `owed` what is given with it as it is owed (`with_owed`). `decides` is null when all of it is the caller's
    own to give.

    `share` is the cost of all of it against the loss. `ask_first` names questions that are still open: answer them by
    `answer=question:answer` in the address.
    """

    playbook: str
    rule: str
    option: str
    also: list[OptionPartOut]
    share: Decimal | None
    why: str
    source: str
    notes: list[str]
    ask_first: list[str]
    decides: Named | None
    nobody: bool


class AnswerOut(Schema):
    """One answer to a question."""

    answer: str
    says: str


class QuestionOut(Schema):
    """A question of a playbook, with its answers when there is a choice."""

    ask: str
    question: str
    kind: str
    answers: list[AnswerOut]


class OptionsOut(Schema):
    """The options of a case, the best first. `limit` is what the caller may give in the case alone, null without
    bound; `given` what made up for the loss so far, `spent` all that was given above what is owed."""

    seen: int
    failure: FailureKind
    failure_is_named: bool
    currency: str
    loss: Decimal | None
    given: Decimal
    spent: Decimal
    limit: Decimal | None
    cap: Decimal
    options: list[OptionOut]
    questions: list[QuestionOut]
    left_out: list[str]


class SentOut(Schema):
    """What became of word of a remedy that a system was sent by webhook: since `at` it is `accepted`, `waits` to be
    tried again, or is `set_aside`."""

    name: str
    at: datetime
    word: Word


class GrantOut(Schema):
    """A remedy of a case. What is owed (by a `policy`), what corrects and what is goodwill are separate sums.

    `promise` is the commitment by which it is fulfilled, `promise_state` how that stands. `reference` is how whoever
    carried it out calls that, `problem` why it could not be. `title` is what the customer reads, `titles` are its names
    by language where a playbook or an incident has several. `offer` is the one of which the customer chose it,
    `part_of` the remedy that it was given together with.
    """

    id: int
    case: str
    approval: int | None
    offer: int | None
    part_of: int | None
    remedy: RemedyKind
    title: str
    titles: dict[str, str]
    words: str
    policy: str
    entitled: Decimal
    correction: Decimal
    goodwill: Decimal
    currency: str
    share: Decimal | None
    reason: str
    state: GrantState
    by: str
    decided_by: str
    made_at: datetime
    due_at: datetime
    given_at: datetime | None
    promise: int | None
    promise_state: str | None
    fulfilled_at: datetime | None
    reference: str
    problem: str
    problem_at: datetime | None
    sent_to: list[SentOut] = []


class GrantsOut(Schema):
    """The remedies of a case, oldest first."""

    items: list[GrantOut]
    next: None


class OptionsQuery(Schema):
    """Answers to the playbook's questions so far, each as `question:answer`."""

    answer: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=_MOST)] = []


class RemedyIn(Form):
    """Something to be given. `amount` is what it costs us above what is owed, in the currency of the request; `due_at`
    by when. `with_owed` gives with it all that is owed in the case: how much that is, the policies say."""

    remedy: RemedyKind
    title: Line
    due_at: Instant
    amount: Amount = Decimal(0)
    words: Text = ""
    with_owed: bool = False


class ChoiceIn(RemedyIn):
    """Something to be given, and what is given together with it (`also`): in one press, each with its own promise.
    `playbook`, `rule` and `option` name the option that it was chosen from."""

    also: Annotated[list[RemedyIn], Field(max_length=MOST_TOGETHER)] = []
    playbook: Annotated[str, Field(max_length=60)] = ""
    rule: Annotated[str, Field(max_length=60)] = ""
    option: Annotated[str, Field(max_length=60)] = ""


class FailureKindIn(StaffIn):
    """Of which kind the failure is."""

    kind: FailureKind


class GrantIn(StaffIn):
    """What is to be given. `reason` is needed past the cap of the loss. With `seen`, as the options told it, it is
    refused when somebody else did something in the case since."""

    seen: Annotated[int, Field(ge=0, le=BIGGEST_ID)] | None = None

    choices: Annotated[list[ChoiceIn], Field(min_length=1, max_length=_MOST)]
    currency: Currency = ""
    reason: Short = ""


class WithdrawIn(StaffIn):
    """Why; of what is taken back in the customer's words if you can."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class FulfilIn(StaffIn):
    """How whoever carried it out calls that, such as the number of a payment, and when; now unless said."""

    reference: Annotated[str, Field(max_length=200)] = ""
    at: Instant | None = None


class FailIn(StaffIn):
    """Why it could not be carried out, and when it is expected after all, if anybody knows."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    expected_at: Instant | None = None


@router.get("/cases/{number}/options", response=OptionsOut, summary="List what may be given in a case")
def list_options(request: ApiRequest, number: str, query: Query[OptionsQuery]) -> HttpResponse:
    """The playbooks' options for a case: in order, with their cost, and who decides about each."""
    refuse_unknown(request.GET, OptionsQuery)
    return told(_options(request, request.caller.scope, parse_number(number), _answers(query.answer)))


@router.post("/cases/{number}/failure-kind", response=OptionsOut, summary="Say of which kind a failure is")
def name_failure(request: ApiRequest, number: str, body: FailureKindIn) -> HttpResponse:
    """A person knows better than our guess: the options follow. The answer is the options as they are then."""
    doer, case = person(request, body.staff), parse_number(number)
    actions.name_failure(case, kind=body.kind, scope=doer.scope, by=doer.by, now=request.now)
    return told(_options(request, doer.scope, case, {}))


@router.get("/cases/{number}/grants", response=GrantsOut, summary="List what was given in a case")
def list_grants(request: ApiRequest, number: str) -> HttpResponse:
    """Every remedy of a case, also those asked for, refused and taken back."""
    case = case_for(request.caller.scope, parse_number(number))
    return _of_case(case.number)


@router.post("/cases/{number}/grants", response={201: GrantsOut}, summary="Give remedies")
def give(request: ApiRequest, number: str, body: GrantIn) -> HttpResponse:
    """Give remedies on one's own authority. What is more is refused with the name of who may decide."""
    doer, case = person(request, body.staff), parse_number(number)
    check_seen(doer, case, body.seen)
    choices = choices_of(body)
    ids = actions.grant(
        case, choices, currency=body.currency, reason=body.reason, scope=doer.scope, by=doer.by,
        now=request.now,
    )  # fmt: skip
    made = [grant_out(one) for one in grants_of(case) if one.id in ids]
    return told({"items": made, "next": None}, status=201)


@router.post("/grants/{grant_id}/withdraw", response=GrantsOut, summary="Take a remedy back")
def withdraw(request: ApiRequest, grant_id: Id, body: WithdrawIn) -> HttpResponse:
    """The customer does not want it after all. Answers with the remedies of its case."""
    doer = person(request, body.staff)
    return _of_case(actions.withdraw_grant(grant_id, reason=body.reason, scope=doer.scope, by=doer.by, now=request.now))


@router.post("/grants/{grant_id}/fulfil", response=GrantsOut, summary="Say that a remedy was carried out")
def fulfil(request: ApiRequest, grant_id: Id, body: FulfilIn | None = None) -> HttpResponse:
    """Paid, sent or done: its promise is kept. The same reference again changes nothing. Needs no person."""
    said = body or FulfilIn()
    doer = acting(request, said.staff)
    case = actions.fulfil_grant(
        grant_id, reference=said.reference, at=said.at, scope=doer.scope, by=doer.by, now=request.now
    )
    return _of_case(case)


@router.post("/grants/{grant_id}/failed", response=GrantsOut, summary="Say that a remedy could not be carried out")
def failed(request: ApiRequest, grant_id: Id, body: FailIn) -> HttpResponse:
    """Its promise is at risk, and the case's owner is told. Needs no person."""
    doer = acting(request, body.staff)
    case = actions.fail_grant(
        grant_id, reason=body.reason, expected_at=body.expected_at, scope=doer.scope, by=doer.by, now=request.now
    )
    return _of_case(case)


@router.post("/cases/{number}/difference", response=GrantsOut, summary="Say why a case differs")
def explain_difference(request: ApiRequest, number: str, body: WithdrawIn) -> HttpResponse:
    """Why it was given more or less than its like; for leads and managers. Answers with the remedies of the case."""
    doer, case = person(request, body.staff), parse_number(number)
    actions.explain_difference(case, reason=body.reason, scope=doer.scope, by=doer.by, now=request.now)
    return _of_case(case)


def check_seen(doer: Acting, number: int, seen: int | None) -> None:
    """Let pass unless somebody else did something in the case after `seen`. Raises Refusal "case.changed"."""
    others = () if seen is None else changes_since(case_for(doer.scope, number), seen, staff_id=doer.scope.staff_id)
    if others:
        did = "; ".join(dict.fromkeys(f"{one.actor_name} ({one.verb})" for one in others))
        raise Refusal("case.changed", f"Somebody acted since you looked: {did}. Look again, then send it anew.")


def _options(request: ApiRequest, scope: Scope, number: int, answers: dict[str, str]) -> dict[str, Any]:
    case = case_for(scope, number)
    found = picker(
        case, customer_for(scope, case.customer_id), staff_id=scope.staff_id, answers=answers, now=request.now
    )  # fmt: skip
    questions = [
        {
            "ask": ask.ask, "question": str(ask.question), "kind": ask.kind,
            "answers": [{"answer": one.answer, "says": str(one.says)} for one in ask.answers],
        }
        for ask in found.matched.asks
    ]  # fmt: skip
    same = ("failure", "failure_is_named", "currency", "loss", "given", "cap")
    return {
        **{name: getattr(found, name) for name in same}, "seen": newest_entry(case), "spent": found.ruling.total,
        "limit": found.ruling.limit, "options": [_option_out(pick) for pick in found.picks], "questions": questions,
        "left_out": [f"{one.option.name}: {one.why}" for one in found.matched.left_out],
    }  # fmt: skip


def _of_case(number: int) -> HttpResponse:
    """The remedies of a case that whoever acts may see, with the systems that were told of each."""
    grants = grants_of(number)
    sent = sent_about("grant", [one.id for one in grants])
    return told({"items": [grant_out(one) | {"sent_to": sent.get(one.id, ())} for one in grants], "next": None})


def _answers(given: list[str]) -> dict[str, str]:
    answers = {}
    for one in given:
        question, colon, answer = one.partition(":")
        if not colon:
            raise invalid("option.bad_answer", "Write an answer as question:answer, such as used:no.", field="answer")
        answers[question] = answer
    return answers


def choices_of(body: GrantIn) -> list[Choice]:
    """What is to be given, or chosen of."""
    return [
        Choice(**one.model_dump(exclude={"also"}), also=tuple(Remedy(**part.model_dump()) for part in one.also))
        for one in body.choices
    ]


def _option_out(pick: Pick) -> dict[str, Any]:
    offer, (first, *rest) = pick.offer, map(_part_out, pick.parts)
    return {
        "playbook": offer.playbook, "rule": offer.rule, "option": offer.option.option, **first, "also": rest,
        "share": offer.share, "why": offer.why, "source": offer.source,
        "notes": [note.sentence for note in offer.notes], "ask_first": list(offer.ask_first),
        "decides": named(pick.decider.id, pick.decider.name) if pick.decider else None, "nobody": pick.nobody,
    }  # fmt: skip


def _part_out(one: PickPart) -> dict[str, Any]:
    same = {name: getattr(one, name) for name in ("amount", "owed", "due_at")}
    said = {"title": str(one.giving.title), "words": str(one.giving.words)}
    return {"remedy": one.giving.remedy, **said, **same, "known": one.cost is not None}


def grant_out(grant: GrantFacts) -> dict[str, Any]:
    """A remedy as callers get it."""
    return {
        **{name: getattr(grant, name) for name in _SAME},
        "case": f"SR-{grant.case}", "approval": grant.approval_id, "offer": grant.offer_id, "promise": grant.promise_id,
        "part_of": grant.part_of_id,
    }  # fmt: skip


_OWN = {"case", "approval", "offer", "promise", "part_of", "sent_to"}
_SAME = [name for name in GrantOut.model_fields if name not in _OWN]
