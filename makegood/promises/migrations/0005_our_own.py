"""An index on what people and cases promise and have not kept, by kind. What other systems tell is not in it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0004_index_trouble'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('reference__isnull', True), ('state__in', ['open', 'at_risk', 'broken'])), fields=['kind', 'due_at', 'id'], name='promise_of_our_own'),
        ),
    ]
