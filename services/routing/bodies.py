"""What staff may send to routing."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, model_validator

from shared.events.vocabulary import (
    HandlingStep,
    Language,
    LateEvent,
    OwnerChangeReason,
    PauseReason,
    RejectionReason,
    RemedyKind,
    TransferReason,
)
from shared.runtime.strict_json import CleanText, StrictBody, Whole, YesNo

from .accept_resolution import ResolutionReason
from .directory_entries import ID_PATTERN
from .may_wait import Evidence

Account = Annotated[CleanText, Field(min_length=1, max_length=64, description="account of a member of staff")]
Text = Annotated[CleanText, Field(min_length=1, max_length=5000)]
Steps = Annotated[
    tuple[HandlingStep, ...],
    Field(
        max_length=6,
        description="steps taken before this and not noted yet, in order; noted ones are skipped",
    ),
]


StandardAnswerId = Annotated[CleanText, Field(pattern=ID_PATTERN, max_length=64)]


class StandardAnswerEntry(StrictBody):
    """A text that everybody uses. category: what it is about with all that lies under it; none for anything."""

    id: StandardAnswerId
    category: Annotated[CleanText, Field(min_length=1, max_length=200)] | None = None
    language: Language
    title: Annotated[CleanText, Field(min_length=1, max_length=200)]
    text: Text


SeenText = Annotated[
    Whole | None,
    Field(
        ge=0, description="the newest version as it was seen, 0 if none; if there is another one by now: 409"
    ),
]


class StandardAnswerBody(StrictBody):
    """A new version of a standard answer; `version` is the newest that its writer saw, if they say so."""

    category: Annotated[CleanText, Field(min_length=1, max_length=200)] | None = None
    language: Language
    title: Annotated[CleanText, Field(min_length=1, max_length=200)]
    text: Text
    by: Account
    version: SeenText = None


class StandardAnswerWord(StrictBody):
    """Who approves or withdraws it, and the newest version that they saw, if they say so."""

    by: Account
    version: SeenText = None


class CommandBody(StrictBody):
    """Something is done with a complaint. `version` is that of the case as the caller saw it, if they say so."""

    version: Whole | None = Field(
        default=None, ge=0, description="if the case has another one by now: 409 with the current state"
    )


class StepBody(CommandBody):
    """One of the six steps was taken."""

    step: HandlingStep
    by: Account


class ProposalBody(CommandBody):
    """What the customer was told will be done. It counts as the step OWN_AND_PROPOSE.

    standard_answer: the approved text of this id is used, or `text` where it was adapted.
    """

    text: Text | None = None
    standard_answer: StandardAnswerId | None = None
    by: Account
    steps: Steps = ()

    @model_validator(mode="after")
    def _says_something(self) -> "ProposalBody":
        if self.text is None and self.standard_answer is None:
            raise ValueError("needs text or standard_answer|须填写 text 或 standard_answer")
        return self


class ResolutionBody(CommandBody):
    """What was done. `reason` says what became of the complaint."""

    by: Account
    text: Text | None = None
    reason: ResolutionReason | None = None
    steps: Steps = ()


class OwnerBody(CommandBody):
    """Who answers for it from now on, instead of `owner_id`, and why (FC-9); the text is for those who look later."""

    to: Account
    owner_id: Account
    reason: OwnerChangeReason
    text: Text
    by: Account


class TransferBody(CommandBody):
    """Who is asked to work on it, why (FC-6), and the packet they get with it (FC-7)."""

    to: Account
    reason: TransferReason
    by: Account
    facts: Text | None = Field(default=None, description="what happened, as far as it is known")
    demand: Text | None = Field(default=None, description="what the customer asks for")
    problem: Text | None = Field(default=None, description="why it cannot be solved here")
    measures: Text | None = Field(default=None, description="what was tried")
    promised_at: AwareDatetime | None = Field(
        default=None, description="what the customer was promised until when"
    )

    def packet(self) -> dict[str, Any]:
        """What the receiver is told."""
        given = {
            name: getattr(self, name) for name in ("facts", "demand", "problem", "measures", "promised_at")
        }
        return {name: value for name, value in given.items() if value is not None}


class AcceptanceBody(CommandBody):
    """The receiver takes it on."""

    by: Account


class DisputeBody(CommandBody):
    """The receiver says why it is not theirs."""

    by: Account
    text: Text


class AnswerBody(CommandBody):
    """What is written to the customer. standard_answer: its approved text, or `text` where that was adapted."""

    by: Account
    text: Text | None = None
    standard_answer: StandardAnswerId | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "AnswerBody":
        if self.text is None and self.standard_answer is None:
            raise ValueError("needs text or standard_answer|须填写 text 或 standard_answer")
        return self


class DecisionBody(CommandBody):
    """The coordinator says who works on it."""

    by: Account
    handler_id: Account


class WaitBody(CommandBody):
    """For what it waits (PAU-1), on which evidence (PAU-2), and until when."""

    reason: PauseReason
    by: Account
    evidence: Evidence | None = None
    failed_calls: Whole = Field(default=0, ge=0, le=100)
    until: AwareDatetime | None = None
    note: Text | None = None


class RejectionBody(CommandBody):
    """Why it is not justified; the text is what the customer is told."""

    reason: RejectionReason
    text: Text
    by: Account


class CancellationBody(CommandBody):
    """What the customer said when they wanted it no more."""

    text: Text
    by: Account


class AppealBody(CommandBody):
    """Why the customer does not accept the end."""

    text: Text
    by: Account


class AppealDecisionBody(CommandBody):
    """Whether the customer is right after all, and why."""

    upheld: YesNo
    text: Text
    by: Account


class TaskBody(CommandBody):
    """What a department is asked for."""

    department: Annotated[CleanText, Field(min_length=1, max_length=64)]
    text: Text
    by: Account


class LeadDepartmentBody(CommandBody):
    """Which department leads (FC-11)."""

    department: Annotated[CleanText, Field(min_length=1, max_length=64)]
    by: Account


class RemedyBody(CommandBody):
    """What is owed. Amounts in the smallest unit; period_fee: the fee of the time affected, for goodwill (REM-8)."""

    kind: RemedyKind
    amount: Whole = Field(ge=1, le=10**12)
    period_fee: Whole | None = Field(default=None, ge=0, le=10**12)
    text: Text
    by: Account


class ChargeBody(CommandBody):
    """A charge that the customer disputes. reference: of the bill or item; amount in the smallest unit."""

    reference: Annotated[CleanText, Field(min_length=1, max_length=100)]
    amount: Whole = Field(ge=1, le=10**12)
    text: Text | None = None
    by: Account


class CompensationBody(CommandBody):
    """A visit was missed, or a service started late by so many days."""

    event: Literal[LateEvent.MISSED_VISIT, LateEvent.LATE_START]
    days: Whole = Field(default=1, ge=1, le=1000)
    by: Account


class ForIncidentBody(StrictBody):
    """The same for all complaints of an incident."""

    event: Literal[LateEvent.MISSED_VISIT, LateEvent.LATE_START]
    days: Whole = Field(default=1, ge=1, le=1000)
    by: Account


class PaymentBody(CommandBody):
    """It was paid, under this number."""

    by: Account
    payment: Annotated[CleanText, Field(min_length=1, max_length=100)]
