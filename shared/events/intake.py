"""What intake tells: complaints received, contacts attached, grades raised, findings; a customer's consent changed."""

from typing import ClassVar
from uuid import UUID

from .base import Event, Instant, Sealed
from .vocabulary import (
    Channel,
    ComplaintKind,
    DesiredRemedy,
    Duty,
    Finding,
    Grade,
    Language,
    Motive,
    PriorityClass,
    RepeatReason,
    Severity,
    SuggestionOutcome,
    Tag,
)


class ComplaintReceived(Event):
    """A contact became a complaint; its promises start at `received_at`.

    taken_by: account of the member of staff who took the call, if any: the first contact (FC-1).
    repeat_of, repeat_index: the complaint this one repeats, and how many times it was said, 1 for the first (REP-3).
    reply_to: the address for messages, sealed for notify; address_hint: the same masked, fit to be shown.
    marketing_consent: whether the customer had agreed to offers when this complaint was received (OF-7).
    risk_score, priority: 0 to 100; the priority is that of the first moment, 20 points at most come with time.
    department, is_fault: what the category tree says of the category; None where it says nothing.
    conflict_of_interest: it is about a member of staff, who is `accused_staff` if named (FC-21).
    area: the district or cell it happened in, as the channel names it.
    tells_of_trouble: whether its words say that something went wrong; if not, it may be no complaint.
    also_asked: accounts of others whom the customer asked at the same time (FC-4).
    same_owner_as: the complaint whose owner keeps this one too: the customer has many open (REP-10), or one contact (REP-7).
    customer_zone: the time zone in which the customer reads times, by its IANA name, where it is known (CAL-3).
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    receipt_number: str
    channel: Channel
    customer_id: UUID
    grade: Grade
    severity: Severity
    severity_rule: str
    case_type: str
    category: str | None
    language: Language
    occurred_at: Instant
    received_at: Instant
    taken_by: str | None
    repeat_of: UUID | None
    repeat_index: int
    abusive: bool
    reply_channel: Channel | None
    reply_to: Sealed | None
    address_hint: str | None
    marketing_consent: bool
    policy_version: str
    kind: ComplaintKind = ComplaintKind.COMPLAINT
    tags: tuple[Tag, ...] = ()
    risk_score: int = 0
    priority: float | None = None
    priority_class: PriorityClass | None = None
    department: str | None = None
    is_fault: bool | None = None
    conflict_of_interest: bool = False
    accused_staff: str | None = None
    area: str | None = None
    motives: tuple[Motive, ...] = ()
    desired_remedy: DesiredRemedy | None = None
    same_owner_as: UUID | None = None
    tells_of_trouble: bool | None = None
    also_asked: tuple[str, ...] = ()
    customer_zone: str | None = None


class ContactAttached(Event):
    """A contact said again what a complaint says already: it is one more contact of that complaint.

    rule: REP-1 while it was open; REP-4 soon after it was resolved, so that it has to be opened again (reopens).
    severity, tags, risk_score: what this contact alone says. A pause that waits for the customer ends (PAU-4).
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    contact_id: UUID
    customer_id: UUID
    channel: Channel
    rule: str
    reopens: bool
    severity: Severity
    tags: tuple[Tag, ...]
    risk_score: int
    taken_by: str | None
    occurred_at: Instant
    received_at: Instant
    policy_version: str


class GradeRaised(Event):
    """A complaint's customer has a higher grade now: promises are made quicker, never slower (GRD); no fall is told.

    because: CONTACT, REGISTRY, MERGED or IDENTIFIED, where the grade was told. severity: with this grade, for a key
    account's dead line is critical (SEV-1). priority: that of the first moment, as in ComplaintReceived.
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    customer_id: UUID
    was: Grade
    grade: Grade
    severity: Severity
    severity_rule: str
    priority: float
    priority_class: PriorityClass
    because: str
    raised_at: Instant
    policy_version: str


class ComplaintJudgedAgain(Event):
    """Words of a contact that came after it make its complaint more severe, or tell more of it; never less.

    They are the missing part of a long message or the late transcript of a call. was: the severity until now, which may
    be the same. tags, risk_score: all that is known now. priority: that of the first moment, as in ComplaintReceived.
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    contact_id: UUID
    customer_id: UUID
    channel: Channel
    was: Severity
    severity: Severity
    severity_rule: str
    case_type: str
    tags: tuple[Tag, ...]
    risk_score: int
    priority: float
    priority_class: PriorityClass
    judged_at: Instant
    policy_version: str


class ServiceFreezeAsked(Event):
    """Fraud is suspected: the customer's service is to be frozen until then (SEV-1); DutyDone tells that it was."""

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    customer_id: UUID
    freeze_by: Instant
    asked_at: Instant
    policy_version: str


class DutyDone(Event):
    """A duty was done, `late` if after its time.

    outcome: IDENTIFIED or NOT_A_CUSTOMER of an unknown caller (GRD-U), FROZEN or NOT_NEEDED of a service.
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    duty: Duty
    outcome: str
    by: str
    done_at: Instant
    late: bool


class DutyOverdue(Event):
    """A duty was not done in time: nobody knows yet who called, or the service is not frozen."""

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    duty: Duty
    due_at: Instant
    noted_at: Instant


class StaffAccountGiven(Event):
    """The member of staff whom a complaint is about has said how they saw it."""

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    by: str
    given_at: Instant


class FindingMade(Event):
    """A complaint was found to be right, partly right or not; of one about staff, after their account."""

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    customer_id: UUID
    finding: Finding
    accused_staff: str | None
    by: str
    made_at: Instant


class SuggestionDecided(Event):
    """What becomes of a suggestion; its sender is to hear it, and sees it on their page."""

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    customer_id: UUID
    outcome: SuggestionOutcome
    by: str
    decided_at: Instant


class RepeatReasonGiven(Event):
    """Staff said why a complaint came again; without it no repeat is done with (REP-6)."""

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    reason: RepeatReason
    by: str
    given_at: Instant


class CustomersMerged(Event):
    """The customer `merged_id` turned out to be this one: keys and complaints are theirs now."""

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "customer_id"

    customer_id: UUID
    merge_id: UUID
    merged_id: UUID
    complaints: int
    by: str
    merged_at: Instant


class MergeUndone(Event):
    """The customer `merged_id` is another one after all; what came with the merge went back."""

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "customer_id"

    customer_id: UUID
    merge_id: UUID
    merged_id: UUID
    by: str
    undone_at: Instant


class IncidentProposed(Event):
    """Many complain about the same in one area; a person decides whether there is an incident behind it (REP-8)."""

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "incident_id"

    incident_id: UUID
    about: str
    area: str
    severity: Severity
    by: str
    found_at: Instant


class IncidentOpened(Event):
    """There is an incident: `about` is a category path or a case type; by a person, or REP-8 by number.

    area: `*` if it is not held to one area, for so many have the same cause that it is critical anywhere (SEV-1).
    Told again, with the same id, if so many complain meanwhile that it is critical (SEV-1).
    """

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "incident_id"

    incident_id: UUID
    about: str
    area: str
    severity: Severity
    by: str
    found_at: Instant


class IncidentEnded(Event):
    """An incident was resolved, and with it what the complaints that joined it are about; or it was none."""

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "incident_id"

    incident_id: UUID
    about: str
    area: str
    resolved: bool
    by: str
    ended_at: Instant


class ComplaintJoinedIncident(Event):
    """A complaint is one of many about an incident, and follows its resolution; told again if that becomes worse.

    severity: what the complaint has now, at least the incident's (SEV-1). priority: that of the first moment with it.
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    incident_id: UUID
    severity: Severity
    joined_at: Instant
    priority: float | None = None
    priority_class: PriorityClass | None = None


class CallBackNeeded(Event):
    """A caller hung up before anybody answered, and is to be called back; it is no complaint.

    address_hint: the number masked; the whole one stands in intake's list of call backs. called_at: None where the
    telephone system did not tell.
    """

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "call_ref"

    call_ref: UUID
    provider: str
    queue: str | None
    address_hint: str
    called_at: Instant | None
    asked_at: Instant


class CallBackEnded(Event):
    """Nobody is to be called back any more: it was tried (CALLED), or the caller complained after all (COMPLAINED)."""

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "call_ref"

    call_ref: UUID
    why: str
    by: str | None
    reached: bool
    complaint_id: UUID | None
    ended_at: Instant


class CustomerCalled(Event):
    """We called a customer about their complaint; `reached`: a person answered (evidence of PAU-2 where not).

    by: account of who called, if the telephone system told it; talked: seconds. Told again if it turns out otherwise.
    """

    publisher: ClassVar[str] = "intake"

    complaint_id: UUID
    call_ref: UUID
    reached: bool
    by: str | None
    called_at: Instant
    talked: float | None
    told_at: Instant


class ConsentChanged(Event):
    """A customer agreed to offers, or withdrew; the last word counts at once (OF-7).

    Who was merged into another speaks for both, and it is told of both; where the merge is undone, the one who stays has
    their own word again, which is told if it is another: source then is the channel of the word that counts no more.
    """

    publisher: ClassVar[str] = "intake"
    subject_field: ClassVar[str] = "customer_id"

    customer_id: UUID
    marketing: bool
    source: Channel
    changed_at: Instant
