"""How long ago each wish of the demo county was spoken, drawn by lot and the same every time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from service.demo.wishes import Wish, wishes
from workflows.commands import Satisfaction
from workflows.time_limits import Urgency

SEED = 20250719
FIRST_DAY, LAST_DAY = 60.0, 2.5
"""Answered wishes were spoken between so many days ago."""
TIME_TO_COMPLAIN = 26.0

EVERY_STEP = 99
# Days ago, and how many steps an unanswered wish has taken since. Among them are some that nobody has dispatched for
# too long, and some that nobody has acknowledged.
UNANSWERED = (
    (0.04, 1),
    (0.9, EVERY_STEP),
    (3.1, EVERY_STEP),
    (0.15, 1),
    (1.6, EVERY_STEP),
    (5.2, EVERY_STEP),
    (0.45, 2),
    (3.4, 1),
    (2.2, EVERY_STEP),
    (0.25, 1),
    (4.6, 2),
    (4.1, EVERY_STEP),
    (0.7, 3),
    (1.1, 3),
    (6.3, EVERY_STEP),
    (0.1, 1),
    (3.6, EVERY_STEP),
)
LATE_EACH = 4
"""Every fourth unanswered wish is late, by so much of what was promised."""
LATENESS = (1.05, 1.2, 1.5, 1.1, 2.4)
PROMISED_DAYS = {
    Urgency.danger: 0.1,
    Urgency.urgent: 1.0,
    Urgency.ordinary: 7.2,
    Urgency.complex: 21.5,
    Urgency.development: 30.0,
}
MAIN_TICKETS = {"trunk-1": 19.3, "trunk-2": 16.4, "trunk-3": 13.2}
"""Others were merged into these, so they came before."""


@dataclass(frozen=True)
class Telling:
    """One wish as it is told: by which villager (`number`), as the how manieth who says the same (`time`), when."""

    wish: Wish
    time: int
    number: int
    days_ago: float
    steps_most: int = EVERY_STEP


def tellings() -> Iterator[Telling]:
    lots = Random(SEED)
    answered = [(wish, time) for wish in wishes() if wish.is_answered for time in range(1 + wish.again)]
    lots.shuffle(answered)
    for number, (wish, time) in enumerate(answered):
        yield Telling(wish, time, number, _days_ago(wish, (number + lots.random()) / len(answered)))
    unanswered = [wish for wish in wishes() if not wish.is_answered]
    lots.shuffle(unanswered)
    for number, (wish, days_ago, steps_most) in enumerate(_waiting(unanswered, lots), len(answered)):
        yield Telling(wish, 0, number, days_ago, steps_most)


def _days_ago(wish: Wish, share: float) -> float:
    latest = TIME_TO_COMPLAIN if wish.rating is Satisfaction.dissatisfied else LAST_DAY
    return latest + share * (FIRST_DAY - latest)


def _waiting(unanswered: Iterable[Wish], lots: Random) -> Iterator[tuple[Wish, float, int]]:
    place = 0
    for wish in unanswered:
        if wish.key in MAIN_TICKETS:
            yield wish, MAIN_TICKETS[wish.key], EVERY_STEP
        elif wish.merge_into or wish.withdraw or wish.decline:
            yield wish, lots.uniform(1.5, 11.0), EVERY_STEP
        else:
            yield wish, *_age(wish, place, lots)
            place += 1


def _age(wish: Wish, place: int, lots: Random) -> tuple[float, int]:
    if place % LATE_EACH == 0:
        return LATENESS[place // LATE_EACH % len(LATENESS)] * PROMISED_DAYS[wish.terms()], EVERY_STEP
    days_ago, steps_most = UNANSWERED[place % len(UNANSWERED)]
    return days_ago * lots.uniform(0.8, 1.2), steps_most
