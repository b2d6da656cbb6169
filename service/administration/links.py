"""The links that dispatchers push into group chats: which there are, how they are used, and what may be changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from service.accounts.scope import in_areas
from service.accounts.visits import Visit
from service.administration.changes import NEWEST, number_in, write_down
from service.administration.commands import ChangeLink, CreateLink, RevokeLink
from service.administration.permissions import allow, covers
from service.administration.today import midnight_here, today_here
from service.directory import lifecycle
from service.directory.lifecycle import LinkTerms
from service.directory.models import Area, Link, Person
from service.directory.reference import Reference
from service.errors import NotFound
from service.tickets.models import LinkDay, Ticket
from workflows.refusals import Refused
from workflows.words import _

PAGE = 50


@dataclass(frozen=True)
class LinkRow:
    """`state` is open, expired or revoked."""

    token: str
    url: str
    label: str
    area_name: str
    state: str
    pushed_by: str | None
    created_at: datetime
    valid_until: date | None
    daily_cap: int | None
    visits: int
    wishes: int


@dataclass(frozen=True)
class Links:
    rows: Sequence[LinkRow]
    cursor: str | None


def state_of(link: Link, now: datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    is_over = link.expired_at is not None or (link.valid_until is not None and link.valid_until < today_here(now))
    return "expired" if is_over else "open"


def links_seen(visit: Visit, search: str = "", cursor: str | None = None, most: int = PAGE) -> Links:
    """The newest first, of the areas that this person's posts cover. Always the same number of queries."""
    wanted = (
        select(Link, Person.name)
        .join(Area, col(Area.id) == col(Link.area_id))
        .outerjoin(Person, col(Person.id) == col(Link.pushed_by_id))
        .where(in_areas(col(Area.path), allow(visit, "see_links")), col(Link.id) < number_in(cursor, NEWEST))
    )
    if search:
        wanted = wanted.where(
            or_(
                col(Link.label).contains(search, autoescape=True),
                col(Link.token) == search,
                col(Link.area_id).in_(_places_called(search, visit.known)),
            )
        )
    found = visit.session.exec(wanted.order_by(col(Link.id).desc()).limit(most + 1)).all()
    shown = found[:most]
    wishes = _wishes_of(visit.session, [link.id for link, _name in shown])
    rows = [_row(link, name, wishes.get(link.id or 0, 0), visit) for link, name in shown]
    return Links(rows, str(shown[-1][0].id) if len(found) > most else None)


def _places_called(search: str, known: Reference) -> list[int]:
    return [area_id for area_id in known.areas if search in known.place_name(area_id)]


def _wishes_of(session: Session, links: Iterable[int | None]) -> dict[int, int]:
    counted = select(Ticket.link_id, func.count()).where(col(Ticket.link_id).in_(list(links)))
    return {link: count for link, count in session.exec(counted.group_by(col(Ticket.link_id))) if link}


def _row(link: Link, pushed_by: str | None, wishes: int, visit: Visit) -> LinkRow:
    return LinkRow(
        token=link.token,
        url=url_of(link.token),
        label=link.label,
        area_name=visit.known.place_name(link.area_id),
        state=state_of(link, visit.now),
        pushed_by=pushed_by,
        created_at=link.created_at,
        valid_until=link.valid_until,
        daily_cap=link.daily_cap,
        visits=link.visits,
        wishes=wishes,
    )


def url_of(token: str) -> str:
    return f"/desk/links/{token}"


def link_seen(visit: Visit, token: str, to_do: str = "see_links") -> Link:
    """Raises NotFound for one of an area that is not this person's to do it in."""
    allow(visit, to_do)
    link = visit.session.exec(select(Link).where(Link.token == token)).one_or_none()
    if link is None or not covers(visit, to_do, visit.known.areas[link.area_id].path):
        raise NotFound(_("没有这个链接。"))
    return link


def link_row(visit: Visit, link: Link) -> LinkRow:
    pushed_by = visit.session.get(Person, link.pushed_by_id) if link.pushed_by_id else None
    wishes = _wishes_of(visit.session, [link.id])
    return _row(link, pushed_by.name if pushed_by else None, wishes.get(link.id or 0, 0), visit)


def wishes_today(visit: Visit, link: Link) -> int:
    counted = select(func.count()).select_from(Ticket)
    since = midnight_here(visit.now)
    return visit.session.exec(counted.where(Ticket.link_id == link.id, Ticket.created_at >= since)).one()


DAYS_SHOWN = 14


@dataclass(frozen=True)
class DayOfUse:
    """How often the link was opened on a day, and how many wishes came of it."""

    day: date
    visits: int
    wishes: int


def last_days(visit: Visit, link: Link) -> list[DayOfUse]:
    """The newest first; days on which nothing happened are left out."""
    since = visit.now - timedelta(days=DAYS_SHOWN)
    opened = visit.session.exec(select(LinkDay).where(LinkDay.link_id == link.id, LinkDay.day >= today_here(since)))
    visits = {each.day: each.visits for each in opened}
    sent = visit.session.exec(select(Ticket.created_at).where(Ticket.link_id == link.id, Ticket.created_at >= since))
    wishes = Counter(today_here(moment) for moment in sent)
    days = sorted({*visits, *wishes}, reverse=True)
    return [DayOfUse(day, visits.get(day, 0), wishes[day]) for day in days]


# Writes


def create(visit: Visit, asked: CreateLink) -> Link:
    """Raises Refused for a place that is not this person's, a name that is taken there, a day that is over."""
    area = visit.known.areas.get(asked.area)
    if area is None or not covers(visit, "create_link", area.path):
        raise Refused(_("这个地方不归您管，请选列表里的。"), field="area")
    _check(visit, asked, asked.area)
    terms = LinkTerms(asked.label, asked.valid_until, asked.daily_cap, visit.person_id, asked.fallback_unit)
    link = lifecycle.create_link(visit.session, asked.area, terms, visit.now)
    write_down(visit, asked, asked.label, area.path)
    return link


def change(visit: Visit, link: Link, asked: ChangeLink) -> None:
    """A link that had come to its end works again when its last day is moved."""
    if link.revoked_at is not None:
        raise Refused(_("这个链接已经停用，不能再改；需要的话新建一个。"))
    _check(visit, asked, link.area_id, link.id)
    write_down(visit, asked, link.label, visit.known.areas[link.area_id].path, as_it_is(link))
    link.label, link.valid_until = asked.label, asked.valid_until
    link.daily_cap, link.fallback_unit_id = asked.daily_cap, asked.fallback_unit
    link.expired_at = None
    visit.session.add(link)


def as_it_is(link: Link) -> ChangeLink:
    return ChangeLink.model_construct(
        label=link.label,
        valid_until=link.valid_until,
        daily_cap=link.daily_cap,
        fallback_unit=link.fallback_unit_id,
    )


def revoke(visit: Visit, link: Link, asked: RevokeLink) -> None:
    _check_unit(visit, asked.fallback_unit)
    lifecycle.revoke_link(visit.session, link.token, visit.now, asked.fallback_unit)
    write_down(visit, asked, link.label, visit.known.areas[link.area_id].path)


def _check(visit: Visit, asked: ChangeLink | CreateLink, area_id: int, link_id: int | None = None) -> None:
    if asked.valid_until is not None and asked.valid_until < today_here(visit.now):
        raise Refused(_("有效期不能早于今天。"), field="valid_until")
    _check_unit(visit, asked.fallback_unit)
    same = select(Link.id).where(Link.area_id == area_id, Link.label == asked.label, col(Link.revoked_at).is_(None))
    if any(found != link_id for found in visit.session.exec(same)):
        raise Refused(_("这里已经有一个叫“{label}”的链接，换个名字好分清。"), field="label", label=asked.label)


def _check_unit(visit: Visit, unit_id: int | None) -> None:
    if unit_id is not None and unit_id not in visit.known.units:
        raise Refused(_("没有这个单位，请重新选择。"), field="fallback_unit")
