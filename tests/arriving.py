"""Messages that came in are sorted, as the worker does it."""

from __future__ import annotations

from makegood.adapters.files import FileStore
from makegood.adapters.mail.reading import read_mail
from makegood.conversation import actions
from makegood.conversation.models import Arrival
from tests.factories import NOW


def all_sorted(files: FileStore) -> None:
    """Sort what has arrived, as if at `NOW`: the doors that brought it go by the real clock, and these tests do not."""
    Arrival.objects.filter(next_at__isnull=False).update(arrived_at=NOW, next_at=NOW)
    while actions.sort_arrivals(read_mail, files, now=NOW):
        pass
