"""Fills an empty database with the demo county and plays its last sixty days; a second time changes nothing.

fill(database, now, store) -> Demo      the addresses and sign-ins to print
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.database import Database
from service.demo.afoot import set_up
from service.demo.county import county
from service.demo.overseen import oversee
from service.demo.playing import play
from service.demo.posting import put_up_some
from service.demo.scenes import Album
from service.demo.settling import GIVEN_OUT, Ids, count_visits, settle
from service.demo.sign_ins import SignIn, sign_ins
from service.demo.story import plan
from service.directory.models import Area, AreaLevel, Link
from service.directory.reference import reference
from service.directory.seeding import seed
from service.sealing import tracking_token
from service.tickets.darkroom import prepare_pictures
from service.tickets.models import Ticket
from service.tickets.picture_store import PictureStore
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.words import _

TOWN_SHOWN = "xiangshuiyan"


@dataclass(frozen=True)
class Demo:
    """Paths below the service's address, and who can sign in. `is_new`: this call has filled the database."""

    county: str
    villager: str
    tracking: str
    workbench: str
    board: str
    sign_ins: tuple[SignIn, ...]
    is_new: bool


@dataclass(frozen=True)
class Before:
    """What has happened in the county before the last sixty days: from when on, and how it is played."""

    since: datetime
    play: Callable[[Session, Ids], None]


def fill(database: Database, now: datetime, store: PictureStore | None = None, before: Before | None = None) -> Demo:
    """All of it in one transaction, so that nobody ever sees half a county. Without a store there are no photographs.

    Raises Refused when the database belongs to another county.
    """
    with database.writing() as session:
        is_new = not is_settled(session)
        if is_new:
            _fill(session, now, Album(store), before)
    while store is not None and prepare_pictures(database, now, store):
        continue
    with database.reading() as session:
        return _described(session, is_new)


def _fill(session: Session, now: datetime, album: Album, before: Before | None) -> None:
    seed(session, now)
    session.flush()
    ids = settle(session, now if before is None else before.since + GIVEN_OUT)
    if before is not None:
        before.play(session, ids)
    play(session, ids, plan(now, reference(session).calendar), album, now)
    oversee(session, ids, now)
    set_up(session, ids, now)
    put_up_some(session, ids, now)
    count_visits(session, now)


def is_empty_or_demo(session: Session) -> bool:
    """May this database be thrown away?"""
    return _county_name(session) in {None, county().name}


def is_settled(session: Session) -> bool:
    """Is the demo there already? Raises Refused when another county is."""
    name = _county_name(session)
    if not is_empty_or_demo(session):
        raise Refused(_("这个数据库里已经有{name}的数据，演示数据只能装进空的数据库。"), name=name)
    return name is not None


def _county_name(session: Session) -> str | None:
    return session.exec(select(Area.name).where(col(Area.parent_id).is_(None))).first()


def _described(session: Session, is_new: bool) -> Demo:
    return Demo(
        county=county().name,
        villager=f"/w/{_link_of_town_shown(session)}",
        tracking=f"/t/{tracking_token(_ticket_to_rate(session))}",
        workbench="/desk",
        board="/board",
        sign_ins=sign_ins(),
        is_new=is_new,
    )


def _link_of_town_shown(session: Session) -> str:
    town = next(town.name for town in county().towns if town.key == TOWN_SHOWN)
    wanted = select(Link.token).join(Area, col(Area.id) == col(Link.area_id)).where(col(Link.revoked_at).is_(None))
    return session.exec(wanted.where(Area.name == town, Area.level == AreaLevel.town)).first() or ""


def _ticket_to_rate(session: Session) -> int:
    """An answered wish that waits for its villager's word; the newest wish if there is none."""
    answered = col(Ticket.status) == Status.follow_up
    wanted = select(Ticket.id).order_by(answered.desc(), col(Ticket.satisfaction).is_not(None), col(Ticket.id).desc())
    return session.exec(wanted).first() or 0
