"""What is done to a case from its page: every form, one way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from makegood.cases import actions
from makegood.cases.queries import case_for, parse_number
from makegood.cases.rules import Held
from makegood.followups import actions as followups
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.when import When
from makegood.remedies import actions as remedies
from makegood.remedies.rules.plan import promised_better
from makegood.web.answers import done, errors_of, say, swapped
from makegood.web.cases import changing, panel, plan
from makegood.web.cases.collisions import Change, Collision, check_unchanged
from makegood.web.cases.undoing import last_deed_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises.deadlines import gone_by, read_plain
from makegood.web.remedies import owed as owing
from makegood.web.tables import number_or_none

Deed = Callable[[int, QueryDict, Desk], str]
APART = ("toasts", "pop")
"""What a deed is done from that is not the open case: it is told in passing, and the case asks for itself anew."""
_FIELDS = {"held_at": "held", "due_at": "when", "title": "what", "staff_id": "finder", "words": "said"}


@at_desk("POST")
def act(request: DeskRequest, ref: str, deed: str) -> HttpResponse:
    """Do one thing to a case; answered with the panel, or by a redirect without script."""
    return _do(request, parse_number(ref), deed, DEEDS[deed])


@at_desk("GET", "POST")
def planned(request: DeskRequest, ref: str) -> HttpResponse:
    """The plan before contact: fetched into an open case, or with the case around it; sent, a line of it is changed."""
    number = parse_number(ref)
    if request.method == "POST":
        return _do(request, number, "plan", plan.change)
    context = panel.context(number, request.desk, with_plan=True) | {"pane": "case"}
    return render(request, "web/cases/plan.html" if request.htmx else "web/cases/case.html", context)


@at_desk("POST")
def step(request: DeskRequest, ref: str, step: str) -> HttpResponse:
    """Record a step with what was said."""
    return _do(request, parse_number(ref), step, partial(_step, step))


@at_desk("POST")
def commitment(request: DeskRequest, ref: str, promise: int, move: str) -> HttpResponse:
    """Keep, replace or release a promise of the case."""
    return _do(request, parse_number(ref), f"{move}-{promise}", partial(MOVES[move], promise))


@at_desk("POST")
def owed(request: DeskRequest, ref: str, policy: str, deed: str) -> HttpResponse:
    """Give what a policy owes, tell a fact it asks for, or record that the customer does not want it."""
    about = number_or_none(request.POST.get("promise"))
    return _do(request, parse_number(ref), owing.name_of(policy, about), partial(owing.DEEDS[deed], policy, about))


@at_desk("POST")
def followed_up(request: DeskRequest, ref: str, promise: int) -> HttpResponse:
    """Record what the customer said when we came back to them."""
    return _do(request, parse_number(ref), f"followup-{promise}", partial(_follow_up, promise))


@at_desk("POST")
def spared(request: DeskRequest, ref: str, promise: int) -> HttpResponse:
    """Do not come back to the customer this once."""
    return _do(request, parse_number(ref), f"followup-{promise}", partial(_spare, promise))


@at_desk("POST")
def undo(request: DeskRequest, ref: str, event: int) -> HttpResponse:
    """Take back what one entry of the story tells of; with `whole` in the address all that was done with it."""
    return _do(request, parse_number(ref), "undo", partial(_undo, event, "whole" in request.GET))


def _do(request: DeskRequest, number: int, name: str, deed: Deed) -> HttpResponse:
    """The deed and its answer. Words that were typed come back with the reason when it is refused, or when a colleague
    did something since the page was read."""
    desk = request.desk
    try:
        check_unchanged(number, request.POST.get("version"), desk)
        said = deed(number, request.POST, desk)
    except Collision as crossed:
        return _refused(request, number, 409, panel.Typed(name, {}, request.POST), crossed.changes)
    except Refusal as no:
        case_for(desk.scope, number)
        return _refused(request, number, no.status, panel.Typed(name, errors_of(no, _FIELDS), request.POST))
    if not request.htmx:
        return done(request, said, to=_back(request, number), undo=last_deed_of(number, desk))
    if request.htmx.target in APART:
        answer = trigger_client_event(HttpResponse(status=204), "live-cases")
        return trigger_client_event(say(answer, said, undo=last_deed_of(number, desk)), "live-today")
    page = panel.context(number, desk)
    return trigger_client_event(say(_shown(request, page), said, undo=page["undo_last"]), "live-today")


def _refused(
    request: DeskRequest, number: int, status: int, typed: panel.Typed, changes: Sequence[Change] = ()
) -> HttpResponse:
    status = swapped(status)
    if request.htmx and request.htmx.target == "toasts":
        return say(HttpResponse(status=204), next(iter(typed.errors.values())), kind="refused")
    if request.htmx and request.htmx.target == "pop":
        part = changing.OF_DEED.get(typed.deed, "owner")
        page = changing.context(number, part, request.desk, typed) | {"changes": changes}
        return render(request, "web/cases/change/pop.html", page, status=status)
    return _shown(request, panel.context(number, request.desk, typed) | {"changes": changes}, status)


def _shown(request: DeskRequest, page: Mapping[str, Any], status: int = 200) -> HttpResponse:
    template = f"web/cases/{'panel' if request.htmx else 'case'}.html"
    return render(request, template, {**page, "pane": "case"}, status=status)


def _back(request: DeskRequest, number: int) -> str:
    came = request.headers.get("Referer", "")
    return f"/today/?case=SR-{number}" if "/today/" in came else f"/cases/SR-{number}/"


def _known(desk: Desk) -> dict[str, Any]:
    return {"scope": desk.scope, "by": desk.actor, "now": desk.now}


def _take(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.take(number, **_known(desk))
    return _("SR-{} is yours.").format(number)


def _handover(number: int, typed: QueryDict, desk: Desk) -> str:
    to = _person(typed.get("to"), "to")
    if typed.get("at_once"):
        actions.assign(number, to=to, **_known(desk))
        return _("Given.")
    actions.offer(number, to=to, note=typed.get("note", ""), **_known(desk))
    return _("Offered. It stays with the owner until it is accepted.")


def _accept(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.accept(number, **_known(desk))
    return _("SR-{} is yours.").format(number)


def _decline(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.decline(number, note=typed.get("note", ""), **_known(desk))
    return _("Declined.")


def _charge(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.take_in_charge(number, **_known(desk))
    return _("You took it in charge.")


def _step(step: str, number: int, typed: QueryDict, desk: Desk) -> str:
    heeded = remedies.take_step(
        number, step=step, words=typed.get("said", ""), channel=typed.get("channel", ""), harm=typed.get("harm", ""),
        needs=typed.get("needs", ""),
        **_known(desk),
    )  # fmt: skip
    return plan.with_cautions(_("Noted."), heeded)


def _note(number: int, typed: QueryDict, desk: Desk) -> str:
    """A note, the customer's own words, or a call already held: one form."""
    text, mode = typed.get("text", ""), typed.get("mode", "note")
    if mode == "note":
        actions.note(number, text=text, **_known(desk))
    elif not text.strip():
        raise invalid("case.no_words", _("Write down what was said."), field="text")
    elif mode == "words":
        remedies.take_step(number, step="listen", words=text, **_known(desk))
    else:
        return _log_call(number, text, typed, desk)
    return _("Noted.")


def _log_call(number: int, text: str, typed: QueryDict, desk: Desk) -> str:
    """A call already held, with what of the conversation it covered and what was promised in it."""
    held = gone_by(typed.get("held", ""), desk, field="held") or desk.now
    heeded = remedies.log_call(
        number, words=text, steps=typed.getlist("covered"), held=Held(held, typed.get("with", "")),
        channel=typed.get("channel") or "phone", harm=typed.get("harm", ""), needs=typed.get("needs", ""),
        promised=_promised(typed, desk),
        **_known(desk),
    )  # fmt: skip
    return plan.with_cautions(_("Noted."), heeded)


def _promised(typed: QueryDict, desk: Desk) -> remedies.Next | None:
    """What was promised in a call; nothing typed is nothing promised."""
    what = typed.get("what", "").strip()
    if not (what or typed.get("when", "").strip()):
        return None
    due = _due(typed, desk)
    return remedies.Next(title=what, due_at=due.due_at, due_on=due.due_on)


def _commit(number: int, typed: QueryDict, desk: Desk) -> str:
    due = _due(typed, desk)
    what = typed.get("what", "")
    actions.commit(
        number,
        title=what,
        due_at=due.due_at,
        due_on=due.due_on,
        purpose=typed.get("purpose") or "commitment",
        **_known(desk),
    )
    said = _("Promised: {what}, {when}").format(what=what.strip(), when=due.words)
    return plan.with_cautions(said, promised_better([what]))


def _ask(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.ask(number, channel=typed.get("channel", ""), **_known(desk))
    return _("Asked. Record the answer when it comes.")


def _answer(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.answer(number, answer=typed.get("answer", ""), words=typed.get("words", ""), **_known(desk))
    return _("The answer is recorded.")


def _follow_up(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    followups.follow_up(
        number, promise_id=promise, answer=typed.get("answer", ""), words=typed.get("words", ""), **_known(desk)
    )
    return _("The answer is recorded.")


def _spare(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    followups.spare(number, promise_id=promise, reason=typed.get("reason", ""), **_known(desk))
    return _("We do not come back this once.")


def _cause(number: int, typed: QueryDict, desk: Desk) -> str:
    if not typed.get("cause"):
        finder = _finder(typed.get("finder"))
        due = _due(typed, desk)
        if due.due_on is not None:
            raise invalid("case.bad_value", _("Give the hour too, such as “Fri 17:00”."), field="when")
        actions.name_cause_finder(number, staff_id=finder, due_at=due.due_at, **_known(desk))
        return _("It is theirs to find out.")
    actions.record_cause(number, cause=typed.get("cause", ""), note=typed.get("note", ""), **_known(desk))
    return _("The cause is recorded.")


def _finder(text: str | None) -> int:
    number = number_or_none(text)
    if number is None:
        raise invalid("case.nobody", _("Not known yet? Choose who finds out, and by when."), field="finder")
    return number


def _close(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.close(number, **_known(desk))
    return _("SR-{} is closed.").format(number)


def _reopen(number: int, typed: QueryDict, desk: Desk) -> str:
    followups.reopen(number, reason=typed.get("reason", ""), **_known(desk))
    return _("SR-{} is open again.").format(number)


def _undo(event: int, whole: bool, number: int, typed: QueryDict, desk: Desk) -> str:
    followups.undo(number, entry=event, whole=whole, **_known(desk))
    return _("Taken back.")


def _keep(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    actions.keep_commitment(number, promise_id=promise, **_known(desk))
    return _("Kept.")


def _replace(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    due = _due(typed, desk)
    title = typed.get("what", "").strip() or None
    remedies.replace_commitment(
        number, promise_id=promise, due_at=due.due_at, due_on=due.due_on, title=title, **_known(desk)
    )
    return plan.with_cautions(_("Replaced: now due {}").format(due.words), promised_better([title or ""]))


def _release(promise: int, number: int, typed: QueryDict, desk: Desk) -> str:
    remedies.release_commitment(number, promise_id=promise, reason=typed.get("reason", ""), **_known(desk))
    return _("The customer lets us off.")


def _due(typed: QueryDict, desk: Desk) -> When:
    return read_plain(typed.get("when", ""), desk)


def _person(text: str | None, field: str) -> int:
    number = number_or_none(text)
    if number is None:
        raise invalid("case.nobody", _("Choose somebody."), field=field)
    return number


DEEDS: dict[str, Deed] = {
    "take": _take, "handover": _handover, "accept": _accept, "decline": _decline, "charge": _charge, "notes": _note,
    "commitments": _commit, "ask": _ask, "answer": _answer, "cause": _cause, "close": _close,
    "reopen": _reopen,
}  # fmt: skip
MOVES: dict[str, Callable[[int, int, QueryDict, Desk], str]] = {
    "keep": _keep,
    "replace": _replace,
    "release": _release,
}
