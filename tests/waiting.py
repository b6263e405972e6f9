"""Waits for a condition with a deadline, so that no test sleeps and hopes."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

Value = TypeVar("Value")


@overload
async def eventually(
    condition: Callable[[], Awaitable[Value | None]], within: float = 20.0, every: float = 0.02
) -> Value: ...


@overload
async def eventually(
    condition: Callable[[], Value | None], within: float = 20.0, every: float = 0.02
) -> Value: ...


async def eventually(condition: Callable[[], Any], within: float = 20.0, every: float = 0.02) -> Any:
    """The first true value of `condition`, asked again and again; AssertionError after `within` seconds."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + within
    while True:
        answer = condition()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        assert clock() < deadline, f"not within {within:g} s; the last answer was {value!r}"
        await asyncio.sleep(every)
