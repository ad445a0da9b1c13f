"""The first tree of causes says whether we could have prevented each and whether it comes again, and grows by the sorts of
failure that the literature tells apart (Bitner, Booms & Tetreault 1990; Keaveney 1995; Meuter et al. 2000)."""

from django.db import migrations

# Controllability and stability by the slugs of the first tree; what is below one and not named has that of the one above.
SAID = {
    "we-promised-too-much": ("ours", "lasting"), "handed-over-badly": ("ours", "lasting"),
    "work-went-wrong": ("ours", "lasting"), "supplier-or-carrier": ("partly", "lasting"), "equipment": ("partly", "one_off"),
    "outside": ("outside", "one_off"), "damaged": ("partly", "one_off"), "no-capacity": ("", "lasting"),
}  # fmt: skip
ORDER = (
    "we-promised-too-much", "handed-over-badly", "told-badly", "work-went-wrong", "supplier-or-carrier", "money",
    "attention", "special-request", "recovery-failed", "self-service", "equipment", "customers-side", "outside",
)  # fmt: skip
GROWN = {
    ("told-badly", "Nobody told the customer", "ours", "lasting"): [
        ("callback-missed", "A call that was promised had no place in the day"),
        ("news-not-passed-on", "News came in and was not passed on"),
        ("words-misled", "Our words could be read in two ways"),
    ],
    ("money", "The money was wrong", "ours", "lasting"): [
        ("billed-wrong", "Billed wrongly"),
        ("price-shown-wrong", "A wrong price was shown"),
        ("refund-stuck", "A refund got stuck"),
    ],
    ("attention", "Too little attention", "ours", "lasting"): [
        ("no-time-to-listen", "No time to listen"),
        ("rule-came-first", "A rule came before the customer"),
        ("treated-unequally", "Treated differently from others"),
    ],
    ("special-request", "A special request was not met", "ours", "one_off"): [
        ("need-not-asked", "The need was not asked for"),
        ("need-not-passed-on", "The need was not passed on"),
    ],
    ("recovery-failed", "Putting it right failed", "ours", "lasting"): [
        ("fix-did-not-hold", "The repair did not hold"),
        ("promised-again", "Promised again, and not kept"),
        ("no-reply", "No reply"),
    ],
    ("self-service", "Self-service failed", "ours", "lasting"): [
        ("machine-failed", "The page or machine failed"),
        ("design-misled", "Its design misled"),
        ("behind-it-failed", "What should follow behind it failed"),
    ],
    ("customers-side", "Something on the customer’s side", "outside", "one_off"): [
        ("address-incomplete", "The address was incomplete"),
        ("nobody-there", "Nobody was there"),
    ],
}


def fill(apps, _schema_editor):
    """Say it of the causes that say nothing yet, and add those that are not there."""
    cause = apps.get_model("cases", "Cause")
    for slug, (controllability, stability) in SAID.items():
        cause.objects.filter(slug=slug, controllability="", stability="").update(
            controllability=controllability, stability=stability
        )
    for (slug, name, controllability, stability), children in GROWN.items():
        said = {"name": name, "controllability": controllability, "stability": stability}
        parent, _ = cause.objects.get_or_create(slug=slug, defaults=said)
        for child_slug, child_name in children:
            cause.objects.get_or_create(slug=child_slug, defaults={"name": child_name, "parent": parent})
    for position, slug in enumerate(ORDER, 1):
        cause.objects.filter(slug=slug, position=0).update(position=position)


class Migration(migrations.Migration):
    """Fills the columns of causes and adds to their tree."""

    dependencies = [("cases", "0018_causes_grown")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
