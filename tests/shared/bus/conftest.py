"""Names the adapters of the event log that the conformance suite runs on."""

import pytest

from .event_log_suite import LogUnderTest

ADAPTERS = [
    pytest.param("postgres_under_test", id="postgres"),
    pytest.param("kafka_under_test", id="kafka", marks=pytest.mark.kafka),
]


@pytest.fixture(params=ADAPTERS)
def event_log_factory(request: pytest.FixtureRequest) -> LogUnderTest:
    return request.getfixturevalue(request.param)
