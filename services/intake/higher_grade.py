"""Decides whether a customer's grade has risen: only then are their open complaints weighed and promised anew."""

from shared.events.vocabulary import Grade

_LADDER = (Grade.U, Grade.S, Grade.V, Grade.K)


def is_higher(grade: Grade, than: Grade) -> bool:
    """GRD: an upgrade counts for what is open, a downgrade does not; to be known at all is an upgrade."""
    return _LADDER.index(grade) > _LADDER.index(than)
