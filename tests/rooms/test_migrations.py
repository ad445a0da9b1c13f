"""The database refuses what the design forbids."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from makegood.journal.models import Entry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entry() -> Entry:
    return Entry.objects.create(at=NOW, actor_kind="system", actor_name="Makegood", verb="test", subject_kind="test")


def test_no_model_has_changed_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    "sql", ["UPDATE journal_entry SET verb = 'x'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"]
)
def test_the_journal_cannot_be_changed(sql: str) -> None:
    entry()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Entry.objects.count() == 1
