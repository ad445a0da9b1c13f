"""The promise of whoever was drawn into a case: to speak to the customer themselves."""

from datetime import timedelta

from django.db import migrations


def add(apps, _schema_editor):
    """Make the kind."""
    apps.get_model("promises", "Kind").objects.get_or_create(
        slug="personal-contact",
        defaults={
            "name": "Personal contact",
            "warning": timedelta(minutes=15),
            "grace": timedelta(0),
            "allowance": timedelta(hours=2),
            "severity": 2,
            "role": "lead",
            "opens_case": False,
            "inside_case": True,
        },
    )


class Migration(migrations.Migration):
    """Adds the kind."""

    dependencies = [("promises", "0002_standard_kinds"), ("cases", "0008_ladder")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
