"""How one wish fares: the steps of its story, each with its time, who does it and the words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from service.demo.cast import Cast
from service.demo.data import read
from service.demo.pace import Pace
from service.demo.wishes import Wish
from service.directory.defaults import BY_KEY
from workflows.commands import CallResult, ContactWay, Outcome, Satisfaction
from workflows.statuses import FollowUpRule
from workflows.time_limits import Urgency

RESIDENT = "resident"
WAYS = (ContactWay.phone, ContactWay.phone, ContactWay.phone, ContactWay.visit, ContactWay.visit, ContactWay.wechat)


@dataclass(frozen=True)
class Step:
    """`who` is a login or the resident; units, areas, photos and the ticket to merge into are named by their keys."""

    at: datetime
    who: str
    verb: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """`key` lets other stories be merged into this one; `link` is the area whose share link was used."""

    key: str | None
    link: str | None
    steps: tuple[Step, ...]


@dataclass
class Teller:
    """Tells one story; `at` is the time of the last step. Lots decide what the wish itself leaves open."""

    wish: Wish
    cast: Cast
    pace: Pace
    at: datetime
    steps: list[Step] = field(default_factory=list)

    @property
    def urgency(self) -> Urgency:
        return self.wish.terms()

    def happens(self, chance: float) -> bool:
        return self.pace.lots.random() < chance

    def say(self, about: str) -> str:
        return str(self.pace.lots.choice(phrases()[about]))

    def add(self, at: datetime, who: str, verb: str, **fields: Any) -> None:
        self.at = max(at, self.at + timedelta(seconds=40)) if self.steps else at
        self.steps.append(Step(self.at, who, verb, fields))


@lru_cache
def phrases() -> dict[str, Any]:
    return read("phrases.toml")


def submit(teller: Teller, submission: dict[str, Any], who: str) -> None:
    teller.add(teller.at, who, "submit", **submission)


def end_at_the_desk(teller: Teller) -> None:
    """Withdrawn, declined or merged: never handed to a unit."""
    wish, dispatched = teller.wish, teller.pace.dispatched(teller.at, teller.urgency)
    if wish.withdraw:
        teller.add(
            teller.pace.awake(teller.at + teller.pace.minutes(30, 600)), RESIDENT, "withdraw", reason=wish.withdraw
        )
    elif wish.decline:
        teller.add(dispatched, teller.cast.dispatcher, "decline", ground=wish.decline, words=wish.decline_words)
    else:
        reason = "和前面那件说的是同一条路，并在一起办，办好了一并答复。"
        teller.add(dispatched, teller.cast.dispatcher, "merge", into=wish.merge_into, reason=reason)


def dispatch(teller: Teller) -> None:
    """派单, now and then to the wrong unit first."""
    cast, pace = teller.cast, teller.pace
    to = {"category": teller.wish.category, "urgency": teller.urgency}
    if teller.happens(0.25):
        to["note"] = teller.say("assign")
    is_wrong = cast.other_unit != cast.unit and teller.happens(0.05)
    unit = cast.other_unit if is_wrong else cast.unit
    teller.add(pace.dispatched(teller.at, teller.urgency), cast.dispatcher, "assign", unit=unit, **to)
    if is_wrong:
        later = pace.received(teller.at, teller.urgency)
        teller.add(later, cast.dispatcher, "reassign", unit=cast.unit, reason=teller.say("reassign"))


def receive(teller: Teller) -> None:
    teller.add(teller.pace.received(teller.at, teller.urgency), teller.cast.handler, "acknowledge")


def work(teller: Teller, until: datetime, progress: str | None) -> None:
    """Everything between taking the wish and answering it."""
    start = teller.at
    contact(teller, start, until)
    if teller.happens(0.5):
        at = teller.pace.within(start, until, 0.4, teller.urgency)
        teller.add(at, teller.cast.handler, "verify", words=teller.say("verify"), photos=_photos_on_site(teller))
    if progress or teller.happens(0.2):
        at = teller.pace.within(start, until, 0.65, teller.urgency)
        teller.add(at, teller.cast.handler, "report_progress", words=progress or teller.say("progress"))
    if teller.happens(0.06):
        at = teller.pace.within(start, until, 0.7, teller.urgency)
        teller.add(at, teller.cast.handler, "note", words=teller.say("note"))


def contact(teller: Teller, start: datetime, until: datetime) -> None:
    handler = teller.cast.handler
    if teller.happens(0.1):
        at = teller.pace.within(start, until, 0.06, teller.urgency)
        teller.add(at, handler, "contact", is_reached=False, words=teller.say("unreached"))
    if teller.happens(0.9):
        at = teller.pace.within(start, until, 0.15, teller.urgency)
        way = teller.pace.lots.choice(WAYS)
        teller.add(at, handler, "contact", way=way, is_reached=True, words=teller.say(f"contact_{way}"))


def insist(teller: Teller, at: datetime) -> None:
    """The villager adds a word, or asks how long it will take."""
    if teller.happens(0.5):
        teller.add(teller.pace.awake(at), RESIDENT, "supplement", text=teller.say("supplement"))
    else:
        teller.add(teller.pace.awake(at), RESIDENT, "expedite", note=teller.say("expedite"))


def reply(teller: Teller, at: datetime, words: str, *, is_second: bool = False) -> None:
    """The answer, and the reviewer's reading of it where the category asks for one."""
    wish, cast = teller.wish, teller.cast
    fields: dict[str, Any] = {"outcome": wish.outcome, "words": words, "photos": _photos(teller, "after")}
    if wish.promise and not is_second:
        day = (at + timedelta(days=wish.promise)).astimezone(teller.pace.calendar.zone).date()
        fields |= {"promised_for": day, "words": words.format(promised=f"{day.year} 年 {day.month} 月 {day.day} 日")}
    if is_second and wish.outcome is Outcome.for_now:
        fields |= {"outcome": Outcome.resolved}
    teller.add(at, cast.handler, "reply", **fields)
    if not BY_KEY[wish.category].needs_review:
        return
    if teller.happens(0.06):
        _is_sent_back(teller, fields)
    teller.add(
        teller.pace.reviewed(teller.at, teller.urgency),
        cast.reviewer,
        "approve_reply",
        note=teller.say("approve") if teller.happens(0.3) else None,
    )


def _is_sent_back(teller: Teller, fields: dict[str, Any]) -> None:
    at = teller.pace.in_office(teller.at, 15, 200)
    teller.add(at, teller.cast.reviewer, "send_back", reason=teller.say("send_back"))
    teller.add(teller.pace.in_office(teller.at, 40, 240), teller.cast.handler, "reply", **(fields | {"photos": ()}))


def hear(teller: Teller, rating: Satisfaction, words: str | None, visit: str | None) -> None:
    """The villager rates by herself, or the follow-up officer asks her."""
    is_called_anyway = BY_KEY[teller.wish.category].follow_up_rule is FollowUpRule.always
    if visit is None and teller.happens(0.03) and rating is not Satisfaction.dissatisfied:
        _is_never_reached(teller)
        return
    if visit is None:
        at = teller.pace.awake(teller.at + teller.pace.minutes(60, 6000))
        teller.add(at, RESIDENT, "rate", satisfaction=rating, is_resolved=_is_resolved(teller, rating), words=words)
    if rating is Satisfaction.dissatisfied and visit is None:
        return
    if visit is not None or is_called_anyway:
        _is_called(teller, rating, visit or teller.say("called"))


def _is_called(teller: Teller, rating: Satisfaction, words: str) -> None:
    after = 60 * 24 * 7 if teller.steps[-1].verb != "rate" else 60
    at = teller.pace.in_office(teller.at + timedelta(minutes=after), 20, 700)
    if teller.happens(0.2):
        later = teller.pace.in_office(at + timedelta(hours=3), 10, 200)
        teller.add(at, teller.cast.caller, "follow_up", **_in_vain(at, later))
        at = later
    heard = {"was_contacted": True, "is_resolved": rating is not Satisfaction.dissatisfied, "satisfaction": rating}
    teller.add(at, teller.cast.caller, "follow_up", result=CallResult.answered, words=words, **heard)


def _in_vain(at: datetime, later: datetime) -> dict[str, Any]:
    """Nobody answers, or she has no time just now and names one."""
    if at.minute % 2:
        return {"result": CallResult.unreachable}
    return {"result": CallResult.call_later, "call_back_at": later}


def _is_never_reached(teller: Teller) -> None:
    at = teller.at + timedelta(days=7)
    for _attempt in range(3):
        at = teller.pace.in_office(at + timedelta(hours=20), 10, 300)
        teller.add(at, teller.cast.caller, "follow_up", result=CallResult.unreachable)
    teller.add(at + timedelta(minutes=5), teller.cast.caller, "close", reason=phrases()["unreachable"])


def _is_resolved(teller: Teller, rating: Satisfaction) -> bool | None:
    if rating is Satisfaction.dissatisfied:
        return False
    return True if teller.wish.outcome is Outcome.resolved else None


def _photos_on_site(teller: Teller) -> tuple[str, ...]:
    """The official takes one where the villager has sent none."""
    return () if teller.steps[0].who == RESIDENT else _photos(teller, "before")


def _photos(teller: Teller, when: str) -> tuple[str, ...]:
    return (f"{teller.wish.photo}-{when}",) if teller.wish.photo else ()
