"""Sign-in and sign-out; who was signed out while he wrote finds his words again."""

from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from service import clock
from service.accounts import sessions
from service.accounts.browsers import browser_in_words
from service.accounts.passwords import WrongPassword, person_behind
from service.accounts.remembered import remember, remembered
from service.accounts.visits import secret_of
from service.dependencies import TheDatabase, Writing
from service.errors import Busy, Failure, TooMany, wants_json
from service.security import SAFE, SESSION_COOKIE, TOKEN_FIELD
from service.typed import Typed, said, words_of
from service.web import flash, redirect, render, say
from workflows.words import _

router = APIRouter()

HOME = "/desk"
FOR_VILLAGERS = "/track"
OWN_FIELDS = frozenset({"login", "password", "next", "again", "version", TOKEN_FIELD})
KEEPS_WORDS = ("/desk/tickets/", "/desk/whistles/", "/desk/new", "/desk/meeting")
"""Pages that take the words of an interrupted form back with `?again=1`, without doing anything yet."""


@router.get("/")
def front(request: Request) -> Response:
    """Who typed no more than the county's address: officials go on to their work, everybody else to his wishes."""
    return redirect(HOME if SESSION_COOKIE in request.cookies else FOR_VILLAGERS)


@router.get("/sign-in")
def door(request: Request, next: str = HOME) -> Response:
    return _door(request, next=_inside(next))


@router.post("/sign-in")
def sign_in(request: Request, typed: Typed, database: TheDatabase) -> Response:
    try:
        person_id = person_behind(
            database, said(typed, "login"), said(typed, "password"), _address(request), remembered(request)
        )
    except (WrongPassword, TooMany, Busy) as error:
        return _door_again(request, typed, error)
    with database.writing() as session:
        sessions.revoke(session, secret_of(request), clock.now())
        browser = browser_in_words(request.headers.get("user-agent", ""))
        secret = sessions.begin(session, person_id, browser, clock.now())
    response = _on_to(_inside(said(typed, "next")), has_words=bool(said(typed, "again")))
    _give_cookie(request, response, secret)
    remember(request, response, person_id)
    return response


@router.post("/sign-out")
def sign_out(request: Request, session: Writing) -> Response:
    sessions.revoke(session, secret_of(request), clock.now())
    response = redirect("/sign-in")
    response.delete_cookie(SESSION_COOKIE)
    flash(request, response, _("您已退出。"))
    return response


def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """In place of the error page: the door, which leads on to where one wanted to go, with what was typed."""
    if wants_json(request):
        answer: Response = request.app.state.tell(request, error)
        return answer
    if request.method in SAFE:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return redirect("/sign-in" if here == HOME else f"/sign-in?{urlencode({'next': here})}")
    if not request.url.path.startswith(KEEPS_WORDS):
        return _door(request, 401, next=HOME, refusal=say(request, _GONE))
    kept = [pair for pair in words_of(request.state.typed) if pair[0] not in OWN_FIELDS]
    return _door(request, 401, next=request.url.path, kept=kept, refusal=say(request, _KEPT))


_KEPT = _("您离开得久了，请重新登录。刚才写的都还在，登录后接着办；照片要重新选一次。")
_GONE = _("您离开得久了，请重新登录，再按一次刚才的按钮。")


def _door_again(request: Request, typed: Typed, error: Failure) -> Response:
    kept = [pair for pair in words_of(typed) if pair[0] not in OWN_FIELDS] if said(typed, "again") else []
    return _door(
        request,
        error.http_status,
        next=_inside(said(typed, "next")),
        login=said(typed, "login"),
        kept=kept,
        refusal=say(request, error.sentence, **error.values),
    )


def _door(request: Request, status: int = 200, **values: object) -> Response:
    demo_people = request.app.state.demo_people if request.app.state.settings.demo else ()
    return render(request, "accounts/sign_in.html", status, demo_people=demo_people, **values)


def _on_to(address: str, has_words: bool) -> Response:
    """307 sends the same form on to the page it was meant for; that page shows it and waits for another press.

    Whatever hung on the address is left behind: behind another question mark `again` would not be read.
    """
    if has_words and address.startswith(KEEPS_WORDS):
        return RedirectResponse(f"{urlsplit(address).path}?again=1", 307)
    return redirect(HOME if has_words else address)


def _inside(address: str) -> str:
    """An address of our own to go on to: never another site's."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\", "/sign-")) and address.isprintable()
    return address if is_ours else HOME


def _give_cookie(request: Request, response: Response, secret: str) -> None:
    secure = request.app.state.settings.secure_cookies
    seconds = int(sessions.LASTS.total_seconds())
    response.set_cookie(SESSION_COOKIE, secret, max_age=seconds, secure=secure, httponly=True, samesite="lax")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
