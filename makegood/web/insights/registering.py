"""Registering a report of the paradox, and looking at one that may be read at any time."""

from __future__ import annotations

import math
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.measurement.actions import ask_look, register
from makegood.measurement.findings import Known, Outcome
from makegood.people.queries import require_scope
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.insights import looks
from makegood.web.insights.putting_right import HOME, known_names, outcome_names
from makegood.web.insights.tabs import tabs
from makegood.web.tables import Choice


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """Register one."""
    desk, errors = request.desk, {}
    require_scope(desk.scope, Ability.MEASURE)
    if request.method == "POST":
        try:
            return done(request, _registered_words(request), to=f"{HOME}{_registered(request)}/")
        except Refusal as no:
            errors = errors_of(no)
    held = request.POST.getlist("covariates") if errors else list(Known)
    values = (
        request.POST
        if errors
        else {"outcome": "stayed", "landmark": "30", "horizon": "90", "margin": "0.02", "reading": "at_end"}
    )
    context = {
        "errors": errors, "values": values, "slim": True,
        "outcomes": [Choice(key.value, name) for key, name in outcome_names().items() if key is not Outcome.RECOVERY],
        "readings": looks.readings(), "wider": looks.wider(),
        "landmarks": [Choice(str(days), _("{} days").format(days)) for days in (7, 14, 30, 60)],
        "horizons": [Choice(str(days), _("{} days").format(days)) for days in (30, 90, 180)],
        "known": [
            {"key": key.value, "name": name, "on": key.value in held}
            for key, name in known_names().items()
        ],
        "kinds": [Choice(one.slug, one.name) for one in kinds(inside_case=False)], "tabs": tabs(HOME, desk, ""),
    }  # fmt: skip
    return render(request, "web/insights/paradox_new.html", context, status=422 if errors else 200)


@at_desk("POST")
def look(request: DeskRequest, number: int) -> HttpResponse:
    """Look at one that may be read at any time."""
    ask_look(number, by=request.desk.actor, now=request.desk.now)
    return done(request, _("It is being computed, and this look is kept."), to=f"{HOME}{number}/")


def _registered_words(request: DeskRequest) -> str:
    if request.POST.get("reading") == "any_time":
        return _("Registered. It may be read at any time, and every look is kept.")
    return _("Registered. It opens on its day.")


def _registered(request: DeskRequest) -> int:
    desk, typed = request.desk, request.POST
    outcome = typed.get("outcome", "")
    hours, held = typed.get("threshold_hours", "").strip(), typed.getlist("covariates")
    return register(
        outcome=Outcome(outcome) if outcome in set(Outcome) else Outcome.STAYED,
        since=_day(typed.get("since", ""), "since"), before=_day(typed.get("before", ""), "before"),
        landmark_days=_whole(typed.get("landmark", "")), horizon_days=_whole(typed.get("horizon", "")),
        margin=_number(typed.get("margin", ""), "report.bad_margin", "margin"),
        # How much was promised is always held equal: its box cannot be taken away.
        covariates=[one for one in Known if one is Known.EXPOSURE or one.value in held],
        threshold_hours=_number(hours, "report.bad_threshold", "threshold_hours") if hours else None,
        threshold_kind=typed.get("threshold_kind", ""),
        planned=_whole(typed.get("planned", "").strip()) if typed.get("reading") == "any_time" else None,
        by=desk.actor, now=desk.now,
    )  # fmt: skip


def _number(text: str, code: str, field: str) -> float:
    """A number as people write one, a comma for the point too; "nan" and "inf" are none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise invalid(code, _("Give a number, such as 0.02."), field=field)
    return value


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("report.bad_days", _("Give a day, such as 2026-01-31."), field=field) from None
