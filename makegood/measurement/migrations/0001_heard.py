"""What customers answered and what they did."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0021_cause_improved'),
        ('customers', '0004_chat_contacts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Behaviour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('order', 'order'), ('renewal', 'renewal'), ('left', 'left'), ('left_involuntarily', 'left_involuntarily')], max_length=20)),
                ('at', models.DateTimeField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('source', models.CharField(max_length=60)),
                ('reference', models.CharField(max_length=200)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'at'], name='behaviour_of_customer'), models.Index(fields=['at'], name='behaviour_by_time')],
                'constraints': [models.UniqueConstraint(fields=('source', 'reference'), name='behaviour_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('currency', '')), models.Q(('amount__isnull', False), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='behaviour_amount_with_currency')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scale', models.CharField(choices=[('csat', 'csat'), ('ces', 'ces'), ('nps', 'nps'), ('recovery', 'recovery')], max_length=10)),
                ('value', models.DecimalField(decimal_places=2, max_digits=4)),
                ('occasion', models.CharField(choices=[('pulse', 'pulse'), ('case', 'case'), ('imported', 'imported')], max_length=10)),
                ('asked_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField()),
                ('source', models.CharField(max_length=60)),
                ('reference', models.CharField(max_length=200)),
                ('case', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'answered_at'], name='score_of_customer'), models.Index(fields=['answered_at'], name='score_by_time'), models.Index(condition=models.Q(('case__isnull', False)), fields=['case'], name='score_of_case')],
                'constraints': [models.UniqueConstraint(fields=('source', 'reference'), name='score_once'), models.CheckConstraint(condition=models.Q(models.Q(('scale', 'csat'), _negated=True), ('value__range', (1, 5)), _connector='OR'), name='score_csat_range'), models.CheckConstraint(condition=models.Q(models.Q(('scale', 'ces'), _negated=True), ('value__range', (1, 7)), _connector='OR'), name='score_ces_range'), models.CheckConstraint(condition=models.Q(models.Q(('scale', 'nps'), _negated=True), ('value__range', (0, 10)), _connector='OR'), name='score_nps_range'), models.CheckConstraint(condition=models.Q(models.Q(('scale', 'recovery'), _negated=True), ('value__range', (1, 5)), _connector='OR'), name='score_recovery_range')],
            },
        ),
    ]
