"""The interactive API pages at /<service>/docs, from an installed package: nothing comes from elsewhere."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse

from .errors import NotFoundError

_FILES = Path(str(files("fastapi_swagger") / "resources"))  # only its files are used
_MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_HEADERS = {
    # Swagger UI writes style attributes and has its icons in data addresses; neither leaves the machine.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="{path}/swagger-ui.css"><link rel="icon" href="{path}/favicon-32x32.png">
</head><body><div id="swagger-ui"></div>
<script src="{path}/swagger-ui-bundle.js"></script><script src="{path}/start.js"></script>
</body></html>"""


def add_api_pages(app: FastAPI, service: str, *, asks_for_token: bool) -> None:
    """Serve the pages for an app made with docs_url=None; `asks_for_token` gives them a place to enter it."""
    path = f"/{service}/docs"
    options = {
        "url": app.openapi_url,
        "dom_id": "#swagger-ui",
        "deepLinking": True,
        "validatorUrl": None,  # else the page would ask a validator on the internet
    }
    start = f"window.onload = () => SwaggerUIBundle({json.dumps(options)});\n"

    @app.get(path, include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(_PAGE.format(title=app.title, path=path), headers=_HEADERS)

    @app.get(f"{path}/{{name}}", include_in_schema=False)
    async def file(name: str) -> Response:
        if name == "start.js":
            return Response(start, media_type="text/javascript", headers=_HEADERS)
        if name not in _MEDIA_TYPES:
            raise NotFoundError("there is no such file", "没有这个文件")
        return FileResponse(_FILES / name, media_type=_MEDIA_TYPES[name], headers=_HEADERS)

    if asks_for_token:
        _describe_token(app)


def _describe_token(app: FastAPI) -> None:
    without = app.openapi

    def with_token() -> dict[str, Any]:
        document = without()
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["token"] = {"type": "http", "scheme": "bearer"}
        document["security"] = [{"token": []}]
        return document

    app.openapi = with_token  # type: ignore[method-assign]  # FastAPI's own way of changing the document
