"""When staff said that they had given a link to the customer, and how."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('links', '0001_links'),
    ]

    operations = [
        migrations.AddField(
            model_name='link',
            name='given_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='link',
            name='given_by',
            field=models.CharField(blank=True, max_length=10),
        ),
    ]
