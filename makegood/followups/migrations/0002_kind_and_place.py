"""The kind of promise by which we come back to a customer, and from where on the journal is followed."""

from datetime import timedelta

from django.db import migrations

H = timedelta(hours=1)


def add(apps, _schema_editor):
    """Make the kind unless there is one of that name."""
    apps.get_model("promises", "Kind").objects.get_or_create(
        slug="follow-up",
        defaults={
            "name": "Follow-up", "warning": 8 * H, "grace": 0 * H, "allowance": 4 * H, "severity": 2,
            "role": "agent", "opens_case": False, "inside_case": True,
        },
    )  # fmt: skip


# What was put right before this room was there is not gone after.
PLACE = """
INSERT INTO followups_attended (cursor)
SELECT coalesce((SELECT xid || '-' || id FROM journal_entry ORDER BY xid DESC, id DESC LIMIT 1), '0-0')
"""


class Migration(migrations.Migration):
    """Adds the kind, and the place."""

    dependencies = [("followups", "0001_follow_ups"), ("promises", "0002_standard_kinds"), ("journal", "0002_append_only")]
    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
        migrations.RunSQL(PLACE, "DELETE FROM followups_attended"),
    ]
