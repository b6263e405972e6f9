"""The tables of routing: complaints with their owners, the work on them by rounds, and the workload."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.runtime.tables import add_service_tables

metadata = MetaData()
add_service_tables(metadata)

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
    Column("end_reason", Text, comment="why it was rejected"),
    Column("end_text", Text, comment="what was said when it was rejected or cancelled"),
    Column("appeal_until", DateTime(timezone=True), comment="FC-22"),
    Column("base_priority", Float, nullable=False, server_default="0", comment="before any time has passed"),
    Column("clock_starts_at", DateTime(timezone=True), comment="since when it is to be solved"),
    Column("due_at", DateTime(timezone=True), comment="until when it is to be solved, as sla promised"),
    Column("escalation", Text, comment="the highest rung reached so far"),
    Column("escalated_at", DateTime(timezone=True)),
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
    Column("policy_version", Text, nullable=False),
    Index("appeal_of_complaint", "complaint_id", "appeal_id"),
    comment="Appeals against the end of a complaint, and how they were decided.",
)

chase = Table(
    "chase",
    metadata,
    Column("chase_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("handler_id", Text, nullable=False),
    Column("chased_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("chased_at", DateTime(timezone=True), nullable=False),
    Index("chase_of_complaint", "complaint_id", "chase_id"),
    comment="When owners asked handlers to go on (FC-18).",
)

owner_change = Table(
    "owner_change",
    metadata,
    Column("change_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("from_id", Text, nullable=False),
    Column("to_id", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="FC-9"),
    Column("text", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("policy_version", Text, nullable=False),
    Index("owner_change_of_complaint", "complaint_id", "change_id"),
    comment="Why somebody else answers for a complaint. Without such a row the owner cannot be changed.",
)

transfer = Table(
    "transfer",
    metadata,
    Column("transfer_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("from_id", Text, nullable=False, comment="who worked on it before"),
    Column("to_id", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="FC-6"),
    Column("status", Text, nullable=False),
    Column("packet", JSONB, nullable=False, comment="what the receiver is told (FC-7)"),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True), nullable=False, comment="FC-8"),
    Column("dispute", Text, comment="why the receiver says that it is not theirs (FC-10)"),
    Column("decide_by", DateTime(timezone=True), comment="FC-10"),
    Column("settled_by", Text, comment="whose word it was; none for silence"),
    Column("settled_at", DateTime(timezone=True)),
    Column("handler_id", Text, comment="who worked on it then"),
    Column("policy_version", Text, nullable=False),
    Index("transfer_of_complaint", "complaint_id", "transfer_id"),
    Index(
        "transfer_open_once",
        "complaint_id",
        unique=True,
        postgresql_where=text("status IN ('REQUESTED', 'DISPUTED')"),
    ),
    comment="Every hand-over of the work that was asked for, and what became of it.",
)

staff_load = Table(
    "staff_load",
    metadata,
    Column("staff_id", Text, primary_key=True),
    Column("counted_by", Text, primary_key=True, comment="the replica whose row this is"),
    Column("open", Integer, nullable=False),
    Column("last_given_at", DateTime(timezone=True)),
    Column("day", Date, comment="the day of the two counts"),
    Column("customers", Integer, nullable=False, server_default="0", comment="complaints given that day"),
    Column("contacts", Integer, nullable=False, server_default="0", comment="times talked to that day"),
    comment="Open complaints owned, or handled for another owner: the sum over all replicas, each of which "
    "writes rows of its own, so that none waits for another.",
    postgresql_with={"fillfactor": 50},
)

presence = Table(
    "presence",
    metadata,
    Column("staff_id", Text, primary_key=True),
    Column("presence", Text, comment="as last reported, if ever"),
    Column("expires_at", DateTime(timezone=True), comment="until when the report is believed"),
    Column("rests_until", DateTime(timezone=True), comment="after an abusive contact"),
    comment="Who is at work, as reported, and who rests after an abusive contact.",
    postgresql_with={"fillfactor": 50},
)

directory_entry = Table(
    "directory_entry",
    metadata,
    Column("kind", Text, primary_key=True, comment="department or staff"),
    Column("id", Text, primary_key=True),
    Column(
        "revision", BigInteger, primary_key=True, comment="counts changes of the directory; the last counts"
    ),
    Column("entry", JSONB, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("directory_entry_by_revision", "revision"),
    comment="Departments and staff as changed over the API, above those of the staff file; nothing is overwritten.",
)
