"""Experiments: the list, registering one, and one with its result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.rules import CONVERSATION
from makegood.kernel.refusals import Refusal, invalid
from makegood.measurement.actions import experiments as actions
from makegood.measurement.actions.experiments import Design, NewArm
from makegood.measurement.queries.experiments import (
    ArmCount,
    ExperimentFacts,
    Result,
    experiment_for,
    experiments,
    result_of,
)
from makegood.measurement.rules.experiments import Measured, Reading, State, Varies
from makegood.measurement.rules.shares import ENOUGH, interval
from makegood.people.rules import Ability
from makegood.portal.languages import LANGUAGES
from makegood.promises.queries import kinds
from makegood.remedies.rules.fit import COMPENSATION
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.days import starts, today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.experiments.words import (
    arm_words,
    between,
    design_of,
    ended_words,
    finding,
    measured_words,
    of_arm,
    reading_words,
    state_words,
    varies_words,
)
from makegood.web.remedies.words import FAILURES, kind_choices
from makegood.web.sheets import sheet
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/experiments/"
OFFERED_ARMS = (1, 2)
"""So many arms beside the usual one can be typed in; more come by the API."""


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """All of them, the newest first."""
    desk = request.desk
    context = {
        "columns": [
            Column(_("Experiment")), Column(_("What differs")), Column(_("State")),
            Column(_("Needed in each arm"), n=True), Column(_("Last day"), n=True),
        ],
        "rows": [_row(one, desk) for one in experiments(desk.scope)], "may": desk.scope.may(Ability.MEASURE),
    }  # fmt: skip
    return render(request, "web/experiments/experiments.html", context)


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """Register one: what differs is chosen first, by the address."""
    desk, errors = request.desk, {}
    asked = request.GET.get("varies", "")
    varies = Varies(asked) if asked in set(Varies) else Varies.GOODWILL
    if request.method == "POST":
        try:
            number = actions.register(_design(request.POST, varies, desk), by=desk.actor, now=desk.now)
            return done(request, _("Registered. It touches nobody until it is started."), to=f"{HOME}{number}/")
        except Refusal as no:
            errors = errors_of(no, {"arm-0": "usual"} | {f"arm-{place}": f"arm-{place}-name" for place in OFFERED_ARMS})
    values: Any = request.POST if errors else {
        "horizon_days": "90", "expected": "80", "effect": "5", "until": str(today(desk.now, desk.zone) + _YEAR),
        "severity_from": "1", "severity_to": "4", "usual": _("As usual"),
    }  # fmt: skip
    context = {
        "errors": errors, "values": values, "slim": True, "varies": varies, "may": desk.scope.may(Ability.MEASURE),
        "sorts": [Choice(key, name) for key, name in varies_words().items()],
        "measured": [Choice(key, name) for key, name in measured_words().items()],
        "readings": [Choice(key, name) for key, name in reading_words().items()],
        "failures": [Choice(kind, str(name)) for kind, name in FAILURES.items()],
        "kinds": [Choice(one.slug, one.name) for one in kinds(inside_case=False)],
        "severities": [Choice(str(grade), str(grade)) for grade in range(1, 5)],
        "languages": [Choice(code, name) for code, name in LANGUAGES.items()],
        "arms": [_typed_arm(place, values, errors) for place in OFFERED_ARMS],
        "lines": [Choice(step, step.capitalize()) for step in CONVERSATION],
        "remedies": [one for one in kind_choices() if one.key in COMPENSATION], "currency": desk.organisation.currency,
    }  # fmt: skip
    return render(request, "web/experiments/new.html", context, status=422 if errors else 200)


_YEAR = timedelta(days=365)


def _typed_arm(place: int, values: Any, errors: dict[str, str]) -> dict[str, Any]:
    names = ("name", "line", "goodwill", "remedy", "days")
    typed: dict[str, Any] = {name: values.get(f"arm-{place}-{name}", "") for name in names}
    written = (f"arm-{place}-words-{code}" for code in LANGUAGES)
    typed["tongues"] = [(name, key, values.get(key, "")) for name, key in zip(LANGUAGES.values(), written, strict=True)]
    return {"place": place, "error": errors.get(f"arm-{place}-name", ""), "key": f"arm-{place}", **typed}


def _design(typed: QueryDict, varies: Varies, desk: Desk) -> Design:
    return Design(
        name=typed.get("name", ""), why=typed.get("why", ""), varies=varies, arms=_arms(typed),
        measured=typed.get("measured", Measured.STAYED), horizon_days=_number(typed, "horizon_days"),
        expected=_number(typed, "expected"), effect=_number(typed, "effect"),
        until=_until(typed.get("until", ""), desk), reading=typed.get("reading", Reading.AT_END),
        failures=tuple(filter(None, (typed.get("failure", ""),))), kinds=tuple(filter(None, (typed.get("kind", ""),))),
        severity_from=_number(typed, "severity_from"), severity_to=_number(typed, "severity_to"),
        language=typed.get("language", "en"),
    )  # fmt: skip


def _number(typed: QueryDict, name: str) -> int:
    return number_or_none(typed.get(name)) or 0


def _until(text: str, desk: Desk) -> datetime:
    """The end of the last day."""
    try:
        return starts(date.fromisoformat(text) + timedelta(days=1), desk.zone)
    except (ValueError, OverflowError):
        raise invalid("experiment.bad_value", _("Give its last day, such as 2027-06-30."), field="until") from None


def _arms(typed: QueryDict) -> list[NewArm]:
    usual = NewArm(name=typed.get("usual", ""))
    return [usual, *(_arm(typed, place) for place in OFFERED_ARMS if place == 1 or _is_typed(typed, place))]


_TOLD = ("name", "goodwill", "days", *(f"words-{code}" for code in LANGUAGES))


def _is_typed(typed: QueryDict, place: int) -> bool:
    return any(typed.get(f"arm-{place}-{name}", "").strip() for name in _TOLD)


def _arm(typed: QueryDict, place: int) -> NewArm:
    told = {name: typed.get(f"arm-{place}-{name}", "").strip() for name in ("name", "line", "remedy", "days")}
    words = {code: typed.get(f"arm-{place}-words-{code}", "").strip() for code in LANGUAGES}
    mine = words.pop(typed.get("language", "en"), "")
    try:
        goodwill = Decimal(typed.get(f"arm-{place}-goodwill", "").strip() or "0")
    except InvalidOperation:
        fault = _("Give an amount, such as 20.")
        raise invalid("experiment.bad_arm", fault, field=f"arm-{place}") from None
    return NewArm(
        name=told["name"], words=mine, others={code: each for code, each in words.items() if each},
        line=told["line"], goodwill=goodwill, remedy=told["remedy"],
        days=number_or_none(told["days"]),
    )  # fmt: skip


@at_desk("GET")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One experiment: what was registered, and what may be said."""
    return _shown(request, number)


@at_desk("POST")
def act(request: DeskRequest, number: int, deed: str) -> HttpResponse:
    """Start it, drop it, or end it by hand."""
    desk = request.desk
    known: dict[str, Any] = {"by": desk.actor, "now": desk.now}
    try:
        if deed == "start":
            actions.start(number, **known)
        elif deed == "drop":
            actions.drop(number, **known)
        else:
            actions.stop(number, reason=request.POST.get("reason", ""), **known)
    except Refusal as no:
        experiment_for(desk.scope, number)
        return _shown(request, number, errors_of(no), no.status)
    said = {"start": _("Started. Cases opened from now on may be in it."), "drop": _("Dropped.")}
    return done(request, said.get(deed, _("Ended. Nothing is said of it.")), to=f"{HOME}{number}/")


@at_desk("GET")
def as_sheet(request: DeskRequest, number: int) -> HttpResponse:
    """The arms as a file; shares as parts of one."""
    facts = experiment_for(request.desk.scope, number)
    result = result_of(facts, now=request.desk.now)
    heading = (
        "arm", "assigned", "horizon_passed", "share", "low", "high", "difference", "difference_low", "difference_high",
        "said", "done_as_proposed", "done_otherwise",
    )  # fmt: skip
    return sheet(f"experiment-{number}.csv", heading, [_plain(each) for each in result.arms])


def _plain(each: ArmCount) -> list[object]:
    counted, verdict = each.counted, each.verdict
    ends = interval(counted.yes, counted.units) if counted.share is not None else ("", "")
    found = verdict.found if verdict else None
    differs = (found.value, found.low, found.high) if found else ("", "", "")
    return [
        each.arm.name, counted.assigned, counted.units, "" if counted.share is None else counted.share, *ends, *differs,
        verdict.said if verdict else "", each.followed, each.otherwise,
    ]  # fmt: skip


def _shown(
    request: DeskRequest, number: int, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    desk = request.desk
    facts = experiment_for(desk.scope, number)
    result = result_of(facts, now=desk.now)
    may = desk.scope.may(Ability.MEASURE)
    names = {kind.slug: kind.name for kind in kinds(inside_case=False)}
    context = {
        "facts": facts, "finding": finding(facts, result), "state": state_words(facts), "errors": errors or {},
        "ended": ended_words(facts), "typed": request.POST, "began": _began(facts, desk),
        "design": list(design_of(facts, names, {kind: str(name) for kind, name in FAILURES.items()})),
        "arms": [(arm.name, arm_words(arm, facts.varies)) for arm in facts.arms],
        "columns": _columns(), "rows": [Row(_cells(each, facts, result)) for each in result.arms],
        "left_out": result.left_out, "readable": result.readable,
        "may_start": may and facts.state is State.REGISTERED, "may_stop": may and facts.state is State.RUNNING,
    }  # fmt: skip
    return render(request, "web/experiments/experiment.html", context, status=status)


def _began(facts: ExperimentFacts, desk: Desk) -> str:
    last = clocks.stamp_day(today(facts.until - timedelta(seconds=1), desk.zone))
    told = _("Registered {when} by {name}").format(when=clocks.stamp(facts.registered_at), name=facts.registered_by)
    if facts.started_at is not None:
        told += "; " + _("started {}").format(clocks.stamp(facts.started_at))
    ended = clocks.stamp(facts.ended_at) if facts.ended_at else ""
    return f"{told}; " + (_("over since {}").format(ended) if ended else _("its last day is {}").format(last))


def _columns() -> list[Column]:
    figures = (
        _("In it"), _("Horizon passed"), _("Share"), _("95% between"), _("Against as usual"), _("As proposed"),
        _("Otherwise"),
    )  # fmt: skip
    return [Column(_("Arm")), *(Column(name, n=True) for name in figures), Column(_("What may be said"))]


def _cells(each: ArmCount, facts: ExperimentFacts, result: Result) -> Sequence[str]:
    counted, found = each.counted, each.verdict.found if each.verdict else None
    return [
        each.arm.name, f"{counted.assigned:,}", f"{counted.units:,}", *_share(each, result),
        between(found) if found else "–", f"{each.followed:,}", f"{each.otherwise:,}", of_arm(facts, each) or "–",
    ]  # fmt: skip


def _share(each: ArmCount, result: Result) -> tuple[str, str]:
    share, counted = each.counted.share, each.counted
    if share is None:
        return _("sealed") if not result.readable else "–", "–"
    if counted.units < ENOUGH:
        return _("too few to say"), "–"
    low, high = interval(counted.yes, counted.units)
    return f"{share:.1%}", f"{low:.0%}–{high:.0%}"


def _row(each: ExperimentFacts, desk: Desk) -> Row:
    last = clocks.stamp_day(today(each.until - timedelta(seconds=1), desk.zone))
    return Row(
        [each.name, varies_words()[each.varies], state_words(each), f"{each.needed:,}", last], f"{HOME}{each.number}/"
    )
