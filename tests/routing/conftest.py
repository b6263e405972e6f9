"""Routing with the small company, and routing as it is first installed."""

from pathlib import Path

import pytest

from tests.service_under_test import ServiceUnderTest, StartService

from .people import staff_file


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """With the departments and staff of people.py."""
    return await start_service("routing", staff_file=staff_file(tmp_path))


@pytest.fixture
async def empty_routing(start_service: StartService) -> ServiceUnderTest:
    """With no staff file: an empty installation."""
    return await start_service("routing")
