"""Who plays which part in one story: the unit that its catalogue row names, and the people there."""

from dataclasses import dataclass
from random import Random

from service.demo.county import county
from service.demo.people import handlers
from service.demo.wishes import Wish
from service.directory.defaults import BY_KEY


@dataclass(frozen=True)
class Cast:
    """Logins and unit keys; `other_unit` is where it might be sent by mistake."""

    unit: str
    other_unit: str
    dispatcher: str
    handler: str
    reviewer: str
    caller: str


def cast_for(wish: Wish, town: str, village: str, lots: Random) -> Cast:
    unit = _unit(wish, town, village, lots)
    is_of_town = unit.startswith(f"{town}.")
    return Cast(
        unit=unit,
        other_unit=f"{town}.service" if is_of_town else f"{town}.construction",
        dispatcher=f"{town}-dispatch" if is_of_town else "county-dispatch",
        handler=lots.choice(handlers()[unit]),
        reviewer=f"{town}-review" if is_of_town else "county-review",
        caller=f"{town}-follow-up" if is_of_town else "follow-up",
    )


def _unit(wish: Wish, town: str, village: str, lots: Random) -> str:
    if wish.unit:
        return wish.unit.replace("town.", f"{town}.", 1)
    if not wish.is_private and lots.random() < 0.15:
        return f"{town}.{village}"
    return town_office(town, wish.category)


def town_office(town: str, category: str) -> str:
    """The key of the office that the catalogue suggests there."""
    wanted = BY_KEY[category].town_office
    return next(unit.key for unit in county().units if unit.area == town and unit.short_name == wanted)


def county_office(category: str) -> str:
    wanted = BY_KEY[category].county_office
    return next(unit.key for unit in county().units if unit.area == "" and unit.short_name == wanted)
