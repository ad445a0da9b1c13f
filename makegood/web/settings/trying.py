"""What a test of a mailbox or a line found, as its page shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from makegood.conversation.actions import Tried
from makegood.kernel.refusals import Refusal


def steps_of(try_it: Callable[[], Tried], *, comes: str, leaves: str) -> Mapping[str, Any]:
    """The steps that were taken, under what each part is called, or why none was."""
    try:
        found = try_it()
    except Refusal as no:
        return {"problem": no.message}
    return {"works": found.works, "says": found.says, "sections": [(comes, found.reading), (leaves, found.sending)]}
