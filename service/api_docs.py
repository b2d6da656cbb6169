"""The API's description: drawn at /api/docs with files of our own, machine-readable at /api/openapi.json."""

from fastapi import APIRouter, Request, Response

from service import web

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


@router.get("/api/docs")
def docs(request: Request) -> Response:
    response = web.render(request, "api_docs.html", openapi=OPENAPI)
    # The viewer draws with inline styles and its own pictures; nothing else of it is allowed.
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    )
    return response
