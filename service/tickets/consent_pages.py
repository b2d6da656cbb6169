"""A villager's choice to be told: by short message or in 微信, on her own page; stopped there, or from any message."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from notifications.channels.accounts import WeChatAccount, WrongAccount
from notifications.channels.base import DeliveryFailed, http_client
from notifications.channels.wechat import consent_address, openid_of
from service import clock, rate_limits, web
from service.database import Database
from service.dependencies import Reading, TheDatabase
from service.errors import NotFound, TooMany
from service.masking import mask_phone
from service.rate_limits import SMS_A_DAY, TELL_ME
from service.sealing import form_token, is_form_token, ticket_of, tracking_token
from service.settings import Settings
from service.tickets import consents
from service.tickets.inquiry import is_waiting
from service.tickets.main_ticket import main_of
from service.tickets.models import Ticket
from service.tickets.posted import NO_REFERRER, sentences
from service.typed import Typed, said
from workflows.consents import Way
from workflows.refusals import Refused
from workflows.statuses import OPEN, Status
from workflows.words import _

router = APIRouter(include_in_schema=False)

IN_WECHAT = "MicroMessenger"
LONGEST_CODE = 200
# Who comes back must be who went: 微信 asks nothing, and one tap on somebody else's link would be her consent to his.
WENT, GONE_FOR = "weiyuan_went", 600
WILL_TELL = _("记下了：有消息就告诉您。不想再收，随时回到这一页点一下。")
WILL_NOT_TELL = _("不再给您发消息了。想看进展，随时打开这一页。")
WILL_NEVER_TEXT = _("这个号码半年里不再收任何短信。想看进展，随时打开这一页。")
WECHAT_SAID_NO = _("微信没有告诉我们您是谁，请再点一次；还是不行，就用短信吧。")


@dataclass(frozen=True)
class Tell:
    """What her page offers: the ways that are on, and those that she may turn on. `number` is masked."""

    on: Sequence[Way]
    number: str
    may_text: bool
    may_wechat: bool
    a_day: int = SMS_A_DAY.most

    @property
    def is_worth_showing(self) -> bool:
        return bool(self.on) or self.may_text or self.may_wechat


def tell_of(request: Request, session: Session, ticket: Ticket) -> Tell:
    chosen: Settings = request.app.state.settings
    number = consents.number_of_hers(session, ticket)
    silent = {Way.sms} if consents.is_quiet(session, number, clock.now()) else set()
    on = [each.way for each in consents.in_force(session, ticket.id or 0) if each.way not in silent]
    is_open = main_of(session, ticket).status in OPEN
    has_wechat = chosen.wechat_url is not None and IN_WECHAT in request.headers.get("user-agent", "")
    return Tell(
        on=on,
        number=mask_phone(number),
        may_text=is_open and chosen.sms_url is not None and Way.sms not in (*on, *silent),
        may_wechat=is_open and has_wechat and Way.wechat not in on,
    )


WAITS_FOR_HER = {Status.follow_up: "rate", Status.closed: "rate"}


@router.get("/t/{token}/news")
def come_from_a_message(token: str, session: Reading) -> Response:
    """The address in a message: her page, at what she may do there now."""
    ticket, _has_message = _behind(session, token)
    main = main_of(session, ticket)
    spot = "question" if main is ticket and is_waiting(ticket) else WAITS_FOR_HER.get(main.status)
    page = f"/t/{tracking_token(ticket.id or 0)}"
    return web.redirect(f"{page}#{spot}" if spot else page)


@router.get("/t/{token}/stop")
def ask_whether_to_stop(request: Request, token: str, session: Reading) -> Response:
    """Looking does nothing: some telephones open every address in a message by themselves."""
    ticket, has_message = _behind(session, token)
    page = web.render(
        request,
        "tickets/stop.html",
        tell=tell_of(request, session, ticket),
        has_message=has_message,
        stop_url=f"/t/{token}/stop",
        track_url=f"/t/{tracking_token(ticket.id or 0)}",
    )
    page.headers.update(NO_REFERRER)
    return page


@router.post("/t/{token}/stop")
def stop(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    """Of this wish; or all that is sent to its number, for whoever has read a message to that number."""

    def act(session: Session) -> tuple[int, bool]:
        ticket, has_message = _behind(session, token)
        is_everything = has_message and "everything" in form
        stopped = consents.stop_number if is_everything else consents.stop
        stopped(session, ticket.id or 0, clock.now())
        return ticket.id or 0, is_everything

    ticket_id, is_everything = database.together(act)
    return _back(request, tracking_token(ticket_id), WILL_NEVER_TEXT if is_everything else WILL_NOT_TELL)


@router.post("/t/{token}/tell")
def tell_me(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    """By short message, to the number that she left with her wish or types here."""
    typed = said(form, "phone").strip()[:40] or None
    return _agree(request, token, database, Way.sms, lambda: typed)


@router.get("/t/{token}/wechat")
def tell_me_in_wechat(request: Request, token: str, database: TheDatabase, code: str = "", state: str = "") -> Response:
    """Without a code she is on her way to 微信; with one she comes back from there."""
    account, browser = _account(request), request.cookies.get(WENT, "")
    if not code:
        return _on_her_way(request, account, token)
    if not browser or not is_form_token(state, _way_of(token, browser), clock.now()):
        return _back(request, token, WECHAT_SAID_NO, "refused")
    return _agree(request, token, database, Way.wechat, lambda: _openid(account, code[:LONGEST_CODE]))


def _on_her_way(request: Request, account: WeChatAccount, token: str) -> Response:
    browser, back = secrets.token_urlsafe(16), f"{web.outside(request)}/t/{token}/wechat"
    answer = web.redirect(consent_address(account, back, form_token(_way_of(token, browser), clock.now())))
    secure = request.app.state.face.secure_cookies
    answer.set_cookie(WENT, browser, max_age=GONE_FOR, secure=secure, httponly=True, samesite="lax")
    return answer


def _way_of(token: str, browser: str) -> str:
    return f"wechat {_known(token)} {browser}"


def _openid(account: WeChatAccount, code: str) -> str:
    """Raise DeliveryFailed."""
    with http_client() as http:
        return openid_of(http, account, code)


def _agree(
    request: Request, token: str, database: Database, way: Way, address_of: Callable[[], str | None]
) -> Response:
    """Tries are counted before anybody is asked for an address: not even 微信 is asked without end."""
    ticket_id, now = _known(token), clock.now()
    try:
        rate_limits.spend(database, TELL_ME, str(ticket_id), now)
        address = address_of()
        database.together(lambda session: consents.agree(session, ticket_id, way, now, address))
    except DeliveryFailed:
        return _back(request, token, WECHAT_SAID_NO, "refused")
    except (Refused, TooMany) as refused:
        _status, sentence, errors = sentences(request, refused)
        return _back(request, token, next(iter(errors.values()), sentence), "refused")
    return _back(request, token, WILL_TELL)


def _back(request: Request, token: str, sentence: str, kind: str = "done") -> Response:
    answer = web.redirect(f"/t/{token}")
    web.flash(request, answer, sentence, kind)
    return answer


def _account(request: Request) -> WeChatAccount:
    chosen: Settings = request.app.state.settings
    if chosen.wechat_url is None:
        raise NotFound()
    try:
        return WeChatAccount.from_url(chosen.wechat_url.get_secret_value())
    except WrongAccount:
        raise NotFound() from None


def _known(token: str) -> int:
    """Raise NotFound for an address that was made up."""
    ticket_id = ticket_of(token)
    if ticket_id is None:
        raise NotFound()
    return ticket_id


def _behind(session: Session, token: str) -> tuple[Ticket, bool]:
    """By the key of her page, or of a message; and whether that is one to the number of now. Raise NotFound."""
    consent, has_message = consents.consent_behind(session, token)
    ticket = session.get(Ticket, consent.ticket_id if consent else ticket_of(token) or 0)
    if ticket is None:
        raise NotFound()
    return ticket, has_message
