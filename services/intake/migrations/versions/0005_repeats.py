"""Repeats"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Repeats"""
    op.add_column("complaint", sa.Column("contact_count", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "complaint",
        sa.Column("repeat_rule", sa.Text(), nullable=True, comment="by which rule it names an earlier one"),
    )
    op.add_column(
        "complaint", sa.Column("finding", sa.Text(), nullable=True, comment="UPHELD, PARTLY or NOT_UPHELD")
    )
    op.add_column(
        "complaint",
        sa.Column(
            "repeat_reason", sa.Text(), nullable=True, comment="why it came again, as staff found (REP-6)"
        ),
    )
    op.add_column(
        "complaint",
        sa.Column("staff_account", sa.Text(), nullable=True, comment="what the accused member of staff says"),
    )
    op.drop_index(op.f("complaint_of_customer"), table_name="complaint")
    op.create_index("complaint_of_customer", "complaint", ["customer_id", "complaint_id"], unique=False)
