"""A first tree of causes. None of them is a person."""

from django.db import migrations

TREE = {
    ("we-promised-too-much", "We promised too much"): [
        ("promise-too-tight", "The promise was too tight"),
        ("stock-shown-not-there", "Stock was shown that was not there"),
        ("told-wrong", "The customer was told something wrong"),
    ],
    ("handed-over-badly", "It got lost between us"): [
        ("handoff-nobody-told", "Handed on, and nobody told the customer"),
        ("forgotten", "Nobody was reminded"),
        ("two-systems", "Two systems said different things"),
    ],
    ("work-went-wrong", "The work went wrong"): [
        ("wrong-item", "Wrong item"),
        ("quality", "Not good enough"),
        ("damaged", "Damaged on the way"),
        ("no-capacity", "Not enough people or places"),
    ],
    ("supplier-or-carrier", "A supplier or carrier was late"): [
        ("carrier-late", "Carrier late"),
        ("supplier-late", "Supplier late"),
    ],
    ("equipment", "Equipment or systems failed"): [
        ("system-down", "A system was down"),
        ("equipment-broken", "Equipment broke"),
    ],
    ("outside", "Something outside our hands"): [
        ("weather", "Weather"),
        ("authorities", "Authorities or traffic"),
    ],
}


def add(apps, _schema_editor):
    """Make the tree."""
    cause = apps.get_model("cases", "Cause")
    for (slug, name), children in TREE.items():
        parent, _ = cause.objects.get_or_create(slug=slug, defaults={"name": name})
        for child_slug, child_name in children:
            cause.objects.get_or_create(slug=child_slug, defaults={"name": child_name, "parent": parent})


class Migration(migrations.Migration):
    """Adds the causes."""

    dependencies = [("cases", "0002_numbers_from_1001")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
