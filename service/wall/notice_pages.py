"""The quarter's notice of a village (村务公开): a list of villages in the workbench, a page to print, and the PDF."""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Path, Request, Response
from markupsafe import Markup
from sqlmodel import col, select

from service import paper, web
from service.accounts.visits import Looking, Visit
from service.directory.models import Area, Link
from service.directory.posters import short_address
from service.errors import NotFound
from service.static_files import STATIC
from service.tickets import links
from service.tickets.panels import Register
from service.tickets.posted import local_words
from service.wall.notices import VILLAGE, Quarter, notice_of, quarter_named, quarter_of, village_called
from workflows.commands import CHOICE_WORDS, LARGEST_ID
from workflows.wall import COLUMNS
from workflows.words import _

router = APIRouter(prefix="/desk/village-notices")

STYLES = STATIC / "notice.css"
AreaId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
REGISTER = Register(
    "village_notices",
    "/desk/village-notices",
    _("村务公开"),
    _("每个村每季度一张：提了多少、办了多少、上了公示墙的每一件怎样了。打印出来贴在公开栏，不写一个名字。"),
)


@router.get("")
def show_villages(request: Request, visit: Looking) -> Response:
    now = quarter_of(visit.now)
    return web.render(request, "wall/notices.html", villages=_villages(visit), quarters=[now, now.before])


@router.get("/{area}/{quarter}.pdf")
def download_notice(request: Request, area: AreaId, quarter: str, visit: Looking) -> Response:
    village, asked = _village(visit, area), quarter_named(quarter)
    language, zone = web.language_of(request), request.app.state.face.zone
    page = web.environment(language, zone).get_template("wall/notice.html")
    html = page.render(**_shown(request, visit, village, asked), styles=None)
    with paper.turn():
        made = paper.pdf(html, STYLES)
    named = {"Content-Disposition": f'attachment; filename="village-notice-{area}-{asked.name}.pdf"'}
    return Response(made, media_type="application/pdf", headers=named)


@router.get("/{area}/{quarter}")
def show_notice(request: Request, area: AreaId, quarter: str, visit: Looking) -> Response:
    """The same on a page that a browser prints."""
    village, asked = _village(visit, area), quarter_named(quarter)
    return web.render(request, "wall/notice.html", **_shown(request, visit, village, asked), styles="notice.css")


def _shown(request: Request, visit: Visit, village: Area, quarter: Quarter) -> dict[str, Any]:
    local = local_words(request)
    return {
        "village": visit.known.place_name(village.id or 0),
        "quarter": quarter,
        "notice": notice_of(visit.session, village, quarter, visit.known, local, visit.now),
        "column_words": {column.key: column.words for column in COLUMNS},
        "outcome_words": {str(choice.value): words for choice, words in CHOICE_WORDS.items()},
        "html_lang": web.LANGUAGES[web.language_of(request)],
        "door": _door(request, visit, village),
    }


def _door(request: Request, visit: Visit, village: Area) -> dict[str, Any] | None:
    """How whoever reads the sheet says a wish of her own: by the village's link, or else by its town's; none where both
    have none that takes wishes."""
    wanted = select(Link).where(col(Link.area_id).in_([village.id, village.parent_id])).order_by(col(Link.id))
    takes = (None, links.Reason.full)
    found = [each for each in visit.session.exec(wanted) if links.why_closed(visit.session, each, visit.now) in takes]
    link = min(found, key=lambda each: each.area_id != village.id, default=None)
    if link is None:
        return None
    address = short_address(link.token, web.outside(request))
    qr = Markup(segno.make(address, error="q").svg_inline(border=2, omitsize=True))
    return {"address": address, "qr": qr, "desk": links.whom_to_ask(link, visit.known)}


def _villages(visit: Visit) -> list[tuple[int, str]]:
    """Those in which the reader has a post, or whose town or county he serves."""
    seen = [area for area in visit.known.areas.values() if area.path.count("/") == VILLAGE]
    return [(area.id or 0, visit.known.place_name(area.id or 0)) for area in seen if _is_served(visit, area)]


def _village(visit: Visit, area_id: int) -> Area:
    """Raises NotFound for one that is not in the reader's list."""
    village = village_called(visit.known, area_id)
    if not _is_served(visit, village):
        raise NotFound()
    return village


def _is_served(visit: Visit, village: Area) -> bool:
    return village.path.startswith(tuple({post.area_path for post in visit.actor.posts}))
