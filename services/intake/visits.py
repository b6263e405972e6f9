"""Counts the visits of callers without a token, in this process, and refuses those that come too often with 429."""

from collections import OrderedDict
from math import ceil
from time import monotonic
from typing import Literal

from fastapi import Request

from shared.runtime.errors import TooManyError

from . import metrics
from .limit_visits import Allowance, may_visit, visitor_of
from .policy import VisitPolicy

What = Literal["pages", "forms", "files", "guesses"]


class Visits:
    """What each visitor may still do. Of more visitors than the policy remembers, those long away are forgotten."""

    def __init__(self, policy: VisitPolicy) -> None:
        self._policy = policy
        self._allowances: OrderedDict[tuple[str, str], Allowance] = OrderedDict()

    def wait(self, request: Request, what: What) -> int:
        """Whole seconds until this may be done again; 0 if it may be done now, and then it is counted."""
        visitor = visitor_of(request.client.host if request.client else None, self._policy.shared)
        if visitor is None:
            return 0
        verdict = may_visit(
            self._allowances.pop((visitor, what), None), monotonic(), getattr(self._policy, what)
        )
        self._allowances[visitor, what] = verdict.allowance
        if len(self._allowances) > self._policy.remembered:
            self._allowances.popitem(last=False)
        if verdict.wait:
            metrics.VISITS_REFUSED.labels(what).inc()
        return ceil(verdict.wait)


async def not_too_often(request: Request) -> None:
    """A dependency of pages: raises TooManyError."""
    check(request, "pages")


async def not_too_many_files(request: Request) -> None:
    """A dependency of uploads: raises TooManyError."""
    check(request, "files")


def check(request: Request, what: What) -> None:
    """Raises TooManyError, with the time after which it may be done again."""
    visits: Visits = request.app.state.visits
    if wait := visits.wait(request, what):
        raise TooManyError(
            f"too often; come back in {wait} s",
            f"访问过于频繁，请在 {wait} 秒后再试",
            headers={"Retry-After": str(wait)},
        )
