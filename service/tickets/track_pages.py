"""Finding one's wish by its number and six-digit code, with few tries."""

import unicodedata
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from service import clock, rate_limits, web
from service.database import Database
from service.dependencies import TheDatabase
from service.errors import TooMany
from service.rate_limits import TRACKING_CODE, TRACKING_FROM
from service.sealing import is_tracking_code, tracking_token
from service.tickets.models import Ticket
from service.tickets.numbers import id_of, number_of
from service.tickets.posted import sentences
from service.typed import Typed, said
from workflows.commands import LARGEST_ID, clean
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(include_in_schema=False)

LONGEST = 40
NO_NUMBER = _("编号是年份和六位数字，像 {year}-000123 这样。")
NO_MATCH = _("编号和查询码对不上，请照着回执再看一遍。还可以试 {left} 次。")
LAST_TRY = _("编号和查询码对不上。试得太多了，请过一个小时再来，或者打电话问村委会。")


@router.get("/track")
def ask_for_number(request: Request) -> Response:
    return _page(request, {})


@router.post("/track")
def find_by_number(request: Request, form: Typed, database: TheDatabase) -> Response:
    typed = {name: str(clean(said(form, name)))[:LONGEST] for name in ("number", "code")}
    try:
        return web.redirect(f"/t/{tracking_token(_found(request, typed, database))}")
    except (Refused, TooMany) as refused:
        status, sentence, errors = sentences(request, refused)
        return _page(request, typed, status, errors, None if errors else sentence)


def _page(
    request: Request,
    typed: Mapping[str, str],
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    refusal: str | None = None,
) -> Response:
    shown = {"values": typed, "errors": errors or {}, "refusal": refusal}
    return web.render(request, "tickets/track_find.html", status, action="/track", **shown)


def _found(request: Request, typed: Mapping[str, str], database: Database) -> int:
    """The ticket behind number and code; raise Refused or TooMany. Tries count for the number and for whoever asks."""
    now = clock.now()
    number, code = (_plain(typed[name]) for name in ("number", "code"))
    ticket_id = id_of(number)
    if ticket_id is None or ticket_id > LARGEST_ID:
        raise Refused(NO_NUMBER, field="number", year=now.year)
    address = request.client.host if request.client else ""
    rate_limits.spend(database, TRACKING_FROM, rate_limits.whence(address), now)
    left = rate_limits.spend(database, TRACKING_CODE, number, now)
    with database.reading() as session:
        is_right = _is_known(session, ticket_id, number) and is_tracking_code(ticket_id, code)
    if not is_right:
        raise Refused(NO_MATCH if left else LAST_TRY, field="code", left=left)
    rate_limits.forgive(database, TRACKING_CODE, number)
    return ticket_id


def _plain(typed: str) -> str:
    """Full-width digits, a long dash and blanks between the digits mean the same."""
    return "".join(unicodedata.normalize("NFKC", typed).replace("—", "-").replace("–", "-").split())


def _is_known(session: Session, ticket_id: int, number: str) -> bool:
    """The year in front has to be right, too."""
    ticket = session.get(Ticket, ticket_id)
    return ticket is not None and number_of(ticket_id, ticket.created_at) == number
