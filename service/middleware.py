"""What every request passes on its way in and every answer on its way out, in this order."""

from fastapi import FastAPI

from service.body_limit import BodyLimit
from service.errors import LastWord
from service.logs import RequestLog
from service.security import VILLAGERS, SameOrigin, SecurityHeaders, WithoutNul
from service.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """The last one added is the outermost."""
    app.add_middleware(LastWord)
    app.add_middleware(WithoutNul)
    app.add_middleware(SameOrigin, base_url=settings.base_url)
    app.add_middleware(BodyLimit, most=settings.max_body_mb * 1024 * 1024, patient=VILLAGERS)
    app.add_middleware(SecurityHeaders, https_only=settings.secure_cookies)
    app.add_middleware(RequestLog)
