"""The kinds of promise that every organisation makes, and the clocks of a recovery."""

from datetime import timedelta

from django.db import migrations

M = timedelta(minutes=1)
H = timedelta(hours=1)
D = timedelta(days=1)

# slug, name, warning, grace, allowance, severity, role, opens_case, inside_case
KINDS = [
    ("delivery", "Delivery", 4 * H, 0 * M, 3 * D, 3, "agent", True, False),
    ("callback", "Call back", 10 * M, 0 * M, 30 * M, 2, "agent", True, False),
    ("appointment", "Appointment", 2 * H, 0 * M, None, 3, "agent", True, False),
    ("update", "Update", 15 * M, 0 * M, 4 * H, 2, "agent", True, False),
    ("refund", "Refund", 1 * D, 0 * M, 5 * D, 3, "agent", True, False),
    ("repair", "Repair", 4 * H, 0 * M, 2 * D, 3, "agent", True, False),
    ("first-contact", "First contact", 5 * M, 0 * M, 15 * M, 2, "agent", False, True),
    ("commitment", "Commitment", 10 * M, 0 * M, None, 3, "agent", False, True),
    ("progress-update", "Progress update", 10 * M, 0 * M, 2 * H, 2, "agent", False, True),
    ("take-in-charge", "Take in charge", 5 * M, 0 * M, 30 * M, 2, "lead", False, True),
    ("find-cause", "Find the cause", 1 * D, 0 * M, 5 * D, 1, "agent", False, True),
]


def add(apps, _schema_editor):
    """Make the kinds that are not there yet."""
    kind = apps.get_model("promises", "Kind")
    kind.objects.bulk_create(
        [
            kind(
                slug=slug, name=name, warning=warning, grace=grace, allowance=allowance, severity=severity,
                role=role, opens_case=opens_case, inside_case=inside_case,
            )
            for slug, name, warning, grace, allowance, severity, role, opens_case, inside_case in KINDS
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """Adds the kinds."""

    dependencies = [("promises", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
