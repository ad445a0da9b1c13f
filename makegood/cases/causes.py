"""What is said of a cause: whether we could have prevented it, whether it comes again, where it lands. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import one_line

NAME_LIMIT, FUNCTION_LIMIT, MOST_WHYS, WHY_LIMIT = 120, 80, 5, 500


class Controllability(StrEnum):
    """Whether we could have prevented it: what customers judge first (Van Vaerenbergh et al. 2014)."""

    OURS = "ours"
    PARTLY = "partly"
    OUTSIDE = "outside"


class Stability(StrEnum):
    """Whether it comes again when nothing is changed: what customers judge the whole relation by (ibid.)."""

    ONE_OFF = "one_off"
    LASTING = "lasting"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSaid:
    """What somebody says of a cause. `parent` is a slug, "" at the top; an empty `function`, `controllability` or
    `stability` is that of the cause above."""

    name: str
    parent: str = ""
    controllability: str = ""
    stability: str = ""
    function: str = ""


def checked(said: CauseSaid) -> CauseSaid:
    """The same in one line each. Raises Refusal "cause.no_name", "cause.bad_value"."""
    name, function = one_line(said.name), one_line(said.function)
    if not name:
        raise invalid(
            "cause.no_name", "Name the cause, such as: handed on, and nobody told the customer.", field="name"
        )
    if len(name) > NAME_LIMIT:
        raise invalid("cause.bad_value", f"Up to {NAME_LIMIT} characters, please.", field="name")
    if len(function) > FUNCTION_LIMIT:
        raise invalid("cause.bad_value", f"Up to {FUNCTION_LIMIT} characters, please.", field="function")
    for field, value, known in (
        ("controllability", said.controllability, Controllability), ("stability", said.stability, Stability)
    ):  # fmt: skip
        if value not in ("", *known):
            raise invalid("cause.bad_value", f"Choose one of {', '.join(known)}, or nothing.", field=field)
    return CauseSaid(
        name=name, parent=said.parent, controllability=said.controllability, stability=said.stability, function=function
    )


def chain_of(whys: Sequence[str]) -> tuple[str, ...]:
    """The answers to "and why was that?", each asked of the one before; empty ones are left out.

    Raises Refusal "cause.too_many_whys", "case.too_long".
    """
    told = tuple(filter(None, (" ".join(why.split()) for why in whys)))
    if len(told) > MOST_WHYS:
        raise invalid("cause.too_many_whys", f"Up to {MOST_WHYS} whys: the last one is the cause.", field="whys")
    if any(len(why) > WHY_LIMIT for why in told):
        raise invalid("case.too_long", f"Up to {WHY_LIMIT} characters for each why, please.", field="whys")
    return told


def phrases_in(text: str, *, longest: int = 4) -> Iterator[str]:
    """Every two to `longest` words that stand together in a text and begin with capitals, as full names do."""
    words = [word.strip(".,;:!?()\"'“”‘’") for word in text.split()]
    for begin, first in enumerate(words):
        for end in range(begin + 2, min(begin + longest, len(words)) + 1):
            if first[:1].isupper() and words[end - 1][:1].isupper():
                yield " ".join(words[begin:end])


def names_a_person(field: str, name: str) -> Refusal:
    """The answer to a cause that names somebody."""
    return invalid(
        "cause.names_a_person",
        f"A cause is never a person: say what let it happen instead of naming {name}.",
        field=field,
    )
