"""What the demo county's administrator has set up: organisations paired with communities, one town in an emergency."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from service.claims.models import Pairing
from service.demo.data import read
from service.demo.settling import Ids
from service.directory import lifecycle

ADMINISTRATOR = "admin"


def set_up(session: Session, ids: Ids, now: datetime) -> None:
    """The emergency begins this moment: what was promised before runs on as it was promised."""
    told = read("afoot.toml")
    session.add_all(_pairing(each, ids, now.date()) for each in told["pairing"])
    emergency, who = told["emergency"], ids.people[ADMINISTRATOR]
    area = ids.areas[emergency["town"]]
    lifecycle.begin_emergency(session, area, emergency["reason"], emergency["roster"], who, now)


def _pairing(told: dict[str, Any], ids: Ids, today: date) -> Pairing:
    ended = today - timedelta(days=told["ended"]) if "ended" in told else None
    return Pairing(
        unit_id=ids.units[told["unit"]],
        area_id=ids.areas[told["area"]],
        members=told["members"],
        since=today - timedelta(days=told["since"]),
        ended_on=ended,
    )
