"""Owner is written once"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Owner is written once"""
    op.execute(
        """
        CREATE FUNCTION owner_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the owner of complaint % is written once (FC-1)', OLD.complaint_id
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER owner_is_written_once
        BEFORE UPDATE OF complaint_id, owner_id, owner_name, department, owned_at, rule ON complaint
        FOR EACH ROW
        WHEN ((OLD.complaint_id, OLD.owner_id, OLD.owner_name, OLD.department, OLD.owned_at, OLD.rule)
            IS DISTINCT FROM (NEW.complaint_id, NEW.owner_id, NEW.owner_name, NEW.department, NEW.owned_at, NEW.rule))
        EXECUTE FUNCTION owner_is_written_once()
        """
    )
