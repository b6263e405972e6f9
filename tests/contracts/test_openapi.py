"""Every endpoint keeps to its OpenAPI document, whatever comes in: it answers or refuses, and never fails."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.command.registry import SERVICES, create_service
from shared.runtime.embedded import EmbeddedPostgres
from shared.runtime.settings import Settings
from tests.databases import migrated_database
from tests.postgres_fixture import drop_database
from tests.service_under_test import SEALING_KEYS, NoLog, ServiceUnderTest

from .seeded import seed

PROBLEM_JSON = "application/problem+json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class Visitor:
    """Sends requests to one service from outside its event loop, and counts the answers by status."""

    def __init__(self, runner: asyncio.Runner, under_test: ServiceUnderTest) -> None:
        self._runner = runner
        self._client = under_test.client
        self.known: dict[str, Any] = runner.run(seed(under_test))
        self.answers: Counter[int] = Counter()

    def document(self, name: str) -> dict[str, Any]:
        """The service's OpenAPI document."""
        answer = self._runner.run(self._client.get(f"/{name}/openapi.json"))
        document: dict[str, Any] = answer.raise_for_status().json()
        return document

    def send(self, case: Case[Any]) -> httpx.Response:
        """Send a request that schemathesis has made up."""
        request = case.as_transport_kwargs(base_url="http://redress")
        request.pop("cookies", None)
        if "data" in request:
            request["content"] = request.pop("data")
        answer = self._runner.run(self._client.request(**request))
        self.answers[answer.status_code] += 1
        return answer

    def make_it_about_what_exists(self, case: Case[Any]) -> None:
        """Put what the service knows in the place of ids and names that were made up."""
        for values in (case.path_parameters, case.query, case.body):
            if isinstance(values, dict):
                values.update({name: value for name, value in self.known.items() if name in values})


@contextmanager
def visiting(name: str, server: EmbeddedPostgres, templates: dict[str, str]) -> Iterator[Visitor]:
    """A service that knows a complaint, on a database of its own."""
    with asyncio.Runner() as runner:
        url = runner.run(migrated_database(server, templates, name))
        chosen = Settings(database_url=url, sealing_keys=SEALING_KEYS)
        under_test = ServiceUnderTest(create_service(name, chosen, NoLog()))
        try:
            yield Visitor(runner, under_test)
        finally:
            runner.run(under_test.close())
            runner.run(drop_database(server, url))


@pytest.mark.timeout(600)  # thousands of requests, and perhaps on a busy machine
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_answers_or_refuses_as_its_document_says(
    name: str, mode: GenerationMode, postgres_server: EmbeddedPostgres, templates: dict[str, str]
) -> None:
    with visiting(name, postgres_server, templates) as visitor:
        for found in schemathesis.openapi.from_dict(visitor.document(name)).get_all_operations():
            assert isinstance(found, Ok), found
            if mode is GenerationMode.NEGATIVE and takes_anything(found.ok()):
                continue
            keeps_to_its_document(visitor, found.ok(), mode)
    right = mode is GenerationMode.POSITIVE
    expected = [n for status, n in visitor.answers.items() if (status < 300 if right else status >= 400)]
    assert sum(expected) > 30, visitor.answers


@pytest.mark.parametrize("name", SERVICES)
def test_every_document_describes_refusals_as_the_problems_that_they_are(
    name: str, postgres_server: EmbeddedPostgres, templates: dict[str, str]
) -> None:
    with visiting(name, postgres_server, templates) as visitor:
        document = visitor.document(name)
    for path in document["paths"].values():
        for operation in path.values():
            assert PROBLEM_JSON in operation["responses"]["default"]["content"]
            refusals = [answer for status, answer in operation["responses"].items() if status >= "4"]
            assert all(set(answer["content"]) == {PROBLEM_JSON} for answer in refusals)
    assert "HTTPValidationError" not in document.get("components", {}).get("schemas", {})


def takes_anything(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    """True where nothing wrong can be made up: endpoints that ask for nothing, and those whose body is a file of text.

    The latter have tests of their own that send wrong files.
    """
    asks_for_nothing = not operation.body and not any(True for _ in operation.iter_parameters())
    return asks_for_nothing or any(body.media_type.startswith("text/") for body in operation.body)


def keeps_to_its_document(
    visitor: Visitor, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode
) -> None:
    """Try right (positive) or wrong (negative) requests to one endpoint, half of them about what exists."""

    @STEADY
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def try_one(case: Case[Any], about_what_exists: bool) -> None:
        if about_what_exists and mode is GenerationMode.POSITIVE:
            visitor.make_it_about_what_exists(case)
        case.query.pop("wait", None)  # nobody waits for events here
        answer = visitor.send(case)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == PROBLEM_JSON
            assert answer.json()["status"] == answer.status_code

    try_one()
