"""Clocks of regulators"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Clocks of regulators"""
    op.add_column(
        "promise",
        sa.Column(
            "clock",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="which of a regulator's clocks it is",
        ),
    )
    op.drop_constraint(op.f("promise_complaint_id_kind_round_key"), "promise", type_="unique")
    op.create_unique_constraint(None, "promise", ["complaint_id", "kind", "round", "clock"])
