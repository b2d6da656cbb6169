"""The plan of the demo county's last sixty days: which wish was spoken where and when, and how far it has come.

The same seed gives the same plan; its times are counted back from `now`, and what lies ahead of `now` has not happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from random import Random
from typing import Any

from service.demo import telling
from service.demo.cast import cast_for
from service.demo.county import county
from service.demo.pace import Pace
from service.demo.people import villager
from service.demo.telling import RESIDENT, Step, Teller
from service.demo.wishes import Wish, wishes
from workflows.commands import Satisfaction
from workflows.statuses import Source
from workflows.workdays import WorkCalendar

SEED = 20250719
SPAN = (2.5, 60.0)
"""Answered wishes were spoken between so many days ago."""

# Days ago, and how far it has come since: the first three steps, or all of them. In between lie some that nobody has
# dispatched, some that nobody has acknowledged, and some that are overdue.
UNANSWERED = (
    (0.04, 1), (0.9, 4), (3.1, 4), (0.15, 1), (1.6, 4), (5.2, 4), (0.45, 2), (1.3, 1), (2.2, 4), (8.5, 4), (0.25, 1),
    (2.6, 2), (4.1, 4), (0.7, 3), (1.1, 3), (13.0, 4), (6.3, 4), (0.1, 1), (3.6, 4), (23.0, 4),
)  # fmt: skip
MAIN_TICKETS = {"trunk-1": 19.3, "trunk-2": 16.4, "trunk-3": 13.2}
SOURCES = (
    *[Source.link] * 13, *[Source.hotline] * 2, *[Source.home_visit] * 2, *[Source.courtyard_meeting] * 2, Source.office_day
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """`key` lets other stories be merged into this one; `link` is the area whose share link was used."""

    key: str | None
    link: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Telling:
    """One wish as it is told: by whom (the number of the villager, and the how manieth who says so), how long ago."""

    wish: Wish
    time: int
    number: int
    days_ago: float
    steps_most: int = 99


def plan(now: datetime, calendar: WorkCalendar) -> list[Story]:
    """All stories in the order in which they began. Steps after `now` are left out."""
    stories = [_story(told, now, calendar) for told in _all_told(Random(SEED))]
    return sorted((story for story in stories if story.steps), key=lambda story: story.steps[0].at)


def _all_told(lots: Random) -> Iterator[Telling]:
    answered = [(wish, time) for wish in wishes() if wish.is_answered for time in range(1 + wish.again)]
    lots.shuffle(answered)
    for number, (wish, time) in enumerate(answered):
        yield Telling(wish, time, number, _days_ago(wish, (number + lots.random()) / len(answered)))
    rest = [wish for wish in wishes() if not wish.is_answered]
    lots.shuffle(rest)
    patterns = cycle(UNANSWERED)
    for number, wish in enumerate(rest, len(answered)):
        yield _unanswered(wish, number, patterns, lots)


def _days_ago(wish: Wish, share: float) -> float:
    """Who was not content had time to say so."""
    first, last = SPAN
    if wish.rating is Satisfaction.dissatisfied:
        first = 26.0
    return first + share * (last - first)


def _unanswered(wish: Wish, number: int, patterns: Iterator[tuple[float, int]], lots: Random) -> Telling:
    if wish.key in MAIN_TICKETS:
        return Telling(wish, 0, number, MAIN_TICKETS[wish.key])
    if wish.merge_into or wish.withdraw or wish.decline:
        return Telling(wish, 0, number, lots.uniform(1.5, 11.0))
    days_ago, steps_most = next(patterns)
    return Telling(wish, 0, number, days_ago, steps_most)


def _story(told: Telling, now: datetime, calendar: WorkCalendar) -> Story:
    wish, lots = told.wish, Random(f"{SEED}/{told.number}/{told.wish.text}")
    town, village, area = _place(wish, told.number, lots)
    pace = Pace(lots, calendar)
    teller = Teller(wish, cast_for(wish, town, village, lots), pace, pace.spoken(told.days_ago, now))
    source = wish.source or lots.choice(SOURCES)
    telling.submit(teller, _submission(told, area, source, lots), _spoken_to(source, town, village))
    _go_on(teller, told)
    steps = tuple(step for step in teller.steps[: told.steps_most] if step.at <= now)
    return Story(wish.key, area if source is Source.link else None, steps)


def _place(wish: Wish, number: int, lots: Random) -> tuple[str, str, str]:
    """Keys of the town and the area, and the village's name: a group of a village in most cases."""
    town = wish.town or county().towns[number % len(county().towns)].key
    village = wish.village or lots.choice(county().villages_of(town)).name
    village_key = f"{town}/{village}"
    group = lots.choice(county().groups_of(village_key)).key
    return town, village, group if lots.random() < 0.7 else village_key


def _submission(told: Telling, area: str, source: Source, lots: Random) -> dict[str, Any]:
    wish, (name, phone) = told.wish, villager(told.number)
    said: dict[str, Any] = {
        "text": wish.said(told.time),
        "kind": wish.kind_of_wish(),
        "area": area,
        "place": wish.place,
        "source": source,
        "is_private": wish.is_private,
        "name": name if lots.random() < (0.4 if wish.is_private else 0.8) else None,
        "phone": phone if lots.random() < 0.85 else None,
        "is_nameless": lots.random() < 0.8,
        "photos": (f"{wish.photo}-before",) if wish.photo and source is Source.link else (),
    }
    village = area.split("/")[1]
    meetings = {Source.courtyard_meeting: "院落会", Source.home_visit: "入户走访", Source.office_day: "办公日"}
    return said | ({"meeting": f"{village}{meetings[source]}"} if source in meetings else {})


def _spoken_to(source: Source, town: str, village: str) -> str:
    """Who writes it down: the villager himself, his village secretary, the town's desk, the hotline at the county."""
    if source is Source.link:
        return RESIDENT
    if source is Source.hotline:
        return "county-dispatch-2"
    if source is Source.office_day:
        return f"{town}-dispatch"
    names = [each.name for each in county().villages_of(town)]
    return f"{town}-village-{names.index(village) + 1}"


def _go_on(teller: Teller, told: Telling) -> None:
    wish = told.wish
    if wish.withdraw or wish.decline or wish.merge_into:
        telling.end_at_the_desk(teller)
        return
    begun = teller.at
    telling.dispatch(teller)
    telling.receive(teller)
    if not wish.is_answered:
        _wait(teller, begun)
        return
    _answer(teller, begun, wish.progress, wish.reply or "")
    assert wish.rating is not None
    telling.hear(teller, wish.rating, wish.words, wish.visit)
    if wish.rating is Satisfaction.dissatisfied:
        _second_round(teller)


def _wait(teller: Teller, begun: datetime) -> None:
    """No answer yet: work goes on, and the villager asks after it."""
    until = teller.pace.answered(begun, teller.at, teller.urgency, 1.0)
    telling.work(teller, until, teller.wish.progress)
    telling.insist(teller, max(teller.at, until) + teller.pace.minutes(60, 900))


def _answer(teller: Teller, begun: datetime, progress: str | None, words: str, *, is_second: bool = False) -> None:
    """Nine in ten come within the promise."""
    lots = teller.pace.lots
    share = lots.uniform(1.03, 1.4) if teller.happens(0.09) else lots.triangular(0.25, 0.95, 0.6)
    at = teller.pace.answered(begun, teller.at, teller.urgency, share)
    if not is_second and teller.happens(0.08):
        telling.insist(teller, teller.pace.within(teller.at, at, 0.02, teller.urgency))
    telling.work(teller, at, progress)
    telling.reply(teller, max(at, teller.at + teller.pace.minutes(5, 30)), words, is_second=is_second)


def _second_round(teller: Teller) -> None:
    """重办: what was done after the villager was not content."""
    wish = teller.wish
    if wish.second_reply is None or wish.second_rating is None:
        telling.work(teller, teller.pace.answered(teller.at, teller.at, teller.urgency, 1.0), wish.second_progress)
        return
    _answer(teller, teller.at, wish.second_progress, wish.second_reply, is_second=True)
    telling.hear(teller, wish.second_rating, wish.second_words, None)
