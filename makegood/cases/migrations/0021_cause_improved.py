"""Since when a change about a cause is live and has not failed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_causes_held'),
    ]

    operations = [
        migrations.AddField(
            model_name='cause',
            name='improved_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
