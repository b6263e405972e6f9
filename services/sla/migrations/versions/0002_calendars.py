"""Calendars, and promises that count in them"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


OFFICE = ["09:00-12:00", "13:30-18:00"]
MAKE_UP_DAYS = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
HOLIDAYS = {
    "2026-01-01": "元旦",
    "2026-01-02": "休息日（由 2026-01-04 调休）",
    "2026-02-16": "农历除夕",
    "2026-02-17": "春节",
    "2026-02-18": "春节",
    "2026-02-19": "春节",
    "2026-02-20": "休息日（由 2026-02-14 调休）",
    "2026-02-23": "休息日（由 2026-02-28 调休）",
    "2026-04-05": "清明节",
    "2026-04-06": "清明节（补假）",
    "2026-05-01": "劳动节",
    "2026-05-02": "劳动节",
    "2026-05-04": "劳动节（补假）",
    "2026-05-05": "休息日（由 2026-05-09 调休）",
    "2026-06-19": "端午节",
    "2026-09-25": "中秋节",
    "2026-10-01": "国庆节",
    "2026-10-02": "国庆节",
    "2026-10-03": "国庆节",
    "2026-10-05": "国庆节（补假）",
    "2026-10-06": "休息日（由 2026-09-20 调休）",
    "2026-10-07": "休息日（由 2026-10-10 调休）",
}
CN_DEFAULT = {
    "zone": "Asia/Shanghai",
    "week": {
        "mon": OFFICE,
        "tue": OFFICE,
        "wed": OFFICE,
        "thu": OFFICE,
        "fri": OFFICE,
        "sat": [],
        "sun": [],
    },
    "holidays": HOLIDAYS,
    "days": dict.fromkeys(MAKE_UP_DAYS, OFFICE),
    "published_through": "2026-12-31",
    "night_shifts": True,
}


def upgrade() -> None:
    """Calendars, and promises that count in them"""
    op.create_table(
        "calendar",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="APPROVED, or PROPOSED until somebody approves it"
        ),
        sa.Column("written", postgresql.JSONB(), nullable=False, comment="as it was put"),
        sa.Column(
            "document",
            postgresql.JSONB(),
            nullable=False,
            comment="as it counts, with the holidays of the one it refers to",
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
        comment="Every version of every calendar; of the approved ones the newest is in force.",
    )
    op.add_column(
        "promise",
        sa.Column(
            "calendar",
            sa.Text(),
            nullable=True,
            comment="in whose working time it counts; none: day and night",
        ),
    )
    op.add_column("promise", sa.Column("calendar_version", sa.Integer(), nullable=True))
    op.add_column(
        "promise",
        sa.Column(
            "begins_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="where counting begins, by the start rule",
        ),
    )
    op.add_column(
        "promise",
        sa.Column(
            "provisional",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="it runs into days whose holidays are not published",
        ),
    )
    op.add_column(
        "promise",
        sa.Column(
            "counted_by",
            postgresql.JSONB(),
            nullable=True,
            comment="seconds or working days, factor and start rule, to count it again",
        ),
    )
    op.create_index(
        "promise_in_calendar",
        "promise",
        ["calendar"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL AND calendar IS NOT NULL"),
    )
    op.execute(
        sa.text(
            "INSERT INTO calendar (name, version, state, written, document, saved_at)"
            " VALUES ('cn-default', 1, 'APPROVED', CAST(:document AS jsonb), CAST(:document AS jsonb), now())"
        ).bindparams(document=json.dumps(CN_DEFAULT, ensure_ascii=False))
    )
