"""The composition root: one application from settings, with its routes, its middleware and its clockwork."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI

from service import errors, keys, web
from service.database import Database
from service.keys import Keyring
from service.settings import Settings, settings

ROUTERS: tuple[APIRouter, ...] = ()


def create_app(given: Settings | None = None) -> FastAPI:
    """Nothing is opened until the server starts: `lifespan` opens and closes everything."""
    chosen = given or settings()
    app = FastAPI(
        title="微愿 API",
        version="1",
        lifespan=_lifespan,
        docs_url="/api/docs",
        openapi_url="/api/openapi.json",
        redoc_url=None,
    )
    app.state.settings = chosen
    keyring = Keyring.load(chosen.key_file, secret_of(chosen.secret_key))
    keys.use(keyring)
    web.set_up(app, web.Face(chosen.county_name, chosen.time_zone, keyring.mark("flash", b""), chosen.language))
    errors.install(app, web.error_page, web.say)
    for router in ROUTERS:
        app.include_router(router)
    return app


def secret_of(value: object) -> str | None:
    return value.get_secret_value() if value is not None else None  # type: ignore[attr-defined, no-any-return]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    chosen: Settings = app.state.settings
    to_thread.current_default_thread_limiter().total_tokens = chosen.pool_size
    app.state.database = Database(chosen.database_url.get_secret_value(), chosen.pool_size)
    app.state.database.verify()
    yield
    app.state.database.close()
