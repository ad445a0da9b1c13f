"""Cases are numbered from SR-1001: a number with four digits is read out more surely than one with one."""

from django.db import migrations


class Migration(migrations.Migration):
    """Moves the start of the sequence."""

    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE cases_case ALTER COLUMN id RESTART WITH 1001",
            "ALTER TABLE cases_case ALTER COLUMN id RESTART WITH 1",
        )
    ]
