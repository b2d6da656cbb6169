"""Tells how one wish of the year fares, from the first word until its villager was heard."""

from dataclasses import replace
from random import Random

from service.demo.cast import Cast, town_office
from service.demo.people import handlers
from service.demo.telling import RESIDENT
from service.simulation import hearing, passing_on, working
from service.simulation.fates import Ending, Fate, Stays
from service.simulation.matters import year
from service.simulation.pace import Tempo
from service.simulation.speaking import fill_in, say
from service.simulation.stories import Frame, Teller, Told, finished
from service.simulation.submitting import submission, who_writes

COMMITTEE = 0.12
"""Of what the town does itself, the village does so much."""


def begin(fate: Fate, frame: Frame) -> Teller:
    lots = Random(f"{frame.seed}/story/{fate.place}")
    teller = Teller(
        fate=fate,
        frame=frame,
        lots=lots,
        pace=Tempo(lots, frame.calendar, fate.speed),
        cast=_cast(fate, lots),
        urgency=fate.matter.terms,
        at=fate.at,
    )
    teller.add(fate.at, who_writes(fate), "submit", **submission(fate, lots))
    return teller


def tell(fate: Fate, frame: Frame) -> Told:
    """The whole story of a wish that nobody else has a part in."""
    teller = begin(fate, frame)
    ENDINGS[fate.ending](teller)
    return finished(teller, alone=len(teller.steps))


def answered(teller: Teller) -> None:
    working.receive(teller)
    if teller.fate.stays is Stays.deferred:
        passing_on.put_off(teller)
        return
    working.work(teller, working.target(teller))
    working.reply(teller, working.target(teller))
    hearing.hear(teller)


def _is_declined(teller: Teller) -> None:
    decline = teller.lots.choice(year().decline)
    first = teller.steps[0]
    said = fill_in(teller.lots.choice(decline.say), teller.lots) + "。"
    teller.steps[0] = replace(first, fields={**first.fields, "text": said})
    words = fill_in(teller.lots.choice(decline.words), teller.lots)
    teller.add(teller.later(8, 170), teller.cast.dispatcher, "decline", ground=decline.ground, words=words)
    teller.concluded_at = teller.at


def _is_withdrawn(teller: Teller) -> None:
    reason = say("withdrawn", teller.lots)
    teller.add(teller.at + teller.pace.minutes(4, 90), RESIDENT, "withdraw", reason=reason)
    teller.concluded_at = teller.at


def _cast(fate: Fate, lots: Random) -> Cast:
    """As in the demo's stories: what belongs to a bureau is dispatched, reviewed and followed up by the county."""
    unit = _unit(fate, lots)
    is_of_town = unit.startswith(f"{fate.town}.")
    return Cast(
        unit=unit,
        other_unit=f"{fate.town}.service",
        dispatcher=f"{fate.town}-dispatch" if is_of_town else "county-dispatch",
        handler=lots.choice(handlers()[unit]),
        reviewer=f"{fate.town}-review" if is_of_town else "county-review",
        caller=f"{fate.town}-follow-up" if is_of_town else "follow-up",
    )


def _unit(fate: Fate, lots: Random) -> str:
    """What others join in on stays with the town; many a small thing the village sees to itself."""
    if fate.matter.unit and not fate.is_woven:
        return fate.matter.unit.replace("town.", f"{fate.town}.", 1)
    if not (fate.matter.is_private or fate.is_woven) and lots.random() < COMMITTEE:
        return f"{fate.town}.{fate.village}"
    return town_office(fate.town, fate.matter.category)


ENDINGS = {Ending.answered: answered, Ending.declined: _is_declined, Ending.withdrawn: _is_withdrawn}
