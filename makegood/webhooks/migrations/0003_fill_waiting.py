"""What was refused last and is tried again now waits as a message; until now its system waited instead."""

from django.db import migrations

_WAITS = """
UPDATE webhooks_delivery d
SET next_at = coalesce(e.next_at, d.tried_at), first_at = d.tried_at
FROM webhooks_endpoint e
WHERE e.id = d.endpoint_id AND d.entry_id IS NOT NULL AND d.sent_at IS NULL
"""
_FAILS = "UPDATE webhooks_endpoint SET failing_since = problem_at, attempts = 1, next_at = NULL WHERE attempts > 0"


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0002_one_by_one'),
    ]

    operations = [
        migrations.RunSQL(_WAITS, migrations.RunSQL.noop),
        migrations.RunSQL(_FAILS, migrations.RunSQL.noop),
    ]
