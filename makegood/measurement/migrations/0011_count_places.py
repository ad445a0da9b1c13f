"""Everything is counted anew at the counter's next turn, with its places: no time zone is called so."""

from django.db import migrations

COUNT_ANEW = "UPDATE measurement_counting SET time_zone = 'none yet' WHERE time_zone <> ''"


class Migration(migrations.Migration):

    dependencies = [
        ('measurement', '0010_figures_of_places'),
    ]

    operations = [
        migrations.RunSQL(COUNT_ANEW, migrations.RunSQL.noop),
    ]
