"""Whom we ask how it was, and which answers began a case."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0021_cause_improved'),
        ('conversation', '0007_mailboxes_let_in'),
        ('customers', '0004_chat_contacts'),
        ('measurement', '0001_heard'),
    ]

    operations = [
        migrations.CreateModel(
            name='Drawing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('seed', models.BigIntegerField()),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5)),
                ('drawn', models.PositiveIntegerField()),
                ('planned', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='LeftInPeace',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='customers.customer')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='score',
            name='began',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.CreateModel(
            name='Asking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField(default=False)),
                ('pulse_percent', models.DecimalField(decimal_places=2, max_digits=5)),
                ('pulse_scale', models.CharField(choices=[('csat', 'csat'), ('ces', 'ces'), ('nps', 'nps'), ('recovery', 'recovery')], max_length=10)),
                ('window_days', models.PositiveSmallIntegerField()),
                ('wait_days', models.PositiveSmallIntegerField()),
                ('holds_days', models.PositiveSmallIntegerField()),
                ('remind_days', models.PositiveSmallIntegerField()),
                ('seed', models.BigIntegerField()),
                ('cursor', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pulse_percent__range', (0, 100))), name='asking_percent_0_to_100'), models.CheckConstraint(condition=models.Q(('pulse_scale', 'recovery'), _negated=True), name='asking_pulse_one_question'), models.CheckConstraint(condition=models.Q(('remind_days__lt', models.F('holds_days'))), name='asking_reminds_while_open')],
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('pulse', 'pulse'), ('case', 'case'), ('imported', 'imported')], max_length=10)),
                ('scales', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None)),
                ('again', models.BooleanField(default=False)),
                ('reminds', models.BooleanField()),
                ('planned_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('skipped_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('dropped_because', models.CharField(blank=True, max_length=20)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('answers', models.JSONField(default=dict)),
                ('words', models.TextField(blank=True)),
                ('case', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('message', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversation.message')),
                ('reminder', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversation.message')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at', 'id'], name='survey_due'), models.Index(fields=['customer', 'asked_at'], name='survey_of_customer'), models.Index(condition=models.Q(('asked_at__isnull', False)), fields=['asked_at'], name='survey_by_asked')],
                'constraints': [models.UniqueConstraint(fields=('case',), name='survey_of_case_once'), models.UniqueConstraint(condition=models.Q(('digest', ''), _negated=True), fields=('digest',), name='survey_digest_once'), models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('occasion', 'pulse')), models.Q(('case__isnull', False), ('occasion', 'case')), _connector='OR'), name='survey_case_by_occasion'), models.CheckConstraint(condition=models.Q(models.Q(('asked_at__isnull', False), ('expires_at__isnull', False)), models.Q(('answered_at__isnull', True), ('asked_at__isnull', True), ('skipped_at__isnull', True)), _connector='OR'), name='survey_asked_before_answered'), models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('skipped_at__isnull', True), _connector='OR'), name='survey_answered_or_skipped'), models.CheckConstraint(condition=models.Q(('due_at__isnull', True), models.Q(('answered_at__isnull', True), ('dropped_at__isnull', True), ('skipped_at__isnull', True)), _connector='OR'), name='survey_due_while_open')],
            },
        ),
    ]
