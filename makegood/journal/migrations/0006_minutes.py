"""Calls whose length was told are few among all moves: found without reading the rest."""

from django.db import migrations

FORWARD = """
CREATE INDEX journal_minutes ON journal_entry (at) WHERE verb = 'case.step' AND data ? 'minutes';
"""


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("journal", "0005_learned")]
    operations = [migrations.RunSQL(FORWARD, "DROP INDEX journal_minutes;")]
