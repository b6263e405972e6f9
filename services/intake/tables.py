"""The tables of intake: contacts as they came, customers, complaints with status, promises and history."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.runtime.idempotency_store import add_idempotency_table
from shared.runtime.tables import add_service_tables

from .customer_tables import add_customer_tables
from .door_tables import add_attachment_table, add_call_tables, add_customer_call_table, add_message_tables
from .incident_tables import add_incident_tables

metadata = MetaData()
add_service_tables(metadata)
add_idempotency_table(metadata)
add_message_tables(metadata)
add_call_tables(metadata)
add_attachment_table(metadata)
add_customer_call_table(metadata)
add_customer_tables(metadata)
add_incident_tables(metadata)

contact = Table(
    "contact",
    metadata,
    Column("contact_id", UUID(as_uuid=True), primary_key=True),
    Column("serial", BigInteger, Identity(), nullable=False, comment="becomes the receipt number"),
    Column("channel", Text, nullable=False),
    Column("provider", Text, nullable=False, comment="account at the provider, or empty"),
    Column("contact_key", Text(collation="C"), nullable=False, comment="the provider's id of this contact"),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("text", Text, nullable=False, comment="what was said; it never leaves this database"),
    Column("origin", Text, comment="the number or name it came from, as given"),
    Column("origin_e164", Text, comment="the same as +<country><number>, where it is such a number"),
    Column("origin_kind", Text, comment="mobile, fixed, toll_free, short_code, alphanumeric or withheld"),
    Column("sent_to", Text, comment="our number to which an SMS was sent"),
    Column("started_at", DateTime(timezone=True), comment="when the call began"),
    UniqueConstraint("channel", "provider", "contact_key", name="contact_once"),
    Index("contact_of_complaint", "complaint_id"),
    comment="What came in, once per key (REP-2).",
)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column(
        "first_contact_id",
        UUID(as_uuid=True),
        ForeignKey("contact.contact_id"),
        nullable=False,
        comment="no complaint without a contact",
    ),
    Column("receipt_number", Text(collation="C"), nullable=False, unique=True),
    Column("tracking_code", Text(collation="C"), nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("grade", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("severity_rule", Text, nullable=False),
    Column("case_type", Text, nullable=False),
    Column("category", Text),
    Column("language", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", Text),
    Column("repeat_of", UUID(as_uuid=True)),
    Column("repeat_index", Integer, nullable=False),
    Column("abusive", Boolean, nullable=False),
    Column("amount_in_dispute", Numeric(12, 2)),
    Column("policy_version", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="RECEIVED"),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("owner_id", Text),
    Column("owner_name", Text),
    Column("department", Text),
    Column("handler_name", Text),
    Column("round", Integer, nullable=False, server_default="1", comment="counts resolutions"),
    Column("resolved_at", DateTime(timezone=True), comment="empty while it is open or open again"),
    Column("closed_at", DateTime(timezone=True)),
    Column("escalation_level", Text, comment="the highest rung of the ladder reached"),
    Column("satisfied", Boolean, comment="what the last answer said"),
    Column("score", SmallInteger),
    Column("offer_decision", Text, comment="PROPOSED or WITHHELD"),
    Column("kind", Text, nullable=False, server_default="COMPLAINT"),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("risk_score", SmallInteger, nullable=False, server_default="0"),
    Column("risk_reasons", ARRAY(Text), nullable=False, server_default="{}"),
    Column("priority", Numeric(4, 1), comment="when it came in; empty if it came before there was one"),
    Column("priority_class", Text),
    Column("serving_department", Text, comment="by its category"),
    Column("is_fault", Boolean, comment="by its category"),
    Column("conflict_of_interest", Boolean, nullable=False, server_default="false"),
    Column("accused_staff", Text),
    Column("passed_on_by", Text, comment="who sent it on to us (REP-9)"),
    Column("area", Text),
    Column("demand", Text, comment="what the customer wants, apart from the story"),
    Column("desired_remedy", Text),
    Column("motives", ARRAY(Text), nullable=False, server_default="{}"),
    Column("on_behalf_of", JSONB, comment="for whom somebody else complains"),
    Column("contact_count", Integer, nullable=False, server_default="1"),
    Column("repeat_rule", Text, comment="by which rule it names an earlier one"),
    Column("came_by", Text, comment="PHONE, BRANCH, LETTER or FAX, where staff entered it"),
    Column("tells_of_trouble", Boolean, comment="whether its words say that something went wrong"),
    Column("finding", Text, comment="UPHELD, PARTLY or NOT_UPHELD"),
    Column("repeat_reason", Text, comment="why it came again, as staff found (REP-6)"),
    Column("staff_account", Text, comment="what the accused member of staff says"),
    Column(
        "charge_frozen",
        Boolean,
        nullable=False,
        server_default="false",
        comment="a charge is disputed (REM-9)",
    ),
    Column("urgency", Text, comment="URGENT or EXTRA_URGENT, as staff set it"),
    Column("next_news_at", DateTime(timezone=True), comment="until when an urgent customer hears again"),
    Column("waits_for", Text, comment="why it waits, while it does (PAU-1)"),
    Column("waits_until", DateTime(timezone=True)),
    Column("rejection_reason", Text, comment="why it ended as not justified (FC-12, FC-22)"),
    Column("appeal_until", DateTime(timezone=True), comment="how long the customer may appeal a rejection"),
    Index("complaint_of_customer", "customer_id", "complaint_id"),
    Index("complaint_open", "status", "complaint_id", postgresql_where=text("status <> 'CLOSED'")),
    comment="One row per complaint, with the status that the other services' events give it.",
    postgresql_with={"fillfactor": 60},
)

duty = Table(
    "duty",
    metadata,
    Column("duty_id", UUID(as_uuid=True), primary_key=True, comment="and its timer's"),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("duty", Text, nullable=False, comment="IDENTIFY_CUSTOMER or FREEZE_SERVICE"),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("overdue_at", DateTime(timezone=True), comment="when it was told that it was not done in time"),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Text),
    Column("outcome", Text, comment="IDENTIFIED, NOT_A_CUSTOMER, FROZEN or NOT_NEEDED"),
    Column("policy_version", Text, nullable=False),
    UniqueConstraint("complaint_id", "duty", name="duty_once"),
    Index("duty_open", "duty_id", postgresql_where=text("done_at IS NULL")),
    comment="What is to be done within its time besides solving a complaint.",
)

promise = Table(
    "promise",
    metadata,
    Column("promise_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, comment="MADE, AT_RISK, BROKEN, KEPT or KEPT_LATE"),
    Column("paused", Boolean, nullable=False, server_default="false", comment="it does not count now"),
    Column("was_due_at", DateTime(timezone=True), comment="when it was due before its time moved last"),
    Index("promise_of_complaint", "complaint_id"),
    comment="What sla has promised about a complaint.",
    postgresql_with={"fillfactor": 60},
)

category = Table(
    "category",
    metadata,
    Column("path", Text(collation="C"), primary_key=True, comment="names from the top, as 资费/多收费"),
    Column("department", Text),
    Column("case_type", Text),
    Column("is_fault", Boolean),
    comment="The category tree; what is empty holds as in the category above.",
)

category_tree = Table(
    "category_tree",
    metadata,
    Column("single", Boolean, primary_key=True, server_default="true"),
    Column("version", Integer, nullable=False, comment="counts imports"),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    comment="One row: which import of the category tree holds.",
)

history = Table(
    "history",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("publisher", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, comment="a word more: the kind of promise, the person, the reason"),
    comment="What happened to a complaint, one row per event of another service.",
)
