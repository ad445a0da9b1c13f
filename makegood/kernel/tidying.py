"""Puts the words of "by when" into the desk's own vocabulary, which is small enough to be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from makegood.kernel.calendars import DAY_NAMES, MONTH_NAMES

_NUMBERS = {
    name: str(number)
    for number, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40", "sixty": "60", "ninety": "90"}
_TIMED = r"hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|days?|weeks?|months?|working|business"
_MONTH = r"(?:" + "|".join(MONTH_NAMES) + r")"
_WEEKDAY = r"(?:" + "|".join(DAY_NAMES) + r")(?:s|r|rs|(?:s|nes|rs|ur)?day)?\b"
# An hour after "morning" or "tonight", not the day of a date.
_HOUR = rf"([1-9]|1[01])((?::\d\d)?)(?![\d:/.-]|[ap]m|st|nd|rd|th| {_MONTH})"
# An hour before "in the morning".
_HOUR_OF = r"\b(?<![\d:/.-])((?:1[0-2]|[1-9])(?::\d\d)?) in the "
_MOMENT = r"(?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m)?|noon|midday|midnight)"

_SPELLINGS = (
    (r"[,;!?…]|\.(?=\s|$)", " "),
    (r"’", "'"),
    (r"\b([ap])\.m\b", r"\1m"),
    (r"\bo['\"]?\s?clock\b", " "),
    (r"\s+", " "),
    (r"\b(at|by|before|until) (\d{1,2})h(\d\d)?\b", lambda found: f"{found[1]} {found[2]}:{found[3] or '00'}"),
    (r"\b(at|by|before|until) (\d{1,2})\.([0-5]\d)\b(?!\.)", r"\1 \2:\3"),
    (r"\bforty[ -]five\b", "45"),
    (r"\btwenty[ -]four\b", "24"),
    (r"\bforty[ -]eight\b", "48"),
    (r"\b(" + "|".join(_NUMBERS) + r")\b", lambda found: _NUMBERS[found[1]]),
    (r"\b(?:tomorow|tommorow|tommorrow|tmrw|tmw)\b", "tomorrow"),
)
# Of a stretch its end is promised: "2-3 days", "between 9 and 11", "9-11am".
_STRETCHES = (
    (rf"\b(?:between )?\d{{1,3}} ?(?:-|–|to|or|and) ?(\d{{1,3}})(?= ?(?:{_TIMED}|workday)s?\b)", r"\1"),
    (rf"\b(?:between|from) {_MOMENT} ?(?:and|to|-|–|until|till) ({_MOMENT})(?![\d:])", r"by \1"),
    (rf"\bbetween {_WEEKDAY} and ({_WEEKDAY})\b", r"by \1"),
    (
        r"(?<![\d:./-])(?<!\d{4}-\d\d-\d\d )\b\d{1,2}(?::\d\d)? ?(?:[ap]m)? ?(?:-|–|to) ?"
        r"(\d{1,2}(?::\d\d)? ?[ap]m|\d{1,2}:\d\d)\b(?![:-])",
        r"by \1",
    ),
)
_SPANS = (
    (r"\b(?:an?|1) hour and a half\b", "90 min"),
    (r"\bhalf (?:an )?hour\b", "30 min"),
    (r"\b(?:a )?quarter of an hour\b", "15 min"),
    (r"\b(?:a )?couple (?:of )?", "2 "),
    (r"\b(?:an? |1 )?(hour|day|week|month) or (?:2|so)\b", r"2 \1"),
    (rf"\ban? (?=(?:{_TIMED})\b)", "1 "),
    (r"\b(?:with)?in (?:(?:the )?next|(?:under|less than|no more than|at most)) (?=\d)", "in "),
    (r"\b(?:with)?in (?:the )?next (hour|day)\b", r"in 1 \1"),
    (r"\bthe hour\b", "1 hour"),
    (r"\b(?:working|business)[ -]?days?\b|\bworkdays?\b", "workday"),
    (r"\b(?:working|business) (?:hours?|hrs?|h)\b", "workhour"),
    (r"\b(?:working|business) (?:minutes?|mins?|m)\b", "workminute"),
    (r"(\d (?:minute|hour|day|week|month|workday)s?)'?s?'? time\b", r"\1"),
)
_CLOCKS = (
    (r"(\d) ([ap]m)\b", r"\1\2"),
    (rf"\bhalf ([1-9]|1[0-2])\b(?! (?:{_TIMED})\b)", r"half past \1"),
    (rf"(?<![\d:/.-])\b([1-9]|1[0-2])[ -](15|30|45)\b(?![\d:/.-]| (?:{_TIMED}|{_MONTH}))", r"\1:\2"),
    (rf"\b(today|tomorrow|{_WEEKDAY}) \d{{1,2}} ?(?:-|–|to) ?(\d{{1,2}})(?![\d:/-]| ?{_MONTH})", r"\1 by \2"),
)
_DAYS = (
    (
        r"\b(?<!no )(?<!not )(?:early|earlier|late|later|sometime|some time|bright and early) (?:(?:on|in) )?"
        r"(?=[a-z])",
        " ",
    ),
    (r"\bfirst thing (?=\w+ morning)", ""),
    (r"\bfirst thing(?: in the morning)?\b", "by morning"),
    (
        r"\b(?:by |at )?(?:the )?(?:end|close)(?: of (?:business|play|day))? (?:of |on )?"
        r"(?=today|tomorrow|" + _WEEKDAY + r"\b)",
        "eod ",
    ),
    (rf"\b(?:the )?end of (?={_MONTH})|^(?:in|during) (?={_MONTH}[a-z]*$)", "month-end "),
    (r"\b(?:close of (?:business|play)|cob|end of (?:the |working |the working )?day|eod)\b", "eod"),
    (rf"\b({_WEEKDAY}) (?:of )?next week\b", r"next \1"),
    (rf"\bnext week (?:on )?({_WEEKDAY})\b", r"next \1"),
    (rf"\b({_WEEKDAY}) (?:of )?this week\b", r"this \1"),
    (r"\b(?:this|the|at|on|over|at the|over the|on the) weekend\b", "weekend"),
    (r"\b(?:on )?(?:the )?(\d{1,2})(?:st|nd|rd|th)? of (this|the|next) month\b", r"by \1th \2-month"),
    (r"^on (?=(?:the )?\d{1,2}(?:st|nd|rd|th)$)", "by "),
    (r"\b(?:end of )?next week\b", "next-week"),
    (r"\b(?:end of (?:the |this )?week|eow|this week)\b", "eow"),
    (r"\b(?:end of )?next month\b", "next-month"),
    (r"\b(?:end of (?:the |this )?month|eom|this month)\b", "eom"),
    (r"\b(?:end of (?:the |this )?year|eoy)\b", "eoy"),
    (r"\b(?:the )?day after tomorrow\b", "overmorrow"),
)
_PAST_OF = rf"\b((?:half|(?:a )?quarter|\d{{1,2}}) (?:past|to) \d{{1,2}}) (today|tomorrow|{_WEEKDAY}) "
_PARTS_OF_A_DAY = (
    (r"\btonight\b", "today night"),
    (r"\bthis (morning|afternoon|evening)\b", r"today \1"),
    (_PAST_OF + r"morning\b", r"\2 \1am"),
    (_PAST_OF + r"(?:afternoon|evening|night)\b", r"\2 \1pm"),
    (
        rf"(?<![\d:/.-])\b(\d{{1,2}}(?::\d\d)?(?:[ap]m)?) (today|tomorrow|{_WEEKDAY}) "
        r"(morning|afternoon|evening|night)\b",
        r"\2 \3 \1",
    ),
    (_HOUR_OF + r"morning\b", r"\1am"),
    (_HOUR_OF + r"(?:afternoon|evening)\b", r"\1pm"),
    (r"\bin the (morning|afternoon|evening)\b", r"by \1"),
    (r"\bmorning (?:at |by )?" + _HOUR, r"\1\2am"),
    (r"\b(?:afternoon|evening|night) (?:at |by )?" + _HOUR, r"\1\2pm"),
    (r"\b(?:morning|afternoon|evening|night) (?=(?:at |by )?(?:12\b|\d{1,2}(?::\d\d|[ap]m)))", ""),
    (r"\b(?:midday|lunch(?:[ -]?time)?)\b", "noon"),
    (r"^(?:in |within )?(.*) from (?:now|today)$", r"in \1"),
    (r"\bat (?:the )?(?:very )?latest$", " "),
)
_IDLE = (
    (r"\b(?:of|the|on|and)\b", " "),
    (r"\s+", " "),
)
_Rewrites = Sequence[tuple[str, str | Callable[[re.Match[str]], str]]]
# Each group is tried only where what its rewrites begin with is there at all: most phrases need few of them.
_GROUPS: tuple[tuple[str, _Rewrites], ...] = (
    ("", _SPELLINGS),
    (r"[-–]| (?:to|and|or|until|till) ", _STRETCHES),
    (r"half|quarter|couple| or |\ban? |next|in (?:under|less|no|at)|hour|work|business|time", _SPANS),
    (r"\d", _CLOCKS),
    (r"early|late|some ?time|first|end|eo|close|cob|week|month|year|day after|^on |^in |^during ", _DAYS),
    (r"night|morning|afternoon|evening|midday|lunch|from (?:now|today)|latest", _PARTS_OF_A_DAY),
    ("", _IDLE),
)
_REWRITES = tuple(
    (re.compile(gate), tuple((re.compile(pattern), says) for pattern, says in rewrites)) for gate, rewrites in _GROUPS
)
_JOINERS = re.compile(
    r"(?:(?:by|before|at|until|till|til|due|latest|no later than|not later than|within|around|about|for) |@ ?)+"
)


class Tidied(NamedTuple):
    """A phrase in the desk's own vocabulary without its leading joiner ("by", "at"), and whether it had one."""

    words: str
    joined: bool


def tidy(text: str) -> Tidied:
    """The phrase as the desk would write it: "By the end of next week" is "next-week", joined."""
    words = text.lower()
    for gate, rewrites in _REWRITES:
        if gate.search(words):
            for pattern, says in rewrites:
                words = pattern.sub(says, words)
    return unjoined(words.strip())


def unjoined(words: str) -> Tidied:
    """Tidy words without a leading "by", "at", "until", and whether there was one."""
    joiner = _JOINERS.match(words)
    return Tidied(words[joiner.end() :], True) if joiner else Tidied(words, False)
