"""Staff by API and presence"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Staff by API and presence"""
    op.create_table(
        "directory_entry",
        sa.Column("kind", sa.Text(), nullable=False, comment="department or staff"),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "revision",
            sa.BigInteger(),
            nullable=False,
            comment="counts changes of the directory; the last counts",
        ),
        sa.Column("entry", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "revision"),
        comment="Departments and staff as changed over the API, above those of the staff file; nothing is overwritten.",
    )
    op.create_index("directory_entry_by_revision", "directory_entry", ["revision"], unique=False)
    op.create_table(
        "presence",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=True, comment="as last reported, if ever"),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until when the report is believed",
        ),
        sa.Column(
            "rests_until", sa.DateTime(timezone=True), nullable=True, comment="after an abusive contact"
        ),
        sa.PrimaryKeyConstraint("staff_id"),
        comment="Who is at work, as reported, and who rests after an abusive contact.",
        postgresql_with={"fillfactor": 50},
    )
    op.add_column(
        "staff_load", sa.Column("day", sa.Date(), nullable=True, comment="the day of the two counts")
    )
    op.add_column(
        "staff_load",
        sa.Column(
            "customers", sa.Integer(), server_default="0", nullable=False, comment="complaints given that day"
        ),
    )
    op.add_column(
        "staff_load",
        sa.Column(
            "contacts", sa.Integer(), server_default="0", nullable=False, comment="times talked to that day"
        ),
    )
