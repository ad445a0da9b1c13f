from django.db import migrations

FILL = """
INSERT INTO learning_digest (staff_id, wanted, next_at, told)
SELECT DISTINCT owner_id, true, now(), '[]'::jsonb FROM learning_improvement WHERE state <> 'dropped'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("learning", "0006_letters")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
