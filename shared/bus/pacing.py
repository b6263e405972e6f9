"""Decides how long a loop rests after a batch: larger batches cost less per event, and a busy machine needs them."""

LONGEST_REST = 0.05


def rest_after(work: float) -> float:
    """Seconds to rest after a batch that took `work` seconds.

    As long as it worked: on an idle machine that is next to nothing, on a busy one it halves the transactions.
    """
    return min(work, LONGEST_REST)
