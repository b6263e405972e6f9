"""What the tests of policies say again and again: put, read, another process, time that passes."""

from importlib import import_module
from typing import Any

import httpx
from sqlalchemy import text

from tests.service_under_test import NoLog, ServiceUnderTest

WHO = {"by": "lead1", "reason": "more people at work"}
SERVICES = ("intake", "routing", "sla", "notify", "feedback", "marketing")


async def put(service: ServiceUnderTest, change: Any, **params: str) -> httpx.Response:
    """Put a change as a JSON document, or as TOML where it is text."""
    path = f"/{service.service.name}/v1/policy/versions"
    if isinstance(change, str):
        toml = {"content-type": "application/toml"}
        return await service.client.post(path, content=change, headers=toml, params=WHO | params)
    return await service.client.post(path, json=change, params=WHO | params)


async def put_well(service: ServiceUnderTest, change: Any, **params: str) -> dict[str, Any]:
    """Put a change that is taken."""
    answer = await put(service, change, **params)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def get(service: ServiceUnderTest, path: str = "", status: int = 200, **params: str) -> Any:
    """Read something below the policy of a service."""
    answer = await service.client.get(f"/{service.service.name}/v1/policy{path}", params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


async def states(service: ServiceUnderTest) -> dict[str, str]:
    """The versions that there are, and how each stands."""
    return {one["version"]: one["state"] for one in (await get(service, "/versions"))["items"]}


async def looks_again(service: ServiceUnderTest) -> None:
    """The second has passed after which every process looks again."""
    await service.service.app.state.policy_keeper.refresh()


async def valid_time_comes(service: ServiceUnderTest) -> None:
    """A century and more passes for the versions that are to come."""
    await execute(service, "UPDATE policy SET valid_from = valid_from - interval '110 years'")


async def execute(service: ServiceUnderTest, sql: str, **values: Any) -> None:
    """Change the service's database behind its back."""
    async with service.engine.begin() as connection:
        await connection.execute(text(sql), values)


def another_process(service: ServiceUnderTest, **settings: Any) -> ServiceUnderTest:
    """The same service once more on the same database, as after a restart. To be closed by the test."""
    create_service = import_module(f"services.{service.service.name}.app").create_service
    return ServiceUnderTest(create_service(service.service.settings.model_copy(update=settings), NoLog()))
