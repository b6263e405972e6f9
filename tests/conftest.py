"""Fixtures for all tests."""

pytest_plugins = ["tests.postgres_fixture", "tests.databases", "tests.service_under_test"]
