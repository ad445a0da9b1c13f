"""Files of promises at the desk: brought, tried, imported, and what became of each."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from makegood.intake import actions
from makegood.intake.actions import Brought, CasesFor
from makegood.intake.queries import (
    BatchFacts,
    RejectFacts,
    UploadFacts,
    batch_for,
    batches,
    first_rejects,
    upload_for,
    uploads,
    write_rejects,
    write_told,
)
from makegood.intake.rules.feedfile import load_feed, shipped
from makegood.intake.rules.flood import floods
from makegood.intake.rules.stages import WAITING, Stage
from makegood.kernel.refusals import Refusal
from makegood.people.queries import roster
from makegood.web import clocks
from makegood.web.answers import done, errors_of, see_other
from makegood.web.bodies import drain, length_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import Choice, Column, Row, pages, place

LIST = "/promises/import/"
SHOWN = 25
"""Rows of a table of rejects; the rest is downloaded."""
# The files, and the few fields around them.
_MOST_BODY = actions.MOST_BYTES + 256 * 1024
_DRAINED = 8 * actions.MOST_BYTES


@csrf_exempt
@at_desk("GET", "POST")
def files(request: DeskRequest) -> HttpResponse:
    """The form, and what was imported before. Sent, the file is kept and tried."""
    if request.method == "GET":
        return _form(request)
    if length_of(request) > _MOST_BODY:
        # Before anything reads the body: a file of any size would be written to this machine's disk first.
        drain(request, most=_DRAINED)
        return _form(request, actions.too_large())
    return csrf_protect(_bring)(request)


def _bring(request: DeskRequest) -> HttpResponse:
    typed, desk = request.POST, request.desk
    try:
        number = actions.upload(
            _brought(request), feed=typed.get("feed", ""), feed_text=_feed_text(request),
            cases=CasesFor(typed.get("cases", "")) if typed.get("cases") in list(CasesFor) else CasesFor.UNKEPT,
            by=desk.actor, now=desk.now,
        )  # fmt: skip
    except Refusal as no:
        return _form(request, no, typed)
    return done(request, _("The file is here. Nothing is imported yet."), to=f"{LIST}files/{number}/")


@at_desk("GET")
def file(request: DeskRequest, number: int) -> HttpResponse:
    """One file that was brought: what would happen, or how far its import is."""
    desk = request.desk
    found = upload_for(desk.scope, number)
    if found.batch_id and not request.htmx:
        return see_other(f"{LIST}{found.batch_id}/")
    part = "#progress" if request.htmx and request.htmx.target == "progress" else ""
    trial = found.trial
    context = {
        "file": found, "waits": found.stage in WAITING, "tried": found.stage == Stage.TRIED, "how": _how(found),
        "imported": found.stage == Stage.DONE, "batch_url": f"{LIST}{found.batch_id}/",
        "kpis": _foreseen(found) if trial else [], "flood": _flood(found, desk) if trial else "",
        "skipped": trial.get("skipped_because", {}),
        "first_columns": [Column(name) for name in _heads(trial.get("about", ""))],
        "first": [_first(one) for one in trial.get("first", ())], "csv_url": f"{LIST}files/{number}/rejects.csv",
    } | _rejected(found.rejects, trial.get("rejected", 0))  # fmt: skip
    return render(request, f"web/promises/import_file.html{part}", context)


@at_desk("POST")
def confirm(request: DeskRequest, number: int) -> HttpResponse:
    """Import a file that was tried."""
    actions.confirm(number, by=request.desk.actor, now=request.desk.now)
    return done(request, _("It is being imported."), to=f"{LIST}files/{number}/")


@at_desk("POST")
def discard(request: DeskRequest, number: int) -> HttpResponse:
    """Forget a file that was not imported."""
    actions.discard(number, by=request.desk.actor)
    return done(request, _("The file is forgotten. Nothing of it was imported."), to=LIST)


@at_desk("GET")
def batch(request: DeskRequest, number: int) -> HttpResponse:
    """One import: its counts and the rows that were not taken."""
    desk = request.desk
    found = batch_for(desk.scope, number)
    context = {
        "batch": found, "kpis": _counted(found), "skipped": found.skipped_because,
        "csv_url": f"{LIST}{number}/rejects.csv", "when": clocks.stamp(found.started_at),
    } | _rejected(first_rejects(desk.scope, number, limit=SHOWN), found.rejected)  # fmt: skip
    return render(request, "web/promises/import_batch.html", context)


@at_desk("GET")
def rejects(request: DeskRequest, number: int) -> HttpResponse:
    """Every row of an import that was not taken, as CSV."""
    out = io.StringIO()
    write_rejects(request.desk.scope, number, out)
    return _csv(out, number)


@at_desk("GET")
def told(request: DeskRequest, number: int) -> HttpResponse:
    """The rows of a file that its dry run would not take, as CSV: a thousand of them at most."""
    out = io.StringIO()
    write_told(request.desk.scope, number, out)
    return _csv(out, number)


def _csv(out: io.StringIO, number: int) -> HttpResponse:
    # The mark in front lets Excel see that it is UTF-8.
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{number}.csv"'
    return response


def _form(request: DeskRequest, no: Refusal | None = None, typed: QueryDict | None = None) -> HttpResponse:
    desk = request.desk
    found = batches(desk.scope, **place(request.GET))
    context = {
        "errors": errors_of(no) if no else {}, "values": typed or {}, "feeds": _feeds(), "cases": _cases(),
        "limit": actions.MOST_BYTES // 2**20,
        "columns": [Column(_("File")), Column(_("State")), Column(_("Brought by")), Column(_("When"), n=True)],
        "rows": [_waiting(one, desk) for one in uploads(desk.scope)],
        "past_columns": [
            Column(_("File")), Column(_("Feed")), Column(_("Promises"), n=True), Column(_("News"), n=True),
            Column(_("Rejected"), n=True), Column(_("Cases"), n=True), Column(_("By")), Column(_("When"), n=True),
        ],
        "past": [_past(one, desk) for one in found.rows],
        "page": pages(LIST, request.GET, found),
    }  # fmt: skip
    return render(request, "web/promises/import.html", context, status=no.status if no else 200)


def _brought(request: DeskRequest) -> list[Brought]:
    """The file that is to be imported first, then those that it looks things up in."""
    first: Any = request.FILES.getlist("file")
    return [_read(one) for one in (*first[:1], *request.FILES.getlist("more"))]


def _read(one: UploadedFile[Any]) -> Brought:
    return Brought(one.name or "", one.read())


def _feed_text(request: DeskRequest) -> str:
    """A feed of one's own: the file of it, else what was pasted."""
    own: Any = request.FILES.get("feed_file")
    if own is None:
        return str(request.POST.get("feed_text", "")).replace("\r\n", "\n").strip()
    return bytes(own.read()).decode("utf-8", "replace").strip()


def _feeds() -> list[Choice]:
    return [Choice(name, f"{name}: {load_feed(name).description.partition('.')[0]}"[:90]) for name in shipped()]


def _cases() -> list[Choice]:
    return [
        Choice("unkept", _("For promises that are broken now")),
        Choice("all", _("For those kept late as well")),
        Choice("none", _("For none: this is history")),
    ]


_SAID: dict[Stage, Callable[[], str]] = {
    Stage.NEW: lambda: _("Is being read"),
    Stage.TRIED: lambda: _("Waits for your word"),
    Stage.CONFIRMED: lambda: _("Is being imported"),
    Stage.DONE: lambda: _("Imported"),
    Stage.REFUSED: lambda: _("Cannot be read"),
}


def _waiting(one: UploadFacts, desk: Desk) -> Row:
    when = clocks.due(one.made_at, desk.now)
    return Row([one.name, _SAID[one.stage](), one.by, when], f"{LIST}files/{one.id}/")


def _past(one: BatchFacts, desk: Desk) -> Row:
    when = clocks.due(one.started_at, desk.now)
    numbers = [f"{number:,}" for number in (one.promises, one.accepted, one.rejected, one.cases)]
    return Row([one.name, one.feed, *numbers, one.by, when], f"{LIST}{one.id}/")


def _how(found: UploadFacts) -> str:
    """How far it is, in words."""
    if not found.begun:
        return _("It waits for the worker, which takes up one file after the other.")
    if not found.rows_done:
        return _("It is being read from end to end.")
    return _("{done} of about {all} lines").format(done=f"{found.rows_done:,}", all=f"{found.rows_all:,}")


def _flood(found: UploadFacts, desk: Desk) -> str:
    """What to know before a file opens more cases than those who are there could begin with; else nothing."""
    cases, people = found.trial["cases"], max(1, sum(one.may_work for one in roster(desk.now).present()))
    if not floods(cases, people):
        return ""
    words = ngettext(
        "This opens up to {cases} cases for {people} person. Is it history? Forget it, and bring it again with cases"
        " opened for none: then it fills the ledger only.",
        "This opens up to {cases} cases for {people} people. Is it history? Forget it, and bring it again with cases"
        " opened for none: then it fills the ledger only.",
        people,
    )
    return words.format(cases=f"{cases:,}", people=f"{people:,}")


def _called(about: str) -> str:
    return {"scores": _("Scores"), "behaviour": _("Deeds")}.get(about, _("Promises"))


def _heads(about: str) -> tuple[str, ...]:
    """What stands above the first rows as they were read."""
    if about == "scores":
        return _("Score"), _("Scale"), _("Customer"), _("Asked"), _("Answered")
    if about == "behaviour":
        return _("Worth"), _("Deed"), _("Customer"), "", _("When")
    return _("Promise"), _("Kind"), _("Customer"), _("Due"), _("Kept")


def _foreseen(found: UploadFacts) -> list[dict[str, Any]]:
    trial = found.trial
    return [
        {"label": _("Rows"), "value": f"{trial['rows']:,}"},
        {"label": _called(trial.get("about", "")), "value": f"{trial['promises']:,}"},
        {"label": _("Tell something new"), "value": f"{trial['accepted']:,}"},
        {"label": _("Known already"), "value": f"{trial['unchanged']:,}"},
        {"label": _("Rejected"), "value": f"{trial['rejected']:,}", "tone": "c-broken" if trial["rejected"] else ""},
        {"label": _("Skipped"), "value": f"{trial['skipped']:,}"},
        {"label": _("Cases that would open"), "value": f"{trial['cases']:,}", "note": _("at most")},
    ]


def _counted(found: BatchFacts) -> list[dict[str, Any]]:
    return [
        {"label": _("Rows"), "value": f"{found.rows:,}"},
        {"label": _called(found.about), "value": f"{found.promises:,}"},
        {"label": _("Told something new"), "value": f"{found.accepted:,}"},
        {"label": _("Were known already"), "value": f"{found.unchanged:,}"},
        {"label": _("Rejected"), "value": f"{found.rejected:,}", "tone": "c-broken" if found.rejected else ""},
        {"label": _("Skipped"), "value": f"{found.skipped:,}"},
        {"label": _("Cases opened"), "value": f"{found.cases:,}"},
    ]


def _rejected(told: tuple[RejectFacts, ...], number: int) -> dict[str, Any]:
    """The table of rows that are not taken, and how many of them it does not show."""
    told = told[:SHOWN]
    left = number - len(told)
    more = ngettext("and {} more row", "and {} more rows", left).format(f"{left:,}") if left > 0 else ""
    heads = (Column(_("Line")), Column(_("Column")), Column(_("What stands there")), Column(_("Why")))
    rows = [Row([f"{one.line:,}", one.column, one.value[:80], one.reason]) for one in told]
    return {"reject_columns": heads, "rejects": rows, "more": more}


def _first(one: dict[str, Any]) -> Row:
    """A promise as it was read, with its times as this desk writes them."""
    on = date.fromisoformat(one["due_on"]) if one["due_on"] else None
    due = clocks.stamp_day(on) if on else _stamp(one["due_at"])
    name = format_html("{}<small>{}</small>", one["title"] or one["reference"], one["reference"])
    return Row([name, one["kind"], one["customer"], due, _stamp(one["kept_at"])])


def _stamp(text: str | None) -> str:
    return clocks.stamp(datetime.fromisoformat(text)) if text else ""
