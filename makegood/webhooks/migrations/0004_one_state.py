"""A message has one state."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0003_fill_waiting'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('failed_at', None), ('next_at', None)), models.Q(('failed_at', None), ('sent_at', None)), models.Q(('next_at', None), ('sent_at', None)), _connector='OR'), name='webhook_message_has_one_state'),
        ),
    ]
