"""The index of the desk in the desk's own order: the gravest are read first, and no more than are shown."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_own_commitments'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='case_desk',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('light', False)), fields=['owner', '-severity', 'opened_at', 'id'], name='case_desk'),
        ),
    ]
