import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('remedies', '0008_owed_is_by_a_policy'),
    ]

    operations = [
        migrations.AddField(
            model_name='grant',
            name='part_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='remedies.grant'),
        ),
    ]
