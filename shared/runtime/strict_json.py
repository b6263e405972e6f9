"""Request bodies read strictly: valid UTF-8 JSON without NaN, of bounded depth, and text that PostgreSQL can store."""

from collections.abc import Callable, Coroutine
from json import JSONDecodeError
from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import from_json


class StrictBody(BaseModel):
    """The base of every request body: unknown fields are refused. Use CleanText, Whole and YesNo for the fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL characters|不得包含 NUL 字符")
    return value


Storable = AfterValidator(_storable)
"""Marks text without NUL characters; stands after the limits of its length, where those come first."""

CleanText = Annotated[str, Storable]
"""Text without NUL characters."""

Whole = Annotated[int, Field(strict=True)]
"""A whole number; text that looks like one is refused."""

YesNo = Annotated[bool, Field(strict=True)]
"""true or false; 1 and "yes" are refused."""


class StrictJsonRequest(Request):
    """A request whose JSON is parsed by the strict parser."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                self._json = from_json(body, allow_inf_nan=False)
            except ValueError as error:
                raise JSONDecodeError(
                    "not strict JSON", "", 0
                ) from error  # FastAPI makes it a 422 of the body
        return self._json


class StrictJsonRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a StrictJsonRequest."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictJsonRequest(request.scope, request.receive))

        return handle_strictly
