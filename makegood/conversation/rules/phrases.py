"""Words kept to be used again: the fields in braces, and filling them from what is known of a case. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from makegood.kernel.refusals import invalid

FIELDS = ("first_name", "promise", "due", "owner", "number", "link")
"""How the customer is addressed, what was promised them and by when, who owns the case, its number, and a new private
link to their page."""
LONGEST = 5_000
_FIELD = re.compile(r"\{([^{}]*)\}")


def fields_of(text: str) -> tuple[str, ...]:
    """The fields that stand in a text, each once. Raises Refusal "phrase.unknown_field" for one that we do not know."""
    found = tuple(dict.fromkeys(_FIELD.findall(text)))
    strange = next((one for one in found if one not in FIELDS), None)
    if strange is not None:
        known = ", ".join(f"{{{one}}}" for one in FIELDS)
        raise invalid("phrase.unknown_field", f"There is no field {{{strange}}}. Use {known}.", field="text")
    return found


def fill(text: str, known: Mapping[str, str]) -> str:
    """The text with every field filled. Nothing is made up: raises Refusal "phrase.not_known" for a field of which
    nothing is known, and as `fields_of` does."""
    open_ = next((one for one in fields_of(text) if not known.get(one)), None)
    if open_ is not None:
        raise invalid(
            "phrase.not_known", f"This case has nothing to put in the place of {{{open_}}}. Choose other words.",
            field="text",
        )  # fmt: skip
    return _FIELD.sub(lambda found: known[found[1]], text)
