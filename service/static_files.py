"""Static files: their addresses change with their content, so that a browser may keep each for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Scope

STATIC = Path(__file__).parent / "static"
A_YEAR = 365 * 24 * 3600
VILLAGER_STYLES = ("tokens.css", "parts.css", "villager.css")
"""In this order, on every page of a villager's; her form brings them along."""


@lru_cache(maxsize=256)
def static_url(name: str) -> str:
    file = STATIC / name
    return (
        f"/static/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:8]}" if file.is_file() else f"/static/{name}"
    )


def static_files() -> ASGIApp:
    """Pages hold secrets beside what was typed: only what is the same for everybody is compressed."""
    return GZipMiddleware(HashedFiles(directory=STATIC), minimum_size=1000, compresslevel=6)


class HashedFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if b"v=" in scope["query_string"] and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response
