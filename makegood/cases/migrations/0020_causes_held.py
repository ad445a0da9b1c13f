"""What a cause says is one of what is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the constraints."""

    dependencies = [("cases", "0019_causes_of_every_sort")]
    operations = [
        migrations.AddConstraint(
            model_name="cause",
            constraint=models.CheckConstraint(
                condition=models.Q(("controllability__in", ["", "ours", "partly", "outside"])),
                name="cause_controllability_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="cause",
            constraint=models.CheckConstraint(
                condition=models.Q(("stability__in", ["", "one_off", "lasting"])), name="cause_stability_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="cause",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="cause_not_below_itself"
            ),
        ),
    ]
