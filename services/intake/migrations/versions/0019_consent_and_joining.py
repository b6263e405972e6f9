"""Consent across merges, and until when all have joined an incident"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Consent across merges, and until when all have joined an incident"""
    op.add_column(
        "customer_merge",
        sa.Column(
            "consent_set_aside",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="the one had agreed to offers, the other not (OF-7)",
        ),
    )
    op.create_index("customer_merge_into", "customer_merge", ["into_id"], unique=False)
    op.add_column(
        "incident",
        sa.Column(
            "joined_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when nobody was left to join it, while open",
        ),
    )
