"""Understanding"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Understanding"""
    op.create_table(
        "category",
        sa.Column(
            "path", sa.Text(collation="C"), nullable=False, comment="names from the top, as 资费/多收费"
        ),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("case_type", sa.Text(), nullable=True),
        sa.Column("is_fault", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("path"),
        comment="The category tree; what is empty holds as in the category above.",
    )
    op.create_table(
        "category_tree",
        sa.Column("single", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts imports"),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("single"),
        comment="One row: which import of the category tree holds.",
    )
    op.add_column("complaint", sa.Column("kind", sa.Text(), server_default="COMPLAINT", nullable=False))
    op.add_column(
        "complaint", sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("complaint", sa.Column("risk_score", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column(
        "complaint",
        sa.Column("risk_reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "priority",
            sa.Numeric(precision=4, scale=1),
            nullable=True,
            comment="when it came in; empty if it came before there was one",
        ),
    )
    op.add_column("complaint", sa.Column("priority_class", sa.Text(), nullable=True))
    op.add_column(
        "complaint", sa.Column("serving_department", sa.Text(), nullable=True, comment="by its category")
    )
    op.add_column("complaint", sa.Column("is_fault", sa.Boolean(), nullable=True, comment="by its category"))
    op.add_column(
        "complaint", sa.Column("conflict_of_interest", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("complaint", sa.Column("accused_staff", sa.Text(), nullable=True))
    op.add_column(
        "complaint",
        sa.Column("passed_on_by", sa.Text(), nullable=True, comment="who sent it on to us (REP-9)"),
    )
    op.add_column("complaint", sa.Column("area", sa.Text(), nullable=True))
    op.add_column(
        "complaint",
        sa.Column(
            "demand", sa.Text(), nullable=True, comment="what the customer wants, apart from the story"
        ),
    )
    op.add_column("complaint", sa.Column("desired_remedy", sa.Text(), nullable=True))
    op.add_column(
        "complaint", sa.Column("motives", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column(
        "complaint",
        sa.Column(
            "on_behalf_of",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="for whom somebody else complains",
        ),
    )
