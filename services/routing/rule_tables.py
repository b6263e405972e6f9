"""Tables of the rules by the people who run it, and of what they said."""

from sqlalchemy import Column, DateTime, Float, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID


def add_rule_tables(metadata: MetaData) -> None:
    """Add the tables of the rules by the people who run it."""
    Table(
        "rule_list",
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column(
            "rules",
            JSONB,
            nullable=False,
            comment="[{id, name, condition, action, enabled}, …] in their order",
        ),
        Column("note", Text),
        Column("saved_by", Text, nullable=False),
        Column("saved_at", DateTime(timezone=True), nullable=False),
        comment="Every version of the rules by the people who run it; none is ever changed.",
    )
    Table(
        "rule_activation",
        metadata,
        Column("revision", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, comment="none: no rule applies"),
        Column("activated_by", Text, nullable=False),
        Column("activated_at", DateTime(timezone=True), nullable=False),
        comment="Which version of the rules decides; the last one counts.",
    )
    Table(
        "rule_decision",
        metadata,
        Column("complaint_id", UUID(as_uuid=True), primary_key=True),
        Column("facts", JSONB, nullable=False, comment="the fields that rules may ask, as they were then"),
        Column("version", Integer, comment="of the rules that decided; none where there were none"),
        Column("rule", Text, comment="which one applied, if any"),
        Column("desk", Text, comment="of key accounts, where it went there by policy"),
        comment="What the rules by the people who run it said of each complaint, and on which facts.",
    )
    Table(
        "reweighing",
        metadata,
        Column("reweighing_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("raised_by", Text, nullable=False, comment="GRADE, INCIDENT or CONTACT"),
        Column("severity_was", Text, nullable=False),
        Column("severity", Text, nullable=False),
        Column("grade_was", Text, nullable=False),
        Column("grade", Text, nullable=False),
        Column("priority", Float, nullable=False, comment="of its first moment, as it is told now"),
        Column("weight", Float, nullable=False, comment="with the points of rules and urgency"),
        Column("rules_version", Integer, comment="of the rules that decided; none where there were none"),
        Column("rule", Text, comment="which one applied, if any"),
        Column("desk", Text, comment="of key accounts, where it went there by policy"),
        Column("handler_was", Text, nullable=False),
        Column("handler_id", Text, nullable=False),
        Column("policy_version", Text, nullable=False),
        Column("weighed_at", DateTime(timezone=True), nullable=False),
        Index("reweighing_of_complaint", "complaint_id", "reweighing_id"),
        comment="What made complaints more severe after they were heard of, and where they went then.",
    )
