"""Decides in which language a customer is answered who has not said so."""

import re

from shared.events.vocabulary import Language

from .policy import LanguagePolicy

_ENOUGH = 400
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


def guess_language(text: str, policy: LanguagePolicy) -> Language:
    """Chinese from a share of Chinese characters on, among the first 400; else English. OP."""
    beginning = text[:_ENOUGH]
    chinese = sum(map(len, _CHINESE.findall(beginning)))
    enough = chinese > 0 and chinese >= policy.chinese_share_from * len(beginning)
    return Language.CHINESE if enough else Language.ENGLISH
