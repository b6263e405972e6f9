"""The tables of incidents: what came in lately, incidents, and the complaints that belong to them."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID


def add_incident_tables(metadata: MetaData) -> None:
    """Add them to what intake keeps."""
    Table(
        "incident",
        metadata,
        Column("incident_id", UUID(as_uuid=True), primary_key=True),
        Column("about", Text, nullable=False, comment="a category path, or a case type"),
        Column("area", Text, nullable=False),
        Column("state", Text, nullable=False, comment="PROPOSED, OPEN, RESOLVED or DISMISSED"),
        Column("severity", Text, nullable=False),
        Column("complaints", Integer, nullable=False, comment="how many there were when it was found"),
        Column(
            "by", Text, nullable=False, comment="who set the state; REP-8 if the number of complaints did"
        ),
        Column("found_at", DateTime(timezone=True), nullable=False),
        Column("opened_at", DateTime(timezone=True)),
        Column("ended_at", DateTime(timezone=True)),
        Column("policy_version", Text, comment="by which it was judged; none where a person did"),
        Column(
            "joined_until", DateTime(timezone=True), comment="when nobody was left to join it, while open"
        ),
        Index(
            "incident_once",
            "about",
            "area",
            unique=True,
            postgresql_where=text("state IN ('PROPOSED', 'OPEN')"),
        ),
        comment="Many complaints about the same in one area.",
    )
    Table(
        "incident_child",
        metadata,
        Column("complaint_id", UUID(as_uuid=True), primary_key=True),
        Column("incident_id", UUID(as_uuid=True), nullable=False),
        Column("joined_at", DateTime(timezone=True), nullable=False),
        Column("policy_version", Text, comment="none for those from before it was kept"),
        Index("incident_child_of", "incident_id"),
        comment="Complaints that belong to an incident.",
    )
    Table(
        "heard",
        metadata,
        Column("complaint_id", UUID(as_uuid=True), primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False),
        Column("about", Text, nullable=False, comment="the category path, or else the case type"),
        Column("by_category", Boolean, nullable=False, comment="there is a category"),
        Column("area", Text),
        Column("is_key", Boolean, nullable=False, comment="a key account's"),
        Column(
            "spot",
            SmallInteger,
            Computed("(hashtextextended(about || ' ' || area, 0) & 16383)::smallint", persisted=True),
            comment="one of a few thousand places for all pairs of about and area, so that most are ruled out cheaply",
        ),
        comment="What came in lately, short and narrow, to be counted for incidents; what is old is removed.",
    )
