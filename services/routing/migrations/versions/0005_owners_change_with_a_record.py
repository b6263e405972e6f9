"""Owners change with a record"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Owners change with a record"""
    op.create_table(
        "owner_change",
        sa.Column("change_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="FC-9"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id"),
        comment="Why somebody else answers for a complaint. Without such a row the owner cannot be changed.",
    )
    op.create_index("owner_change_of_complaint", "owner_change", ["complaint_id", "change_id"], unique=False)
    op.add_column(
        "complaint",
        sa.Column(
            "accused_staff",
            sa.Text(),
            nullable=True,
            comment="whom it is about; neither owns nor handles it (FC-21)",
        ),
    )
    op.alter_column(
        "complaint",
        "owner_id",
        existing_type=sa.TEXT(),
        comment="written once (FC-1), except beside an owner_change (FC-9)",
        existing_comment="written once (FC-1)",
        existing_nullable=False,
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION owner_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.complaint_id = NEW.complaint_id AND EXISTS (
                SELECT FROM owner_change WHERE complaint_id = OLD.complaint_id AND from_id = OLD.owner_id
                    AND to_id = NEW.owner_id AND changed_at = now())
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the owner of complaint % is written once (FC-1), or changed with a record (FC-9)', OLD.complaint_id
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
