"""One's own commitments are found among one's own promises: no purpose needs an index of its own."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0015_needs'),
        ('promises', '0006_own_at_a_glance'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='commitment',
            name='commitment_sought',
        ),
        migrations.RemoveIndex(
            model_name='commitment',
            name='commitment_personal',
        ),
    ]
