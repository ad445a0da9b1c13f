from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_wrote'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('verb__in', ['case.message_failed', 'case.message_unsure', 'case.message_bounced'])), fields=['case_id'], name='journal_astray'),
        ),
    ]
