"""The tables of sla: complaints, the promises to them, the rungs that each promise has reached, and calendars."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
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
    Column("severity", Text, nullable=False, comment="as intake found it"),
    Column("severity_rule", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("repeat_index", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("receipt_number", Text),
    Column("channel", Text),
    Column("case_type", Text),
    Column("category", Text),
    Column("department", Text, comment="whose matter it is, by its category"),
    Column("area", Text, comment="where it happened"),
    Column("is_fault", Boolean),
    Column("kind", Text, nullable=False, server_default="COMPLAINT"),
    Column("customer_id", UUID(as_uuid=True)),
    Column("policy_name", Text, nullable=False, server_default="default", comment="the one that was chosen"),
    Column("policy_version", Text, nullable=False, server_default="", comment="that it was chosen in"),
    Column("targets", JSONB, comment="what was promised by it, in seconds by kind"),
    Column("owner_id", Text, comment="who answers for it, as routing told last"),
    Column("lead_id", Text),
    Column("owner_department", Text),
    Column("contract", Text, comment="the grade of the customer's contract"),
    Column("protection", Text, comment="the period of protection in which it was received"),
    comment="What the promises to a complaint depend on, and what it is about.",
)

promise = Table(
    "promise",
    metadata,
    Column("promise_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False, comment="ACK, CONTACT, UPDATE or SOLVE"),
    Column("round", Integer, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("target_seconds", Double, nullable=False),
    Column("severity", Text, nullable=False, comment="the one that counted"),
    Column("cell", Text, nullable=False, comment="the matrix cell that decided, such as S2×K"),
    Column("factor", Double, nullable=False),
    Column("factor_rule", Text),
    Column("policy_name", Text, nullable=False, server_default="default"),
    Column("policy_version", Text, nullable=False),
    Column(
        "state",
        Text,
        nullable=False,
        server_default="OPEN",
        comment="OPEN, AT_RISK, BROKEN, KEPT or WITHDRAWN",
    ),
    Column("next_rung", Text, comment="the level its timer waits for"),
    Column("broken_at", DateTime(timezone=True), comment="when the breach was told"),
    Column("kept_at", DateTime(timezone=True), comment="when it was done"),
    Column("late", Boolean),
    Column("settled_at", DateTime(timezone=True), comment="when it ended here, kept or withdrawn"),
    Column("calendar", Text, comment="in whose working time it counts; none: day and night"),
    Column("calendar_version", Integer),
    Column("begins_at", DateTime(timezone=True), comment="where counting begins, by the start rule"),
    Column(
        "provisional",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="it runs into days whose holidays are not published",
    ),
    Column("repeat_index", Integer, nullable=False, server_default="1", comment="how often it was said"),
    Column("paused_since", DateTime(timezone=True), comment="its clock stands still"),
    Column("pauses", JSONB, comment="past pauses that stopped it: intervals of [since, until] (PAU-7)"),
    Column("counted_by", JSONB, comment="seconds or working days, factor and start rule, to count it again"),
    Column("clock", Text, nullable=False, server_default="", comment="which of a regulator's clocks it is"),
    UniqueConstraint("complaint_id", "kind", "round", "clock"),
    # Only the end of a promise changes what an index covers; every other change of its row stays cheap (HOT).
    Index("promise_live", "promise_id", postgresql_where=text("settled_at IS NULL")),
    Index(
        "promise_in_calendar",
        "calendar",
        "promise_id",
        postgresql_where=text("settled_at IS NULL AND calendar IS NOT NULL"),
    ),
    # For reports: promises lie on disk much as they started, and this one costs next to nothing to keep.
    Index("promise_started", "starts_at", postgresql_using="brin"),
    comment="What was promised, until when, and what became of it.",
    postgresql_with={"fillfactor": 80},
)

rung = Table(
    "rung",
    metadata,
    Column("promise_id", UUID(as_uuid=True), primary_key=True),
    Column("level", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("reached_at", DateTime(timezone=True), nullable=False),
    Column(
        "told_late",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="well after its moment, as after an outage",
    ),
    Column("policy_version", Text, comment="none for those from before it was kept"),
    comment="Every rung of the ladder that a promise has reached, each once.",
)

calendar = Table(
    "calendar",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", Text, nullable=False, comment="APPROVED, or PROPOSED until somebody approves it"),
    Column("written", JSONB, nullable=False, comment="as it was put"),
    Column(
        "document", JSONB, nullable=False, comment="as it counts, with the holidays of the one it refers to"
    ),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    comment="Every version of every calendar; of the approved ones the newest is in force.",
)

recount = Table(
    "recount",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("version", Integer, nullable=False, comment="the one in which they are counted"),
    Column("through", UUID(as_uuid=True), nullable=False, comment="the last promise that is done"),
    Column("ordered_at", DateTime(timezone=True), nullable=False),
    Column("goes_on_at", DateTime(timezone=True), nullable=False),
    Column("is_last_look", Boolean, nullable=False, comment="for promises that were still made meanwhile"),
    comment="Calendars whose open promises are being counted again, and how far that has come (CAL-6).",
)

swapping = Table(
    "swapping",
    metadata,
    Column("version", Text, primary_key=True, comment="of the policy that is applied to what is open"),
    Column("through", UUID(as_uuid=True), nullable=False, comment="the last promise that is done"),
    Column("ordered_at", DateTime(timezone=True), nullable=False),
    Column("goes_on_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column(
        "is_last_look",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="for promises that were still made by the former policy meanwhile",
    ),
    comment="How far the policy in force has been applied to open promises.",
)

pause = Table(
    "pause",
    metadata,
    Column("pause_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text),
    Column("by", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("agreed_until", DateTime(timezone=True)),
    Column("ends_by", DateTime(timezone=True), nullable=False, comment="when it ends of itself (PAU-5)"),
    Column("until", DateTime(timezone=True), comment="none while it lasts"),
    Column("ended_because", Text),
    Column("ended_by", Text, comment="who let it go on, if it was somebody"),
    Column("policy_version", Text, comment="none for those from before it was kept"),
    Index("pause_of_complaint", "complaint_id"),
    Index("pause_open", "complaint_id", unique=True, postgresql_where=text("until IS NULL")),
    comment="Every pause of a complaint as an interval with its reason and evidence (PAU-7).",
)

customer_call = Table(
    "customer_call",
    metadata,
    Column("call_ref", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("called_at", DateTime(timezone=True), nullable=False),
    Column("reached", Boolean, nullable=False, comment="a person answered"),
    Index("customer_call_of_complaint", "complaint_id"),
    comment="Calls to customers, of which those in vain show that we wait (PAU-2).",
)

extension = Table(
    "extension",
    metadata,
    Column("extension_id", UUID(as_uuid=True), primary_key=True),
    Column("promise_id", UUID(as_uuid=True), nullable=False),
    Column("seconds", Double, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approver_role", Text, nullable=False),
    Column("was_due_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("extended_at", DateTime(timezone=True), nullable=False),
    Column("policy_version", Text, comment="none for those from before it was kept"),
    Index("extension_of_promise", "promise_id"),
    comment="Every extension of a promise, with who asked and who approved (SLA-X).",
)

swap = Table(
    "swap",
    metadata,
    Column("swap_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("cause", Text, nullable=False, comment="GRADE, INCIDENT, CONTACT, STAFF or POLICY"),
    Column("by", Text, comment="who said so, if it was somebody"),
    Column("reason", Text),
    Column("was", JSONB, nullable=False, comment="severity, grade, policy and targets before"),
    Column("became", JSONB, nullable=False),
    Column("swapped_at", DateTime(timezone=True), nullable=False),
    Index("swap_of_complaint", "complaint_id"),
    comment="Every time the targets of a complaint were chosen anew.",
)

overdue_reason = Table(
    "overdue_reason",
    metadata,
    Column("promise_id", UUID(as_uuid=True), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("stated_by", Text, nullable=False),
    Column("stated_at", DateTime(timezone=True), nullable=False),
    Column("policy_version", Text, nullable=False),
    comment="Why promises are overdue, as it was stated last; without a reason the management reads of them.",
)

contract = Table(
    "contract",
    metadata,
    Column("customer_id", UUID(as_uuid=True), primary_key=True),
    Column("grade", Text, nullable=False, comment="as policies ask for it"),
    Column("by", Text, nullable=False),
    Column("put_at", DateTime(timezone=True), nullable=False),
    comment="The grade of a customer's contract with us.",
)

protection = Table(
    "protection",
    metadata,
    Column("name", Text, primary_key=True),
    Column("customer_id", UUID(as_uuid=True), comment="none: every customer who may be protected"),
    Column("area", Text, comment="none: everywhere"),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("team", Text, nullable=False),
    Column("emergency_plan", Text, nullable=False),
    Column("by", Text, nullable=False),
    Index("protection_by_end", "ends_at"),
    comment="Periods of protection with their team and emergency plan (SLA-P).",
)

holding = Table(
    "holding",
    metadata,
    Column("holding_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("holder", Text, comment="account of who worked on it"),
    Column("department", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), comment="none while they have it"),
    Column("answer_by", DateTime(timezone=True), comment="until when they answer inside the house"),
    Column("answered_at", DateTime(timezone=True), comment="when they had something to tell the customer"),
    Column("broken_at", DateTime(timezone=True), comment="when it was told that the answer is late (FC-14)"),
    Column("policy_version", Text, comment="by which it was told that it is late"),
    Column("reason", Text),
    Column("is_part", Boolean, nullable=False, server_default=text("false"), comment="asked for a part only"),
    Index("holding_of_complaint", "complaint_id"),
    comment="Which department had a complaint when, as routing told it (FC-17).",
)

addressee = Table(
    "addressee",
    metadata,
    Column("role", Text, primary_key=True),
    Column("department", Text, primary_key=True, comment="empty: for all"),
    Column("staff_id", Text, nullable=False),
    comment="Who is told of levels above the team lead; for a role that nobody holds the next one up is told.",
)

incident_duty = Table(
    "incident_duty",
    metadata,
    Column("duty_id", UUID(as_uuid=True), primary_key=True),
    Column("incident_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False, comment="INTERNAL_REPORT, PUBLIC_NOTICE, FORECAST or NEWS"),
    Column("number", Integer, nullable=False, comment="news is due again and again"),
    Column("about", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("broken_at", DateTime(timezone=True), comment="when it was told that nobody has done it"),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Text),
    Column("reference", Text, comment="where it can be read"),
    Column("ended_at", DateTime(timezone=True), comment="done, or no longer needed"),
    Column("policy_version", Text, nullable=False),
    UniqueConstraint("incident_id", "kind", "number"),
    comment="What is due about mass outages (SLA-M).",
)
