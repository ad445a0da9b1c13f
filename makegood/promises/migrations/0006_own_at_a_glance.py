"""The index on what somebody has not kept yet answers by itself how much of it there is, in cases and outside."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0005_our_own'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='promise',
            name='promise_owner',
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('owner__isnull', False), ('state__in', ['open', 'at_risk', 'broken'])), fields=['owner', 'due_at'], include=('id', 'kind', 'state'), name='promise_owner'),
        ),
    ]
