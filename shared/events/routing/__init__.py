"""What routing tells: who answers for a complaint, who works on it, and how far it is; one file per subject."""

# ruff: noqa: I001 - in the order of the journey, in which events are listed for readers

from .owners import (
    OwnerNamed,
    OwnerChanged,
    HandlerAssigned,
    HandlerChased,
    ContactPassedOn,
    SuperiorInformed,
)
from .work import (
    StepsTaken,
    SolutionProposed,
    ComplaintResolved,
    ComplaintPaused,
    ComplaintResumed,
    UrgencyChanged,
    ProgressTold,
)
from .endings import (
    ComplaintReopened,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintCancelled,
    ComplaintAppealed,
    AppealDecided,
    AppealOverdue,
)
from .transfers import TransferRequested, TransferAccepted, TransferFailed, TransferDisputed, TransferDecided
from .tasks import TaskAsked, TaskDone, TaskRefused, TaskOverdue, TaskReleased, LeadDepartmentNamed
from .answers import AnswerHeld, AnswerReleased, AnswerReturned
from .remedies import (
    RemedyProposed,
    RemedyApproved,
    RemedyRefused,
    RemedyPaid,
    RemedyOverdue,
    ChargeFrozen,
    ChargeReleased,
)

__all__ = [
    "AnswerHeld",
    "AnswerReleased",
    "AnswerReturned",
    "AppealDecided",
    "AppealOverdue",
    "ChargeFrozen",
    "ChargeReleased",
    "ComplaintAppealed",
    "ComplaintCancelled",
    "ComplaintClosed",
    "ComplaintPaused",
    "ComplaintRejected",
    "ComplaintReopened",
    "ComplaintResolved",
    "ComplaintResumed",
    "ContactPassedOn",
    "HandlerAssigned",
    "HandlerChased",
    "LeadDepartmentNamed",
    "OwnerChanged",
    "OwnerNamed",
    "ProgressTold",
    "RemedyApproved",
    "RemedyOverdue",
    "RemedyPaid",
    "RemedyProposed",
    "RemedyRefused",
    "SolutionProposed",
    "StepsTaken",
    "SuperiorInformed",
    "TaskAsked",
    "TaskDone",
    "TaskOverdue",
    "TaskRefused",
    "TaskReleased",
    "TransferAccepted",
    "TransferDecided",
    "TransferDisputed",
    "TransferFailed",
    "TransferRequested",
    "UrgencyChanged",
]
