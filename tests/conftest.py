"""Fixtures for all tests, and logs as the services write them."""

from shared.runtime.logs import configure_logs

pytest_plugins = [
    "tests.ending_with_us",
    "tests.postgres_fixture",
    "tests.databases",
    "tests.service_under_test",
    "tests.kafka.fixtures",
    "tests.postgres_log",
    "tests.unproven",
]

configure_logs("ERROR")
