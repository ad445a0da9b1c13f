"""Private links, and how often they were tried: the latter unlogged, as it is rewritten and worth nothing after a crash."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0007_commitment_sought'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('who', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('since', models.DateTimeField(db_index=True)),
                ('tries', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=120)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.RunSQL("ALTER TABLE links_attempt SET UNLOGGED", "ALTER TABLE links_attempt SET LOGGED"),
    ]
