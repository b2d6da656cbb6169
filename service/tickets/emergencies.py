"""The emergencies that an official sees at the head of her desk: where, why, since when, and who is on duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.accounts.visits import Visit


@dataclass(frozen=True)
class Emergency:
    place: str
    reason: str
    since: datetime
    on_duty: Sequence[str]


def emergencies_of(visit: Visit) -> list[Emergency]:
    """Of her own areas, those below and those above: a bureau hears of every one in the county."""
    known = visit.known
    return [
        Emergency(known.place_name(mode.area_id), mode.reason, mode.began_at, mode.duty_roster.splitlines())
        for mode in known.emergencies_seen_from(post.area_path for post in visit.actor.posts)
    ]
