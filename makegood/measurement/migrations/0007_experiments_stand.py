"""The database itself refuses to change what was registered, who is in which arm, and what has ended."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION measurement_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An experiment stands as it was registered: register another.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION measurement_arm_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM measurement_experiment WHERE id = NEW.experiment_id) <> 'registered' THEN
        RAISE EXCEPTION 'An experiment that was started gets no more arms.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER experiment_stands BEFORE UPDATE ON measurement_experiment FOR EACH ROW
    WHEN (OLD.state IN ('ended', 'dropped') OR (
        OLD.name, OLD.why, OLD.varies, OLD.failures, OLD.kinds, OLD.severity_from, OLD.severity_to, OLD.measured,
        OLD.horizon_days, OLD.expected, OLD.effect, OLD.reading, OLD.needed, OLD.until, OLD.salt, OLD.registered_at,
        OLD.registered_by_id
    ) IS DISTINCT FROM (
        NEW.name, NEW.why, NEW.varies, NEW.failures, NEW.kinds, NEW.severity_from, NEW.severity_to, NEW.measured,
        NEW.horizon_days, NEW.expected, NEW.effect, NEW.reading, NEW.needed, NEW.until, NEW.salt, NEW.registered_at,
        NEW.registered_by_id
    ) OR OLD.started_at IS NOT NULL AND OLD.started_at IS DISTINCT FROM NEW.started_at)
    EXECUTE FUNCTION measurement_refuse();
CREATE TRIGGER experiment_stays BEFORE DELETE ON measurement_experiment
    FOR EACH ROW EXECUTE FUNCTION measurement_refuse();
CREATE TRIGGER arm_stands BEFORE UPDATE OR DELETE ON measurement_arm
    FOR EACH ROW EXECUTE FUNCTION measurement_refuse();
CREATE TRIGGER arm_in_time BEFORE INSERT ON measurement_arm
    FOR EACH ROW EXECUTE FUNCTION measurement_arm_in_time();
CREATE TRIGGER assigned_stands BEFORE UPDATE OR DELETE ON measurement_assigned
    FOR EACH ROW EXECUTE FUNCTION measurement_refuse();
CREATE TRIGGER heeded_stands BEFORE UPDATE OR DELETE ON measurement_heeded
    FOR EACH ROW EXECUTE FUNCTION measurement_refuse();
"""

BACKWARD = """
DROP TRIGGER experiment_stands ON measurement_experiment;
DROP TRIGGER experiment_stays ON measurement_experiment;
DROP TRIGGER arm_stands ON measurement_arm;
DROP TRIGGER arm_in_time ON measurement_arm;
DROP TRIGGER assigned_stands ON measurement_assigned;
DROP TRIGGER heeded_stands ON measurement_heeded;
DROP FUNCTION measurement_arm_in_time();
DROP FUNCTION measurement_refuse();
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("measurement", "0006_experiments")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
