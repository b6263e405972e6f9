"""Marketing, for the tests that want nothing particular of it."""

import pytest

from tests.service_under_test import ServiceUnderTest, StartService


@pytest.fixture
async def marketing(start_service: StartService) -> ServiceUnderTest:
    return await start_service("marketing")
