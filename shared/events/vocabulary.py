"""The words every service uses with one meaning; the glossary in docs/glossary.md explains them in zh-CN and English."""

from enum import StrEnum


class Channel(StrEnum):
    """How a person reaches us, or we reach them."""

    PHONE = "phone"
    WEB = "web"
    SMS = "sms"
    EMAIL = "email"


class Language(StrEnum):
    """The language a person reads."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


class Severity(StrEnum):
    """How much harm the complaint tells of: S1 critical, S2 major, S3 moderate, S4 minor (SEV-1..4)."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


class Grade(StrEnum):
    """The customer's grade: K key account, V VIP or protected, S standard, U unknown (GRD-K..U)."""

    K = "K"
    V = "V"
    S = "S"
    U = "U"


class ComplaintKind(StrEnum):
    """What kind of case it is; its cause is the case type.

    BYPASS came through a regulator, the press, a consumer council or head office (REP-9); STAFF_BYPASS goes over the
    head of the member of staff it is about; the sender of a SUGGESTION always hears what became of it.
    """

    COMPLAINT = "COMPLAINT"
    SUGGESTION = "SUGGESTION"
    BYPASS = "BYPASS"
    STAFF_BYPASS = "STAFF_BYPASS"


class Tag(StrEnum):
    """What else intake found out about a complaint, for those who route, hurry and answer it."""

    DANGER = "DANGER"
    FRAUD = "FRAUD"
    NO_SERVICE = "NO_SERVICE"
    MEDIA_THREAT = "MEDIA_THREAT"
    REGULATOR_THREAT = "REGULATOR_THREAT"
    LAWYER_THREAT = "LAWYER_THREAT"
    BROKEN_PROMISE = "BROKEN_PROMISE"
    ASKS_SUPERIOR = "ASKS_SUPERIOR"
    ALREADY_ELSEWHERE = "ALREADY_ELSEWHERE"
    ABUSE = "ABUSE"
    ON_BEHALF = "ON_BEHALF"
    NO_AUTHORITY = "NO_AUTHORITY"
    HIGH_FREQUENCY = "HIGH_FREQUENCY"
    MANY_OPEN = "MANY_OPEN"
    TEAM_LEAD_INFORMED = "TEAM_LEAD_INFORMED"
    CASE_REVIEW = "CASE_REVIEW"


class PriorityClass(StrEnum):
    """The order in which complaints are taken from a queue, P1 first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Urgency(StrEnum):
    """How urgent a complaint is, by staff or a rule of theirs; of urgent ones the customer hears again and again how
    far they are."""

    NORMAL = "NORMAL"
    URGENT = "URGENT"
    EXTRA_URGENT = "EXTRA_URGENT"


class Motive(StrEnum):
    """What moves a customer to complain; a complaint may have several."""

    VENT = "VENT"
    RESPECT = "RESPECT"
    REMEDY = "REMEDY"
    RECOGNITION = "RECOGNITION"
    SELF_EXPRESSION = "SELF_EXPRESSION"
    REVENGE = "REVENGE"


class DesiredRemedy(StrEnum):
    """What a customer asks for, apart from the story they tell."""

    REPAIR = "REPAIR"
    REFUND = "REFUND"
    COMPENSATION = "COMPENSATION"
    CORRECTION = "CORRECTION"
    CANCELLATION = "CANCELLATION"
    EXPLANATION = "EXPLANATION"
    APOLOGY = "APOLOGY"
    OTHER = "OTHER"


class Finding(StrEnum):
    """Whether a complaint was found to be right."""

    UPHELD = "UPHELD"
    PARTLY = "PARTLY"
    NOT_UPHELD = "NOT_UPHELD"


class RepeatReason(StrEnum):
    """Why a complaint came again, as staff found (REP-6)."""

    INCONSISTENT_ANSWERS = "INCONSISTENT_ANSWERS"
    SERVICE_TIME_EXCEEDED = "SERVICE_TIME_EXCEEDED"
    INTERNAL_PROCESS = "INTERNAL_PROCESS"
    WITHOUT_GROUND = "WITHOUT_GROUND"
    CUSTOMERS_INFLUENCE = "CUSTOMERS_INFLUENCE"
    COMPETITOR_ACTION = "COMPETITOR_ACTION"
    FIRST_CONTACT_FAILED = "FIRST_CONTACT_FAILED"
    FRONT_LINE_SKILL = "FRONT_LINE_SKILL"
    WRONG_EXPLANATION = "WRONG_EXPLANATION"


class SuggestionOutcome(StrEnum):
    """What becomes of a suggestion; its sender always hears it."""

    ADOPTED = "ADOPTED"
    CONSIDERED = "CONSIDERED"
    DECLINED = "DECLINED"


class Duty(StrEnum):
    """What is to be done within a time besides solving a complaint: know who called (GRD-U), freeze a service (SEV-1)."""

    IDENTIFY_CUSTOMER = "IDENTIFY_CUSTOMER"
    FREEZE_SERVICE = "FREEZE_SERVICE"


class OutageDuty(StrEnum):
    """What is due about a mass outage: a report inside, a public notice, a forecast, then news (SLA-M)."""

    INTERNAL_REPORT = "INTERNAL_REPORT"
    PUBLIC_NOTICE = "PUBLIC_NOTICE"
    FORECAST = "FORECAST"
    NEWS = "NEWS"


class PromiseKind(StrEnum):
    """What was promised: a receipt, a first human contact, news, the result, its end with the customer's word.

    REGULATOR is what a regulator asks for: a clock beside the promises that never stands still. REPORT is a written
    report after a long outage of a key account (SLA-W). SUPERIOR is the answer of a superior whom the customer called for.
    """

    ACKNOWLEDGE = "ACK"
    CONTACT = "CONTACT"
    UPDATE = "UPDATE"
    SOLVE = "SOLVE"
    CLOSE = "CLOSE"
    REGULATOR = "REGULATOR"
    REPORT = "REPORT"
    SUPERIOR = "SUPERIOR"


class EscalationLevel(StrEnum):
    """The rungs of the ladder in domain order; W1 and W2 are warnings, L1 and above are escalations."""

    W1 = "W1"
    W2 = "W2"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"


class HandlingStep(StrEnum):
    """The six steps of handling a complaint, in order."""

    VENT = "VENT"
    APOLOGISE_THANK = "APOLOGISE_THANK"
    ASK_CAUSE = "ASK_CAUSE"
    OWN_AND_PROPOSE = "OWN_AND_PROPOSE"
    INVITE_FEEDBACK = "INVITE_FEEDBACK"
    FOLLOW_UP = "FOLLOW_UP"


class TransferReason(StrEnum):
    """The only reasons for which the handling may go to somebody else (FC-6)."""

    NOT_COMPETENT = "NOT_COMPETENT"
    AUTHORITY = "AUTHORITY"
    ABSENT = "ABSENT"
    CONFLICT = "CONFLICT"
    LANGUAGE_SKILL = "LANGUAGE_SKILL"
    ESCALATION = "ESCALATION"


class OwnerChangeReason(StrEnum):
    """The only reasons for which somebody else answers for a complaint (FC-9)."""

    LEFT = "LEFT"
    ABSENT = "ABSENT"
    CONFLICT = "CONFLICT"
    CUSTOMER_WISH = "CUSTOMER_WISH"
    SUPERVISOR_ORDER = "SUPERVISOR_ORDER"


class AnswerField(StrEnum):
    """How far from the owner the answer to a complaint has to be found (FC-14)."""

    OWN_FIELD = "OWN_FIELD"
    OWN_DEPARTMENT = "OWN_DEPARTMENT"
    OTHER_DEPARTMENT = "OTHER_DEPARTMENT"
    ABOVE_BRANCH = "ABOVE_BRANCH"


class RemedyKind(StrEnum):
    """What a customer is owed for what went wrong; none of them is an offer (REM-10)."""

    REFUND = "REFUND"
    CREDIT = "CREDIT"
    GOODWILL = "GOODWILL"
    REPLACEMENT = "REPLACEMENT"
    CONTRACT_CHANGE = "CONTRACT_CHANGE"


class LateEvent(StrEnum):
    """What went wrong with a repair or a start, so that something is owed of itself (REM-6)."""

    LATE_REPAIR = "LATE_REPAIR"
    MISSED_VISIT = "MISSED_VISIT"
    LATE_START = "LATE_START"


class ReopenReason(StrEnum):
    """Why a resolved complaint is open again."""

    NOT_SOLVED = "NOT_SOLVED"
    DISSATISFIED = "DISSATISFIED"
    CONTACTED_AGAIN = "CONTACTED_AGAIN"
    APPEAL_UPHELD = "APPEAL_UPHELD"


class ClosingGround(StrEnum):
    """What a complaint was closed on: the customer's word, silence after a notice (FU-8), a denied appeal (FC-22)."""

    CONFIRMED = "CONFIRMED"
    SILENCE = "SILENCE"
    APPEAL_DENIED = "APPEAL_DENIED"


class PauseReason(StrEnum):
    """The only reasons for which a complaint may wait (PAU-1)."""

    WAIT_CUSTOMER = "WAIT_CUSTOMER"
    CUSTOMER_APPOINTMENT = "CUSTOMER_APPOINTMENT"
    THIRD_PARTY = "THIRD_PARTY"
    FORCE_MAJEURE = "FORCE_MAJEURE"
    LEGAL_HOLD = "LEGAL_HOLD"


class RejectionReason(StrEnum):
    """The only reasons for which a complaint may be rejected; that it is not our business is none (FC-12)."""

    NO_GROUND = "NO_GROUND"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    TOO_OLD = "TOO_OLD"
    BEFORE_A_COURT = "BEFORE_A_COURT"


class Role(StrEnum):
    """In which role a person is told something."""

    CUSTOMER = "CUSTOMER"
    OWNER = "OWNER"
    TEAM_LEAD = "TEAM_LEAD"
    DEPARTMENT_HEAD = "DEPARTMENT_HEAD"
    SERVICE_QUALITY = "SERVICE_QUALITY"
    HANDLER = "HANDLER"
    COORDINATOR = "COORDINATOR"
    DECIDER = "DECIDER"
    SUPERIOR = "SUPERIOR"
    MANAGER = "MANAGER"
    FRAUD_DESK = "FRAUD_DESK"
    APPROVER = "APPROVER"


class MessageKind(StrEnum):
    """What a message is about."""

    RECEIPT = "RECEIPT"
    OWNER_NAMED = "OWNER_NAMED"
    LATE = "LATE"
    ESCALATION = "ESCALATION"
    RESOLVED = "RESOLVED"
    QUESTION = "QUESTION"
    DUE_MOVED = "DUE_MOVED"
    OWNER_CHANGED = "OWNER_CHANGED"
    ANSWER = "ANSWER"
    REJECTED = "REJECTED"
    APPEAL_NOTED = "APPEAL_NOTED"
    REMEDY_APPROVED = "REMEDY_APPROVED"
    REMEDY_PAID = "REMEDY_PAID"
    INCIDENT = "INCIDENT"
    APPEAL_TO_DECIDE = "APPEAL_TO_DECIDE"
    PAUSE_ENDED = "PAUSE_ENDED"
    TRANSFER = "TRANSFER"
    TRANSFER_DISPUTED = "TRANSFER_DISPUTED"
    TRANSFER_FAILED = "TRANSFER_FAILED"
    CHASED = "CHASED"
    CONTACT_PASSED_ON = "CONTACT_PASSED_ON"
    NOBODY_RESPONSIBLE = "NOBODY_RESPONSIBLE"
    TASK_ASKED = "TASK_ASKED"
    TASK_REFUSED = "TASK_REFUSED"
    TASK_OVERDUE = "TASK_OVERDUE"
    ANSWER_HELD = "ANSWER_HELD"
    URGENT = "URGENT"
    NOT_URGENT = "NOT_URGENT"
    PROGRESS = "PROGRESS"
    WARNING = "WARNING"
    UNROUTABLE = "UNROUTABLE"
    FREEZE_ASKED = "FREEZE_ASKED"
    FREEZE_OVERDUE = "FREEZE_OVERDUE"
    CALLER_UNKNOWN = "CALLER_UNKNOWN"
    SUGGESTION_DECIDED = "SUGGESTION_DECIDED"
    APPEAL_DECIDED = "APPEAL_DECIDED"
    CLOSED = "CLOSED"
    NO_INCIDENT = "NO_INCIDENT"
    SUPERIOR_PROMISED = "SUPERIOR_PROMISED"
    SUPERIOR_CALLED = "SUPERIOR_CALLED"
    EARLIER_COMPLAINTS = "EARLIER_COMPLAINTS"
    REMEDY_UNPAID = "REMEDY_UNPAID"
    INTERNAL_OVERDUE = "INTERNAL_OVERDUE"
    OUTAGE_DUTIES = "OUTAGE_DUTIES"
    OUTAGE_OVERDUE = "OUTAGE_OVERDUE"


class SkipReason(StrEnum):
    """Why a message was not handed to a provider."""

    NO_ADDRESS = "NO_ADDRESS"
    ADDRESS_UNREADABLE = "ADDRESS_UNREADABLE"
    CHANNEL_NOT_SERVED = "CHANNEL_NOT_SERVED"
    OVERTAKEN = "OVERTAKEN"


class WithholdReason(StrEnum):
    """Why a customer hears of no offer; each value is a gate of domain rule section 10."""

    NOT_CONFIRMED = "OF-1"
    NOT_SATISFIED = "OF-2"
    OTHER_COMPLAINT_OPEN = "OF-4"
    SEVERE_FAILURE = "OF-5"
    SECOND_FAILURE = "OF-6"
    NO_CONSENT = "OF-7"
    ALREADY_OFFERED = "CAP-1"
    NOTHING_FITS = "NOTHING-FITS"
