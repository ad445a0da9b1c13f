"""A scene drafted from a case: what happened, redacted, and around it what works for any case. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from makegood.kernel.refusals import Refusal
from makegood.practice.rules.redacting import Secrets, redacted, stand_in, standing, with_numbers
from makegood.practice.rules.scene_form import LINES, dumped, short_name, tree_of
from makegood.practice.rules.values import End, Mood

MOST_QUOTED = 300
"""Of what somebody wrote so many letters go into a scene: up to the end of a sentence, else of a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTold:
    """What of a case goes into a scene, as it stands there.

    `late` is by how much the promise was kept too late; None where it was not, or nothing was promised. `wrote` are the
    customer's own words, the first first; `given` the labels of what they were given. `times` says the how-manyth
    failure of theirs within a year it is.
    """

    kind: str
    kind_name: str
    promise: str
    happened: str
    late: timedelta | None
    means: str
    wrote: tuple[str, ...]
    given: tuple[str, ...]
    times: int

    @property
    def texts(self) -> tuple[str, ...]:
        """All that somebody wrote of it."""
        return (self.promise, self.happened, self.means, *self.wrote, *self.given)


def draft(told: CaseTold, secrets: Secrets, *, name: str) -> str:
    """The YAML of a scene that can be played as it stands, by this name, with nobody in it whom there is."""
    secrets = with_numbers(secrets, told.texts)

    def clean(words: str) -> str:
        return _shortened(redacted(" ".join(words.split()), secrets))

    return dumped(_tree(told, clean(told.promise), [clean(one) for one in told.wrote], {
        "scene": short_name(name), "name": redacted(name, secrets), "trade": clean(told.kind_name),
        "about": [told.kind],
        "customer": stand_in(secrets), "happened": clean(told.happened), "means": clean(told.means),
        "given": [clean(one) for one in told.given],
    }))  # fmt: skip


class Knowing(NamedTuple):
    """Words by which somebody could be known, and the path of the scene's form at which they stand first."""

    words: str
    path: str


def known_in(text: str, secrets: Secrets) -> tuple[Knowing, ...]:
    """What stands in a scene's text that the people of the case could be known by, as it stands there, each once.

    What every draft says is nobody's, even where somebody is called "Good".
    """
    tree = tree_of(text)
    told = _leaves(tree) if tree is not None else [("", " ".join(text.split()))]
    found: dict[str, Knowing] = {}
    for path, words in told:
        if words not in _frame():
            for one in standing(words, secrets):
                found.setdefault(one, Knowing(one, path))
    return tuple(found.values())


def require_nobody(text: str, secrets: Secrets) -> None:
    """Raises Refusal "practice.knows_somebody" where somebody of the case could be known by the text of a scene."""
    if found := known_in(text, secrets):
        said = ", ".join(f"“{one.words}”" for one in found[:5])
        raise Refusal(
            "practice.knows_somebody",
            f"By this somebody of the case could be known: {said}. Write something else instead; it was not kept.",
            field=found[0].path or "source", status=422,
        )  # fmt: skip


def _leaves(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, str):
        yield path, found
    elif isinstance(found, dict | list):
        for key, one in found.items() if isinstance(found, dict) else enumerate(found):
            # The sentences of a mood are one field of the form, a line each.
            deeper = path if path in LINES else f"{path}.{key}" if path else str(key)
            yield from _leaves(one, deeper)


@cache
def _frame() -> frozenset[str]:
    blank = CaseTold(kind="", kind_name="", promise="", happened="", late=None, means="", wrote=(), given=(), times=1)
    return frozenset(words for _path, words in _leaves(tree_of(draft(blank, Secrets(()), name=""))))


def _shortened(words: str) -> str:
    if len(words) <= MOST_QUOTED:
        return words
    kept = words[:MOST_QUOTED]
    end = max(kept.rfind(mark) for mark in (". ", "! ", "? "))
    return kept[: end + 1] if end > MOST_QUOTED // 3 else f"{kept.rsplit(' ', 1)[0]} …"


def _tree(told: CaseTold, promise: str, wrote: list[str], own: dict[str, Any]) -> dict[str, Any]:
    first_name = own["customer"].split()[0]
    promise = promise or "What they may expect of us is done, and they are told when it is not."
    means = own["means"] or "They have not said yet what it means to them. Whoever asks is told."
    opening = wrote[0] if wrote else f"{_sentence(own['happened'])} Nobody told me why."
    again = "It is not the first time that we fail them." if told.times > 1 else "We have not failed them before."
    return {
        "scene": own["scene"], "name": own["name"], "trade": own["trade"], "level": "further", "about": own["about"],
        "customer": {"name": own["customer"], "who": f"A customer of ours. {again}"},
        "promise": promise, "happened": _happened(own["happened"], told.late), "means": means, "feels": _feels(told),
        "answer_within": "1 hour", "patience": "20 minutes",
        "briefs": {
            "agent": "The case is yours. You answer for it until they say that it is right again.",
            "lead": "Your colleague hands it to you. You may decide what they may not.",
            "executive": "They got as far as you. Whatever you promise, the house will keep.",
        },
        "openings": {
            "agent": opening, "lead": f"I have told your colleague already. {opening}",
            "executive": f"I am asking you because nobody else has answered. {opening}",
        },
        "facts": _facts(promise, wrote, again), "options": [*_options(own["given"])],
        "remarkable": "Somebody comes back at once, does more than was promised, and thinks of what nobody asked for.",
        "order": [{"first": "listen", "then": "give", "says": "You have not even asked what it means for me."}],
        "tells": means if own["means"] else "I had arranged everything around it, and other people counted on me.",
        "accepts": "Yes. That would put it right.", "declines": "That does not help me with what was promised.",
        "waits": "Then I wait until then.", "says": _says(), "ends": _ends(),
        "with": _with(first_name), "without": _without(),
    }  # fmt: skip


def _happened(words: str, late: timedelta | None) -> str:
    return f"{_sentence(words)} It came {_span(late)} late." if late else _sentence(words)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _span(late: timedelta) -> str:
    minutes = max(1, round(late.total_seconds() / 60))
    for many, one in ((1440, "day"), (60, "hour")):
        if minutes >= many:
            return f"{round(minutes / many)} {one}{'' if round(minutes / many) == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def _feels(told: CaseTold) -> dict[str, str]:
    again = min(told.times - 1, 3)
    effort = min(25 + 8 * len(told.wrote), 60)
    return {"trust": str(40 - 4 * again), "anger": str(50 + 5 * again), "effort": str(effort)}


def _facts(promise: str, wrote: list[str], again: str) -> list[dict[str, str]]:
    later = f" The last time: “{wrote[-1]}”" if len(wrote) > 1 else ""
    many = {0: "They have not written.", 1: "They wrote once."}.get(len(wrote), f"They wrote {len(wrote)} times.")
    return [
        {"fact": "promise", "label": "Look at what was promised", "tells": promise, "takes": "1 minute"},
        {"fact": "before", "label": "Look at what was said before", "tells": f"{many}{later} {again}",
         "takes": "2 minutes"},
        {"fact": "who", "label": "Ask who can do it now", "tells": "A colleague is free and can begin within the hour.",
         "takes": "4 minutes"},
    ]  # fmt: skip


def _options(given: list[str]) -> Iterator[dict[str, str]]:
    yield {"option": "do-it", "label": "Have what was promised done today, before anything else", "who": "agent",
           "fits": "full", "within": "1 hour"}  # fmt: skip
    yield {"option": "do-more", "label": "Send somebody at once who does it and stays until all of it is right",
           "who": "lead", "fits": "full", "within": "30 minutes", "remarkable": "true"}  # fmt: skip
    for place, label in enumerate(dict.fromkeys(one for one in given if one)):
        yield {"option": f"given-{place + 1}", "label": label, "who": "agent", "fits": "part", "within": "1 day"}
    yield {"option": "refund", "label": "Pay back what it cost them", "who": "agent", "fits": "part",
           "within": "3 days"}  # fmt: skip
    yield {"option": "voucher", "label": "Send a voucher for the next time", "who": "agent", "fits": "none",
           "within": "3 days"}  # fmt: skip


def _says() -> dict[str, list[str]]:
    return {
        Mood.FURIOUS.value: ["I do not believe a word of it.", "You would not treat your own people like this."],
        Mood.UPSET.value: ["And what about what you promised?", "I am still waiting."],
        Mood.WARY.value: ["Go on.", "And if that does not happen either?"],
        Mood.WARMING.value: ["Good.", "I notice that you take care of it."],
    }


def _ends() -> dict[str, str]:
    return {
        End.DELIGHTED.value: "I did not expect that. I will tell people how you put this right.",
        End.CONTENT.value: "It is right again. Thank you for seeing to it.",
        End.DOUBTFUL.value: "I will see whether it happens.",
        End.LOST.value: "I will go to somebody else. Goodbye.",
    }


def _with(name: str) -> list[Any]:
    return [
        {"say": f"We did not do what we promised you, {name}, and that is our mistake. I am sorry. I take care of it"
                " myself now. What does it mean for you?"},
        {"look": "who"},
        {"say": "I understand how annoying that is, after all your trouble. I am having it done first of all today, by"
                " 11:30. Is that right for you, or is there something more you need?", "give": "do-it"},
    ]  # fmt: skip


def _without() -> list[Any]:
    return [
        {"say": "According to our system everything is in order. Did you check it yourself?"},
        {"say": "You will have to contact another department. It is our policy."},
        {"say": "Unfortunately there is nothing more I can do for you."},
        "leave",
    ]
