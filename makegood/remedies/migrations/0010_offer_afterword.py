from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('remedies', '0009_together'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='afterword',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
    ]
