"""The plan before a customer is spoken to: which words, and what to heed before they are said. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.cases.rules import CONVERSATION, Step
from makegood.kernel.better import better_in
from makegood.remedies.rules.plan_words import WORDINGS, Wordings

LONGEST_LINE = 110
"""A line is read at a glance while somebody speaks."""
LONGEST_CHANGE = 300
APOLOGY_WINDOW = timedelta(days=30)
HISTORY = timedelta(days=365)
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to heed: a stable code and a sentence. It never stops anybody."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when the words are chosen. Texts are in the customer's language, "" when there is none.

    `foretold` says that it is not late yet, `promised` that a promise was not kept, `told` that the customer told us,
    `again` that they were failed before, `said_already` that we apologised to them lately. `colleague` says that who
    speaks does not own the case.
    """

    owner: str = ""
    harm: str = ""
    due: str = ""
    offer: str = ""
    by: str = ""
    foretold: bool = False
    promised: bool = True
    told: bool = False
    again: bool = False
    said_already: bool = False
    colleague: bool = False


def language_of(tag: str) -> str:
    """The language in which we speak to somebody who prefers `tag` ("de-AT" is "de"); English unless we have theirs."""
    plain = tag.replace("_", "-").partition("-")[0].casefold()
    return plain if plain in WORDINGS else "en"


def lines(language: str, known: Known) -> dict[Step, str]:
    """What to say at each step of the conversation, each of at most `LONGEST_LINE` characters."""
    words = WORDINGS[language_of(language)]
    wordings = {
        Step.OWN: words.own_colleague if known.colleague else words.own,
        Step.LISTEN: words.listen if known.harm else _question(words, known),
        Step.EMPATHISE: words.empathise[-1:] if known.foretold or not known.promised else words.empathise,
        Step.APOLOGISE: _apology(words, known),
        Step.REFOCUS: words.refocus if known.offer else (),
    }
    wordings[Step.REFOCUS] += words.planning_colleague if known.colleague else words.planning
    places = {name: getattr(known, name).strip() for name in ("owner", "due", "offer", "by")}
    # It stands in quotation marks in the middle of a line.
    places["harm"] = known.harm.strip().removesuffix(".")
    return {step: _fill(wordings[step], places) for step in CONVERSATION}


def gap_in(text: str) -> str:
    """The first gap of a plan's line that nobody has filled yet, "" when there is none."""
    return next((words.gap for words in WORDINGS.values() if words.gap in text), "")


def _question(words: Wordings, known: Known) -> tuple[str, ...]:
    """What to ask while nobody has heard what it means to them."""
    if known.foretold:
        return words.listen_foretold
    return words.listen_told if known.told else words.listen[-1:]


def _apology(words: Wordings, known: Known) -> tuple[str, ...]:
    """The wordings of the apology: what was said already is not said again, and nobody hears of a promise we never
    made."""
    if known.said_already:
        return words.apologise_said_already
    if known.foretold:
        return words.apologise_foretold
    if known.again:
        return words.apologise_again
    if known.promised:
        return words.apologise
    return words.apologise_told if known.told else words.apologise_mistreated


def _fill(wordings: tuple[str, ...], places: Mapping[str, str]) -> str:
    """The first wording of which everything is known and which is short enough. The last needs nothing to be known."""
    for wording in wordings:
        if all(places[name] for name in _PLACE.findall(wording)):
            filled = _PLACE.sub(lambda found: places[found[1]], wording)
            if len(filled) <= LONGEST_LINE:
                return filled
    return wordings[-1]


def apology_caution(apologies: Collection[datetime], now: datetime) -> Caution | None:
    """What to heed before another apology, when there was one in the `APOLOGY_WINDOW` before `now`."""
    lately = [at for at in apologies if timedelta(0) <= now - at < APOLOGY_WINDOW]
    if not lately:
        return None
    times = "once" if len(lately) == 1 else f"{len(lately)} times"
    days = (now - max(lately)).days
    last = "less than a day ago" if days == 0 else "a day ago" if days == 1 else f"{days} days ago"
    return Caution(
        "plan.apologised_already",
        f"We apologised {times} in the last {APOLOGY_WINDOW.days} days, last {last}. Said again it costs trust:"
        " begin with what you are doing about it (Halperin et al. 2022).",
    )


_IN_PEACE = Caution(
    "plan.not_forgiven",
    "They will not forgive us, and may. No more apologies: deliver what is owed, and leave them in peace.",
)


def improvement_caution(said: str) -> Caution | None:
    """What to heed about words that say it will be better in future, in any language we speak, when no improvement is
    on record."""
    found = better_in([said])
    if not found:
        return None
    return Caution(
        "plan.promises_improvement",
        f"“{found}” promises that things will be better, and no improvement is on record. Unkept, it does more harm"
        " than silence: say what you are doing now (Halperin et al. 2022).",
    )


def promised_better(words: Iterable[str], *, improved: bool = False) -> tuple[Caution, ...]:
    """What there is to heed about words that were said to a customer already; what is still to be written is refused
    (`kernel.better`). `improved` when a change about what failed them is on record, so that the words are not empty."""
    if improved:
        return ()
    return tuple(dict.fromkeys(found for one in words if (found := improvement_caution(one)) is not None))


def cautions(
    step: Step,
    said: str,
    *,
    apologies: Collection[datetime],
    unforgiven: bool = False,
    improved: bool = False,
    now: datetime,
) -> tuple[Caution, ...]:
    """What to heed about a step in which this is said; `apologies` are those made before it, `unforgiven` tells that
    the customer will not forgive us, `improved` that a change is on record.

    What is written down while listening are the customer's words, and they may wish for anything.
    """
    repeated = None
    if step is Step.APOLOGISE:
        repeated = _IN_PEACE if unforgiven else apology_caution(apologies, now)
    better = promised_better([said], improved=improved) if step is not Step.LISTEN else ()
    return (*([repeated] if repeated else []), *better)


def speaks(step: str, words: str, channel: str) -> bool:
    """Whether a step is a word to the customer, as it keeps the promise of a first contact."""
    return step in CONVERSATION and bool(words.strip() or channel.strip() or step != Step.OWN)
