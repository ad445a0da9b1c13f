"""The kind of promise by which somebody changes a process."""

from datetime import timedelta

from django.db import migrations

D = timedelta(days=1)


def add(apps, _schema_editor):
    """Make the kind unless there is one of that name."""
    apps.get_model("promises", "Kind").objects.get_or_create(
        slug="process-change",
        defaults={
            "name": "Change a process", "warning": 2 * D, "grace": 0 * D, "allowance": 14 * D, "severity": 1,
            "role": "agent", "opens_case": False, "inside_case": True,
        },
    )  # fmt: skip


class Migration(migrations.Migration):
    """Adds the kind."""

    dependencies = [("followups", "0003_closures")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
