"""Whose the promises of a day are is told by the index: the day line of one person reads no row of the others."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0006_own_at_a_glance'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='promise',
            name='promise_due',
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['due_at', 'id', 'owner'], name='promise_due'),
        ),
    ]
