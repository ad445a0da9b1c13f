"""What a signal touches: the kinds and the causes that a good part of its failures is of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learning", "0007_fill_digest")]

    operations = [
        migrations.AddField("candidate", "kinds", models.JSONField(db_default=[], default=list)),
        migrations.AddField("candidate", "causes", models.JSONField(db_default=[], default=list)),
    ]
