"""What staff may send to routing."""

from typing import Annotated

from pydantic import Field

from shared.events.vocabulary import HandlingStep, TransferReason
from shared.runtime.strict_json import CleanText, StrictBody

from .accept_resolution import ResolutionReason

Account = Annotated[CleanText, Field(min_length=1, max_length=64, description="account of a member of staff")]
Text = Annotated[CleanText, Field(min_length=1, max_length=5000)]
Steps = Annotated[
    tuple[HandlingStep, ...],
    Field(
        max_length=6,
        description="steps taken before this and not noted yet, in order; noted ones are skipped",
    ),
]


class StepBody(StrictBody):
    """One of the six steps was taken."""

    step: HandlingStep
    by: Account


class ProposalBody(StrictBody):
    """What the customer was told will be done. It counts as the step OWN_AND_PROPOSE."""

    text: Text
    by: Account
    steps: Steps = ()


class ResolutionBody(StrictBody):
    """What was done. `reason` says what became of the complaint."""

    by: Account
    text: Text | None = None
    reason: ResolutionReason | None = None
    steps: Steps = ()


class HandOverBody(StrictBody):
    """Who works on it from now on, and why (FC-6)."""

    handler_id: Account
    reason: TransferReason
    by: Account
