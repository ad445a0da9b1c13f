"""Waiting for the journal, where entries are read as they were committed."""

from __future__ import annotations

from makegood.journal.models import Entry
from makegood.journal.queries import latest_cursor
from tests.installations import wait_until


def wait_for_the_journal() -> None:
    """Until its newest entry can be read: once every older transaction of the server, those of tests beside this one
    among them, has ended."""
    newest = Entry.objects.latest("pk").pk
    wait_until(lambda: latest_cursor().endswith(f"-{newest}"), what="the journal")
