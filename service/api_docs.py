"""The API's description: drawn at /api/docs with files of our own, machine-readable at /api/openapi.json."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPBearer
from pydantic import ConfigDict

from service import web
from service.errors import SENTENCES

router = APIRouter(include_in_schema=False)

PREFIX = "/api/"
OPENAPI = "/api/openapi.json"
TITLE = "微愿 API"
DESCRIPTION = """
The same commands as the pages, in JSON. Errors are RFC 9457 (`application/problem+json`): `detail` is a sentence in the
language of `Accept-Language`, `errors` names the fields to mend.

* **villagers** need no account: a link's token lets them hand in a wish, the tracking token lets them follow it.
* **officials** and **supervisors** sign in with `POST /api/v1/session` and send the token as `Authorization: Bearer …`.
* Times are RFC 3339 in UTC. A list goes on with `cursor`.
"""

SIGNED_IN = [
    Depends(HTTPBearer(auto_error=False, scheme_name="token", description="The token of `POST /api/v1/session`"))
]
"""For the description only: who somebody is, and whether he may, is asked where the work is done."""

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "The status in English words"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that a person can act on, in the reader's language"},
        "field": {"type": "string", "description": "The field that is refused, where it is one"},
        "errors": {
            "type": "array",
            "description": "What has to be mended in the body or the query",
            "items": {
                "type": "object",
                "required": ["field", "type", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "type": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
WHEN: dict[int, str] = {
    400: "The body cannot be read",
    401: "Nobody is signed in, or the token has ended",
    403: "Not allowed to this person",
    404: "Does not exist, or cannot be seen by you",
    409: "Not possible in this status, or somebody else was quicker",
    410: "The link takes no wishes any more",
    413: "The body is too large",
    422: "Something has to be mended",
    429: "Tried too often, or too much for one day",
    503: "Too busy just now: `Retry-After` says when to come back",
}
SAID: dict[int, str] = {**SENTENCES, 410: "这个入口停用了，请在群里问一声新的链接，或者直接找清溪镇受理台。"}
TO_MEND = [{"field": "unit", "type": "missing", "message": "请填写承办单位。"}]


def shown(example: Mapping[str, Any]) -> ConfigDict:
    """The `model_config` of an answer: what the documentation draws of it."""
    return ConfigDict(json_schema_extra={"examples": [dict(example)]})


def problems(*statuses: int, has_body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its own errors, and those that any request may meet."""
    everywhere = (400, 413, 422, 503) if has_body else (503,)
    return {status: _problem(status) for status in sorted({*statuses, *everywhere})}


def _problem(status: int) -> dict[str, Any]:
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": SAID[status]}
    content = {"schema": PROBLEM, "example": said | ({"errors": TO_MEND} if status == 422 else {})}
    return {"description": WHEN[status], "content": {"application/problem+json": content}}


@router.get("/api/docs")
def docs(request: Request) -> Response:
    response = web.render(request, "api_docs.html", openapi=OPENAPI)
    # The viewer draws with inline styles and its own pictures; nothing else of it is allowed.
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    )
    return response
