"""Reading a scene from YAML; every mistake is told with its line. How to write one: docs/practice.md. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from makegood.conversation.coach import ELEMENTS
from makegood.kernel.nodes import Part, parse, read, required
from makegood.kernel.refusals import missing
from makegood.practice.rules.answering import ANSWERED
from makegood.practice.rules.values import (
    GRADES,
    End,
    Fact,
    Feeling,
    Fit,
    Grade,
    Line,
    Mood,
    Option,
    Order,
    Scene,
    Second,
)

WHAT = "scene"
FOLDER = Path(__file__).parents[1] / "scenes"
LEVELS = ("basic", "further")
KEYS = (
    "scene", "name", "trade", "level", "story", "about", "customer", "promise", "happened", "means", "feels", "starts",
    "answer_within", "patience", "neglect", "briefs", "openings", "facts", "options", "remarkable", "order", "second",
    "tells", "accepts", "declines", "waits", "says", "ends", "answers", "with", "without",
)  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
_KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SPAN = re.compile(r"(\d{1,4}) (minutes?|hours?|days?)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_UNITS = {"minute": 1, "hour": 60, "day": 1440}
_MOST = 30


def is_name(text: str) -> bool:
    """Whether this can be the short name of a scene."""
    return _NAME.fullmatch(text) is not None


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Scene]:
    """The scenes that ship, by their names, the basic ones first."""
    scenes = [load(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return {one.id: one for one in sorted(scenes, key=lambda one: (LEVELS.index(one.level), one.story or "Z", one.id))}


def shipped_text(name: str) -> str:
    """The file of a scene that ships. Raises Refusal("practice.no_scene")."""
    if name not in shipped():
        raise missing("practice.no_scene", f"There is no scene {name!r}. There are: {', '.join(shipped())}.")
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def load(path: Path) -> Scene:
    """The scene of a file. Raises Refusal("scene.invalid", "scene.not_found") with the line."""
    return _scene(read(path, WHAT))


@lru_cache(maxsize=64)
def scene_of(text: str, file: str = "the scene") -> Scene:
    """The scene that is written in a text. Raises Refusal("scene.invalid") with the line."""
    return _scene(parse(text, file, WHAT))


def _scene(root: Part) -> Scene:
    top = root.entries(KEYS)

    def text(key: str, meaning: str) -> str:
        return _text(required(root, top, key, meaning))

    options = tuple(_option(part) for part in _some(required(root, top, "options", "what can be done")))
    facts = tuple(_fact(part) for part in _some(required(root, top, "facts", "what can be looked up")))
    _once(required(root, top, "options", ""), [one.id for one in options])
    _once(required(root, top, "facts", ""), [one.id for one in facts])
    _fitting(top["options"], options)
    customer = required(root, top, "customer", "their name and who they are").entries(("name", "who"))
    names = (frozenset(one.id for one in options), frozenset(one.id for one in facts))
    return Scene(
        id=_name(required(root, top, "scene", "its short name, such as `late-unit`")),
        name=text("name", "what it is called"), trade=text("trade", "in which trade it plays"),
        level=required(root, top, "level", "`basic` or `further`").word(LEVELS),
        story=_text(top["story"]) if "story" in top else "",
        about=_about(top["about"]) if "about" in top else (),
        customer=_text(required(top["customer"], customer, "name", "their name")),
        who=_text(required(top["customer"], customer, "who", "who they are")),
        promise=text("promise", "what was promised"), happened=text("happened", "what happened"),
        means=text("means", "what it means to the customer"),
        begins=_feeling(required(root, top, "feels", "trust, anger and effort, from 0 to 100")),
        starts=_clock(top["starts"]) if "starts" in top else 10 * 60,
        answer_within=_minutes(required(root, top, "answer_within", "how soon they want to hear")),
        patience=_minutes(required(root, top, "patience", "how long they stay without a word")),
        neglect="neglect" in top and top["neglect"].yes(),
        briefs=_by_role(required(root, top, "briefs", "what each role is told")),
        openings=_by_role(required(root, top, "openings", "the customer's first words to each role")),
        facts=facts, options=options, remarkable=text("remarkable", "what would be remarkable"),
        order=tuple(_order(part) for part in top["order"].items()) if "order" in top else (),
        second=_second(top["second"]) if "second" in top else None,
        tells=text("tells", "what they say when somebody asks"), accepts=text("accepts", "to a remedy that fits"),
        declines=text("declines", "to a remedy that does not fit"), waits=text("waits", "to a promise with a time"),
        moods=_moods(required(root, top, "says", "what they say in each mood")),
        ends=_ends(required(root, top, "ends", "their last words for each end")),
        answers=_answers(top["answers"]) if "answers" in top else {},
        good=_lines(required(root, top, "with", "the scene played with a system"), *names),
        bare=_lines(required(root, top, "without", "the scene played without a system"), *names),
    )  # fmt: skip


def _text(part: Part) -> str:
    found = " ".join(part.text().split())
    if not found:
        raise part.wrong("words are missing here.")
    return found


def _name(part: Part) -> str:
    found = part.text()
    if not _NAME.fullmatch(found):
        raise part.wrong(f"a short name of small letters, digits and hyphens was expected, found {found!r}.")
    return found


def _about(part: Part) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_kind(one) for one in part.items()))


def _kind(part: Part) -> str:
    found = part.text()
    if not _KIND.fullmatch(found):
        raise part.wrong(f"the short name of a kind of promise, such as `delivery`, was expected, found {found!r}.")
    return found


def _some(part: Part) -> list[Part]:
    items = part.items()
    if not 2 <= len(items) <= _MOST:
        raise part.wrong(f"2 to {_MOST} of them were expected, there are {len(items)}.")
    return items


def _once(part: Part, names: list[str]) -> None:
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise part.wrong(f"`{twice}` is there twice.")


def _fitting(part: Part, options: tuple[Option, ...]) -> None:
    fitting = [one for one in options if one.fit is Fit.FULL]
    if len(fitting) < 2:
        raise part.wrong("at least two options must fit in full (`fits: full`): the first may fail a second time.")
    if not any(one.who is Grade.AGENT for one in fitting):
        raise part.wrong("an option that fits in full must be within an agent's authority (`who: agent`).")
    if not any(one.remarkable for one in options):
        raise part.wrong("one option must be remarkable (`remarkable: true`): else nobody can end delighted.")


def _minutes(part: Part) -> int:
    found = _SPAN.fullmatch(part.text())
    if not found or not int(found[1]):
        raise part.wrong(f"a time such as `30 minutes`, `2 hours` or `1 day` was expected, found {part.text()!r}.")
    return int(found[1]) * _UNITS[found[2].removesuffix("s")]


def _clock(part: Part) -> int:
    found = _CLOCK.fullmatch(part.text())
    if not found:
        raise part.wrong(f"a time of day such as `17:00` was expected, found {part.text()!r}.")
    return int(found[1]) * 60 + int(found[2])


def _feeling(part: Part) -> Feeling:
    entries = part.entries(("trust", "anger", "effort"))
    found = [_hundred(required(part, entries, key, "from 0 to 100")) for key in ("trust", "anger", "effort")]
    if found[0] < 15 or found[1] > 85:
        raise part.wrong("whoever begins below a trust of 15 or above an anger of 85 has left already.")
    return Feeling(*found)


def _hundred(part: Part) -> int:
    found = part.integer()
    if found > 100:
        raise part.wrong(f"a number from 0 to 100 was expected, found {found}.")
    return found


def _by_role(part: Part) -> Mapping[Grade, str]:
    entries = part.entries([role.value for role in GRADES])
    return {role: _text(required(part, entries, role.value, "every role can play a scene")) for role in GRADES}


def _fact(part: Part) -> Fact:
    entries = part.entries(("fact", "label", "tells", "takes"))
    return Fact(
        _name(required(part, entries, "fact", "its short name")),
        _text(required(part, entries, "label", "what the button says")),
        _text(required(part, entries, "tells", "what is found")),
        _minutes(entries["takes"]) if "takes" in entries else 2,
    )


def _option(part: Part) -> Option:
    entries = part.entries(("option", "label", "who", "fits", "within", "remarkable"))
    return Option(
        _name(required(part, entries, "option", "its short name")),
        _text(required(part, entries, "label", "what is done")),
        Grade(required(part, entries, "who", "who may decide it alone").word([role.value for role in GRADES])),
        Fit(required(part, entries, "fits", "full, part or none").word([fit.value for fit in Fit])),
        _minutes(required(part, entries, "within", "until when it is done")),
        "remarkable" in entries and entries["remarkable"].yes(),
    )


def _order(part: Part) -> Order:
    entries = part.entries(("first", "then", "says"))
    return Order(
        required(part, entries, "first", "what must come first").word(ELEMENTS),
        required(part, entries, "then", "what comes after it").word((*ELEMENTS, "give")),
        _text(required(part, entries, "says", "what they say when it does not")),
    )


def _second(part: Part) -> Second:
    entries = part.entries(("after", "happens", "says"))
    return Second(
        required(part, entries, "after", "after how many words of ours").integer(1),
        _text(required(part, entries, "happens", "what fails")),
        _text(required(part, entries, "says", "what the customer says")),
    )


def _moods(part: Part) -> Mapping[Mood, tuple[str, ...]]:
    entries = part.entries([mood.value for mood in Mood])
    return {
        mood: tuple(_text(line) for line in required(part, entries, mood.value, "a line or more").items())
        for mood in Mood
    }


def _ends(part: Part) -> Mapping[End, str]:
    entries = part.entries([end.value for end in End])
    return {end: _text(required(part, entries, end.value, "their last words")) for end in End}


def _answers(part: Part) -> Mapping[str, str]:
    return {key: _text(one) for key, one in part.entries(ANSWERED).items()}


def _lines(part: Part, options: frozenset[str], facts: frozenset[str]) -> tuple[Line, ...]:
    return tuple(_line(one, options, facts) for one in part.items())


def _line(part: Part, options: frozenset[str], facts: frozenset[str]) -> Line:
    if part.is_text():
        return Line(leave=part.word(("leave",)) == "leave")
    entries = part.entries(("say", "give", "wait", "look"))
    if len(entries) > 1 and set(entries) != {"say", "give"}:
        raise part.wrong("one move was expected: `say` (perhaps with `give`), `wait`, `look` or `leave`.")
    wait = entries.get("wait")
    due = wait is not None and wait.text() == "until due"
    return Line(
        say=_text(entries["say"]) if "say" in entries else "",
        give=entries["give"].word(sorted(options)) if "give" in entries else "",
        wait=_minutes(wait) if wait and not due else 0, until_due=due,
        look=entries["look"].word(sorted(facts)) if "look" in entries else "",
    )  # fmt: skip
