import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_owed"), ("remedies", "0008_owed_is_by_a_policy")]

    operations = [
        migrations.AddField(
            "member",
            "gift",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="remedies.grant",
            ),
        ),
    ]
