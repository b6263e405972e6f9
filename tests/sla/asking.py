"""The commands `redress sla …` in tests: they ask a service under test in place of an address."""

import httpx

from services.command.sla_doors.ask import Ask
from tests.service_under_test import ServiceUnderTest


def asking(sla: ServiceUnderTest, language: str = "en") -> Ask:
    """As the command asks, but without a network."""
    return Ask(sla.client, {"sla": "http://redress"}, language)


def asking_nobody() -> Ask:
    """As the command asks where nobody listens."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    return Ask(client, {"sla": "http://nobody", "intake": "http://nobody"}, "en")


def asking_for(*answers: httpx.Response) -> Ask:
    """As the command asks; whoever is asked answers so, one after the other."""
    ready = iter(answers)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: next(ready)))
    return Ask(client, {"sla": "http://somebody", "intake": "http://somebody"}, "en")
