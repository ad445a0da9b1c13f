"""The first day: the path of half an hour, what is read on it, and the case that it ends with."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseLine
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Ability
from makegood.practice import actions
from makegood.practice.queries import case_for_first, first_day, run_for, scene_named, scenes, tries
from makegood.practice.rules.engine import Play
from makegood.practice.rules.first_day import MINUTES, WATCHED, Part, Progress
from makegood.practice.rules.review import Review, dialogues, review
from makegood.practice.rules.values import Grade, Scene
from makegood.web import clocks
from makegood.web.answers import errors_of, see_other
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.practice.drawing import course
from makegood.web.practice.words import end_word, part_word
from makegood.web.tables import number_or_none

HOME = "/practice/first-day/"
DEEDS = ("why", "watch", "marks", "case", "away", "back")


@at_desk("GET")
def path(request: DeskRequest) -> HttpResponse:
    """The whole path, and how far one is."""
    desk = request.desk
    found = first_day(desk.scope)
    rows = [_row(part, found) for part in found.parts]
    context = {"found": found, "rows": rows, "done": len(found.done), "slim": True,
               "to_play": _to_play(found, desk), "case_ref": f"SR-{found.case}" if found.case else "",
               "well": [scene_named(one)[0] for one in found.well[:2]]}  # fmt: skip
    return render(request, "web/practice/first_day.html", context)


@at_desk("GET")
def part(request: DeskRequest, name: str) -> HttpResponse:
    """A part that is read."""
    shown = {Part.WHY: _why, Part.WATCH: _watch, Part.MARKS: _marks, Part.CASE: _case}[Part(name)]
    return shown(request, {})


@at_desk("POST")
def deed(request: DeskRequest, name: str) -> HttpResponse:
    """Say that a part is read, take the case, put the path away or have it back; and on to the path."""
    desk = request.desk
    hand: dict[str, Any] = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    if name in ("away", "back"):
        actions.put_away(away=name == "away", **hand)
        return see_other("/today/" if name == "away" else HOME)
    if name != Part.CASE:
        actions.note_read(name, **hand)
        return see_other(f"{HOME}#next")
    number = number_or_none(request.POST.get("case")) or 0
    try:
        actions.take_first_case(number, **hand)
    except Refusal as no:
        return _case(request, errors_of(no), no.status)
    return see_other(case_url(number))


def case_url(number: int) -> str:
    """The page of a case with its plan open, and a word for whoever has their first one."""
    return f"/cases/SR-{number}/plan/?first"


def _row(part: Part, found: Progress) -> dict[str, Any]:
    title, text = part_word(part)
    return {
        "part": part.value, "title": title, "text": text, "minutes": MINUTES[part], "done": part in found.done,
        "next": part is found.next, "plays": part in (Part.PLAY, Part.AGAIN),
        "url": "" if part in (Part.PLAY, Part.AGAIN) else f"{HOME}{part.value}/",
    }  # fmt: skip


def _to_play(found: Progress, desk: Desk) -> list[tuple[Scene, str]]:
    """The basic scenes that are still to be played, with a try that is under way."""
    return [
        (one.scene, f"/practice/runs/{one.open_run}/#f-text" if one.open_run else "") for one in scenes(desk.scope)
        if one.scene.level == "basic" and one.scene.id not in (WATCHED, *found.well)
    ]  # fmt: skip


def _why(request: DeskRequest, errors: dict[str, str]) -> HttpResponse:
    return render(request, "web/practice/first_why.html", _around(request, Part.WHY, errors))


def _watch(request: DeskRequest, errors: dict[str, str]) -> HttpResponse:
    scene, text = scene_named(WATCHED)
    play, both = Play(scene), dialogues(text)
    context = {
        "scene": scene, "opening": scene.openings[Grade.AGENT],
        "bare": _told(review(play, both.bare)), "good": _told(review(play, both.good)),
    }  # fmt: skip
    return render(request, "web/practice/first_watch.html", context | _around(request, Part.WATCH, errors))


def _told(found: Review) -> dict[str, Any]:
    feelings = [found.begins, *(turn.feeling for turn in found.turns)]
    end = found.standing.end
    return {
        "turns": found.turns, "course": course(feelings), "end": end_word(end), "key": end.value if end else "",
        "feeling": found.standing.feeling, "begins": found.begins,
    }  # fmt: skip


def _marks(request: DeskRequest, errors: dict[str, str]) -> HttpResponse:
    """The marks in one's own last words; in those of the scene that was watched, for who has said none yet."""
    ended = next((one for one in tries(request.desk.scope) if one.end), None)
    if ended is not None:
        played = run_for(request.desk.scope, ended.id)
        scene, found = played.play.scene, played.review
    else:
        scene, text = scene_named(WATCHED)
        found = review(Play(scene), dialogues(text).bare, dialogues(text).lines)
    context = {"scene": scene, "turns": [one for one in found.turns if one.text], "own": ended,
               "url": f"/practice/runs/{ended.id}/" if ended else ""}  # fmt: skip
    return render(request, "web/practice/first_marks.html", context | _around(request, Part.MARKS, errors))


def _case(request: DeskRequest, errors: dict[str, str], status: int = 200) -> HttpResponse:
    desk = request.desk
    found = first_day(desk.scope)
    line = case_for_first(desk.scope) if found.case is None else None
    context = {
        "found": found, "line": line, "why": _why_this(line, desk) if line else [],
        "opened": clocks.moment(line.opened_at, desk.now) if line else "",
        "taken": case_url(found.case) if found.case else "", "may": desk.scope.may(Ability.WORK),
    }  # fmt: skip
    context |= _around(request, Part.CASE, errors)
    return render(request, "web/practice/first_case.html", context, status=status)


def _why_this(line: CaseLine, desk: Desk) -> list[str]:
    """Why this case is one to begin with, in what is known of it."""
    mine = line.owner_id == desk.staff_id
    return [
        _("It is waiting for you already.") if mine else _("Nobody has taken it up yet."),
        _("Little was lost.") if line.severity == 1 else _("It is not grave."),
        _("It is the first time we failed them, and nobody has spoken to them yet."),
    ]


def _around(request: DeskRequest, part: Part, errors: dict[str, str]) -> dict[str, Any]:
    found = first_day(request.desk.scope)
    title, text = part_word(part)
    place = found.parts.index(part) + 1 if part in found.parts else 0
    return {
        "part": part.value, "title": title, "text": text, "minutes": MINUTES[part], "done": part in found.done,
        "place": place, "many": len(found.parts), "errors": errors, "home": HOME,
    }  # fmt: skip
