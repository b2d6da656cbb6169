"""What protects every request, whatever page it asks for, and the passwords of those who sign in."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from pwdlib import PasswordHash
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import clock
from service.errors import Busy, Failure
from service.sealing import form_token, is_form_token
from workflows.words import _

SESSION_COOKIE = "weiyuan_session"
TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "x-csrf-token"
UNSHOWN = "\ufffd"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# The token stands at the head of a form; nobody searches a photograph for it.
SEARCHED = 64 * 1024
TOKEN = re.compile(rb'(?:^|&|name=")' + TOKEN_FIELD.encode() + rb'(?:=|"\r\n\r\n)([0-9a-f]+)')


class ForeignRequest(Failure):
    http_status = 403
    sentence = _("这个请求不是从本页面发出的，没有办理。请回到页面刷新后再试一次。")


async def refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    response = scope["app"].state.tell(Request(scope), error)
    await response(scope, receive, send)


class WithoutNul:
    """NUL, which PostgreSQL takes in no text, becomes the sign for what cannot be shown: nothing has such an address,
    and so the page that was asked for says that there is none. Typed words lose it where they are cleaned."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            query = scope["query_string"].replace(b"%00", quote(UNSHOWN).encode())
            scope.update(path=scope["path"].replace("\0", UNSHOWN), query_string=query)
        await self._app(scope, receive, send)


class SameOrigin:
    """Whoever is signed in acts only through our own pages: no other site can press a button in his name.

    Sec-Fetch-Site says where a request comes from, else Origin does. Old web views say neither; then a form of
    somebody signed in must carry the token that was made for his session.
    """

    def __init__(self, app: ASGIApp, base_url: str = "", cookie: str = SESSION_COOKIE) -> None:
        self._app = app
        self._own = _host_of(base_url)
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        owner = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        if owner:
            scope.setdefault("state", {})[TOKEN_FIELD] = form_token(owner, clock.now())
        if scope["method"] not in SAFE:
            comes_from_us = self._comes_from_us(headers)
            if comes_from_us is None and owner:
                comes_from_us, receive = await _carries_token(headers, receive, owner)
            if comes_from_us is False:
                await refuse(ForeignRequest(), scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _comes_from_us(self, headers: Headers) -> bool | None:
        """None when the browser does not say."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in {"same-origin", "none"}
        # A page without referrer sends "null", and so does whoever wants to hide.
        if origin is None or origin == "null":
            return None
        # "file://" has no host, and neither has a service without a settled address: that is nothing in common.
        host = _host_of(origin)
        return bool(host) and host in {headers.get("host", ""), self._own}


def _host_of(address: str) -> str:
    return urlsplit(address).netloc


async def _carries_token(headers: Headers, receive: Receive, owner: str) -> tuple[bool, Receive]:
    """Looks into the head of the body and hands the whole body on."""
    read: list[Message] = []
    head = b""
    while len(head) < SEARCHED and (not read or read[-1].get("more_body")):
        read.append(await receive())
        head += read[-1].get("body", b"")
    found = TOKEN.search(head)
    token = headers.get(TOKEN_HEADER) or (found.group(1).decode() if found else "")

    async def receive_again() -> Message:
        return read.pop(0) if read else await receive()

    return is_form_token(token, owner, clock.now()), receive_again


CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=(), browsing-topics=()"
    ),
}
# The address is the key to a wish: it is told to no other page, not even to ours.
SECRET_PATHS = ("/t/", "/r/", "/e/")
VILLAGERS = ("/w/", "/t/")


class SecurityHeaders:
    """Nothing inline, nothing from elsewhere, in nobody's frame; pages of whoever is signed in are not kept on disk."""

    def __init__(self, app: ASGIApp, https_only: bool = False, cookie: str = SESSION_COOKIE) -> None:
        self._app = app
        self._cookie = f"{cookie}="
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https_only else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _complete(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        if scope["path"].startswith(SECRET_PATHS):
            headers["Referrer-Policy"] = "no-referrer"
        asked = Headers(scope=scope)
        is_signed_in = self._cookie in asked.get("cookie", "") or "authorization" in asked
        headers.setdefault("Cache-Control", "no-store" if is_signed_in else "private, no-cache")


# Passwords

# One hash takes 0.1 s and 64 MiB: without a gate, signing in would be a way to bring the service down.
AT_ONCE = 2
PATIENCE = 5.0
# Whoever waits holds one of the places in which villagers are served: half of the usual eight are left to them.
IN_LINE = 4

_passwords = PasswordHash.recommended()
_gate = threading.BoundedSemaphore(AT_ONCE)
_line = threading.BoundedSemaphore(IN_LINE)
_nobodys_hash: list[str] = []


def hash_password(password: str) -> str:
    with _one_of_few():
        return _passwords.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Takes as long for a login that does not exist (`stored` is None) as for a wrong password. Raises Busy."""
    with _one_of_few():
        return _passwords.verify(password, stored or _hash_of_nobody()) and bool(stored)


def _hash_of_nobody() -> str:
    if not _nobodys_hash:
        _nobodys_hash.append(_passwords.hash("nobody"))
    return _nobodys_hash[0]


@contextmanager
def _one_of_few() -> Iterator[None]:
    with _one_of(_line, 0), _one_of(_gate, PATIENCE):
        yield


@contextmanager
def _one_of(places: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    if not places.acquire(timeout=patience):
        raise Busy()
    try:
        yield
    finally:
        places.release()
