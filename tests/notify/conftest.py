"""Notify with messages as files, for the tests that look at what it decides to tell."""

from pathlib import Path

import pytest

from tests.service_under_test import ServiceUnderTest, StartService


@pytest.fixture
async def notify(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("notify", outbound_folder=tmp_path)
