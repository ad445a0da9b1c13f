"""What was taken back stays, marked, and counts for nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_desk_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='commitment',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='satisfactioncheck',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='stepdone',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RemoveConstraint(
            model_name='satisfactioncheck',
            name='check_one_awaited',
        ),
        migrations.AddConstraint(
            model_name='satisfactioncheck',
            constraint=models.UniqueConstraint(condition=models.Q(('answer', ''), ('undone_at__isnull', True)), fields=('case',), name='check_one_awaited'),
        ),
    ]
