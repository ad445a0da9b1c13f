"""All that a day line counts stands in an index: of three thousand promises due in a day no row is read."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0007_due_of_whom'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='promise',
            name='promise_due',
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['due_at', 'id', 'owner'], include=['kind', 'state'], name='promise_due'),
        ),
    ]
