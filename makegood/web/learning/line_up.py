"""The daily line-up: yesterday in a minute, for every function, to be read standing."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal
from makegood.learning import actions
from makegood.learning.queries.line_up import LineUp, Thanks, line_up, wish_of
from makegood.learning.rules.line_up import HOUR, Topic, day_before
from makegood.practice.queries import SceneOfDay, scene_of_day
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.learning.signals import group_name
from makegood.web.tables import Column, Row, number_or_none

HOME = "/line-up/"


@at_desk("GET", "POST", for_owners=True)
def day(request: DeskRequest) -> HttpResponse:
    """A day, yesterday unless another is asked for; sent, when one is told of it."""
    desk, errors = request.desk, dict[str, str]()
    if request.method == "POST":
        try:
            return done(request, _wish(request), to=HOME)
        except Refusal as no:
            errors = errors_of(no)
    last = day_before(desk.now, desk.zone)
    asked = min(_day(request.GET.get("day", "")) or last, last)
    found = line_up(asked, desk.zone)
    wish = wish_of(desk.staff_id)
    context = {
        "found": found, "day": date_format(asked, "l j F"), "title": _title(found), "errors": errors, "slim": True,
        "scene": _scene(found, desk),
        "columns": [
            Column(_("Kind")), Column(_("Due"), n=True), Column(_("Kept"), n=True), Column(_("Failed"), n=True)
        ],
        "rows": [
            Row([one.name, f"{one.due:,}", f"{one.kept:,}", f"{one.failed:,}"],
                "" if desk.owns_processes else f"/promises/?kind={one.slug}&due=any")
            for one in found.kinds
        ],
        "changes": [(one, _change(one.verb)) for one in found.changes], "talk": _talk(found),
        "signals": [(one, group_name(one)) for one in found.signals], "goes_there": desk.scope.sees_all,
        "talk_opens": desk.scope.sees_all or found.talk.topic is not Topic.SIGNAL,
        "thanks": [(one.name, _deeds(one)) for one in found.thanks], "wish": wish,
        "hour": wish.hour if wish else HOUR, "before": (asked - timedelta(days=1)).isoformat(),
        "after": (asked + timedelta(days=1)).isoformat() if asked < last else "",
    }  # fmt: skip
    return render(request, "web/learning/line_up.html", context, status=422 if errors else 200)


def _scene(found: LineUp, desk: Desk) -> SceneOfDay | None:
    """The scene of the day, unless the installation shows none; process owners play none."""
    if desk.owns_processes or not settings.SCENE_OF_DAY:
        return None
    zone = desk.organisation.zone
    return scene_of_day(found.day, zone, found if desk.zone == zone else None)


def _wish(request: DeskRequest) -> str:
    desk, typed = request.desk, request.POST
    if typed.get("leave"):
        actions.leave_line_up(by=desk.actor)
        return _("You are told no more.")
    hour = number_or_none(typed.get("hour", "").strip())
    actions.want_line_up(
        hour=-1 if hour is None else hour,
        quiet_too=bool(typed.get("quiet_too")),
        by_mail=bool(typed.get("by_mail")),
        by=desk.actor,
        now=desk.now,
    )
    return _("You are told each working day.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _title(found: LineUp) -> str:
    counts = found.counts
    if not counts.due:
        return _("Nothing was due")
    if not counts.failed:
        return _("All {} promises due were kept").format(f"{counts.due:,}")
    return _("{failed} of {due} promises due were not kept in time").format(
        failed=f"{counts.failed:,}", due=f"{counts.due:,}"
    )


def _change(verb: str) -> str:
    return {"live": _("went live"), "held": _("held"), "came_back": _("came back")}.get(verb, verb)


def _talk(found: LineUp) -> str:
    """One question, for everybody who stands there."""
    about = group_name(found.signals[0]) if found.talk.topic is Topic.SIGNAL else found.talk.about
    return {
        Topic.CAME_BACK: _("“{}” came back. What did we miss?"),
        Topic.SIGNAL: _("“{}” fails beyond chance. Who knows something that the figures do not?"),
        Topic.CAUSE: _("“{}” was it most often. What would have stopped it?"),
        Topic.KIND: _("{} failed most. What stood in the way?"),
        Topic.THANKS: _("{} did it well. How?"),
        Topic.NOTHING: _("A quiet day. Which promise of today is likeliest to slip?"),
    }[found.talk.topic].format(about)  # fmt: skip


def _deeds(one: Thanks) -> str:
    known = (
        (one.told_first, _("told the customer first")), (one.in_person, _("spoke to them in person")),
        (one.stayed, _("saw it through")),
    )  # fmt: skip
    return ", ".join(words for did, words in known if did) or _("thanked by a colleague")
