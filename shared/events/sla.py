"""What sla tells: what was promised until when, what is at risk, kept or broken, and who is told."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from .base import Event, Instant
from .vocabulary import EscalationLevel, OutageDuty, PauseReason, PromiseKind, Role


class Promise(BaseModel):
    """Something is due at `due_at`; `cell` names the matrix cell that gave the time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    promise_id: UUID
    kind: PromiseKind
    starts_at: Instant
    due_at: Instant
    target_seconds: float
    cell: str


class CountedInCalendar(BaseModel):
    """In whose working time a promise is counted; `provisional` if it runs into a year whose holidays are not
    published, so that it may move."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: PromiseKind
    calendar: str
    version: int
    provisional: bool


class Protection(BaseModel):
    """A period in which a key account is protected, with the team that stands ready and its emergency plan (SLA-P)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    team: str
    emergency_plan: str
    until: Instant


class PromisesMade(Event):
    """What is promised from now on, all of one moment; `round` is the resolution round they belong to.

    in_calendars: those that are counted in a calendar's working time; the others run day and night.
    policy_name: the one of the policies that the complaint meets, "default" if it meets none.
    protection: the period of protection in which a key account's complaint was received.
    """

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    round: int
    promises: tuple[Promise, ...]
    policy_version: str
    in_calendars: tuple[CountedInCalendar, ...] = ()
    policy_name: str = "default"
    protection: Protection | None = None


class _SlaEvent(Event):
    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    promise_id: UUID
    kind: PromiseKind


class PromiseAtRisk(_SlaEvent):
    """A share of the time is used and the promise is not kept yet (W1, W2); `told_late`: well after that moment.

    held_until: staff are not to be disturbed before (CAL-8); None if they may be told at once.
    """

    level: EscalationLevel
    due_at: Instant
    warned_at: Instant
    told_late: bool = False
    held_until: Instant | None = None


class PromiseRecomputed(_SlaEvent):
    """A due time has moved; `notable` if people are to be told (CAL-6).

    because: CALENDAR if a calendar has changed; GRADE, INCIDENT, CONTACT, STAFF or POLICY if the target was swapped. A
    time that runs day and night has the calendar "24x7", version 0.
    """

    was_due_at: Instant
    due_at: Instant
    calendar: str
    calendar_version: int
    provisional: bool
    notable: bool
    recomputed_at: Instant
    because: str = "CALENDAR"


class PromiseExtended(_SlaEvent):
    """The time for a result was extended with approval, for the `number`-th time; the customer is to be told (SLA-X)."""

    was_due_at: Instant
    due_at: Instant
    number: int
    approved_by: str
    extended_at: Instant


class PromisesPaused(Event):
    """These promises do not count from `paused_at` on; the pause ends of itself at `ends_by` (PAU-1, PAU-5)."""

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    pause_id: UUID
    reason: PauseReason
    kinds: tuple[PromiseKind, ...]
    paused_at: Instant
    ends_by: Instant


class PromisesResumed(Event):
    """The promises count again and have new due times; because: STAFF, CUSTOMER, LIMIT, RESOLVED, ENDED or REPLACED.

    told: who is told of it, as when a pause ended of itself (PAU-5).
    """

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    pause_id: UUID
    reason: PauseReason
    because: str
    promises: tuple[Promise, ...]
    told: tuple[Role, ...]
    paused_at: Instant
    resumed_at: Instant


class NewsTold(Event):
    """A member of staff told the customer how it stands; the next news is due some time after that."""

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    by: str
    told_at: Instant


class CustomerEscalated(Event):
    """The customer asks for a superior, in that contact or as that member of staff heard it; PromisesMade follows."""

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    round: int
    contact_id: UUID | None
    by: str | None
    asked_at: Instant
    policy_version: str


class SuperiorAnswered(Event):
    """A superior whom the customer asked for has answered them; `late` if after the promised time."""

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    by: str
    answered_at: Instant
    late: bool


class WrittenReportSent(Event):
    """A key account was sent the written report of its outage; `reference` tells where it can be read (SLA-W)."""

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    by: str
    reference: str
    sent_at: Instant


class DutyOfIncident(BaseModel):
    """Something that is due about a mass outage; `number` counts the news."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    duty_id: UUID
    kind: OutageDuty
    number: int
    due_at: Instant


class _OutageEvent(Event):
    publisher: ClassVar[str] = "sla"
    subject_field: ClassVar[str] = "incident_id"

    incident_id: UUID


class IncidentDutiesMade(_OutageEvent):
    """An incident concerns so many that notices are due: inside, in public, a forecast, news (SLA-M).

    told: the roles that are to see to it.
    """

    about: str
    area: str
    duties: tuple[DutyOfIncident, ...]
    policy_version: str
    told: tuple[Role, ...] = ()


class IncidentDutyDone(_OutageEvent):
    """A notice about a mass outage was given; `late` if after its due time."""

    duty: DutyOfIncident
    by: str
    done_at: Instant
    late: bool


class IncidentDutyBroken(_OutageEvent):
    """A notice about a mass outage is due and nobody has given it; `told` are the roles to be told of it."""

    duty: DutyOfIncident
    broken_at: Instant
    told: tuple[Role, ...]
    about: str | None = None
    area: str | None = None


class InternalPromiseBroken(Event):
    """A department that works on another's complaint has not answered its owner in time (FC-14); told once.

    due_at: moved by pauses (PAU-3); `told` are the roles to be told: MANAGER leads that department.
    """

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    holding_id: UUID
    department: str
    handler_id: str
    since: Instant
    due_at: Instant
    broken_at: Instant
    told: tuple[Role, ...]
    policy_version: str


class KeptPromise(BaseModel):
    """One promise that was kept; `late` if after its due time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    promise_id: UUID
    kind: PromiseKind
    due_at: Instant
    late: bool


class PromisesKept(Event):
    """What was promised was done: all promises that one occasion kept, at `kept_at`."""

    publisher: ClassVar[str] = "sla"

    complaint_id: UUID
    promises: tuple[KeptPromise, ...]
    kept_at: Instant


class PromiseBroken(_SlaEvent):
    """The due time passed and the promise was not kept; `told_late`: we were down, or heard of it late."""

    due_at: Instant
    broken_at: Instant
    told_late: bool = False


class EscalationReached(_SlaEvent):
    """A rung of the ladder was reached; `told` are the roles to be told of it, `told_late` if well after its moment.

    missing: roles that should be told and that nobody holds; the next ones up are among `told` in their place.
    held_until: they are not to be disturbed before (CAL-8); None if they may be told at once.
    """

    level: EscalationLevel
    told: tuple[Role, ...]
    due_at: Instant
    reached_at: Instant
    told_late: bool = False
    missing: tuple[Role, ...] = ()
    held_until: Instant | None = None


class EscalationUnroutable(_SlaEvent):
    """A rung of the ladder was reached, and nobody holds the roles that should be told of it, nor any above them."""

    level: EscalationLevel
    wanted: tuple[Role, ...]
    due_at: Instant
    reached_at: Instant
