"""The one row that says up to where the journal is counted: from its start on."""

from django.db import migrations

PLACE = """
INSERT INTO measurement_counting (cursor, time_zone, scores_to, scores_next, scores_xid) VALUES ('0-0', '', 0, 0, 0)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('measurement', '0004_daily_figures'),
    ]

    operations = [
        migrations.RunSQL(PLACE, "DELETE FROM measurement_counting"),
    ]
