"""Which remedy fits which failure, and why: match, then modest. Pure.

The order is that of research, not of folklore; each sentence that departs from what is commonly believed names
its source. What a failure took from the customer decides what gives it back: money for money, an exchange for
goods, the service done again for a service, a person's own word for neglect.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from makegood.cases.rules import FailureClass
from makegood.kernel.texts import fold


class FailureKind(StrEnum):
    """What kind of failure it is, by what went wrong in the customer's eyes."""

    LATE = "late"
    """Late, not delivered, not available."""
    WRONG = "wrong"
    """Wrong or defective goods."""
    MONEY = "money"
    """Billed wrongly, overcharged, not paid back."""
    SILENCE = "silence"
    """Nobody said: not told, told wrongly, not called back."""
    ATTENTION = "attention"
    """Somebody was rude, careless or unfair."""
    REQUEST = "request"
    """A special wish, or a slip of the customer's own that they ask us to help with."""
    RECOVERY = "recovery"
    """A recovery that failed: the second failure in a row."""
    CUSTOMER = "customer"
    """Brought about by the customer's own conduct."""


class RemedyKind(StrEnum):
    """What is given."""

    RE_PERFORMANCE = "re_performance"
    EXCHANGE = "exchange"
    REFUND = "refund"
    CREDIT = "credit"
    GESTURE = "gesture"
    PERSONAL_CONTACT = "personal_contact"


class Use(StrEnum):
    """Whether the customer used what failed anyway; it decides how much compensation does how much good."""

    REJECTED = "no"
    ACCEPTED = "yes"


COMPENSATION = frozenset({RemedyKind.REFUND, RemedyKind.CREDIT, RemedyKind.GESTURE})
"""What makes up for a loss, as against what puts the thing itself right."""
BEST_RETURN = (Decimal("0.6"), Decimal("1.2"))
"""Between these shares of the loss compensation does most good when the customer would not have what failed."""

ROSCHK = "Roschk & Gelbrich 2014"
MIX_AND_MATCH = "Mix & Match 2020"
GELBRICH_2011 = "Gelbrich & Roschk 2011"
GELBRICH_2015 = "Gelbrich, Gäthke & Grégoire 2015"
JOIREMAN = "Joireman et al. 2013"
BITNER = "Bitner, Booms & Mohr 1994"

_R = RemedyKind
_MATCHES: dict[FailureKind, tuple[RemedyKind, ...]] = {
    FailureKind.LATE: (_R.RE_PERFORMANCE, _R.REFUND),
    FailureKind.WRONG: (_R.EXCHANGE, _R.REFUND),
    FailureKind.MONEY: (_R.REFUND,),
    FailureKind.SILENCE: (_R.PERSONAL_CONTACT,),
    FailureKind.ATTENTION: (_R.PERSONAL_CONTACT,),
    FailureKind.REQUEST: (_R.RE_PERFORMANCE, _R.EXCHANGE),
    FailureKind.RECOVERY: (_R.PERSONAL_CONTACT, _R.RE_PERFORMANCE, _R.EXCHANGE, _R.REFUND),
    FailureKind.CUSTOMER: (_R.RE_PERFORMANCE,),
}
"""The remedies that give back what the failure took, the best first."""
_OTHERS = (_R.RE_PERFORMANCE, _R.EXCHANGE, _R.REFUND, _R.CREDIT, _R.PERSONAL_CONTACT, _R.GESTURE)
"""The rest, in the order in which they help: putting it right, money now, a voucher later, then what is kind."""
_HEART_FIRST = (_R.PERSONAL_CONTACT, _R.GESTURE, _R.RE_PERFORMANCE, _R.EXCHANGE, _R.REFUND, _R.CREDIT)
_TREATED = frozenset({FailureKind.SILENCE, FailureKind.ATTENTION, FailureKind.CUSTOMER})

_BECAUSE: dict[tuple[FailureKind, RemedyKind], tuple[str, str]] = {
    (FailureKind.LATE, _R.RE_PERFORMANCE): ("What was late is done first: doing it matches a failed service.", ROSCHK),
    (FailureKind.LATE, _R.REFUND): ("Money for the time lost comes once the thing itself is on its way.", ROSCHK),
    (FailureKind.WRONG, _R.EXCHANGE): ("The right thing for the wrong one: an exchange matches flawed goods.", ROSCHK),
    (FailureKind.WRONG, _R.REFUND): ("Where the right thing cannot be had, the money back is the next best.", ROSCHK),
    (FailureKind.MONEY, _R.REFUND): ("Money was lost, so money comes back, and at once.", ROSCHK),
    (FailureKind.SILENCE, _R.PERSONAL_CONTACT): ("Nobody said, so a person says it now and keeps saying.", ROSCHK),
    (FailureKind.ATTENTION, _R.PERSONAL_CONTACT): (
        "The customer was not looked after: a senior person's own apology matches that, money does not.", ROSCHK,
    ),
    (FailureKind.REQUEST, _R.RE_PERFORMANCE): ("They asked for help, so we help, without blame.", ""),
    (FailureKind.REQUEST, _R.EXCHANGE): ("They asked for help, so we help, without blame.", ""),
    (FailureKind.RECOVERY, _R.PERSONAL_CONTACT): (
        "A second failure wants a person who answers for it, and amends beside the apology.", JOIREMAN,
    ),
    (FailureKind.CUSTOMER, _R.RE_PERFORMANCE): ("Not our failure; we help all the same.", BITNER),
}  # fmt: skip
_AFTER_SECOND = ("After a second failure amends go with the apology; neither alone turns it round.", JOIREMAN)
_OWN_DOING = ("Brought about by the customer's own conduct: help is given, compensation is not owed.", BITNER)
_ELSEWHERE: dict[RemedyKind, tuple[str, str]] = {
    _R.RE_PERFORMANCE: ("Does the thing again; this failure asks for something else first.", ""),
    _R.EXCHANGE: ("Changes the goods; this failure asks for something else first.", ""),
    _R.REFUND: ("Money wins the moment; what matches the failure comes first.", GELBRICH_2011),
    _R.CREDIT: ("A voucher for later counts for less than what matches now.", ROSCHK),
    _R.PERSONAL_CONTACT: (
        "A person who calls adds to any remedy: treatment is what keeps the customer.",
        GELBRICH_2011,
    ),
    _R.GESTURE: ("A gesture is kind once it is right; it does not take the place of putting it right.", GELBRICH_2011),
}
_FALLBACK = ("Nothing here matches the failure; store credit then kept the most customers.", MIX_AND_MATCH)
_OUT_OF_CURVE = (
    "They did not use it: amends do most good between 60 % and 120 % of the loss, and this lies outside.",
    GELBRICH_2015,
)
_USED = ("They used it anyway: the first money counts most, so the smallest fitting amount leads.", GELBRICH_2015)


class Fit(NamedTuple):
    """Where a remedy stands: `rank` 0 is best. `sentence` says why in one line, `source` who found it out."""

    rank: int
    matches: bool
    sentence: str
    source: str


def matching(failure: FailureKind | None) -> tuple[RemedyKind, ...]:
    """The remedies that give back what this kind of failure took; none when the kind is not known."""
    return _MATCHES[failure] if failure else ()


def fit(remedy: RemedyKind, failure: FailureKind | None, offered: Collection[RemedyKind]) -> Fit:
    """How well a remedy fits a failure, given all the kinds of remedy that are `offered` beside it."""
    matches = matching(failure)
    if remedy in matches:
        return Fit(matches.index(remedy), True, *_why_match(remedy, failure))
    if remedy is RemedyKind.CREDIT and not set(matches) & set(offered):
        return Fit(0, False, *_FALLBACK)
    others = _HEART_FIRST if failure in _TREATED else _OTHERS
    rank = len(RemedyKind) + others.index(remedy)
    if failure is FailureKind.CUSTOMER and remedy in COMPENSATION:
        return Fit(rank + len(RemedyKind), False, *_OWN_DOING)
    return Fit(rank, False, *_ELSEWHERE[remedy])


def _why_match(remedy: RemedyKind, failure: FailureKind | None) -> tuple[str, str]:
    if failure is None:
        return _ELSEWHERE[remedy]
    return _BECAUSE.get((failure, remedy), _AFTER_SECOND)


def lies_outside(remedy: RemedyKind, share: Decimal | None, use: Use | None) -> bool:
    """Whether compensation of that share of the loss is too little or too much to do its good."""
    if use is not Use.REJECTED or remedy not in COMPENSATION or share is None:
        return False
    least, most = BEST_RETURN
    return not least <= share <= most


def on_curve(found: Fit, remedy: RemedyKind, share: Decimal | None, use: Use | None) -> Fit:
    """The same fit, told as what the customer did with what failed changes it."""
    if lies_outside(remedy, share, use):
        return found._replace(sentence=_OUT_OF_CURVE[0], source=_OUT_OF_CURVE[1])
    if use is Use.ACCEPTED and remedy in COMPENSATION:
        return found._replace(sentence=_USED[0], source=_USED[1])
    return found


_BY_PROMISE = {
    "callback": FailureKind.SILENCE, "update": FailureKind.SILENCE, "progress-update": FailureKind.SILENCE,
    "first-contact": FailureKind.SILENCE, "refund": FailureKind.MONEY,
}  # fmt: skip
_BY_WORDS = (
    (FailureKind.ATTENTION, r"rude|ignored|unfair|shouted|careless|unfriendly|laughed at|hung up"),
    (FailureKind.MONEY, r"overcharged|charged|billed|bill|invoice|fee|price|refund|paid twice|credit missing"),
    (FailureKind.WRONG, r"wrong|defective|faulty|broken|damaged|stain(?:ed)?|does not work|not as ordered|instead of"),
    (FailureKind.SILENCE, r"nobody (?:called|told|said|rang)|not told|no (?:word|answer|reply|call)|never called"),
)


def failure_kind(
    *, promise: str = "", failure_class: FailureClass | None = None, words: str = "", second: bool = False
) -> FailureKind:
    """The likely kind of a failure, from what a case knows of it; a person may know better.

    `promise` is the slug of its kind, `words` what was said of it, `second` whether a recovery had failed before.
    """
    if second:
        return FailureKind.RECOVERY
    said = fold(words)
    for kind, pattern in _BY_WORDS:
        if re.search(rf"\b(?:{pattern})\b", said):
            return kind
    if promise in _BY_PROMISE:
        return _BY_PROMISE[promise]
    return FailureKind.SILENCE if failure_class is FailureClass.PROCESS else FailureKind.LATE
