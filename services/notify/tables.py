"""The tables of notify: what it knows of each complaint, and every message with what became of it."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from shared.runtime.tables import add_service_tables

metadata = MetaData()
add_service_tables(metadata)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("receipt_number", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("reply_channel", Text),
    Column("reply_to", Text, comment="the customer's address, sealed"),
    Column("address_hint", Text),
    Column("owner_id", Text),
    Column("owner_name", Text),
    Column("lead_id", Text),
    Column("staff_channel", Text),
    Column("owner_reply_to", Text, comment="sealed"),
    Column("lead_reply_to", Text, comment="sealed"),
    Column("solve_due_at", DateTime(timezone=True)),
    Column("stage", Text, nullable=False, server_default="OPEN", comment="OPEN, RESOLVED or CLOSED"),
    Column("round", SmallInteger, nullable=False, server_default="1"),
    Column("manager_id", Text, comment="who leads the department that works on it for another"),
    Column("manager_channel", Text),
    Column("manager_reply_to", Text, comment="sealed"),
    Column("coordinator_id", Text),
    Column("coordinator_channel", Text),
    Column("coordinator_reply_to", Text, comment="sealed"),
    Column("past", Text, comment="what earlier complaints ask for; none for a first one"),
    Column("zone", Text, comment="in which the customer reads times, where that is known (CAL-3)"),
    comment="Whom to tell about a complaint, and what is known of it.",
    postgresql_with={"fillfactor": 70},
)

incident = Table(
    "incident",
    metadata,
    Column("incident_id", UUID(as_uuid=True), primary_key=True),
    Column("was_none", Boolean, nullable=False, server_default="false", comment="it ended, and was none"),
    Column(
        "ended", Boolean, nullable=False, server_default="false", comment="nothing is due about it any more"
    ),
    comment="Incidents whose customers are told of them, and desks of what is due about them.",
)

incident_child = Table(
    "incident_child",
    metadata,
    Column("incident_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Index("incident_child_complaint", "complaint_id"),
    comment="Complaints that joined an incident.",
)

intent = Table(
    "intent",
    metadata,
    Column("intent_id", UUID(as_uuid=True), primary_key=True),
    Column(
        "complaint_id",
        UUID(as_uuid=True),
        nullable=False,
        comment="what it is about: a complaint, or an incident where the kind tells of one",
    ),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column(
        "told_of", Text, nullable=False, comment="the owner, promise or round it tells of: told once each"
    ),
    Column("round", SmallInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text),
    Column("address_hint", Text),
    Column("reply_to", Text, comment="sealed"),
    Column("link", Text, comment="path of the link in the text, sealed"),
    Column("text", Text, nullable=False, comment="what it says; {link} stands for the link"),
    Column("template_version", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("state", Text, nullable=False, comment="PENDING, SENDING, SENT, UNKNOWN, SKIPPED or FAILED"),
    Column("reason", Text, comment="why it was skipped, failed or not taken"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("claimed_until", DateTime(timezone=True)),
    Column("provider", Text),
    Column("provider_id", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_at", DateTime(timezone=True), comment="when it was sent, unknown, skipped or failed"),
    UniqueConstraint("complaint_id", "kind", "role", "told_of"),
    Index("intent_pending", "not_before", postgresql_where=text("state = 'PENDING'")),
    Index("intent_sending", "claimed_until", postgresql_where=text("state = 'SENDING'")),
    comment="One message to one person about one thing; its id is the provider's idempotency key.",
)
