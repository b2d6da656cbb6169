"""How much of a request is read at all."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.security import refuse

# Too much is four times what is allowed: who sends more is no villager with too many photographs.
TOO_MUCH = 4
# JSON is built in memory, twenty times as large as it was sent, before anybody is asked who he is.
WORDS_ONLY = ("/api/",)
WORDS_MOST = 2 * 1024 * 1024
# Where the API takes photographs and recordings: a form, of which nothing is built in memory.
FILES = re.compile(r"/api/v1/(?:links|wishes)/[^/]{1,64}/files")


class BodyLimit:
    """Refuses a request that is too large, with a sentence; it is read to its end first, or the browser shows none.

    `patient` paths are given somewhat more: they keep no more than is allowed, and can give the words of a form back.
    The API takes words, and pictures in one place only: elsewhere it is given less.
    """

    def __init__(self, app: ASGIApp, most: int, patient: tuple[str, ...] = ()) -> None:
        self._app = app
        self._most = most
        self._patient = patient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_of(scope["path"])
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            await self._swallow(receive)
            await refuse(HTTPException(413), scope, receive, send)
            return
        await self._app(scope, self._counted(receive, most), send)

    def _most_of(self, path: str) -> int:
        if path.startswith(WORDS_ONLY) and not FILES.fullmatch(path):
            return min(WORDS_MOST, self._most)
        return self._most * (TOO_MUCH if path.startswith(self._patient) else 1)

    async def _swallow(self, receive: Receive) -> None:
        size, more = 0, True
        while more and size <= TOO_MUCH * self._most:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)

    def _counted(self, receive: Receive, most: int) -> Receive:
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413)
            return message

        return receive_counted
