"""Whoever was tried three times in a row was unreachable: the last of these tries says so itself from now on."""

from django.db import migrations

FILL = """
UPDATE cases_satisfactioncheck s SET answer = 'unreachable'
FROM cases_case c
WHERE c.id = s.case_id AND s.answer = 'not_reached' AND s.undone_at IS NULL
  AND (c.reopened_at IS NULL OR s.asked_at >= c.reopened_at)
  AND (SELECT count(*) FILTER (WHERE answer = 'not_reached') FROM (
        SELECT answer FROM cases_satisfactioncheck
        WHERE case_id = s.case_id AND undone_at IS NULL AND answer <> '' AND (asked_at, id) <= (s.asked_at, s.id)
          AND (c.reopened_at IS NULL OR asked_at >= c.reopened_at)
        ORDER BY asked_at DESC, id DESC LIMIT 3) latest) = 3
"""
BACK = "UPDATE cases_satisfactioncheck SET answer = 'not_reached' WHERE answer = 'unreachable'"


class Migration(migrations.Migration):
    """Fills what earlier tries came to."""

    dependencies = [("cases", "0012_follow_ups")]
    operations = [migrations.RunSQL(FILL, BACK)]
