"""Browsers in which somebody has signed in before: who locks his login from elsewhere does not lock it for these."""

from fastapi import Request, Response

from service.sealing import id_behind, secret_address

COOKIE = "weiyuan_known"
DOOR = "/sign-in"
KIND = "known browser"
LASTS = 180 * 24 * 3600
# An office has one PC for several people.
PEOPLE_MOST = 8


def remembered(request: Request) -> frozenset[int]:
    """Who has signed in here before: it opens nothing, and is only a reason to be asked for the password once more."""
    found = (id_behind(KIND, token) for token in _tokens(request))
    return frozenset(person_id for person_id in found if person_id is not None)


def remember(request: Request, response: Response, person_id: int) -> None:
    mine = secret_address(KIND, person_id)
    tokens = [mine, *(token for token in _tokens(request) if token != mine)][:PEOPLE_MOST]
    secure = request.app.state.settings.secure_cookies
    response.set_cookie(
        COOKIE, ".".join(tokens), max_age=LASTS, path=DOOR, secure=secure, httponly=True, samesite="lax"
    )


def _tokens(request: Request) -> list[str]:
    return request.cookies.get(COOKIE, "").split(".")[:PEOPLE_MOST]
