"""The API pages work without the internet and know where their document is."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI

from shared.runtime.api_pages import add_api_pages
from shared.runtime.errors import add_error_handlers


class Addresses(HTMLParser):
    """Collects what a page makes the browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts_inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note src and href."""
        self.found += [value for name, value in attrs if name in {"src", "href"} and value]
        self.scripts_inside += tag == "script" and "src" not in dict(attrs)


def an_app(*, asks_for_token: bool = False) -> FastAPI:
    app = FastAPI(title="Redress intake", openapi_url="/intake/openapi.json", docs_url=None, redoc_url=None)
    add_error_handlers(app)
    add_api_pages(app, "intake", asks_for_token=asks_for_token)

    @app.get("/intake/v1/things", summary="Things")
    async def things() -> list[str]:
        """All things."""
        return []

    return app


def a_client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://redress")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(an_app()) as client:
        yield client


async def test_everything_the_page_loads_is_served_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/intake/docs")
    seen = Addresses()
    seen.feed(page.text)
    assert page.headers["content-type"].startswith("text/html")
    assert len(seen.found) == 4
    for address in seen.found:
        assert address.startswith("/intake/docs/")
        assert (await client.get(address)).status_code == 200


async def test_the_page_forbids_the_browser_to_load_anything_from_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/intake/docs")
    seen = Addresses()
    seen.feed(page.text)
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert "http" not in page.headers["content-security-policy"]
    assert seen.scripts_inside == 0, "the policy would stop a script inside the page"


async def test_the_start_script_leads_to_the_services_own_document(client: httpx.AsyncClient) -> None:
    script = (await client.get("/intake/docs/start.js")).text
    (address,) = re.findall(r'"url": "([^"]+)"', script)
    document = (await client.get(address)).json()
    assert "/intake/v1/things" in document["paths"]
    assert '"validatorUrl": null' in script


async def test_the_files_are_swagger_ui(client: httpx.AsyncClient) -> None:
    script = await client.get("/intake/docs/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "SwaggerUIBundle" in script.text


@pytest.mark.parametrize("name", ["__init__.py", "..%2Fmain.py", "swagger-ui-bundle.js.map"])
async def test_other_files_are_not_given_out(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/intake/docs/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_pages_are_no_part_of_the_api(client: httpx.AsyncClient) -> None:
    document = (await client.get("/intake/openapi.json")).json()
    assert list(document["paths"]) == ["/intake/v1/things"]
    assert "security" not in document


async def test_where_a_token_is_needed_the_page_has_a_place_for_it() -> None:
    async with a_client(an_app(asks_for_token=True)) as client:
        document = (await client.get("/intake/openapi.json")).json()
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert document["security"] == [{"token": []}]
