from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.AddField("incident", "owed", models.JSONField(default=list)),
        migrations.AddField("incident", "reckoned_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("incident", "next_reckon_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "incident",
            models.Index(
                condition=models.Q(("next_reckon_at__isnull", False)), fields=["next_reckon_at"], name="incident_reckon"
            ),
        ),
    ]
