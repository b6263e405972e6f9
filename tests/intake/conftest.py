"""Intake with its own policy, for every test that needs no other."""

import pytest

from tests.service_under_test import ServiceUnderTest, StartService


@pytest.fixture
async def intake(start_service: StartService) -> ServiceUnderTest:
    """Intake on an empty database."""
    return await start_service("intake")
