from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0021_cause_improved'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('outcome', 'will_not_forgive')), fields=['opened_at'], name='case_unforgiven'),
        ),
        migrations.AddIndex(
            model_name='failure',
            index=models.Index(condition=models.Q(('corrected_at__isnull', False)), fields=['case'], name='failure_corrected'),
        ),
    ]
