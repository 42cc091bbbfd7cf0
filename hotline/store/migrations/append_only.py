"""Triggers that keep the audit log: entries never change, and go only after 180 days."""

from __future__ import annotations

KEEP_DAYS = 180
REFUSAL = "the audit log is append-only"

SQLITE = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN OLD.at > datetime('now', '-{KEEP_DAYS} days') "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL = (
    f"""CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '{KEEP_DAYS} days' THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{REFUSAL}';
    END $$""",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keep()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()",
)
DROP_SQLITE = ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
DROP_POSTGRESQL = ("DROP TRIGGER audit_no_change ON audit", "DROP TRIGGER audit_no_truncate ON audit",
                   "DROP FUNCTION audit_keep()")
