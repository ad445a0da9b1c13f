"""An index on promises in trouble only, in place of one on all that are not kept yet."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0003_reference_and_held'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='promise',
            name='promise_unkept',
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('state__in', ['at_risk', 'broken'])), fields=['state', 'breaks_at', 'id'], name='promise_trouble'),
        ),
    ]
