"""Intake with its own policy, for every test that needs no other."""

import pytest

from tests.builders import owner_named
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted
from .watching import C1, Watched


@pytest.fixture
async def intake(start_service: StartService) -> ServiceUnderTest:
    """Intake on an empty database."""
    return await start_service("intake")


@pytest.fixture
async def one(intake: ServiceUnderTest) -> Watched:
    """A complaint in English that has an owner."""
    watched = Watched(intake, await accepted(intake, customer=C1))
    await intake.hears(owner_named(watched.id, owner_name="Front desk 1"))
    return watched
