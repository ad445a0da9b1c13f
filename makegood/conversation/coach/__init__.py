"""The coach reads what we are about to say to a customer. Pure: no Django, no network, no model to download.

    reading = read("Sorry for any inconvenience. We will get back to you soon.")
    [(one.code, one.words) for one in reading.faults]

What every code means, and how a rule is written: docs/coach.md.
"""

from makegood.conversation.coach.reading import read
from makegood.conversation.coach.rulebook import languages, rulebook
from makegood.conversation.coach.values import (
    ELEMENTS,
    FAULTS,
    Context,
    Finding,
    Missing,
    Reading,
)

__all__ = [
    "ELEMENTS",
    "FAULTS",
    "Context",
    "Finding",
    "Missing",
    "Reading",
    "languages",
    "read",
    "rulebook",
]
