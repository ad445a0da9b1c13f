"""Everything is counted anew at the counter's next turn, with what was given by cause and for what: no time zone is
called so."""

from django.db import migrations

COUNT_ANEW = "UPDATE measurement_counting SET time_zone = 'none yet' WHERE time_zone <> ''"


class Migration(migrations.Migration):

    dependencies = [
        ('measurement', '0016_amount_of_each_mark'),
    ]

    operations = [
        migrations.RunSQL(COUNT_ANEW, migrations.RunSQL.noop),
    ]
