"""The plan of the demo county's last sixty days: which wish was spoken where and when, and how far it has come.

The same seed gives the same plan; its times are counted back from `now`, and what lies ahead of `now` has not happened.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from service.demo import claiming, telling
from service.demo.ages import SEED, Telling, tellings
from service.demo.asking import with_asks
from service.demo.cast import cast_for
from service.demo.county import county
from service.demo.pace import Pace
from service.demo.people import villager, watches_itself
from service.demo.telling import RESIDENT, Step, Story, Teller
from service.demo.whistling import with_whistles
from service.demo.wishes import Wish
from workflows.commands import Satisfaction
from workflows.statuses import Source
from workflows.time_limits import Urgency
from workflows.workdays import WorkCalendar

UNREAD = 4
DONE_AGAIN, STEPPED_IN = 3, 2
UNDER_WAY, A_DAY = ("acknowledge", "contact", "verify", "report_progress"), timedelta(days=1)
REOPENED_WITHIN = timedelta(days=13)
SOURCES = (
    *[Source.link] * 13, *[Source.hotline] * 2, *[Source.home_visit] * 2, *[Source.courtyard_meeting] * 2,
    Source.office_day,
)  # fmt: skip


def plan(now: datetime, calendar: WorkCalendar) -> list[Story]:
    """All stories in the order in which they began. Steps after `now` are left out."""
    stories = [_story(told, now, calendar) for told in tellings()]
    told = _with_news(_with_some_unread(stories), now, Pace(Random(f"{SEED}/news"), calendar))
    whistled = with_whistles(_with_claims(told, now, calendar), now, calendar)
    return sorted(with_asks(whistled, now, calendar), key=lambda story: story.steps[0].at)


def _with_some_unread(stories: list[Story]) -> list[Story]:
    """The latest answers still wait for their reviewer, whatever day of the week it is."""
    approved = [story for story in stories if story.steps[-1].verb == "approve_reply"]
    latest = sorted(approved, key=lambda story: story.steps[-1].at)[-UNREAD:]
    return [replace(story, steps=story.steps[:-1]) if story in latest else story for story in stories]


def _with_news(stories: list[Story], now: datetime, pace: Pace) -> list[Story]:
    """What supervisors hear of today: villagers who ask for it to be done again, and a colleague who steps in."""
    heard = [story for story in stories if not watches_itself(str(story.steps[0].fields["area"]).split("/")[0])]
    closed = [story for story in heard if _is_closed_by_a_call(story) and now - story.steps[-1].at < REOPENED_WITHIN]
    late = [story for story in heard if story.steps[-1].verb in UNDER_WAY and now - story.steps[-1].at > A_DAY]
    again = {id(story): _again(story, now, pace) for story in closed[-DONE_AGAIN:]}
    again |= {id(story): _without_cause(story) for story in closed[:1] if len(closed) > DONE_AGAIN}
    again |= {id(story): _stepped_in(story, now, pace) for story in late[:STEPPED_IN]}
    return [again.get(id(story), story) for story in stories]


def _with_claims(stories: list[Story], now: datetime, calendar: WorkCalendar) -> list[Story]:
    claimed = claiming.claims([story.steps for story in stories], now, Pace(Random(f"{SEED}/claims"), calendar))
    return [
        replace(story, steps=tuple(step for step in claimed.get(place, story.steps) if step.at <= now))
        for place, story in enumerate(stories)
    ]


def _is_closed_by_a_call(story: Story) -> bool:
    last = story.steps[-1]
    return last.verb == "follow_up" and last.fields.get("satisfaction") in {*Satisfaction} - {Satisfaction.dissatisfied}


def _without_cause(story: Story) -> Story:
    """One complaint that was explained on the telephone: marked, and counted as what it is."""
    last, words = story.steps[-1], telling.phrases()
    said = {"words": words["without_cause"], "is_groundless": True, "explained": words["explained"]}
    unhappy = replace(last, fields={**last.fields, **said, "satisfaction": Satisfaction.dissatisfied})
    return replace(story, steps=(*story.steps[:-1], unhappy))


def _again(story: Story, now: datetime, pace: Pace) -> Story:
    reason = str(pace.lots.choice(telling.phrases()["reopen"]))
    return _and_then(story, Step(_today(now, pace), RESIDENT, "reopen", {"reason": reason}))


def _stepped_in(story: Story, now: datetime, pace: Pace) -> Story:
    note = str(pace.lots.choice(telling.phrases()["supervise"]))
    return _and_then(story, Step(_today(now, pace), "supervisor-2", "supervise", {"note": note}))


def _today(now: datetime, pace: Pace) -> datetime:
    """Some hours ago, and never at night."""
    return pace.by_day(now - pace.minutes(60, 400), now - timedelta(hours=20))


def _and_then(story: Story, step: Step) -> Story:
    return replace(story, steps=(*story.steps, step)) if story.steps[-1].at < step.at else story


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
    at = teller.pace.answered(begun, teller.at, teller.urgency, _share_of_promise(teller))
    if not is_second and teller.happens(0.08):
        telling.insist(teller, teller.pace.within(teller.at, at, 0.02, teller.urgency))
    telling.work(teller, at, progress)
    telling.reply(teller, max(at, teller.at + teller.pace.minutes(5, 30)), words, is_second=is_second)


def _share_of_promise(teller: Teller) -> float:
    lots = teller.pace.lots
    if teller.happens(0.09):
        return lots.uniform(1.03, 1.4)
    return lots.triangular(0.1, 0.7, 0.2) if teller.urgency is Urgency.development else lots.triangular(0.25, 0.93, 0.6)


def _second_round(teller: Teller) -> None:
    """重办: what was done after the villager was not content."""
    wish = teller.wish
    if wish.second_reply is None or wish.second_rating is None:
        telling.work(teller, teller.pace.answered(teller.at, teller.at, teller.urgency, 1.0), wish.second_progress)
        return
    _answer(teller, teller.at, wish.second_progress, wish.second_reply, is_second=True)
    telling.hear(teller, wish.second_rating, wish.second_words, None)
