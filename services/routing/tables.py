"""The tables of routing: complaints with their owners, the work on them by rounds, how they wait and end."""

from sqlalchemy import Boolean, Column, DateTime, Float, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.runtime.tables import add_service_tables

from .answer_tables import add_answer_tables
from .contact_tables import add_contact_tables
from .ending_tables import add_ending_tables
from .ownership_tables import add_ownership_tables
from .remedy_tables import add_remedy_tables
from .rule_tables import add_rule_tables
from .staff_tables import add_staff_tables

metadata = MetaData()
add_service_tables(metadata)
add_ownership_tables(metadata)
add_remedy_tables(metadata)
add_answer_tables(metadata)
add_contact_tables(metadata)
add_ending_tables(metadata)
add_rule_tables(metadata)
add_staff_tables(metadata)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("receipt_number", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("case_type", Text, nullable=False),
    Column("category", Text),
    Column("severity", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", Text, comment="account that took the call, as it was given"),
    Column("repeat_of", UUID(as_uuid=True)),
    Column("repeat_reason", Text, comment="REP-6"),
    Column("customer_id", UUID(as_uuid=True), comment="none for those heard of before it was kept"),
    Column("accused_staff", Text, comment="whom it is about; neither owns nor handles it (FC-21)"),
    Column(
        "owner_id", Text, nullable=False, comment="written once (FC-1), except beside an owner_change (FC-9)"
    ),
    Column("owner_name", Text, nullable=False),
    Column("department", Text, nullable=False, comment="the owner's"),
    Column("owned_at", DateTime(timezone=True), nullable=False),
    Column("rule", Text, nullable=False, comment="by which the owner was named"),
    Column("reason", Text, nullable=False, comment="what decided within that rule"),
    Column("policy_version", Text, nullable=False),
    Column("staff_version", Text, nullable=False, comment="digest of the directory used"),
    Column("handler_id", Text, nullable=False, comment="who works on it; the owner unless handed over"),
    Column("handler_reason", Text, comment="why it was handed over (FC-6)"),
    Column("handler_since", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("hops", Integer, nullable=False, server_default="0", comment="hand-overs so far (FC-11)"),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("ground", Text, comment="what it was closed on"),
    Column("closed_at", DateTime(timezone=True)),
    Column("urgency", Text, nullable=False, server_default="NORMAL", comment="as staff set it"),
    Column("motives", JSONB, comment="as staff found them; none: as intake heard"),
    Column("motives_by", Text),
    Column("end_reason", Text, comment="why it was rejected"),
    Column("end_text", Text, comment="what was said when it was rejected or cancelled"),
    Column("appeal_until", DateTime(timezone=True), comment="FC-22"),
    Column("base_priority", Float, nullable=False, server_default="0", comment="before any time has passed"),
    Column("clock_starts_at", DateTime(timezone=True), comment="since when it is to be solved"),
    Column("due_at", DateTime(timezone=True), comment="until when it is to be solved, as sla promised"),
    Column("escalation", Text, comment="the highest rung reached so far"),
    Column("escalated_at", DateTime(timezone=True)),
    Column("answer_field", Text, comment="how far from the owner the answer has to be found (FC-14)"),
    Column("answer_by", DateTime(timezone=True), comment="until when, as it was when the handler was named"),
    Column("charge_frozen", Boolean, nullable=False, server_default="false", comment="REM-9"),
    Column("lead_department", Text, comment="of several departments the one that leads (FC-11)"),
    Index("complaint_of_owner", "owner_id", "complaint_id"),
    Index("complaint_by_time", "received_at"),
    Index("complaint_of_handler", "handler_id", "complaint_id"),
    Index("complaint_open", "state", "complaint_id", postgresql_where=text("state <> 'CLOSED'")),
    comment="Every complaint heard of, with the one person who answers for it.",
    postgresql_with={"fillfactor": 80},
)

work_round = Table(
    "work_round",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("steps", JSONB, nullable=False, comment="[{step, by, taken_at}, …] in the order taken"),
    Column("proposal", Text),
    Column("proposed_by", Text),
    Column("proposed_at", DateTime(timezone=True)),
    Column("resolution", Text),
    Column("resolution_reason", Text),
    Column("resolved_by", Text),
    Column("resolved_at", DateTime(timezone=True)),
    Column("policy_version", Text, comment="none for those from before it was kept"),
    comment="What was done for a complaint, from one opening to the resolution that ended it.",
    postgresql_with={"fillfactor": 80},
)

waiting = Table(
    "waiting",
    metadata,
    Column("waiting_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("reason", Text, nullable=False, comment="PAU-1"),
    Column("evidence", Text, comment="PAU-2"),
    Column("failed_calls", Integer, nullable=False),
    Column("note", Text),
    Column("begun_by", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("resumes_at", DateTime(timezone=True), nullable=False, comment="at the latest"),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by", Text),
    Column("ended_because", Text),
    Column("policy_version", Text, nullable=False),
    Index("waiting_of_complaint", "complaint_id", "waiting_id"),
    Index("waiting_once", "complaint_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    comment="When a complaint waited, for what, and on which evidence.",
)

appeal = Table(
    "appeal",
    metadata,
    Column("appeal_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("round", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("appealed_at", DateTime(timezone=True), nullable=False),
    Column("decider_id", Text, nullable=False),
    Column("decide_by", DateTime(timezone=True), nullable=False),
    Column("upheld", Boolean),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column(
        "passed",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[{decider_id, decide_by, passed_at, policy_version}, …]: who let the time pass",
    ),
    Column("policy_version", Text, nullable=False),
    Index("appeal_undecided", "decider_id", "appeal_id", postgresql_where=text("decided_at IS NULL")),
    Index("appeal_of_complaint", "complaint_id", "appeal_id"),
    comment="Appeals against the end of a complaint, and how they were decided.",
)

incident = Table(
    "incident",
    metadata,
    Column("incident_id", UUID(as_uuid=True), primary_key=True),
    Column("resolved", Boolean, comment="none while it goes on"),
    Column("ended_by", Text),
    Column("ended_at", DateTime(timezone=True)),
    comment="Incidents that complaints joined, and whether they were resolved.",
)

incident_child = Table(
    "incident_child",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("incident_id", UUID(as_uuid=True), primary_key=True),
    Column("joined_at", DateTime(timezone=True), nullable=False),
    Index("incident_child_of_incident", "incident_id"),
    comment="Complaints that follow the resolution of an incident.",
)
