"""The fake services, served."""

from collections.abc import AsyncIterator

import pytest

from .fake_services import FakeServices, serving


@pytest.fixture
async def fake() -> AsyncIterator[FakeServices]:
    """All services at one address, with nothing in them."""
    async with serving(FakeServices()) as served:
        yield served
