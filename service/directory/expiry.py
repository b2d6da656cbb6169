"""Share links end by themselves on the day after their last one."""

from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.directory.models import Link
from service.jobs import Surroundings, Tally, one_by_one


def expire_links(around: Surroundings) -> Tally:
    """`valid_until` is the last day, by the county's wall clock; a link that was revoked has ended already."""
    today = around.now.astimezone(ZoneInfo(around.settings.time_zone)).date()
    over = select(Link.id).where(
        col(Link.valid_until) < today, col(Link.expired_at).is_(None), col(Link.revoked_at).is_(None)
    )
    with around.database.reading() as session:
        links = session.exec(over.order_by(col(Link.id))).all()
    return one_by_one(around, links, lambda session, link_id: _expire(session, link_id, around))


def _expire(session: Session, link_id: int | None, around: Surroundings) -> None:
    still_open = update(Link).where(col(Link.id) == link_id, col(Link.expired_at).is_(None))
    session.execute(still_open.values(expired_at=around.now))
