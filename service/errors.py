"""What went wrong, and how it is told: as a page with a sentence, or as RFC 9457 JSON.

Failure (500)
├── NotSignedIn (401)
├── NotFound (404)
├── Conflict (409)       somebody else was quicker
├── TooMany (429)        asked too often
└── Busy (503)           try again in a moment

The rules' own refusals are `workflows.refusals.Refused`; both carry `sentence`, `values` and `http_status`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.mistakes import place_of, sentence_of
from workflows.refusals import Refused
from workflows.words import _

log = structlog.get_logger()


class Failure(Exception):
    """`sentence` is a Chinese message with {placeholders}; `values` fill them once it is translated."""

    http_status = 500
    sentence = _("系统出了点问题，请稍后再试；如果一直这样，请联系管理员。")

    def __init__(self, sentence: str | None = None, **values: object) -> None:
        super().__init__(sentence or self.sentence)
        self.sentence = sentence or self.sentence
        self.values = values

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


class NotSignedIn(Failure):
    http_status = 401
    sentence = _("请先登录。")


class NotFound(Failure):
    http_status = 404
    sentence = _("没有找到您要看的内容，请检查地址是否完整。")


class Conflict(Failure):
    http_status = 409
    sentence = _("就在刚才，别人已经处理了这一件。请看看最新情况再决定。")


class TooMany(Failure):
    """`seconds` until another try makes sense."""

    http_status = 429
    sentence = _("您试得太频繁了，请过 {minutes} 分钟再试。")

    def __init__(self, sentence: str | None = None, *, seconds: int = 60, **values: object) -> None:
        super().__init__(sentence, minutes=-(-seconds // 60), **values)
        self.seconds = seconds


class Busy(Failure):
    http_status = 503
    sentence = _("现在办事的人太多，请过一会儿再试；您填的内容没有丢。")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person or a program is told. `sentence` is still to be translated."""

    http_status: int
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    field_name: str | None = None
    details: tuple[dict[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return HTTPStatus(self.http_status).phrase


SENTENCES = {
    400: _("这个请求看不懂，请返回上一页再试。"),
    401: NotSignedIn.sentence,
    403: _("您没有权限做这件事。"),
    404: NotFound.sentence,
    405: _("这个地址不能这样用，请返回上一页。"),
    409: Conflict.sentence,
    413: _("您上传的内容太大了，请少传几张照片再试。"),
    415: _("这种格式我们收不了，请换一种。"),
    422: _("有些地方没有填对，请改一改再提交。"),
    429: _("您试得太频繁了，请过一会儿再试。"),
    500: Failure.sentence,
    503: Busy.sentence,
}


def answer_to(error: Exception) -> Answer:
    """The one place that knows which error means which status."""
    if isinstance(error, Refused):
        return Answer(error.http_status, error.sentence, error.values, error.field)
    if isinstance(error, Failure):
        return Answer(error.http_status, error.sentence, error.values, headers=_headers_of(error))
    if isinstance(error, RequestValidationError):
        return Answer(422, SENTENCES[422], details=tuple(_mistakes(error)))
    if isinstance(error, HTTPException):
        return Answer(error.status_code, _sentence_of(error), headers=error.headers or {})
    if isinstance(error, StaleDataError):
        return answer_to(Conflict())
    if isinstance(error, OperationalError):
        return answer_to(Busy())
    return Answer(500, Failure.sentence)


def _headers_of(error: Failure) -> Mapping[str, str]:
    """When to come back, or with what."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, Busy):
        return {"Retry-After": "2"}
    return {"WWW-Authenticate": "Bearer"} if error.http_status == HTTPStatus.UNAUTHORIZED else {}


def _sentence_of(error: HTTPException) -> str:
    """A detail that is only the English name of the status says nothing: ours says what to do next."""
    if error.detail and error.detail != HTTPStatus(error.status_code).phrase:
        return str(error.detail)
    return SENTENCES.get(error.status_code, SENTENCES[500 if error.status_code >= 500 else 400])


def _mistakes(error: RequestValidationError) -> list[dict[str, Any]]:
    """Where and what, never the value: it may be somebody's telephone number. The sentence is not yet translated."""
    return [_mistake(mistake) for mistake in error.errors()]


def _mistake(mistake: Mapping[str, Any]) -> dict[str, Any]:
    sentence, values = sentence_of(mistake)
    return {"field": place_of(mistake), "type": mistake["type"], "message": sentence, "values": values}


class Say(Protocol):
    """Puts a sentence into the reader's language and fills its placeholders."""

    def __call__(self, request: Request, sentence: str, **values: object) -> str: ...


Page = Callable[[Request, Answer, str], Response]


def in_chinese(request: Request, sentence: str, **values: object) -> str:
    return sentence.format(**values)


def install(app: FastAPI, page: Page | None = None, say: Say = in_chinese) -> None:
    """Every error leaves as a sentence. `page` draws it for people; without one everybody gets JSON."""
    app.state.tell = tell = teller(page, say)
    for kind in (Refused, Failure, RequestValidationError, HTTPException, StaleDataError, OperationalError):
        app.add_exception_handler(kind, tell)


def teller(page: Page | None, say: Say) -> Callable[[Request, Exception], Response]:
    """Middleware, which stands outside of the handlers, finds it at `app.state.tell`."""

    def tell(request: Request, error: Exception) -> Response:
        answer = answer_to(error)
        if isinstance(error, Busy):
            # No mistake, and there may be hundreds of them a minute.
            log.warning("put off", why=type(error).__name__)
        elif answer.http_status >= 500:
            log.error("failed", exc_info=error)
        sentence = say(request, answer.sentence, **answer.values)
        if page is None or wants_json(request):
            return problem(answer, sentence, [_spoken(request, mistake, say) for mistake in answer.details])
        response = page(request, answer, sentence)
        response.headers.update(answer.headers)
        return response

    return tell


class LastWord:
    """Innermost of the middleware: what nobody expected gets its sentence here, its headers and log line outside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            if has_begun:
                raise
            response = await run_in_threadpool(scope["app"].state.tell, Request(scope), error)
            await response(scope, receive, send)


def wants_json(request: Request) -> bool:
    """The API always does; elsewhere only who asks for it and not for a page."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def _spoken(request: Request, mistake: Mapping[str, Any], say: Say) -> dict[str, Any]:
    label = say(request, str(mistake["values"]["label"]))
    message = say(request, mistake["message"], **{**mistake["values"], "label": label})
    return {"field": mistake["field"], "type": mistake["type"], "message": message}


def problem(answer: Answer, sentence: str, mistakes: Sequence[Mapping[str, Any]] = ()) -> Response:
    """RFC 9457: type, title, status, detail; and the fields to mend."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": answer.title,
        "status": answer.http_status,
        "detail": sentence,
    }
    if answer.field_name:
        content["field"] = answer.field_name
    if mistakes:
        content["errors"] = list(mistakes)
    headers = dict(answer.headers)
    return JSONResponse(content, answer.http_status, headers, media_type="application/problem+json")
