"""The links of the group chats: a list, a page for each with its picture and its words for the group, and a poster."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.administration import links
from service.administration.commands import ChangeLink, CreateLink, RevokeLink
from service.administration.link_papers import Hung, card_picture, hung_of, pastes, printed
from service.administration.permissions import acting_as, allow, covers, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.directory.models import Link
from service.directory.posters import desk_of, poster, qr_png, qr_svg, short_address
from service.errors import Conflict
from service.fields import Action, Choice
from service.letters import LACKING, PACKAGE, has_letters
from service.tickets.desk_choices import area_choices, unit_choices
from service.tickets.desk_words import local_words
from service.tickets.links import whom_to_ask
from service.typed import Typed
from service.web import outside, redirect, render, say
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/links")

NO_WAY_BACK = _("停用以后，点开的人看到“这个链接停用了”和该找谁；已经说的心愿照常办。停用了不能再开。")


class Ending(StrEnum):
    svg = "svg"
    png = "png"


@router.get("")
def show_links(request: Request, visit: Looking, q: str = "", cursor: str | None = None) -> Response:
    return _list(request, visit, q=q.strip(), cursor=cursor)


@router.post("")
def create_link(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "create_link")
    try:
        link = tried(visit, typed, CreateLink, lambda asked: links.create(visit, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("create_link", typed, refused))
    return told(request, links.url_of(link.token), _("链接建好了：复制下面的话，发到群里。"))


def _list(
    request: Request, visit: Visit, pressed: Pressed | None = None, q: str = "", cursor: str | None = None
) -> Response:
    found = links.links_seen(visit, q, cursor)
    action = None
    if may(visit, "create_link"):
        choices = {"area": area_choices(visit.known, acting_as(visit, "create_link")), **_units(request, visit)}
        action = button(request, CreateLink, "/desk/links", pressed, choices=choices, tone="primary")
    return page(
        request, visit, "links.html", pressed, rows=found.rows, cursor=found.cursor, action=action, looked_for=q
    )


@router.get("/{token}")
def show_link(request: Request, token: str, visit: Looking) -> Response:
    return _one(request, visit, links.link_seen(visit, token))


@router.post("/{token}/change_link")
def change_link(request: Request, token: str, typed: Typed, visit: Acting) -> Response:
    link = links.link_seen(visit, token, "change_link")
    try:
        tried(visit, typed, ChangeLink, lambda asked: links.change(visit, link, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, link, Pressed("change_link", typed, refused))
    return told(request, links.url_of(token), _("改好了。"))


@router.post("/{token}/revoke_link")
def revoke_link(request: Request, token: str, typed: Typed, visit: Acting) -> Response:
    link = links.link_seen(visit, token, "revoke_link")
    if link.revoked_at is not None:
        return redirect(links.url_of(token))
    try:
        tried(visit, typed, RevokeLink, lambda asked: links.revoke(visit, link, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, link, Pressed("revoke_link", typed, refused))
    return told(request, links.url_of(token), _("已停用。"))


def _one(request: Request, visit: Visit, link: Link, pressed: Pressed | None = None) -> Response:
    row = links.link_row(visit, link)
    asked = whom_to_ask(link, visit.known)
    return page(
        request,
        visit,
        "link.html",
        pressed,
        link=row,
        today=links.wishes_today(visit, link),
        address=short_address(link.token, outside(request)),
        pastes=pastes(request, _hung(request, visit, link)),
        days=links.last_days(visit, link),
        lacking="" if has_letters() else say(request, LACKING, package=PACKAGE),
        revoked_at=link.revoked_at,
        ask_instead=asked,
        actions=_actions(request, visit, link, pressed) if row.state != "revoked" else (),
    )


def _actions(request: Request, visit: Visit, link: Link, pressed: Pressed | None) -> Sequence[Action]:
    if not covers(visit, "change_link", visit.known.areas[link.area_id].path):
        return ()
    url, units = links.url_of(link.token), _units(request, visit, link.area_id)
    now = links.as_it_is(link)
    taken_back = RevokeLink.model_construct(fallback_unit=link.fallback_unit_id)
    return (
        button(request, ChangeLink, f"{url}/change_link", pressed, choices=units, now=now),
        button(
            request,
            RevokeLink,
            f"{url}/revoke_link",
            pressed,
            choices=units,
            now=taken_back,
            tone="danger",
            explanation=NO_WAY_BACK,
        ),
    )


def _units(request: Request, visit: Visit, area_id: int | None = None) -> Mapping[str, Sequence[Choice]]:
    """Units near the link, or near one's own desk, stand first."""
    paths = sorted(allow(visit, "see_links"))
    near = visit.known.areas[area_id].path if area_id else paths[0]
    return {"unit": unit_choices(visit.known, near, (), local_words(request))}


# Pictures


@router.get("/{token}/qr.{ending}")
def show_qr(request: Request, token: str, ending: Ending, visit: Looking) -> Response:
    address = short_address(links.link_seen(visit, token).token, outside(request))
    if ending is Ending.png:
        return Response(qr_png(address), media_type="image/png")
    return Response(qr_svg(address), media_type="image/svg+xml")


@router.get("/{token}/poster")
def show_poster(request: Request, token: str, visit: Looking) -> Response:
    """A page to print on one sheet of A4."""
    link = links.link_seen(visit, token)
    desk, phone = desk_of(link, visit.known)
    return render(
        request,
        "administration/poster.html",
        link=links.link_row(visit, link),
        address=short_address(link.token, outside(request)),
        desk_name=desk,
        desk_phone=phone,
    )


def _hung(request: Request, visit: Visit, link: Link) -> Hung:
    row = links.link_row(visit, link)
    return hung_of(row, short_address(link.token, outside(request)), desk_of(link, visit.known))


class Paper(StrEnum):
    """As file names say it: one sheet to hang up, or a sheet of cards to cut."""

    poster = "poster"
    cards = "cards"


@router.get("/{token}/{kind}.pdf")
def download_paper(request: Request, token: str, kind: Paper, visit: Looking) -> Response:
    made = printed(request, _hung(request, visit, links.link_seen(visit, token)), PRINTED_AS[kind])
    named = {"Content-Disposition": f'attachment; filename="{kind}-{token}.pdf"'}
    return Response(made, media_type="application/pdf", headers=named)


PRINTED_AS = {Paper.poster: "sheet", Paper.cards: "cards"}


@router.get("/{token}/card.png")
def show_card(request: Request, token: str, visit: Looking) -> Response:
    """A picture for the group, to be saved by a long press."""
    return Response(card_picture(request, _hung(request, visit, links.link_seen(visit, token))), media_type="image/png")


@router.get("/{token}/poster.svg")
def download_poster(request: Request, token: str, visit: Looking) -> Response:
    """The same sheet as a file, whose words a village secretary can change."""
    sheet = poster(links.link_seen(visit, token), visit.known, ".svg", outside(request))
    named = {"Content-Disposition": f'attachment; filename="poster-{token}.svg"'}
    return Response(sheet, media_type="image/svg+xml", headers=named)
