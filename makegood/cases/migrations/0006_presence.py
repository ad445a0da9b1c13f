"""Who is at which case just now: unlogged, as it is rewritten every few seconds and worth nothing after a crash."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_undone'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('pk', models.CompositePrimaryKey('case_id', 'staff_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('staff', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('writes', models.BooleanField(default=False)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            # Room on each page for the next version of a row: what is rewritten stays where it is.
            "ALTER TABLE cases_presence SET UNLOGGED; ALTER TABLE cases_presence SET (fillfactor = 50)",
            "ALTER TABLE cases_presence SET LOGGED; ALTER TABLE cases_presence RESET (fillfactor)",
        ),
    ]
