"""Practice: the scenes, playing one, and looking back at it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import Acting, ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Email, Id, refuse_unknown
from makegood.platform.modelling import voice
from makegood.practice import actions
from makegood.practice.queries import Played, SceneLine, Try, first_day, reviewed, run_for, scenes
from makegood.practice.rules.first_day import MINUTES, Part
from makegood.practice.rules.hearing import MOST_LETTERS, clock
from makegood.practice.rules.review import Review, Turn
from makegood.practice.rules.values import End, Grade, Mood

router = Router(tags=["practice"])


class PracticeQuery(Schema):
    """For whom it is read, by e-mail; for whom the token stands unless said."""

    staff: Email | None = None


class FirstDayPartOut(Schema):
    """A part of the first day, the minutes it takes, and whether it is done."""

    part: Part
    minutes: int
    done: bool


class FirstDayOut(Schema):
    """How far somebody is on their first day: `next` is null at the end, `case` the number of their first case."""

    parts: list[FirstDayPartOut]
    next: Part | None
    minutes: int
    left: int
    well: list[str]
    case: int | None
    away: bool


class FeelingOut(Schema):
    """What the customer feels, each from 0 to 100."""

    trust: int
    anger: int
    effort: int


class SceneOut(Schema):
    """A scene, how often the reader has played it to an end, and how their last try ended (null before)."""

    scene: str
    name: str
    trade: str
    level: str
    happened: str
    times: int
    last: End | None
    last_at: datetime | None
    open_run: int | None


class ScenesOut(Schema):
    """All scenes, the basic ones first."""

    items: list[SceneOut]


class PracticeFactOut(Schema):
    """What can be looked up; `tells` what was found, null before."""

    fact: str
    label: str
    minutes: int
    tells: str | None


class PracticeOptionOut(Schema):
    """What can be given, who may decide it alone, whether that is the player, whether it was, and within how many
    minutes it is done."""

    option: str
    label: str
    who: Grade
    may: bool
    given: bool
    minutes: int


class PracticeDueOut(Schema):
    """What the player promised: the words, when it falls due in the scene, and whether it is to speak again."""

    words: str
    at: str
    contact: bool


class SpokenOut(Schema):
    """One move: what was said or done, at which time of the scene, and what the customer said to it. Where a model
    phrased that, `voice` is the model and `written` the line; both are null else."""

    number: int
    kind: str
    clock: str
    text: str
    done: str
    says: str
    voice: str | None
    written: str | None


class RunOut(Schema):
    """A try. `end` is null while it is played; `moves` is what `after` must be for the next one."""

    id: int
    scene: str
    role: Grade
    second: bool
    brief: str
    clock: str
    mood: Mood
    moves: int
    end: End | None
    opening: str
    spoken: list[SpokenOut]
    facts: list[PracticeFactOut]
    options: list[PracticeOptionOut]
    dues: list[PracticeDueOut]


class ShiftOut(Schema):
    """One movement of the customer: its cause and words, by how much, why, and the source."""

    cause: str
    words: str
    trust: int
    anger: int
    effort: int
    why: str
    source: str


class WeakOut(Schema):
    """A fault in the player's words, why it is one, and what to say instead."""

    code: str
    words: str
    why: str
    better: str


class ReviewedOut(SpokenOut):
    """One move with what it moved, its faults, how the customer felt, and a better line (null: none needed)."""

    feeling: FeelingOut
    shifts: list[ShiftOut]
    faults: list[WeakOut]
    better: str | None


class ReviewOut(Schema):
    """A try looked back at, beside the same scene without a system, and one's last try in the same role."""

    id: int
    end: End | None
    began: FeelingOut
    ended: FeelingOut
    steps: list[str]
    missing: list[str]
    turns: list[ReviewedOut]
    without: list[SpokenOut]
    before: FeelingOut | None


class StartIn(StaffIn):
    """Which scene, as whom, and whether a second failure is thrown in."""

    scene: Annotated[str, Field(max_length=40)]
    role: Grade = Grade.AGENT
    second: bool = False


class PracticeMoveIn(StaffIn):
    """A move. `after` is how many moves were seen: when there are others meanwhile, it is refused."""

    after: int | None = None


class SayIn(PracticeMoveIn):
    """Words to the customer, and an option that is given with them."""

    text: Annotated[str, Field(max_length=MOST_LETTERS)]
    give: Annotated[str, Field(max_length=40)] = ""


class LookIn(PracticeMoveIn):
    """Which fact is looked up."""

    fact: Annotated[str, Field(max_length=40)]


class WaitIn(PracticeMoveIn):
    """How many minutes pass; null: until what was promised next falls due."""

    minutes: int | None = None


@router.get("/practice/scenes", response=ScenesOut, summary="The scenes, with one's own last tries")
def list_scenes(request: ApiRequest, query: Query[PracticeQuery]) -> HttpResponse:
    """Every scene; only one's own tries are told."""
    refuse_unknown(request.GET, PracticeQuery)
    doer = person(request, query.staff)
    return told({"items": [_scene(one) for one in scenes(doer.scope)]})


@router.get("/practice/first-day", response=FirstDayOut, summary="How far one is on one's first day")
def read_first_day(request: ApiRequest, query: Query[PracticeQuery]) -> HttpResponse:
    """The parts and which are done, told by what happened; one's own."""
    refuse_unknown(request.GET, PracticeQuery)
    found = first_day(person(request, query.staff).scope)
    parts = [{"part": one, "minutes": MINUTES[one], "done": one in found.done} for one in found.parts]
    names = ("next", "minutes", "left", "well", "case", "away")
    return told({"parts": parts} | {name: getattr(found, name) for name in names})


@router.post("/practice/runs", response={201: RunOut}, summary="Begin a try at a scene")
def start(request: ApiRequest, body: StartIn) -> HttpResponse:
    """Begin; the customer has spoken first."""
    doer = person(request, body.staff)
    number = actions.start(
        body.scene, role=body.role, second=body.second, scope=doer.scope, by=doer.by, now=request.now
    )
    return told(_run(run_for(doer.scope, number)), status=201)


@router.get("/practice/runs/{number}", response=RunOut, summary="How a try stands")
def read_run(request: ApiRequest, number: Id, query: Query[PracticeQuery]) -> HttpResponse:
    """One's own try."""
    refuse_unknown(request.GET, PracticeQuery)
    return told(_run(run_for(person(request, query.staff).scope, number)))


@router.post("/practice/runs/{number}/say", response=RunOut, summary="Say something to the customer")
def say(request: ApiRequest, number: Id, body: SayIn) -> HttpResponse:
    """Words, and with them an option."""
    doer = person(request, body.staff)
    found = actions.say(
        number, body.text, give=body.give, after=body.after, scope=doer.scope, by=doer.by, now=request.now
    )
    return told(_run(_heard(found, doer)))


@router.post("/practice/runs/{number}/look", response=RunOut, summary="Look a fact up")
def look(request: ApiRequest, number: Id, body: LookIn) -> HttpResponse:
    """It takes minutes of the scene."""
    doer = person(request, body.staff)
    found = actions.look_up(number, body.fact, after=body.after, scope=doer.scope, by=doer.by, now=request.now)
    return told(_run(_heard(found, doer)))


@router.post("/practice/runs/{number}/wait", response=RunOut, summary="Let time of the scene pass")
def wait(request: ApiRequest, number: Id, body: WaitIn) -> HttpResponse:
    """Minutes, or until what was promised falls due."""
    doer = person(request, body.staff)
    found = actions.wait(number, body.minutes, after=body.after, scope=doer.scope, by=doer.by, now=request.now)
    return told(_run(_heard(found, doer)))


@router.post("/practice/runs/{number}/leave", response=RunOut, summary="End the conversation")
def leave(request: ApiRequest, number: Id, body: PracticeMoveIn) -> HttpResponse:
    """It ends as it stands."""
    doer = person(request, body.staff)
    found = actions.leave(number, after=body.after, scope=doer.scope, by=doer.by, now=request.now)
    return told(_run(_heard(found, doer)))


@router.get("/practice/runs/{number}/review", response=ReviewOut, summary="Look back at a try")
def look_back(request: ApiRequest, number: Id, query: Query[PracticeQuery]) -> HttpResponse:
    """What moved the customer, when and why: one's own, or what was assigned to somebody one leads."""
    refuse_unknown(request.GET, PracticeQuery)
    found = reviewed(person(request, query.staff).scope, number).played
    return told(_review(found, found.review))


def _heard(found: Played, doer: Acting) -> Played:
    return actions.phrase(found, model=voice(), scope=doer.scope)


def _scene(one: SceneLine) -> dict[str, Any]:
    scene = one.scene
    return {
        "scene": scene.id, "name": scene.name, "trade": scene.trade, "level": scene.level, "happened": scene.happened,
        "times": one.times, "last": one.last, "last_at": one.last_at, "open_run": one.open_run,
    }  # fmt: skip


def _run(found: Played) -> dict[str, Any]:
    one, play, standing = found.one, found.play, found.standing
    scene = play.scene
    return {
        "id": one.id, "scene": one.scene, "role": one.role, "second": one.second, "brief": scene.briefs[one.role],
        "clock": clock(scene, standing.minute), "mood": standing.feeling.mood, "moves": standing.moves, "end": one.end,
        "opening": scene.openings[one.role], "spoken": [_spoken(turn) for turn in found.review.turns],
        "facts": [
            {"fact": each.id, "label": each.label, "minutes": each.minutes,
             "tells": each.tells if each.id in standing.looked else None}
            for each in scene.facts
        ],
        "options": [
            {"option": each.id, "label": each.label, "who": each.who, "may": play.may(each),
             "given": each.id in standing.given, "minutes": each.within}
            for each in scene.options
        ],
        "dues": [
            {"words": due.words, "at": clock(scene, due.minute), "contact": due.contact} for due in standing.dues
        ],
    }  # fmt: skip


def _spoken(turn: Turn) -> dict[str, Any]:
    names = ("number", "kind", "clock", "text", "done", "says")
    voice = {"voice": turn.voice or None, "written": turn.written or None}
    return {name: getattr(turn, name) for name in names} | voice


def _review(found: Played, looked: Review) -> dict[str, Any]:
    return {
        "id": found.one.id, "end": found.one.end, "began": asdict(looked.begins),
        "ended": asdict(looked.standing.feeling), "steps": sorted(looked.steps), "missing": list(looked.missing),
        "turns": [
            _spoken(turn) | {
                "feeling": asdict(turn.feeling), "better": turn.better or None,
                "faults": [one._asdict() for one in turn.faults],
                "shifts": [{k: v for k, v in asdict(one).items() if k != "minute"} for one in turn.shifts],
            }
            for turn in looked.turns
        ],
        "without": [_spoken(turn) for turn in found.bare.turns], "before": _felt(found.before),
    }  # fmt: skip


def _felt(one: Try | None) -> dict[str, Any] | None:
    return asdict(one.feeling) if one and one.feeling else None
