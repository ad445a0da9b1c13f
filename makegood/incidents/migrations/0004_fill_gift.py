"""What was given in the very instant in which somebody was told is what everybody was given."""

from django.db import migrations

FILL = """
UPDATE incidents_member m SET gift_id = g.id FROM remedies_grant g
WHERE m.gift_id IS NULL AND g.case_id = m.case_id AND g.made_at = m.told_at AND g.policy = '' AND g.playbook = ''
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_gift")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
