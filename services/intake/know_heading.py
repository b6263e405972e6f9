"""Decides whether a text is no more than the heading of a complaint, as "billing" or "data cap" on a form."""

from .policy import HeadingPolicy
from .word_lists import WordLists

_MATTER, _ASKED = 0, 1


class Headings:
    """The policy's words of headings, ready to be tried on many texts."""

    def __init__(self, policy: HeadingPolicy) -> None:
        self._policy = policy
        self._words = WordLists([policy.matters, policy.asks])

    def is_heading(self, text: str) -> bool:
        """OP: a few words in Latin letters that name a matter of ours and ask for nothing tell of trouble.

        Who writes them to complain leaves the story out; who asks about the matter asks. `text` is `comparable`.
        """
        if "?" in text or not text.isascii() or len(text.split()) > self._policy.longest:
            return False
        found = self._words.found_in(text)
        return _MATTER in found and _ASKED not in found
