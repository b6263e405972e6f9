"""Decides by which key a row is known again: its id, else what it says and how often that was said before."""

from collections import defaultdict

from .rejects import Reason, RejectError


class ContactKeys:
    """The keys of one file's rows, given out in the order of the rows, so that every replay gives the same.

    `source` stands in front, for other files have the same ids.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._occurrences: defaultdict[bytes, int] = defaultdict(int)
        self._said: dict[str, bytes] = {}

    def key_of(self, row_id: str, fingerprint: bytes) -> str:
        """The key of the next row. The n-th of several identical rows without id is a contact of its own."""
        if row_id:
            return f"{self._source}:id:{row_id}"
        self._occurrences[fingerprint] += 1
        return f"{self._source}:row:{fingerprint.hex()}:{self._occurrences[fingerprint]}"

    def check_id(self, row_id: str, said: bytes) -> None:
        """Raises RejectError if an earlier row with this id said something else; intake would not notice."""
        if row_id and self._said.setdefault(row_id, said) != said:
            raise RejectError(Reason.SAME_ID_OTHER_CONTENT)
