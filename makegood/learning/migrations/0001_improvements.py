"""Improvements."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0021_cause_improved'),
        ('promises', '0007_due_of_whom'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Improvement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('change', models.CharField(max_length=300)),
                ('less_by', models.PositiveSmallIntegerField()),
                ('exposure', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('planned', 'planned'), ('live', 'live'), ('held', 'held'), ('came_back', 'came_back'), ('dropped', 'dropped')], default='planned', max_length=10)),
                ('why', models.CharField(blank=True, choices=[('fewer', 'fewer'), ('too_early', 'too_early'), ('chance', 'chance'), ('unsolved', 'unsolved'), ('season', 'season'), ('as_before', 'as_before')], max_length=10)),
                ('looks', models.PositiveSmallIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('live_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('counted', models.JSONField(default=dict)),
                ('next_count_at', models.DateTimeField(null=True)),
                ('cause', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.cause')),
                ('kind', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promises.kind')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('promise', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promises.promise')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_count_at__isnull', False)), fields=['next_count_at'], name='improvement_count')],
                'constraints': [models.CheckConstraint(condition=models.Q(('less_by__range', (1, 100))), name='improvement_less_by_1_to_100'), models.CheckConstraint(condition=models.Q(('exposure__gte', 1)), name='improvement_exposure'), models.CheckConstraint(condition=models.Q(models.Q(('live_at__isnull', True), ('state', 'planned')), models.Q(('live_at__isnull', False), ('state__in', ['live', 'held', 'came_back'])), models.Q(('ended_at__isnull', False), ('state', 'dropped')), _connector='OR'), name='improvement_live_fits_state')],
            },
        ),
    ]
