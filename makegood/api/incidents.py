"""Incidents: one cause that hits many customers, collected, planned, rehearsed and told in batches."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router

from makegood.api import incident_forms as forms
from makegood.api import incident_parts as parts
from makegood.api.caller import Acting, ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import refuse_unknown
from makegood.incidents import actions, queries
from makegood.incidents.rules.suggesting import Question

router = Router(tags=["incidents"])


@router.get("/incidents", response=parts.IncidentsOut, summary="List incidents")
def list_incidents(request: ApiRequest, query: Query[forms.IncidentsQuery]) -> HttpResponse:
    """Those that the caller may see, the newest first, up to two hundred."""
    refuse_unknown(request.GET, forms.IncidentsQuery)
    found = queries.incidents(request.caller.scope, ended=query.ended)
    return told({"items": [parts.line_out(one) for one in found], "next": None})


@router.post("/incidents", response={201: parts.IncidentOut}, summary="Open an incident")
def open_incident(request: ApiRequest, body: forms.IncidentIn) -> HttpResponse:
    """Open an incident of a lead or manager, and collect whom it hits."""
    doer = person(request, body.staff)
    number = actions.open_incident(
        title=body.title, happened=body.happened, cause=body.cause, narrow=body.filter.narrow(), **_hand(request, doer)
    )
    return _answer(doer, number, status=201)


@router.post("/incidents/found", response=parts.FoundOut, summary="Try a filter")
def try_filter(request: ApiRequest, body: forms.NarrowIn) -> HttpResponse:
    """How many promises a filter finds now, and what they have in common. Nothing is kept."""
    found = queries.look(request.caller.scope, body.narrow())
    common = [{"name": one.name, "value": one.value, "many": one.many} for one in found.common]
    return told({"many": found.many, "common": common})


@router.get("/incidents/suggested", response=parts.SuggestionsOut, summary="List what may be one incident")
def suggested(request: ApiRequest) -> HttpResponse:
    """What promises that broke within the hour have in common, as Today asks leads and managers."""
    found = queries.suggestions(request.caller.scope, least=settings.INCIDENT_FROM, now=request.now)
    return told({"items": [one._asdict() for one in found], "next": None})


@router.post("/incidents/suggested/dismiss", response=parts.DismissedOut, summary="Say that it is no incident")
def dismiss(request: ApiRequest, body: forms.DismissIn) -> HttpResponse:
    """It is not asked about again for a day, unless half as many customers again are hit."""
    doer = person(request, body.staff)
    asked = Question(body.name, body.value, body.kind)
    return told({"id": actions.dismiss(asked, least=settings.INCIDENT_FROM, **_hand(request, doer))})


@router.post("/incidents/suggested/{dismissal_id}/again", response=parts.DismissedOut, summary="Ask about it again")
def ask_again(request: ApiRequest, dismissal_id: int, body: StaffIn | None = None) -> HttpResponse:
    """Take back that it was dismissed."""
    doer = person(request, body.staff if body else None)
    actions.ask_again(dismissal_id, **_hand(request, doer))
    return told({"id": dismissal_id})


@router.get("/incidents/{number}", response=parts.IncidentOut, summary="Read an incident")
def read_incident(request: ApiRequest, number: int) -> HttpResponse:
    """One incident: its filter, plan and figures, and what may be done with it."""
    return told(parts.incident_out(queries.incident_for(request.caller.scope, number)))


@router.post("/incidents/{number}", response=parts.IncidentOut, summary="Change an incident")
def change_incident(request: ApiRequest, number: int, body: forms.ChangeIn) -> HttpResponse:
    """Put right what happened and, when given, the filter; what it finds joins at once."""
    doer = person(request, body.staff)
    actions.change_incident(
        number, title=body.title, happened=body.happened, cause=body.cause,
        narrow=body.filter.narrow() if body.filter else None, **_hand(request, doer),
    )  # fmt: skip
    return _answer(doer, number)


@router.post("/incidents/{number}/collect", response=parts.CollectedOut, summary="Collect again")
def collect(request: ApiRequest, number: int, body: StaffIn | None = None) -> HttpResponse:
    """Let join what the filter finds now, and leave what turned out fine. The worker does it every minute."""
    doer = person(request, body.staff if body else None)
    found = actions.collect(number, **_hand(request, doer))
    return told({"joined": found.joined, "left": found.left})


@router.post("/incidents/{number}/words", response=parts.IncidentOut, summary="Change what customers read")
def set_words(request: ApiRequest, number: int, body: forms.WordsIn) -> HttpResponse:
    """Put one's own words in the place of ours, in one language."""
    doer = person(request, body.staff)
    lines = {str(line): text for line, text in body.lines.items()}
    actions.set_words(number, language=body.language, lines=lines, **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/gift", response=parts.IncidentOut, summary="Set what everybody is given")
def set_gift(request: ApiRequest, number: int, body: forms.GivingIn) -> HttpResponse:
    """The same for all, or nothing."""
    doer = person(request, body.staff)
    actions.set_gift(number, body.gift.gift() if body.gift else None, **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/owed", response=parts.IncidentOut, summary="Give what rules owe along")
def set_owed(request: ApiRequest, number: int, body: forms.OwedIn) -> HttpResponse:
    """Whether what policies owe to each is given along with the message; whom something must be asked first a person
    speaks to."""
    doer = person(request, body.staff)
    actions.set_owed(number, give=body.give, **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/owed/give", response=parts.GivenNowOut, summary="Give what rules owe to those told")
def give_owed_now(request: ApiRequest, number: int, body: StaffIn | None = None) -> HttpResponse:
    """What is owed as of now to those who were told, up to 500 of them at once: again while some are `left`."""
    doer = person(request, body.staff if body else None)
    found = actions.give_owed_now(number, **_hand(request, doer))
    return told({"given": found.given, "left": found.left})


@router.post("/incidents/{number}/bar", response=parts.IncidentOut, summary="Set who gets a person as well")
def set_bar(request: ApiRequest, number: int, body: forms.BarIn) -> HttpResponse:
    """Everybody else gets a light case, which is on no desk until they want something more."""
    doer = person(request, body.staff)
    actions.set_bar(number, body.bar(), **_hand(request, doer))
    return _answer(doer, number)


@router.get("/incidents/{number}/tally", response=parts.TallyOut, summary="Rehearse a release in numbers")
def tally(request: ApiRequest, number: int) -> HttpResponse:
    """What a release would do this minute: who, in which language, by which channel, who is left out and why."""
    return told(parts.tally_out(queries.tally(request.caller.scope, number, now=request.now)))


@router.get("/incidents/{number}/dry-run", response=parts.MembersOut, summary="Rehearse a release message by message")
def dry_run(request: ApiRequest, number: int, query: Query[forms.RehearsalQuery]) -> HttpResponse:
    """Those who wait, each with the very message they would get."""
    refuse_unknown(request.GET, forms.RehearsalQuery)
    page = queries.dry_run(request.caller.scope, number, after=query.after, limit=query.limit, now=request.now)
    return told({"items": [parts.member_out(one) for one in page.rows], "next": page.next or None})


@router.get("/incidents/{number}/members", response=parts.MembersOut, summary="List the customers of an incident")
def members(request: ApiRequest, number: int, query: Query[forms.MembersQuery]) -> HttpResponse:
    """Who was told, wants something more, or was left out."""
    refuse_unknown(request.GET, forms.MembersQuery)
    page = queries.members(
        request.caller.scope, number, state=query.state, after=query.after, limit=query.limit
    )  # fmt: skip
    return told({"items": [parts.member_out(one) for one in page.rows], "next": page.next or None})


@router.post("/incidents/{number}/release", response=parts.IncidentOut, summary="Tell everybody")
def release(request: ApiRequest, number: int, body: forms.PaceIn) -> HttpResponse:
    """Begin to tell everybody, batch after batch, by the worker."""
    doer = person(request, body.staff)
    actions.release(number, **_pace(body), **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/stop", response=parts.IncidentOut, summary="Stop a release")
def stop(request: ApiRequest, number: int, body: forms.StopIn | None = None) -> HttpResponse:
    """Tell nobody more for now, and take back what has not left yet. A batch under way is finished first."""
    doer = person(request, body.staff if body else None)
    actions.stop(number, reason=body.reason if body else "", **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/resume", response=parts.IncidentOut, summary="Go on with a release")
def resume(request: ApiRequest, number: int, body: forms.PaceIn) -> HttpResponse:
    """Go on with one that was stopped."""
    doer = person(request, body.staff)
    actions.resume(number, **_pace(body), **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/end", response=parts.IncidentOut, summary="End an incident")
def end(request: ApiRequest, number: int, body: StaffIn | None = None) -> HttpResponse:
    """Nobody joins any more, and who was not told is not."""
    doer = person(request, body.staff if body else None)
    actions.end(number, **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/approval", response=parts.IncidentOut, summary="Ask for approval of the gift")
def ask_approval(request: ApiRequest, number: int, body: forms.IncidentAskIn | None = None) -> HttpResponse:
    """Ask the nearest person who is there and may give it to all; never the owner."""
    doer = person(request, body.staff if body else None)
    actions.ask_approval(number, note=body.note if body else "", **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/decide", response=parts.IncidentOut, summary="Decide about the gift")
def decide(request: ApiRequest, number: int, body: forms.IncidentDecideIn) -> HttpResponse:
    """Say yes or no for everybody; a no with a reason."""
    doer = person(request, body.staff)
    actions.decide(number, approve=body.decision == "approve", reason=body.reason, **_hand(request, doer))
    return _answer(doer, number)


@router.post("/incidents/{number}/letters", response=parts.LettersOut, summary="Hand the messages out")
def letters(request: ApiRequest, number: int, body: forms.LettersIn | None = None) -> HttpResponse:
    """The messages of those who were told and that nobody carried out yet, each with a private link made now. Send
    them, and keep the links nowhere else."""
    doer = person(request, body.staff if body else None)
    wanted = body or forms.LettersIn()
    found = actions.hand_out(number, again=wanted.again, limit=wanted.limit, **_hand(request, doer))
    items = [
        one._asdict() | {"case": f"SR-{one.case}", "link": f"{settings.BASE_URL}/p/{one.token}/"} for one in found
    ]  # fmt: skip
    for item in items:
        del item["token"]
    return told({"items": items, "next": None})


@router.post("/incidents/{number}/fulfil", response=parts.IncidentOut, summary="Hand over what everybody is given")
def fulfil_gifts(request: ApiRequest, number: int, body: forms.IncidentFulfilIn | None = None) -> HttpResponse:
    """They have what everybody is given, or what was owed: all who do not have it yet, or the members named."""
    doer = person(request, body.staff if body else None)
    said = body or forms.IncidentFulfilIn()
    actions.fulfil_gifts(
        number, owed=said.what == "owed", members=said.members, reference=said.reference, **_hand(request, doer)
    )
    return _answer(doer, number)


def _pace(body: forms.PaceIn) -> dict[str, Any]:
    return {
        "batch_size": body.batch_size, "every": body.every, "their_hours": body.their_hours, "despite": body.despite
    }  # fmt: skip


def _hand(request: ApiRequest, doer: Acting) -> dict[str, Any]:
    return {"scope": doer.scope, "by": doer.by, "now": request.now}


def _answer(doer: Acting, number: int, *, status: int = 200) -> HttpResponse:
    return told(parts.incident_out(queries.incident_for(doer.scope, number)), status=status)
