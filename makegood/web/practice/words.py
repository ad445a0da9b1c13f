"""The words of practice in the reader's language."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from makegood.practice.rules.first_day import Part
from makegood.practice.rules.passing import Stage
from makegood.practice.rules.values import End, Grade, Mood, Option
from makegood.web.clocks import span


def end_word(end: End | None) -> str:
    """How a try ended, in a word; "" while it is being played."""
    return {
        End.LOST: _("Lost"), End.DOUBTFUL: _("Doubtful"), End.CONTENT: _("Content"), End.DELIGHTED: _("Delighted"),
    }[end] if end else ""  # fmt: skip


def mood_word(mood: Mood) -> str:
    """How the customer is, in a word."""
    return {
        Mood.FURIOUS: _("Furious"), Mood.UPSET: _("Upset"), Mood.WARY: _("Wary"), Mood.WARMING: _("Warming"),
    }[mood]  # fmt: skip


def role_word(role: Grade) -> str:
    """As whom it is played."""
    return {Grade.AGENT: _("Agent"), Grade.LEAD: _("Lead"), Grade.EXECUTIVE: _("Executive")}[role]


def within_word(option: Option) -> str:
    """By when what is given is done, in words."""
    return _("done within {}").format(span(timedelta(minutes=option.within)))


def step_word(step: str) -> str:
    """One of the five steps."""
    return {
        "own": _("Own"), "listen": _("Listen"), "empathise": _("Empathise"), "apologise": _("Apologise"),
        "refocus": _("Refocus"),
    }[step]  # fmt: skip


def part_word(part: Part) -> tuple[str, str]:
    """What a part is called, and what it is in a line."""
    return {
        Part.WHY: (_("What we do here, and why"), _("A page to read.")),
        Part.WATCH: (_("Watch one conversation, twice"), _("The same morning without a system, and with it.")),
        Part.PLAY: (_("Play a scene to a good end"), _("You type, the customer answers. Try as often as you like.")),
        Part.MARKS: (_("Read what the coach marks"), _("In your own words, line by line.")),
        Part.AGAIN: (_("Play another one"), _("A different customer, the same five steps.")),
        Part.CASE: (_("Take your first case"), _("A real customer, with the plan open beside you.")),
    }[part]  # fmt: skip


def stage_word(stage: Stage) -> str:
    """How far somebody is with what was assigned."""
    return {
        Stage.NOT_BEGUN: _("Not begun"), Stage.BEGUN: _("Begun"), Stage.PLAYED: _("Played, not passed"),
        Stage.PASSED: _("Passed"),
    }[stage]  # fmt: skip
