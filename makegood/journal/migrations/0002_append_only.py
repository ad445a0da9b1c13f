"""The database itself refuses to change or delete what was recorded."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only: record what is true now as a new entry.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""

BACKWARD = """
DROP TRIGGER journal_append_only ON journal_entry;
DROP TRIGGER journal_no_truncate ON journal_entry;
DROP FUNCTION journal_refuse();
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
