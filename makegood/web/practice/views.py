"""Practice: the scenes, one being played, and looking back at it. Works without a script."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import Ability, Role
from makegood.platform.modelling import voice
from makegood.practice import actions
from makegood.practice.actions.commenting import LONGEST
from makegood.practice.queries import (
    Reviewed,
    SceneLine,
    Try,
    assigned_to_me,
    basics,
    first_day,
    leads,
    my_assignments,
    offered_today,
    reviewed,
    scene_named,
    scene_to_begin,
    scenes,
    still_to_pass,
    tries,
)
from makegood.practice.rules.hearing import MOST_LETTERS, clock
from makegood.practice.rules.review import FIVE, Review
from makegood.practice.rules.values import GRADES, Grade
from makegood.web import clocks
from makegood.web.answers import errors_of, see_other
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.practice.asked import assigned_line
from makegood.web.practice.drawing import Course, course
from makegood.web.practice.words import end_word, mood_word, part_word, role_word, step_word, within_word
from makegood.web.tables import number_or_none

HOME = "/practice/"
DEEDS = ("say", "look", "wait", "leave")
_AS = {Role.AGENT: Grade.AGENT, Role.LEAD: Grade.LEAD}


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """All scenes, with how one's own last try ended."""
    desk = request.desk
    found = scenes(desk.scope)
    path = offered_today(desk.scope)
    context = {
        "path": path,
        "next": part_word(path.next)[0] if path and path.next else "",
        "assigned": [assigned_line(each, desk) for each in my_assignments(desk.scope, desk.now)],
        "leads": leads(desk.scope),
        "to_pass": _to_pass(desk),
        "basic": [_line(one, desk) for one in found if not one.own and one.scene.level == "basic"],
        "further": [_line(one, desk) for one in found if not one.own and one.scene.level != "basic"],
        "own": [_line(one, desk) for one in found if one.own],
        "may_write": desk.scope.may(Ability.SET_SCENES),
        "begun": sum(1 for one in found if one.times),
    }
    return render(request, "web/practice/every.html", context)


@at_desk("GET", "POST")
def one(request: DeskRequest, scene: str) -> HttpResponse:
    """What a scene is about and one's own tries at it; sent, a try begins."""
    desk, (found, _text) = request.desk, scene_to_begin(scene)
    if request.method == "POST" and request.POST.get("assignment"):
        assignment = number_or_none(request.POST["assignment"]) or 0
        number = actions.start_assigned(assignment, scope=desk.scope, by=desk.actor, now=desk.now)
        return see_other(f"{HOME}runs/{number}/#f-text")
    if request.method == "POST":
        role = Grade(request.POST["role"]) if request.POST.get("role") in set(GRADES) else Grade.AGENT
        second = bool(request.POST.get("second")) and found.second is not None
        number = actions.start(scene, role=role, second=second, scope=desk.scope, by=desk.actor, now=desk.now)
        return see_other(f"{HOME}runs/{number}/#f-text")
    mine = tries(desk.scope, scene=scene)
    context = {
        "scene": found, "roles": [(role.value, role_word(role), found.briefs[role]) for role in GRADES],
        "role": _AS.get(desk.scope.role, Grade.EXECUTIVE).value,
        "assigned": [assigned_line(each, desk) for each in assigned_to_me(desk.scope, scene, desk.now)],
        "tries": [_try(each, desk) for each in mine], "slim": True,
    }  # fmt: skip
    return render(request, "web/practice/scene.html", context)


@at_desk("GET")
def run(request: DeskRequest, number: int) -> HttpResponse:
    """A try: to be played on, or looked back at once it has ended; of somebody one leads, what was assigned."""
    return shown(request, reviewed(request.desk.scope, number))


@at_desk("POST")
def act(request: DeskRequest, number: str, name: str) -> HttpResponse:
    """One move."""
    desk, typed = request.desk, request.POST
    hand: dict[str, Any] = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    hand["after"] = number_or_none(typed.get("after", ""))
    try:
        match name:
            case "say":
                found = actions.say(int(number), typed.get("text", ""), give=typed.get("give", ""), **hand)
            case "look":
                found = actions.look_up(int(number), typed.get("fact", ""), **hand)
            case "wait":
                found = actions.wait(int(number), _minutes(typed.get("minutes", "")), **hand)
            case _:
                found = actions.leave(int(number), **hand)
    except Refusal as no:
        if no.status == 404:
            raise
        return shown(request, reviewed(desk.scope, int(number)), errors_of(no), no.status)
    actions.phrase(found, model=voice(), scope=desk.scope)
    return see_other(f"{HOME}runs/{number}/#f-text")


def _minutes(text: str) -> int | None:
    """How long to wait; None for until what was promised."""
    if text == "due":
        return None
    found = number_or_none(text)
    if found is None:
        raise invalid("practice.bad_wait", _("Say how many minutes pass."), field="minutes")
    return found


def shown(
    request: DeskRequest, found: Reviewed, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a try, to be played on or looked back at."""
    played = found.played
    if played.one.end:
        return _looked_back(request, found, errors or {}, status)
    play, standing = played.play, played.standing
    scene = play.scene
    context = {
        "run": played.one, "scene": scene, "clock": clock(scene, standing.minute), "turns": played.review.turns,
        "opening": scene.openings[play.role], "brief": scene.briefs[play.role],
        "mood": mood_word(standing.feeling.mood), "mood_key": standing.feeling.mood.value,
        "after": standing.moves, "errors": errors or {},
        "typed": request.POST.get("text", ""), "chosen": request.POST.get("give", ""), "most": MOST_LETTERS,
        "facts": [(each, each.id in standing.looked) for each in scene.facts],
        "options": [
            (each, play.may(each), role_word(each.who).lower(), each.id in standing.given, within_word(each))
            for each in scene.options
        ],
        "dues": [
            (due, clock(scene, due.minute), standing.is_only_said(due),
             clock(scene, standing.ready) if standing.comes_late(due) else "")
            for due in standing.dues
        ],
        "role": role_word(play.role), "voice": voice(),
    }  # fmt: skip
    return render(request, "web/practice/play.html", context, status=status)


def _looked_back(request: DeskRequest, whole: Reviewed, errors: dict[str, str], status: int) -> HttpResponse:
    desk, played = request.desk, whole.played
    found = played.review
    context = {
        "path": first_day(desk.scope),
        "mine": whole.mine, "theirs": not whole.mine, "player": whole.name, "errors": errors, "most_said": LONGEST,
        "turns": [(turn, _remarks(whole, turn.number, desk)) for turn in found.turns],
        "typed": request.POST.get("text", "") if errors else "",
        "run": played.one, "scene": played.play.scene, "review": found, "bare": played.bare,
        "title": end_word(found.standing.end), "steps": [(step_word(step), step in found.steps) for step in FIVE],
        "opening": played.play.scene.openings[played.play.role], "role": role_word(played.play.role),
        "course": _course(found), "figures": _figures(found, played.before),
        "before": _try(played.before, desk) if played.before else None,
        "ended": clocks.moment(played.one.ended_at, desk.now) if played.one.ended_at else "",
        "bare_opening": played.play.scene.openings[Grade.AGENT], "bare_end": end_word(played.bare.standing.end),
    }  # fmt: skip
    return render(request, "web/practice/review.html", context, status=status)


def _remarks(whole: Reviewed, line: int, desk: Desk) -> dict[str, Any]:
    """What was said of a line, and whether the reader may say something: a lead always, the player to answer."""
    said = whole.said_of(line)
    may = whole.played.one.assignment is not None and (not whole.mine or bool(said))
    return {
        "said": [(one.by_name, clocks.moment(one.at, desk.now), one.text, one.theirs) for one in said], "may": may,
        "field": f"text-{line}",
    }  # fmt: skip


def _to_pass(desk: Desk) -> list[tuple[str, str]]:
    """The scenes that the reader is to pass before what they write leaves without a look; none when nobody asks."""
    policy = basics()
    if not policy.on or leads(desk.scope):
        return []
    return [(f"{HOME}{one}/", scene_named(one)[0].name) for one in still_to_pass(desk.scope, policy)]


def _course(found: Review) -> Course:
    return course([found.begins, *(turn.feeling for turn in found.turns)])


def _figures(found: Review, before: Try | None) -> list[tuple[str, int, int, int | None]]:
    """Trust, anger and effort: at the beginning, at the end, and at the end of one's last try."""
    names = {"trust": _("Trust"), "anger": _("Anger"), "effort": _("Effort")}
    last = before.feeling if before else None
    return [
        (word, getattr(found.begins, key), getattr(found.standing.feeling, key), getattr(last, key) if last else None)
        for key, word in names.items()
    ]


def _line(one: SceneLine, desk: Desk) -> dict[str, Any]:
    return {
        "scene": one.scene, "url": f"{HOME}{one.scene.id}/", "times": one.times,
        "last": end_word(one.last), "key": one.last.value if one.last else "",
        "when": clocks.moment(one.last_at, desk.now) if one.last_at else "",
        "open": f"{HOME}runs/{one.open_run}/#f-text" if one.open_run else "",
    }  # fmt: skip


def _try(one: Try, desk: Desk) -> dict[str, Any]:
    return {
        "url": f"{HOME}runs/{one.id}/", "when": clocks.moment(one.began_at, desk.now), "role": role_word(one.role),
        "end": end_word(one.end), "key": one.end.value if one.end else "", "second": one.second, "feeling": one.feeling,
        "assigned": one.assignment is not None,
    }  # fmt: skip
