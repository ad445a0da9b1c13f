"""What a cause says beside its name, and why after why of a case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns."""

    dependencies = [("cases", "0017_desk_in_order")]
    operations = [
        migrations.AlterModelOptions(name="cause", options={"ordering": ["position", "name"]}),
        migrations.AddField(
            model_name="case",
            name="whys",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="cause",
            name="controllability",
            field=models.CharField(
                blank=True,
                choices=[("ours", "Ours"), ("partly", "Partly"), ("outside", "Outside")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="cause",
            name="function",
            field=models.CharField(blank=True, db_default="", max_length=80),
        ),
        migrations.AddField(
            model_name="cause",
            name="position",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="cause",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="cause",
            name="stability",
            field=models.CharField(
                blank=True,
                choices=[("one_off", "One off"), ("lasting", "Lasting")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("cause__isnull", False)), fields=["kind", "id"], name="case_learned"
            ),
        ),
    ]
