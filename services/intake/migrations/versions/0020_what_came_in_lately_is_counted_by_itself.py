"""What came in lately is counted by itself"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """What came in lately is counted by itself"""
    op.create_table(
        "heard",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, comment="the category path, or else the case type"),
        sa.Column("by_category", sa.Boolean(), nullable=False, comment="there is a category"),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("is_key", sa.Boolean(), nullable=False, comment="a key account's"),
        sa.Column(
            "spot",
            sa.SmallInteger(),
            sa.Computed("(hashtextextended(about || ' ' || area, 0) & 16383)::smallint", persisted=True),
            nullable=True,
            comment="one of a few thousand places for all pairs of about and area, so that most are ruled out cheaply",
        ),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="What came in lately, short and narrow, to be counted for incidents; what is old is removed.",
    )
    op.drop_index(op.f("complaint_in_area"), table_name="complaint", postgresql_where="(area IS NOT NULL)")
    op.execute(
        """
        INSERT INTO heard (complaint_id, received_at, about, by_category, area, is_key)
        SELECT complaint_id, received_at, coalesce(category, case_type), category IS NOT NULL, area, grade = 'K'
        FROM complaint WHERE received_at >= now() - interval '3 hours' ORDER BY complaint_id
        """
    )
