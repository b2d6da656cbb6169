"""What is handed in, by whom and from where: villagers through the link, officials for those who told them."""

from random import Random
from typing import Any

from service.demo.county import county
from service.demo.people import villager
from service.demo.telling import RESIDENT
from service.directory.defaults import BY_KEY
from service.simulation.fates import Fate
from service.simulation.speaking import fill_in, wish_words
from workflows.statuses import Source

MOBILE, NUMBERS = "154{:08d}", 89_999_999
"""No carrier has ever been given 154, so that none of these can ring at anybody's door."""
SPEAKS_AGAIN = 0.08
MEETINGS = {Source.courtyard_meeting: "院落会", Source.home_visit: "入户走访", Source.office_day: "办公日"}


def submission(fate: Fate, lots: Random) -> dict[str, Any]:
    said = wish_words(fate.matter, lots)
    name, phone = _villager(fate.place, lots)
    meeting = f"{fate.village}{MEETINGS[fate.source]}" if fate.source in MEETINGS else None
    return {
        "text": fate.said or said,
        "kind": BY_KEY[fate.matter.category].kind,
        "area": fate.area,
        "place": fill_in("{spot}", lots) if lots.random() < 0.4 else None,
        "source": fate.source,
        "is_private": fate.matter.is_private,
        "name": name if lots.random() < 0.7 else None,
        "phone": phone if fate.source is not Source.link or lots.random() < 0.85 else None,
        "is_nameless": lots.random() < 0.8,
        "meeting": meeting,
    }


def who_writes(fate: Fate) -> str:
    """She herself, her village's secretary, the town's desk, or the hotline at the county."""
    if fate.source is Source.link:
        return RESIDENT
    if fate.source is Source.hotline:
        return "county-dispatch-2"
    if fate.source is Source.office_day:
        return f"{fate.town}-dispatch"
    names = [each.name for each in county().villages_of(fate.town)]
    return f"{fate.town}-village-{names.index(fate.village) + 1}"


def _villager(place: int, lots: Random) -> tuple[str, str]:
    """Some have spoken before this year."""
    again = lots.random() < SPEAKS_AGAIN
    number = lots.randrange(place + 1) if again else place
    return villager(number)[0], MOBILE.format(10_000_000 + number % NUMBERS)
