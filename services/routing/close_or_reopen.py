"""Decides what a customer's answer, or silence, makes of a resolved complaint."""

from shared.events.vocabulary import ClosingGround, ReopenReason

from .policy import EndingPolicy


def after_answer(*, solved: bool, dissatisfied: bool, policy: EndingPolicy) -> ClosingGround | ReopenReason:
    """FU-7: a dissatisfied customer's complaint is opened again. FC-21: any other is closed as confirmed."""
    if not dissatisfied:
        return ClosingGround.CONFIRMED
    reason = ReopenReason.DISSATISFIED if solved else ReopenReason.NOT_SOLVED
    return reason if reason in policy.reopen_on else ClosingGround.CONFIRMED


def after_silence(policy: EndingPolicy) -> ClosingGround | None:
    """FU-8: silence after a notice closes; None if this installation waits for the customer's word."""
    return ClosingGround.SILENCE if policy.silence_closes else None
