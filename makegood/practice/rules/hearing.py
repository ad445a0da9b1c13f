"""What the coach hears in the words of whoever plays, and what they promise by when. Pure.

A scene always plays on the same Tuesday, so that the same words mean the same time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from makegood.conversation.coach import Context, Finding, read
from makegood.conversation.dated import Confidence, Dated, promised
from makegood.kernel.refusals import invalid
from makegood.practice.rules.engine import Play, begin, step
from makegood.practice.rules.moves import Leave, Look, Mark, Move, Say, Wait, Word
from makegood.practice.rules.standing import Standing, Step
from makegood.practice.rules.values import Line, Scene

DAY = datetime(2026, 3, 3, tzinfo=UTC)
"""The day on which every scene begins."""
MOST_LETTERS = 2000
_ZONE = ZoneInfo("UTC")
_CONTACT = re.compile(
    r"\b(?:(?<!on )call|ring(?! (?:your|the) (?:door|bell))|phone|telephone"
    r"|write|mail|email|e-mail|text|message|update|tell|inform|report|speak|talk|contact"
    r"|news|word|answer|hear)\w*\b|\blet you know\b|\b(?:get|come|be|am) back to you\b|\bback (?:to|with|on) you\b",
    re.IGNORECASE,
)
# "I send it today" is kept once it is on its way, whenever it arrives.
_BEGINS = re.compile(r"\b(?:send|post|dispatch|shipp?|order|book|hand over|start|begin)(?:ing|s)?\b", re.IGNORECASE)


def at(scene: Scene, minute: int) -> datetime:
    """The moment that is so many minutes into a scene."""
    return DAY + timedelta(minutes=scene.starts + minute)


def clock(scene: Scene, minute: int) -> str:
    """What the clock in the scene shows: "10:25", or "Wed 10:00" on a later day."""
    moment = at(scene, minute)
    return moment.strftime("%H:%M" if moment.date() == DAY.date() else "%a %H:%M")


def hear(play: Play, now: Standing, text: str, *, give: str = "", theirs: str = "") -> Say:
    """Words as the coach reads them as the scene stands; `theirs` is what the customer said so far.

    Raises Refusal("practice.no_words", "practice.too_long", "practice.no_option").
    """
    words = text.strip()
    if not words:
        raise invalid("practice.no_words", "Say something to the customer first.", field="text")
    if len(words) > MOST_LETTERS:
        raise invalid("practice.too_long", f"Say it in at most {MOST_LETTERS} letters.", field="text")
    if give and play.scene.option(give) is None:
        raise invalid("practice.no_option", f"This scene has no option {give!r}.", field="give")
    reading = read(words, context=Context(customer_words=theirs, apologies=now.apologies))
    return Say(
        text=words, give=give, marks=tuple(_mark(one) for one in reading.findings if _counts(one)),
        promises=tuple(_promises(words, at(play.scene, now.minute))),
    )  # fmt: skip


def _counts(one: Finding) -> bool:
    """The engine counts apologies itself, as the scene goes on."""
    return one.code != "repeat-apology"


def _mark(one: Finding) -> Mark:
    return Mark(code=one.code, start=one.start, end=one.end, words=one.words, why=one.why, better=one.better)


def _promises(text: str, moment: datetime) -> Iterable[Word]:
    for one in promised(text, now=moment, zone=_ZONE, calendar=None, language="en"):
        if one.when and one.confidence is Confidence.CLEAR:
            contact, begins = (bool(verbs.search(one.what)) for verbs in (_CONTACT, _BEGINS))
            yield Word(minutes=_until(one, moment), contact=contact, words=one.words, begins=begins and not contact)


def _until(one: Dated, moment: datetime) -> int:
    assert one.when  # noqa: S101 - asked before
    return max(1, int((one.when.due_at - moment).total_seconds() // 60))


def perform(play: Play, lines: Iterable[Line]) -> tuple[Step, ...]:
    """A scripted dialogue, read by the coach line by line, until it ends."""
    standing, steps = begin(play), list[Step]()
    theirs = play.scene.openings[play.role]
    for line in lines:
        if standing.end:
            break
        one = step(play, standing, _move(play, standing, line, theirs))
        standing, theirs = one.after, f"{theirs}\n{one.says}"
        steps.append(one)
    return tuple(steps)


def _move(play: Play, now: Standing, line: Line, theirs: str) -> Move:
    if line.say:
        return hear(play, now, line.say, give=line.give, theirs=theirs)
    if line.look:
        return Look(line.look)
    return Leave() if line.leave else Wait(minutes=line.wait, until_due=line.until_due)
