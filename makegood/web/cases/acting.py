"""What is done to a case from its page: every form, one way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from makegood.cases import actions
from makegood.cases.queries import case_for, parse_number
from makegood.followups import actions as followups
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.when import When
from makegood.remedies import actions as remedies
from makegood.remedies.queries import blame_in
from makegood.web.answers import done, errors_of, say, swapped
from makegood.web.cases import changing, panel, plan
from makegood.web.cases.collisions import Change, Collision, check_unchanged
from makegood.web.cases.undoing import last_deed_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises.deadlines import read_plain
from makegood.web.remedies import owed as owing
from makegood.web.tables import number_or_none

Deed = Callable[[int, QueryDict, Desk], str]
APART = ("toasts", "pop")
"""What a deed is done from that is not the open case: it is told in passing, and the case asks for itself anew."""
_FIELDS = {"held_at": "held", "due_at": "when", "title": "what", "staff_id": "finder", "words": "said"}


@at_desk("POST")
def act(request: DeskRequest, ref: str, deed: str) -> HttpResponse:
    """Do one thing to a case; answered with the panel, or by a redirect without script."""
    return do(request, parse_number(ref), deed, DEEDS[deed])


@at_desk("GET", "POST")
def planned(request: DeskRequest, ref: str) -> HttpResponse:
    """The plan before contact: fetched into an open case, or with the case around it; sent, a line of it is changed."""
    number = parse_number(ref)
    if request.method == "POST":
        return do(request, number, "plan", plan.change)
    context = panel.context(number, request.desk, with_plan=True) | {"pane": "case", "first": "first" in request.GET}
    return render(request, "web/cases/plan.html" if request.htmx else "web/cases/case.html", context)


@at_desk("POST")
def step(request: DeskRequest, ref: str, step: str) -> HttpResponse:
    """Record a step with what was said."""
    return do(request, parse_number(ref), step, partial(_step, step))


@at_desk("POST")
def commitment(request: DeskRequest, ref: str, promise: int, move: str) -> HttpResponse:
    """Keep, replace or release a promise of the case."""
    return do(request, parse_number(ref), f"{move}-{promise}", partial(MOVES[move], promise))


@at_desk("POST")
def owed(request: DeskRequest, ref: str, policy: str, deed: str) -> HttpResponse:
    """Give what a policy owes, tell a fact it asks for, or record that the customer does not want it."""
    about = number_or_none(request.POST.get("promise"))
    return do(request, parse_number(ref), owing.name_of(policy, about), partial(owing.DEEDS[deed], policy, about))


@at_desk("POST")
def followed_up(request: DeskRequest, ref: str, promise: int) -> HttpResponse:
    """Record what the customer said when we came back to them."""
    return do(request, parse_number(ref), f"followup-{promise}", partial(_follow_up, promise))


@at_desk("POST")
def spared(request: DeskRequest, ref: str, promise: int) -> HttpResponse:
    """Do not come back to the customer this once."""
    return do(request, parse_number(ref), f"followup-{promise}", partial(_spare, promise))


@at_desk("POST")
def undo(request: DeskRequest, ref: str, event: int) -> HttpResponse:
    """Take back what one entry of the story tells of; with `whole` in the address all that was done with it."""
    return do(request, parse_number(ref), "undo", partial(_undo, event, "whole" in request.GET))


def do(request: DeskRequest, number: int, name: str, deed: Deed, *, seconds: int = 0) -> HttpResponse:
    """The deed and its answer. Words that were typed come back with the reason when it is refused, or when a colleague
    did something since the page was read. `seconds` is how long it can be taken back at all."""
    desk = request.desk
    try:
        check_unchanged(number, request.POST.get("version"), desk)
        said = deed(number, request.POST, desk)
    except Collision as crossed:
        return refused(request, number, 409, panel.Typed(name, {}, request.POST), crossed.changes)
    except Refusal as no:
        case_for(desk.scope, number)
        return refused(request, number, no.status, panel.Typed(name, errors_of(no, _FIELDS), request.POST))
    if not request.htmx:
        return done(request, said, to=_back(request, number), undo=last_deed_of(number, desk))
    if request.htmx.target in APART:
        answer = trigger_client_event(HttpResponse(status=204), "live-cases")
        return trigger_client_event(say(answer, said, undo=last_deed_of(number, desk)), "live-today")
    page = panel.context(number, desk)
    answer = say(shown(request, page), said, undo=page["undo_last"], seconds=seconds)
    return trigger_client_event(answer, "live-today")


def refused(
    request: DeskRequest, number: int, status: int, typed: panel.Typed, changes: Sequence[Change] = ()
) -> HttpResponse:
    """The case with why it was refused, and what had been typed."""
    status = swapped(status)
    if request.htmx and request.htmx.target == "toasts":
        return say(HttpResponse(status=204), next(iter(typed.errors.values())), kind="refused")
    if request.htmx and request.htmx.target == "pop":
        part = changing.OF_DEED.get(typed.deed, "owner")
        page = changing.context(number, part, request.desk, typed) | {"changes": changes}
        return render(request, "web/cases/change/pop.html", page, status=status)
    return shown(request, panel.context(number, request.desk, typed) | {"changes": changes}, status)


def shown(request: DeskRequest, page: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """The case as a fragment, or with the page around it."""
    template = f"web/cases/{'panel' if request.htmx else 'case'}.html"
    return render(request, template, {**page, "pane": "case"}, status=status)


def _back(request: DeskRequest, number: int) -> str:
    came = request.headers.get("Referer", "")
    return f"/today/?case=SR-{number}" if "/today/" in came else f"/cases/SR-{number}/"


def known(desk: Desk) -> dict[str, Any]:
    """Who does it, with what sight, and when: what every deed needs."""
    return {"scope": desk.scope, "by": desk.actor, "now": desk.now}


def _take(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.take(number, **known(desk))
    return _("SR-{} is yours.").format(number)


def _handover(number: int, typed: QueryDict, desk: Desk) -> str:
    to = _person(typed.get("to"), "to")
    if typed.get("at_once"):
        actions.assign(number, to=to, **known(desk))
        return _("Given.")
    actions.offer(number, to=to, note=typed.get("note", ""), **known(desk))
    return _("Offered. It stays with the owner until it is accepted.")


def _accept(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.accept(number, **known(desk))
    return _("SR-{} is yours.").format(number)


def _decline(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.decline(number, note=typed.get("note", ""), **known(desk))
    return _("Declined.")


def _charge(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.take_in_charge(number, **known(desk))
    return _("You took it in charge.")


def _step(step: str, number: int, typed: QueryDict, desk: Desk) -> str:
    heeded = remedies.take_step(
        number, step=step, words=typed.get("said", ""), channel=typed.get("channel", ""), harm=typed.get("harm", ""),
        needs=typed.get("needs", ""),
        **known(desk),
    )  # fmt: skip
    return plan.with_cautions(_("Noted."), heeded)


def _commit(number: int, typed: QueryDict, desk: Desk) -> str:
    due = due_typed(typed, desk)
    what = typed.get("what", "")
    actions.commit(
        number,
        title=what,
        due_at=due.due_at,
        due_on=due.due_on,
        purpose=typed.get("purpose") or "commitment",
        **known(desk),
    )
    return _("Promised: {what}, {when}").format(what=what.strip(), when=due.words)


def _ask(number: int, typed: QueryDict, desk: Desk) -> str:
    if typed.get("do") == "send":
        followups.send_question(number, channel=typed.get("channel", ""), **known(desk))
        return _("The question leaves in a moment. Their answer comes here.")
    followups.ask(number, channel=typed.get("channel", ""), **known(desk))
    return _("Asked. Record the answer when it comes.")


def _answer(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.answer(number, answer=typed.get("answer", ""), words=typed.get("words", ""), **known(desk))
    return _("The answer is recorded.")


def _follow_up(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    followups.follow_up(
        number, promise_id=promise, answer=typed.get("answer", ""), words=typed.get("words", ""), **known(desk)
    )
    return _("The answer is recorded.")


def _spare(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    followups.spare(number, promise_id=promise, reason=typed.get("reason", ""), **known(desk))
    return _("We do not come back this once.")


def _cause(number: int, typed: QueryDict, desk: Desk) -> str:
    # A cause that is likely has a button of its own, beside the list.
    cause = typed.get("likely") or typed.get("cause", "")
    if not cause:
        finder = _finder(typed.get("finder"))
        due = due_typed(typed, desk)
        if due.due_on is not None:
            raise invalid("case.bad_value", _("Give the hour too, such as “Fri 17:00”."), field="when")
        actions.name_cause_finder(number, staff_id=finder, due_at=due.due_at, **known(desk))
        return _("It is theirs to find out.")
    note, whys = typed.get("note", ""), typed.get("whys", "").splitlines()
    actions.record_cause(number, cause=cause, note=note, whys=whys, **known(desk))
    return plan.with_cautions(_("The cause is recorded."), blame_in([note, *whys], get_language() or "", now=desk.now))


def _finder(text: str | None) -> int:
    number = number_or_none(text)
    if number is None:
        raise invalid("case.nobody", _("Not known yet? Choose who finds out, and by when."), field="finder")
    return number


def _close(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.close(number, **known(desk))
    return _("SR-{} is closed.").format(number)


def _reopen(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.reopen(number, reason=typed.get("reason", ""), **known(desk))
    return _("SR-{} is open again.").format(number)


def _undo(event: int, whole: bool, number: int, typed: QueryDict, desk: Desk) -> str:
    followups.undo(number, entry=event, whole=whole, **known(desk))
    return _("Taken back.")


def _keep(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    actions.keep_commitment(number, promise_id=promise, **known(desk))
    return _("Kept.")


def _replace(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    due = due_typed(typed, desk)
    title = typed.get("what", "").strip() or None
    remedies.replace_commitment(
        number, promise_id=promise, due_at=due.due_at, due_on=due.due_on, title=title, **known(desk)
    )
    return _("Replaced: now due {}").format(due.words)


def _release(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    remedies.release_commitment(number, promise_id=promise, reason=typed.get("reason", ""), **known(desk))
    return _("The customer lets us off.")


def due_typed(typed: QueryDict, desk: Desk) -> When:
    """By when, as it was typed. Raises what `read_plain` raises."""
    return read_plain(typed.get("when", ""), desk)


def _person(text: str | None, field: str) -> int:
    number = number_or_none(text)
    if number is None:
        raise invalid("case.nobody", _("Choose somebody."), field=field)
    return number


DEEDS: dict[str, Deed] = {
    "take": _take, "handover": _handover, "accept": _accept, "decline": _decline, "charge": _charge,
    "commitments": _commit, "ask": _ask, "answer": _answer, "cause": _cause, "close": _close,
    "reopen": _reopen,
}  # fmt: skip
MOVES: dict[str, Callable[[int, int, QueryDict, Desk], str]] = {
    "keep": _keep,
    "replace": _replace,
    "release": _release,
}
