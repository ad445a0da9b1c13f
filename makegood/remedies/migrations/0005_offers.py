"""Offers: several remedies of which the customer chooses one until a time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_commitment_sought'),
        ('promises', '0004_index_trouble'),
        ('remedies', '0004_plans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(blank=True)),
                ('silence', models.CharField(choices=[('first', 'first'), ('in_touch', 'in_touch')], max_length=8)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('open', 'open'), ('settled', 'settled'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=9)),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('chosen_at', models.DateTimeField(null=True)),
                ('else_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='grant',
            name='grant_given_is_whole',
        ),
        migrations.AlterField(
            model_name='grant',
            name='state',
            field=models.CharField(choices=[('offered', 'Offered'), ('asked', 'Asked'), ('given', 'Given'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], max_length=9),
        ),
        migrations.AddField(
            model_name='offer',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='offer',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='offer',
            name='chosen',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='remedies.grant'),
        ),
        migrations.AddField(
            model_name='offer',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='offer',
            name='grant',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='remedies.grant'),
        ),
        migrations.AddField(
            model_name='offer',
            name='promise',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promises.promise'),
        ),
        migrations.AddField(
            model_name='grant',
            name='offer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='options', to='remedies.offer'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', False), ('given_at__isnull', False), ('promise__isnull', False), ('state__in', ["given", "withdrawn"])), models.Q(('approval__isnull', False), ('decided_by__isnull', True), ('given_at__isnull', True), ('promise__isnull', True), ('state__in', ["asked", "refused"])), models.Q(('decided_by__isnull', True), ('given_at__isnull', True), ('offer__isnull', False), ('promise__isnull', True), ('state', "offered")), _connector='OR'), name='grant_given_is_whole'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['until'], name='offer_ends'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['decided_by'], name='offer_holds'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ["asked", "open"])), fields=('case',), name='offer_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('opened_at', None), ('state__in', ["asked", "refused"])), models.Q(models.Q(('state__in', ["asked", "refused"]), _negated=True), ('decided_by__isnull', False), ('opened_at__isnull', False)), _connector='OR'), name='offer_open_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('chosen', None), ('grant', None)), models.Q(('chosen__isnull', False), ('grant__isnull', False)), _connector='OR'), name='offer_chosen_is_given'),
        ),
    ]
