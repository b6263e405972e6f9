"""Shows that a rule depends on a value of the policy: it is changed over the API, and the next decision is another one."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from tests.policies.doors import put_well
from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, staff_file
from .remedies import HEADS

Decide: TypeAlias = Callable[[ServiceUnderTest], Awaitable[object]]


async def show_that_it_depends(
    start_service: StartService,
    tmp_path: Path,
    decide: Decide,
    change: dict[str, Any],
    before: object,
    after: object,
) -> None:
    """What is decided is `before` until the policy is changed, and `after` from then on."""
    routing = await start_service("routing", staff_file=staff_file(tmp_path, STAFF + HEADS))
    assert await decide(routing) == before
    await put_well(routing, {"version": "2027-a"} | change)
    assert await decide(routing) == after
