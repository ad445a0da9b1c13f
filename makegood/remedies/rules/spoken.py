"""What the coach has to say of words that were spoken already: advice for the next word, and no reproach. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from makegood.cases.rules import CONVERSATION, Step
from makegood.conversation.coach import languages, read
from makegood.conversation.dated import times_in
from makegood.remedies.rules.plan import Caution

_SAID = {
    "conditional-apology": "“{}” is an apology with a condition. Say it once more without one, when you speak next.",
    "blames-customer": "“{}” puts it on the customer. Say next what we do.",
    "blames-colleague": "“{}” puts it on somebody else. To the customer it was all of us.",
    "hands-back": "“{}” leaves the next step to the customer. Take it yourself, and promise by when.",
    "asks-customer-to-solve": "“{}” asks the customer for the way out. Offer two remedies to choose from.",
    "undated-promise": "“{}” has no time. Promise one, so that it is watched.",
}
"""What can still be set right after it was said."""
_NO_TIME = Caution("coach.no_time", "No time was given. Promise one, so that they know when they hear from us.")
_SHOWN = 60


def of_step(step: str, words: str, *, language: str) -> tuple[Caution, ...]:
    """What there is to heed about our words at a step, the first of each kind; what we heard is the customer's."""
    if step not in CONVERSATION or step == Step.LISTEN or language not in languages():
        return ()
    found = {one.code: one.words for one in reversed(read(words, language=language).faults) if one.code in _SAID}
    return tuple(
        Caution(f"coach.{code.replace('-', '_')}", _SAID[code].format(found[code][:_SHOWN]))
        for code in _SAID
        if code in found
    )


def of_call(
    words: str, steps: Collection[str], *, promised: bool, language: str, zone: ZoneInfo, now: datetime
) -> tuple[Caution, ...]:
    """What there is to heed about a call: what comes next was talked about, and nobody said when. Its words are ours
    and theirs, in whatever language, so nothing else is read into them."""
    if promised or Step.REFOCUS not in steps:
        return ()
    for one in dict.fromkeys((language, "en")):
        if times_in(words, now=now, zone=zone, calendar=None, language=one):
            return ()
    return (_NO_TIME,)
