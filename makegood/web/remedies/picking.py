"""Putting it right in a case: what may be given, what is chosen of it, and what was given already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from math import ceil
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import retarget

from makegood.cases.queries import CaseFacts, case_for, newest_entry, parse_number
from makegood.cases.rules import Do
from makegood.customers.queries import customer_for
from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import first_name
from makegood.promises.rules import UNKEPT
from makegood.remedies import actions
from makegood.remedies.queries import Decider, GrantFacts, Pick, Picker, grants_of, offers_of, picker
from makegood.remedies.rules.granting import GrantState
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.cases.collisions import Change, Collision, check_unchanged
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.remedies import owed
from makegood.web.remedies.answering import answered
from makegood.web.remedies.bar import bar_of
from makegood.web.remedies.drafting import Draft, amount_key, key_of
from makegood.web.remedies.offering import let_choose, letting
from makegood.web.remedies.offers import standing_of
from makegood.web.remedies.words import FAILURES, kind_choices, name_of, per_cent, state_words, why_not
from makegood.web.tables import Choice
from makegood.webhooks.queries import Sent, Word, sent_about


@dataclass(frozen=True, slots=True)
class Cost:
    """What somebody has to type: what something costs that nobody could work out."""

    name: str
    title: str
    typed: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An option as the picker lists it. `cost` is "" while `costs` have to be typed; `parts` say what of it is owed."""

    key: str
    title: str
    why: str
    source: str
    notes: Sequence[str]
    cost: str
    costs: Sequence[Cost]
    parts: str
    ticked: bool
    open_asks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Options that the same person decides; `mine` when it is the reader."""

    words: str
    mine: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A remedy the case was given, or was to be."""

    id: int
    title: str
    cost: str
    words: str
    state: str
    why: str
    due_at: datetime | None
    promise_state: str
    may_take_back: bool
    sent: str
    untold: str
    steps: Sequence[str]


@at_desk("GET", "POST")
def remedies(request: DeskRequest, ref: str) -> HttpResponse:
    """What may be given in a case; sent, it is given, or asked for when it is more than one's own to give."""
    number = parse_number(ref)
    if request.method == "GET":
        return _shown(request, number, QueryDict())
    try:
        check_unchanged(number, request.POST.get("version"), request.desk)
        said = _commit(request, number)
    except Collision as crossed:
        return _shown(request, number, request.POST, status=409, changes=crossed.changes)
    except Refusal as no:
        return _shown(request, number, request.POST, errors_of(no), status=no.status if no.status == 409 else 422)
    return answered(request, number, said)


@at_desk("POST")
def reckon(request: DeskRequest, ref: str) -> HttpResponse:
    """What is ticked, added up. Changes nothing."""
    return _shown(request, parse_number(ref), request.POST)


@at_desk("POST")
def name_failure(request: DeskRequest, ref: str) -> HttpResponse:
    """Say of which kind the failure is; the options follow, and what is ticked of them stays."""
    desk, number = request.desk, parse_number(ref)
    actions.name_failure(
        number, kind=request.POST.get("failure", ""), scope=desk.scope, by=desk.actor, now=desk.now
    )  # fmt: skip
    if not request.htmx:
        return done(request, _("Noted. The options follow."), to=f"/cases/SR-{number}/remedies/")
    return _shown(request, number, request.POST)


@at_desk("POST")
def withdraw(request: DeskRequest, ref: str, grant: int) -> HttpResponse:
    """Take back what the customer does not want after all."""
    desk, number = request.desk, parse_number(ref)
    reason = request.POST.get("reason", "").strip() or _("The customer wants something else")
    actions.withdraw_grant(grant, reason=reason, scope=desk.scope, by=desk.actor, now=desk.now)
    return answered(request, number, _("Taken back."))


@at_desk("POST")
def withdraw_offer(request: DeskRequest, ref: str, offer: int) -> HttpResponse:
    """Take an offer back of which nothing was chosen, with a word to the customer, which comes back when it is
    refused."""
    desk, number, words = request.desk, parse_number(ref), request.POST.get("words", "")
    try:
        actions.withdraw_offer(offer, words=words, scope=desk.scope, by=desk.actor, now=desk.now)
    except Refusal as no:
        if no.field != "words":
            raise
        return _shown(request, number, request.POST, errors_of(no), status=422)
    return answered(request, number, _("Taken back."))


def _commit(request: DeskRequest, number: int) -> str:
    """Give it, or ask for it: whichever the button had said. The actions check both."""
    desk, typed = request.desk, request.POST
    case = case_for(desk.scope, number)
    draft, found = _read(case, typed, desk)
    until = draft.until
    draft.check()
    if typed.get("deed") == "let_choose":
        return let_choose(number, found, typed, until, desk)
    reckoned = found.reckoned
    sent: dict[str, Any] = {
        "currency": found.currency, "reason": typed.get("reason", ""), "scope": desk.scope, "by": desk.actor,
        "now": desk.now,
    }  # fmt: skip
    total = format_money(reckoned.total, found.currency)
    if reckoned.mine or reckoned.only_owed or not reckoned.choices:
        actions.grant(number, reckoned.choices, **sent)
        return _("Promised: {}").format(", ".join(one.whole for one in reckoned.choices))
    actions.ask_approval(number, reckoned.choices, note=typed.get("note", ""), **sent)
    name = reckoned.decider.name if reckoned.decider else ""
    return _("{name} is asked to approve {total}.").format(name=name, total=total)


def _read(case: CaseFacts, typed: QueryDict, desk: Desk) -> tuple[Draft, Picker]:
    customer = customer_for(desk.scope, case.customer_id)
    draft = Draft(typed, desk, customer)
    found = picker(case, customer, staff_id=desk.staff_id, answers=draft.answers, now=desk.now, choose=draft.choices)
    return draft, found


def _shown(
    request: DeskRequest,
    number: int,
    typed: QueryDict,
    errors: dict[str, str] | None = None,
    status: int = 200,
    changes: Sequence[Change] = (),
) -> HttpResponse:
    context = _context(number, typed, request.desk, errors or {}) | {"changes": changes}
    if not request.htmx:
        return render(request, "web/remedies/page.html", context | {"slim": True}, status=status)
    swapped = request.htmx.target == "reckoned"
    part = "picker.html#reckoned" if swapped else "picker.html"
    answer = render(request, f"web/remedies/{part}", context | {"swapped": swapped}, status=status)
    if errors or changes:
        answer["HX-Reswap"] = "morph:innerHTML"
        retarget(answer, "#remedies")
    return answer


def _context(number: int, typed: QueryDict, desk: Desk, errors: dict[str, str]) -> dict[str, Any]:
    case = case_for(desk.scope, number)
    draft, found = _read(case, typed, desk)
    errors = {**draft.errors, **errors}
    reckoned, grants = found.reckoned, grants_of(number)
    sent = sent_about("grant", [one.id for one in grants])
    standing = standing_of(offers_of(number), case, desk)
    waiting = any(one.state is GrantState.ASKED for one in grants) or (standing is not None and standing.waits)
    first = first_name(case.customer_name)
    return {
        "case": case, "first": first, "url": f"/cases/{case.ref}/remedies/", "may": Do.COMMIT in case.allowed,
        "version": partial(newest_entry, case), "failure": found.failure, "failure_is_named": found.failure_is_named,
        "failures": [Choice(kind, str(name)) for kind, name in FAILURES.items()],
        "standing": standing, "letting": letting(found, typed, desk, case, standing),
        "given": [_given(one, sent.get(one.id, ()), desk) for one in grants], "waiting": waiting,
        "asks": [
            {"ask": one, "key": f"answer-{one.ask}", "value": draft.answers.get(one.ask, "")}
            for one in found.matched.asks
        ],
        "groups": _groups(found, draft, errors), "kinds": kind_choices(),
        "typed": typed, "errors": errors, "reckoned": reckoned, "currency": found.currency,
        "owed": [owed.line(one) for one in found.owed if one.state in owed.HEEDED],
        "with_owed": format_money(reckoned.owed, found.currency) if reckoned.owed else "",
        "bar": bar_of(reckoned.ruling, found.currency), "loss_note": _loss_note(found),
        "press": _press(found, first), "by_when": _by_when(found, desk),
        "asks_for": not (reckoned.mine or reckoned.only_owed),
    }  # fmt: skip


def _groups(found: Picker, draft: Draft, errors: dict[str, str]) -> list[Group]:
    """Those that are one's own first, then by who decides, each in the order of fit."""
    by: dict[tuple[bool, int], list[Pick]] = {}
    for pick in found.picks:
        mine = pick.decider is None and not pick.nobody
        by.setdefault((not mine, pick.decider.id if pick.decider else 0), []).append(pick)
    ordered = sorted(by.items(), key=lambda one: (one[0][0], one[1][0].nobody))
    return [
        Group(_decides(picks[0]), not others, [_line(pick, found, draft, errors) for pick in picks])
        for (others, _who), picks in ordered
    ]


def _decides(pick: Pick) -> str:
    if pick.nobody:
        return _("Nobody who is there may give these")
    return _who_decides(pick.decider) if pick.decider else _("Yours to give")


def _who_decides(decider: Decider) -> str:
    name = first_name(decider.name)
    if decider.usually is None:
        return _("{} decides").format(name)
    return _("{name} decides, usually within {time}").format(name=name, time=_usually(decider.usually))


def _usually(length: timedelta) -> str:
    minutes = max(1, ceil(length / clocks.MINUTE))
    return ngettext("{} minute", "{} minutes", minutes).format(minutes) if minutes < 60 else clocks.span(length, ceil)


def _line(pick: Pick, found: Picker, draft: Draft, errors: dict[str, str]) -> Line:
    offer, key = pick.offer, key_of(pick)
    questions = {one.ask: str(one.question) for one in found.matched.asks}
    return Line(
        key=key, title=offer.option.name, why=offer.option.because or offer.why, source=offer.source,
        notes=[note.sentence for note in offer.notes],
        cost=_cost(pick, found.currency), costs=list(_costs(pick, draft, errors)), parts=_parts(pick, found.currency),
        ticked=key in draft.typed.getlist("pick"),
        open_asks=[questions[name] for name in offer.ask_first if name in questions],
    )  # fmt: skip


def _cost(pick: Pick, currency: str) -> str:
    if pick.offer.cost is None:
        return ""
    total = pick.owed + pick.amount
    return format_money(total, currency) if total else _("free")


def _costs(pick: Pick, draft: Draft, errors: dict[str, str]) -> Iterator[Cost]:
    for place, one in enumerate(pick.parts):
        if one.cost is None:
            name = amount_key(pick, place)
            yield Cost(name, str(one.giving.title), draft.typed.get(name, ""), errors.get(name, ""))


def _parts(pick: Pick, currency: str) -> str:
    """What of an option is owed, and what is goodwill: two sums, never one."""
    pays = next((one for one in pick.parts if one.owed), None)
    if pays is None:
        return ""
    owed, goodwill = format_money(pays.owed, currency), format_money(pays.amount, currency)
    if pays.cost is None:
        return _("{} of it is owed; what is more is goodwill").format(owed)
    if pays.cost < pays.owed:
        return _("less than what is owed: all of that is given")
    if not pick.amount:
        return _("all of it is owed")
    return _("{owed} of it is owed, {goodwill} is goodwill").format(owed=owed, goodwill=goodwill)


def _loss_note(found: Picker) -> dict[str, Any]:
    """What is given against what was lost, said once it is something; a warning past all of it."""
    share = found.reckoned.of_loss
    if share is None or not share or found.loss is None:
        return {}
    told = _("{share} of the {loss} that was lost").format(
        share=per_cent(share), loss=format_money(found.loss, found.currency)
    )
    if found.reckoned.needs_reason:
        why = _("Past {} loyalty rises no further: say why.").format(per_cent(found.cap))
        return {"text": told, "over": True, "why": why}
    if share > 1:
        return {"text": told, "over": True, "why": _("More than was lost gains little.")}
    return {"text": told, "over": False}


def _press(found: Picker, first: str) -> str:
    """What the button will do, in words."""
    reckoned = found.reckoned
    if reckoned.only_owed:
        return _("Give the {} that is owed").format(format_money(reckoned.owed, found.currency))
    if reckoned.mine or not reckoned.choices:
        return _("Make this promise to {}").format(first)
    if reckoned.decider is None:
        return _("Nobody who is there may give this much")
    total = format_money(reckoned.total, found.currency)
    return _("Ask {name} to approve {total}").format(name=first_name(reckoned.decider.name), total=total)


def _by_when(found: Picker, desk: Desk) -> str:
    """By when all that is chosen is done."""
    dues = [one.due_at for choice in found.reckoned.choices for one in choice.parts]
    return clocks.ahead(max(dues), desk.now) if dues else ""


def _sent(sent: Sequence[Sent], desk: Desk) -> str:
    """Which systems were told, and when."""
    told = [
        _("{name} at {when}").format(name=one.name, when=clocks.moment(one.at, desk.now))
        for one in sent
        if one.word is Word.ACCEPTED
    ]
    return _("Sent to {}").format(", ".join(told)) if told else ""


def _untold(sent: Sequence[Sent]) -> str:
    """Which systems did not accept word of it."""
    words = {
        Word.WAITS: _("{} did not accept word of it yet; it is tried again"),
        Word.SET_ASIDE: _("{} never accepted word of it: see that it is done, and say so"),
    }
    return ". ".join(words[one.word].format(one.name) for one in sent if one.word in words)


def _given(grant: GrantFacts, sent: Sequence[Sent], desk: Desk) -> Given:
    stands = grant.state is GrantState.GIVEN and grant.promise_state in UNKEPT
    return Given(
        id=grant.id, title=name_of(grant), words=state_words(grant),
        cost=format_money(grant.total, grant.currency) if grant.total != Decimal(0) else "",
        state=_mark(grant), why=why_not(grant),
        due_at=grant.due_at if stands else None, promise_state=str(grant.promise_state or ""),
        may_take_back=stands and desk.may_work, sent=_sent(sent, desk), untold=_untold(sent),
        steps=owed.steps_of(grant),
    )  # fmt: skip


def _mark(grant: GrantFacts) -> str:
    if grant.state is GrantState.ASKED:
        return "waits"
    if grant.state is GrantState.GIVEN:
        return str(grant.promise_state or "open")
    return "withdrawn"
