"""Files that nothing names: sent up for a message that was never written, or of a message that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Protocol

from makegood.conversation.actions.uploading import UPLOADED_FOR
from makegood.platform.rows import fetch_rows

UNNAMED_FOR = 2 * UPLOADED_FOR
"""How long a file is left alone after it was last sent up. Until half of it somebody may still enclose it, and whoever
began to has as long again to write it down."""
_AT_ONCE = 20_000


class Forgets(Protocol):
    """Where files are kept; `makegood.adapters.files.FileStore`."""

    def last_put(self, *, before: float) -> Iterator[str]:
        """The names of what nobody brought again since an instant (seconds since 1970)."""

    def drop(self, sha256: str, *, before: float) -> bool:
        """Forget one of them, unless somebody brought it again by now. Whether it went."""


def forget_unnamed(*, files: Forgets, now: datetime) -> int:
    """Forget what no attachment, message or arrival names and nobody has brought for two days. How many went."""
    before = (now - UNNAMED_FOR).timestamp()
    old, many = files.last_put(before=before), 0
    while names := list(islice(old, _AT_ONCE)):
        many += sum(files.drop(name, before=before) for (name,) in fetch_rows(_UNNAMED, [names]))
    return many


# Wherever a table comes to name a file, it has to stand here: a test looks through all of them.
_UNNAMED = """
SELECT n FROM unnest(%s::text[]) AS n
WHERE NOT EXISTS (SELECT FROM conversation_attachment WHERE digest = n)
  AND NOT EXISTS (SELECT FROM conversation_message WHERE raw = n)
  AND NOT EXISTS (SELECT FROM conversation_arrival WHERE raw = n)
"""
