"""What is asked of one person: their changes, why, by when, and how each turned out. The whole desk of a process owner,
who sees no customer here or elsewhere."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.followups.actions import close_process, keep_change
from makegood.followups.queries import closures
from makegood.kernel.refusals import Refusal, invalid
from makegood.learning import actions
from makegood.learning.queries.candidates import touching
from makegood.learning.queries.improvements import ImprovementFacts, improvement_for, improvements
from makegood.learning.rules.asked import PRESSING, SOON, Need, need_of
from makegood.promises.rules import State
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.days import today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.learning.signals import group_name, says
from makegood.web.learning.views import finding, state_words

HOME = "/asked/"
DEEDS = ("live", "later")


@at_desk("GET", for_owners=True)
def every(request: DeskRequest) -> HttpResponse:
    """All that is asked of the reader, what presses most first."""
    return _shown(request)


@at_desk("POST", for_owners=True)
def act(request: DeskRequest, number: str, name: str) -> HttpResponse:
    """It is live, or it will be later."""
    desk, typed = request.desk, request.POST
    hand: dict[str, Any] = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    try:
        if name == "live":
            actions.bring_live(int(number), at=_since(typed.get("at", ""), int(number), desk), **hand)
            return done(
                request, _("Live. Failures are counted from then on, and you are told how it turns out."), to=HOME
            )
        expected = _day(typed.get("expected_at", ""), "expected_at")
        if expected is None:
            raise invalid("when.missing", _("Say by which day it will be."), field="expected_at")
        actions.say_later(
            int(number), reason=typed.get("reason", ""), expected_at=_end_of(expected, desk), **hand
        )  # fmt: skip
    except Refusal as no:
        return _shown(request, int(number), errors_of(no), no.status)
    return done(request, _("Said. Whoever asked for it knows, and can help."), to=HOME)


@at_desk("POST", for_owners=True)
def close(request: DeskRequest, number: int) -> HttpResponse:
    """They say what was changed after a case, or what will be by a day. They see no more of it than its cause."""
    desk, typed = request.desk, request.POST
    try:
        by_day = _day(typed.get("by", ""), "by")
        due_at = _end_of(by_day, desk) if by_day else None
        close_process(
            number, words=typed.get("words", ""), due_at=due_at, scope=desk.scope, by=desk.actor, now=desk.now
        )
    except Refusal as no:
        return _shown(request, number, errors_of(no, {"due_at": "by"}), no.status, what="closure")
    said = _("Promised. You are reminded before the day.") if due_at else _("Said. Whoever carried it reads it.")
    return done(request, said, to=HOME)


@at_desk("POST", for_owners=True)
def changed(request: DeskRequest, number: int) -> HttpResponse:
    """What they promised to change after a case is changed."""
    desk = request.desk
    try:
        keep_change(number, scope=desk.scope, by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, number, errors_of(no), no.status, what="closure")
    return done(request, _("Changed. Whoever carried it reads it."), to=HOME)


def _shown(
    request: DeskRequest, wrong: int = 0, errors: dict[str, str] | None = None, status: int = 200,
    what: str = "change",
) -> HttpResponse:  # fmt: skip
    desk = request.desk
    found = improvements(desk.scope, mine=True)
    asked = sorted(
        (_card(one, desk, errors or {} if (one.number, what) == (wrong, "change") else {}, request) for one in found),
        key=lambda card: list(Need).index(card["need"]),
    )
    left = _left(desk, wrong if what == "closure" else 0, errors or {}, request)
    lost = {} if any(card["errors"] for card in [*asked, *left]) else errors
    context = {
        "asked": asked, "left": left,
        "title": _title([card["pressing"] for card in [*asked, *left]]), "errors": lost, "slim": True,
        "mine": {one.number for one in found},
        "signals": [(one, group_name(one), says(one)) for one in touching(desk.staff_id)],
        "first": not any(one.live_at or one.obstacle for one in found), "today": today(desk.now, desk.zone).isoformat(),
    }  # fmt: skip
    return render(request, "web/learning/asked.html", context, status=status)


def _left(desk: Desk, wrong: int, errors: dict[str, str], request: DeskRequest) -> list[dict[str, Any]]:
    """Closed cases after which a process owner is to say what changes, or to change what they promised. Whoever sees
    customers has a page of them."""
    if not desk.owns_processes:
        return []
    return [
        {
            "one": one, "since": clocks.moment(one.customer_at, desk.now), "prefix": f"c{one.number}",
            "errors": errors if one.number == wrong else {}, "typed": request.POST if one.number == wrong else {},
            "due": clocks.due(one.change_due_at, desk.now) if one.change_due_at else "",
            "late": one.change_state is State.BROKEN,
            "pressing": one.change_due_at is None or one.change_due_at <= desk.now + SOON,
        }
        for one in closures(desk.scope) if one.may_close or one.may_keep
    ]  # fmt: skip


def _title(presses: list[bool]) -> str:
    pressing = sum(presses)
    if pressing == 1:
        return _("One thing needs you")
    if pressing:
        return _("{} things need you").format(pressing)
    return _("Nothing presses") if presses else _("Nothing is asked of you")


def _card(one: ImprovementFacts, desk: Desk, errors: dict[str, str], request: DeskRequest) -> dict[str, Any]:
    need = need_of(one.state, one.due_at, desk.now)
    return {
        "one": one, "need": need, "state": _state(one, need), "pressing": need in PRESSING,
        "due": clocks.due(one.due_at, desk.now), "why": why(one),
        "live": clocks.moment(one.live_at, desk.now) if one.live_at else "",
        "expected": clocks.moment(one.expected_at, desk.now) if one.expected_at else "",
        "answer": finding(one) if one.live_at else "", "measure": measure(one), "errors": errors,
        "typed": request.POST if errors else {}, "may": one.live_at is None, "prefix": f"a{one.number}",
    }  # fmt: skip


def _state(one: ImprovementFacts, need: Need) -> str:
    return _("Due soon") if need is Need.SOON else state_words(one)


def why(one: ImprovementFacts) -> str:
    """The failures behind it, in figures."""
    if not one.before.failed:
        return _("“{cause}” let promises fail. Nothing of it is counted in the half year before yet.").format(
            cause=one.cause_name
        )
    return _("“{cause}” let {failed} of {due} promises due fail in half a year: {rate} in 1,000.").format(
        cause=one.cause_name, failed=f"{one.before.failed:,}", due=f"{one.before.due:,}",
        rate=f"{one.before.per_thousand or 0:.1f}",
    )  # fmt: skip


def measure(one: ImprovementFacts) -> str:
    """What it is judged by."""
    among = _("promises of the kind {}").format(one.kind_name) if one.kind_name else _("all promises")
    return _("Such failures, among {among}, are to fall by {less}%. It is judged each {many} promises due.").format(
        among=among, less=one.less_by, many=f"{one.exposure:,}"
    )


def _since(text: str, number: int, desk: Desk) -> datetime | None:
    """The instant from which it is live: now, when it was today; else the beginning of that day, and not before it was
    begun."""
    on = _day(text, "at")
    if on is None or on == today(desk.now, desk.zone):
        return None
    began = improvement_for(desk.scope, number).began_at
    since = datetime.combine(on, time(), desk.zone)
    return began if timezone.localtime(began).date() == on else since


def _end_of(day: date, desk: Desk) -> datetime:
    return datetime.combine(day, time(23, 59), desk.zone)


def _day(text: str, field: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise invalid("promise.bad_time", _("Give a day, such as 2026-11-30."), field=field) from None
