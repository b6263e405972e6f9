"""Who was merged away speaks for both"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Who was merged away speaks for both"""
    op.add_column(
        "customer",
        sa.Column(
            "consent_by",
            sa.UUID(),
            nullable=True,
            comment="who was merged into them and spoke for both (OF-7)",
        ),
    )
    op.add_column(
        "customer", sa.Column("consent_source", sa.Text(), nullable=True, comment="and through which channel")
    )
    op.add_column(
        "customer",
        sa.Column("own_consent", sa.Boolean(), nullable=True, comment="what they had said themselves before"),
    )
