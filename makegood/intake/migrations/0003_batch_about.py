"""What a batch is about: promises, scores or behaviour."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0002_uploads'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='about',
            field=models.CharField(db_default='promises', default='promises', max_length=10),
        ),
    ]
