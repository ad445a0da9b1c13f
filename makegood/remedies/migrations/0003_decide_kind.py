"""The kind of promise by which somebody decides about a remedy that is more than a colleague may give."""

from datetime import timedelta

from django.db import migrations

M = timedelta(minutes=1)


def add(apps, _schema_editor):
    """Make the kind unless there is one of that name."""
    apps.get_model("promises", "Kind").objects.get_or_create(
        slug="decide",
        defaults={
            "name": "Decide a remedy", "warning": 5 * M, "grace": 0 * M, "allowance": 15 * M, "severity": 2,
            "role": "lead", "opens_case": False, "inside_case": True,
        },
    )  # fmt: skip


class Migration(migrations.Migration):
    """Adds the kind."""

    dependencies = [("promises", "0002_standard_kinds"), ("remedies", "0002_grants")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
