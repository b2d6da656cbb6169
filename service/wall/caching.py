"""Answers that are the same for everybody may be kept for a minute, and asked for again by their mark."""

import hashlib

from fastapi import Request, Response

from service.web import FLASH

MAX_AGE = 60


def kept(request: Request, answer: Response) -> Response:
    """Its headers say how long it keeps; 304 for whoever has it already."""
    if FLASH in request.cookies or "set-cookie" in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
        return answer
    mark = f'W/"{hashlib.sha256(bytes(answer.body)).hexdigest()[:20]}"'
    headers = {"ETag": mark, "Cache-Control": f"public, max-age={MAX_AGE}", "Vary": "Cookie, Accept-Language"}
    asked = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if asked & {mark, mark.removeprefix("W/"), "*"}:
        return Response(status_code=304, headers=headers)
    answer.headers.update(headers)
    return answer
