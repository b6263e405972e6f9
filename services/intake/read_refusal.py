"""Decides whether a text message says that somebody wants no offers, and whether it says anything else."""

import re
from typing import NamedTuple
from unicodedata import normalize

from .policy import RefusalPolicy

_ENDS = re.compile(r"^[\s\W_]+|[\s\W_]+$")
_REST = re.compile(r"[^\S\n]*[,.!?;:、。\n]|\s+(?=[^\x00-\x7f])")


class Refusal(NamedTuple):
    """word: the policy's word that was said; alone: the message says nothing else, so it is no complaint."""

    word: str
    alone: bool


def read_refusal(text: str, policy: RefusalPolicy) -> Refusal | None:
    """OF-7: a word of the policy as the whole message, or before a sentence of its own.

    "退订也没用" and "Stop charging me" are sentences that begin like it, and refuse nothing.
    """
    said = _ENDS.sub("", normalize("NFKC", text).casefold())
    for word in policy.words:
        beginning = normalize("NFKC", word).casefold()
        if said == beginning:
            return Refusal(word, alone=True)
        if said.startswith(beginning) and _REST.match(said, len(beginning)):
            return Refusal(word, alone=False)
    return None
