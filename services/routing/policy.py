"""The choices by which routing decides; default_policy.toml has the defaults."""

from shared.runtime.policy import Policy

from .policy_of_ownership import (
    AnswerTimePolicy,
    AskedBy,
    AssignmentPolicy,
    ChasePolicy,
    ContactPolicy,
    HandlingPolicy,
    HoursPolicy,
    KeyAccountPolicy,
    OwnershipPolicy,
    TransferPolicy,
)
from .policy_of_remedies import LatePolicy, LateScheme, RemedyPolicy
from .policy_of_talk import AnswerPolicy, CallPolicy, KnowledgePolicy, TalkPolicy, TalkStyle
from .policy_of_work import (
    AppealPolicy,
    EndingPolicy,
    EscalationPolicy,
    QueuePolicy,
    RaisedBy,
    UrgencyPolicy,
    WaitPolicy,
    WorkPolicy,
)

__all__ = [
    "AnswerPolicy",
    "AnswerTimePolicy",
    "AppealPolicy",
    "AskedBy",
    "AssignmentPolicy",
    "CallPolicy",
    "ChasePolicy",
    "ContactPolicy",
    "EndingPolicy",
    "EscalationPolicy",
    "HandlingPolicy",
    "HoursPolicy",
    "KeyAccountPolicy",
    "KnowledgePolicy",
    "LatePolicy",
    "LateScheme",
    "OwnershipPolicy",
    "QueuePolicy",
    "RaisedBy",
    "RemedyPolicy",
    "RoutingPolicy",
    "TalkPolicy",
    "TalkStyle",
    "TransferPolicy",
    "UrgencyPolicy",
    "WaitPolicy",
    "WorkPolicy",
]


class RoutingPolicy(Policy):
    """Everything routing decides by, except the directory of staff."""

    ownership: OwnershipPolicy
    assignment: AssignmentPolicy
    handling: HandlingPolicy
    hours: HoursPolicy
    transfer: TransferPolicy
    work: WorkPolicy
    remedy: RemedyPolicy
    late: LatePolicy
    knowledge: KnowledgePolicy
    queue: QueuePolicy
    chase: ChasePolicy
    contact: ContactPolicy
    answer_time: AnswerTimePolicy
    answer: AnswerPolicy
    wait: WaitPolicy
    appeal: AppealPolicy
    ending: EndingPolicy
    escalation: EscalationPolicy
    key_accounts: KeyAccountPolicy
    talk: TalkPolicy
    calls: CallPolicy
    urgency: UrgencyPolicy
