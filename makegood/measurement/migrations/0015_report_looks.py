"""Looks at a report that may be read at any time; and the database refuses to change what was registered or seen."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION measurement_report_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A report stands as it was registered, and every look at it is kept: register another.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER report_stands BEFORE UPDATE ON measurement_report FOR EACH ROW
    WHEN ((OLD.plan, OLD.since, OLD.before, OLD.opens_at, OLD.registered_at, OLD.registered_by_id) IS DISTINCT FROM
          (NEW.plan, NEW.since, NEW.before, NEW.opens_at, NEW.registered_at, NEW.registered_by_id)
          OR OLD.found_at IS NOT NULL AND (OLD.found_at, OLD.found) IS DISTINCT FROM (NEW.found_at, NEW.found))
    EXECUTE FUNCTION measurement_report_refuse();
CREATE TRIGGER report_look_stands BEFORE UPDATE ON measurement_reportlook FOR EACH ROW
    WHEN (OLD.found_at IS NOT NULL
          OR (OLD.report_id, OLD.number, OLD.asked_by_id, OLD.asked_at, OLD.before) IS DISTINCT FROM
             (NEW.report_id, NEW.number, NEW.asked_by_id, NEW.asked_at, NEW.before))
    EXECUTE FUNCTION measurement_report_refuse();
CREATE TRIGGER report_look_stays BEFORE DELETE ON measurement_reportlook
    FOR EACH ROW EXECUTE FUNCTION measurement_report_refuse();
"""

BACKWARD = """
DROP TRIGGER report_stands ON measurement_report;
DROP TRIGGER report_look_stands ON measurement_reportlook;
DROP TRIGGER report_look_stays ON measurement_reportlook;
DROP FUNCTION measurement_report_refuse();
"""


class Migration(migrations.Migration):
    """Adds the table of looks and the triggers."""

    dependencies = [("measurement", "0014_report_progress_and_files"), ("people", "__first__")]

    operations = [
        migrations.CreateModel(
            name="ReportLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("before", models.DateField()),
                ("found_at", models.DateTimeField(null=True)),
                ("seen", models.JSONField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="people.staff",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="measurement.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("report", "number"), name="report_look_once"),
                    models.UniqueConstraint(fields=("report", "before"), name="report_look_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("found_at__isnull", True), ("seen__isnull", True)
                        ) | models.Q(("found_at__isnull", False), ("seen__isnull", False)),
                        name="report_look_is_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
