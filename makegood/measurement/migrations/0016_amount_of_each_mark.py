import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('measurement', '0015_report_looks'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='counted',
            name='amount',
        ),
        migrations.AddField(
            model_name='counted',
            name='amounts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=16), null=True, size=None),
        ),
        migrations.AddIndex(
            model_name='behaviour',
            index=models.Index(condition=models.Q(('deed', 'left')), fields=['at'], name='behaviour_left'),
        ),
    ]
