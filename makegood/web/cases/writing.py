"""What is written at a case: a note, the customer's words, a call already held, and messages to the customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.http import trigger_client_event

from makegood.adapters.files import TooLarge
from makegood.cases import actions
from makegood.cases.queries import CaseFacts, case_for, parse_number
from makegood.cases.rules import MOST_MINUTES, Held, Step
from makegood.conversation import actions as conversation
from makegood.conversation.actions import Enclosed, too_large
from makegood.conversation.rules.messages import MOST_ENCLOSED, UNDO, Channel, in_their_hours
from makegood.customers.queries import CustomerFacts, customer_for
from makegood.kernel.refusals import Refusal, invalid
from makegood.links.actions import fill_phrase
from makegood.platform.filing import file_store
from makegood.platform.modelling import drafter
from makegood.remedies import actions as remedies
from makegood.remedies.queries import plan_of
from makegood.remedies.queries.plan import zone_of
from makegood.remedies.rules.opening import opening
from makegood.web import clocks
from makegood.web.answers import done, errors_of, say
from makegood.web.bodies import drain, length_of
from makegood.web.cases import composing, dating, panel, plan
from makegood.web.cases.acting import do, due_typed, known, refused, shown
from makegood.web.cases.coaching import heard
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.messages.shown import waits
from makegood.web.promises.deadlines import gone_by, read_plain
from makegood.web.tables import number_or_none

# The files, and the words around them.
_MOST_BODY = MOST_ENCLOSED + 1024 * 1024
_DRAINED = 4 * MOST_ENCLOSED
_FIELDS = {"words": "text", "held_at": "held", "due_at": "when", "title": "what"}


@csrf_exempt
@at_desk("POST")
def write(request: DeskRequest, ref: str) -> HttpResponse:
    """What the box under the story sends: something to record, to send, or to have words put into it."""
    number = parse_number(ref)
    if length_of(request) > _MOST_BODY:
        drain(request, most=_DRAINED)
        return refused(request, number, 409, panel.Typed("notes", errors_of(too_large()), QueryDict()))
    return csrf_protect(_write)(request, number)


@at_desk("POST")
def draft(request: DeskRequest, ref: str) -> HttpResponse:
    """Keep what is being written, as it is typed."""
    _keep(parse_number(ref), request.POST, request.desk)
    return HttpResponse(status=204)


def _write(request: DeskRequest, number: int) -> HttpResponse:
    typed, desk = request.POST, request.desk
    wanted, mode = typed.get("do", ""), typed.get("mode", "note")
    if wanted in ("plan", "model") or wanted.startswith("phrase-"):
        return _begin(request, number, wanted)
    if wanted == "draft":
        _keep(number, typed, desk)
        return _told(request, number, _("Kept. Only you see it."))
    if mode not in list(Channel) or mode == Channel.PHONE:
        return do(request, number, "notes", dating.promising(transaction.atomic(_note)))
    message = dating.promising(partial(_message, request))
    answer = do(request, number, "notes", message, seconds=int(UNDO.total_seconds()))
    return trigger_client_event(answer, "written") if request.htmx and answer.status_code == 200 else answer


def _told(request: DeskRequest, number: int, words: str) -> HttpResponse:
    if not request.htmx:
        return done(request, words, to=f"/cases/SR-{number}/")
    return say(shown(request, panel.context(number, request.desk)), words)


def _keep(number: int, typed: QueryDict, desk: Desk) -> None:
    conversation.keep_draft(
        number, mode=typed.get("mode", ""), text=typed.get("text", ""), to=_to(typed), subject=typed.get("subject", ""),
        covers=typed.getlist("covers"),
        **known(desk),
    )  # fmt: skip


# Words that are put into it


def _begin(request: DeskRequest, number: int, wanted: str) -> HttpResponse:
    """The case again, with words put into the box: they are somebody's to change, and nothing is sent."""
    desk, typed = request.desk, request.POST.copy()
    case = case_for(desk.scope, number)
    customer = customer_for(desk.scope, case.customer_id)
    try:
        if wanted == "plan":
            words, steps = _planned(case, customer, desk)
            typed.setlist("covers", [step.value for step in steps])
        elif wanted == "model":
            # That it was asked is news, and the page that comes for it has only what is kept.
            _keep(number, typed, desk)
            words = remedies.draft_message(number, model=drafter(), writer=desk.name, **known(desk)).text
        else:
            words = _phrase(wanted, case, desk)
    except Refusal as no:
        wrong = {"text": no.message} if wanted == "model" else errors_of(no, _FIELDS)
        return refused(request, number, no.status, panel.Typed("notes", wrong, typed))
    before = typed.get("text", "").rstrip()
    typed["text"] = f"{before}\n\n{words}" if before else words
    if wanted == "model":
        _keep(number, typed, desk)
    return shown(request, panel.context(number, desk, panel.Typed("notes", {}, typed)))


def _planned(case: CaseFacts, customer: CustomerFacts, desk: Desk) -> tuple[str, list[Step]]:
    """What the plan says, and which steps that takes. How an owner put it that it is theirs, nobody else says."""
    made = plan_of(case, customer, scope=desk.scope, now=desk.now)
    mine = case.owner_id == desk.staff_id
    lines = {one.step: one.words if mine or one.step is not Step.OWN else one.prepared for one in made.words}
    words = opening(lines, language=made.language, customer=customer.name, writer=desk.name)
    return words, list(lines)


def _phrase(wanted: str, case: CaseFacts, desk: Desk) -> str:
    phrase_id = number_or_none(wanted.removeprefix("phrase-")) or 0
    return fill_phrase(
        case.number, phrase_id, base_url=settings.BASE_URL, scope=desk.scope, by=desk.actor, now=desk.now
    )


# What is recorded


def _note(number: int, typed: QueryDict, desk: Desk) -> str:
    """A note, the customer's own words, or a call already held: one form."""
    text, mode = typed.get("text", ""), typed.get("mode", "note")
    conversation.forget_draft(number, desk.staff_id)
    if mode == "note":
        actions.note(number, text=text, **known(desk))
    elif not text.strip():
        raise invalid("case.no_words", _("Write down what was said."), field="text")
    elif mode == "words":
        remedies.take_step(number, step="listen", words=text, **known(desk))
    else:
        return _log_call(number, text, typed, desk)
    return _("Noted.")


def _log_call(number: int, text: str, typed: QueryDict, desk: Desk) -> str:
    """A call already held, with what of the conversation it covered and what was promised in it."""
    held = gone_by(typed.get("held", ""), desk, field="held") or desk.now
    heeded = remedies.log_call(
        number, words=text, steps=typed.getlist("covered"), held=Held(held, typed.get("with", ""), _minutes(typed)),
        channel=typed.get("channel") or "phone", harm=typed.get("harm", ""), needs=typed.get("needs", ""),
        promised=_promised(typed, desk),
        **known(desk),
    )  # fmt: skip
    return plan.with_cautions(_("Noted."), heeded)


def _minutes(typed: QueryDict) -> int | None:
    """How long the call was. Raises Refusal "case.bad_value"."""
    written = typed.get("minutes", "").strip()
    if not written:
        return None
    number = number_or_none(written)
    if number is None or not 0 < number <= MOST_MINUTES:
        raise invalid("case.bad_value", _("Give whole minutes, up to a day."), field="minutes")
    return number


def _promised(typed: QueryDict, desk: Desk) -> remedies.Next | None:
    """What was promised in a call; nothing typed is nothing promised."""
    what = typed.get("what", "").strip()
    if not (what or typed.get("when", "").strip()):
        return None
    due = due_typed(typed, desk)
    return remedies.Next(title=what, due_at=due.due_at, due_on=due.due_on)


# What is sent


def _message(request: DeskRequest, number: int, typed: QueryDict, desk: Desk) -> str:
    """Write to the customer. It waits a moment, so that it can be taken back. What there is to heed the coach has said
    while it was written."""
    mode, words = typed.get("mode", ""), typed.get("text", "")
    covers = typed.getlist("covers")
    if not request.htmx and not typed.get("heard"):
        _show_once(number, typed, desk)
    if mode == Channel.POST:
        letter, _heeded = remedies.post_letter(
            number, words=words, covers=covers, despite=typed.get("despite", ""), **known(desk)
        )
        return waits() if letter.held else _("Recorded as a letter. It is there to be printed.")
    written, _heeded = remedies.write_to_customer(
        number, channel=mode, words=words, subject=typed.get("subject", ""), to=_to(typed), covers=covers,
        leave_at=_leaves(number, typed, desk), enclosed=list(_enclosed(request)), despite=typed.get("despite", ""),
        **known(desk),
    )  # fmt: skip
    if written.held:
        return waits()
    if written.leave_at - desk.now > UNDO:
        return _("It leaves {}.").format(clocks.stamp(written.leave_at))
    return _("It leaves in a moment.")


def _show_once(number: int, typed: QueryDict, desk: Desk) -> None:
    """Without script nobody saw what the coach found: the page comes back with it once, before anything is sent."""
    found = heard(typed.get("text", ""), typed.get("mode", ""), case_for(desk.scope, number), desk)
    if found is not None and found.mends:
        raise invalid(
            "message.coach", _("Read what stands below once, then change it or send it as it is."), field="text"
        )


def _to(typed: QueryDict) -> str:
    mode = typed.get("mode", "")
    return typed.get(composing.FIELDS.get(mode, "to"), "") if mode != Channel.PAGE else ""


def _leaves(number: int, typed: QueryDict, desk: Desk) -> datetime | None:
    """When it is to leave, if not at once: in the customer's hours, or at the time that was typed."""
    if typed.get("do") == "hours":
        customer = customer_for(desk.scope, case_for(desk.scope, number).customer_id)
        return in_their_hours(desk.now, zone_of(customer, ours=desk.organisation.zone))
    # Enter in the field of the time means that time, whichever button a browser takes it for.
    if typed.get("do") != "later" and (typed.get("do") or not typed.get("later", "").strip()):
        return None
    try:
        when = read_plain(typed.get("later", ""), desk)
    except Refusal as no:
        raise invalid(no.code, no.message, field="later") from None
    if when.due_on is not None:
        raise invalid("case.bad_value", _("Give the hour too, such as “Fri 17:00”."), field="later")
    return when.due_at


def _enclosed(request: DeskRequest) -> Iterator[Enclosed]:
    """The files that go with it, kept before the message names them."""
    left = MOST_ENCLOSED
    files: list[UploadedFile[Any]] = [one for one in request.FILES.getlist("files") if one.name]
    for one in files:
        try:
            kept = file_store().put(one.chunks(), most=left)
        except TooLarge:
            raise too_large() from None
        left -= kept.size
        yield Enclosed(one.name or "", one.content_type or "application/octet-stream", kept.size, kept.sha256)
