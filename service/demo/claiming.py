"""认领 in the demo county: of three wishes in the pool one waits, one was helped, and one came back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.demo.cast import county_office
from service.demo.pace import Pace
from service.demo.people import handlers
from service.demo.telling import Step
from workflows.claim_words import ClaimantKind
from workflows.claimable import NEVER_CLAIMABLE_WORDS

CONTACT_TERM = timedelta(days=7)
CONSENT = "上门问过，本人愿意请大家帮忙。"


@dataclass(frozen=True)
class Gift:
    """What the pool says of a wish of this category, which county office helps, and with what."""

    words: str
    given: str


GIFTS: dict[str, Gift] = {
    "seedlings": Gift("村里几户想种药材，缺种苗和技术。", "药材苗八百株，技术员到地里讲了半天。"),
    "culture": Gift("村文化室想添一批图书和桌椅。", "图书二百本、旧桌椅六套，已经摆进文化室。"),
    "sales": Gift("村里的农产品不好卖，想请大家帮着找销路。", "食堂订了三百斤，以后每月都来收。"),
    "industry": Gift("几户想办个小加工点，缺一台烘干机。", "借出一台旧烘干机，并教会了用法。"),
}


@dataclass(frozen=True)
class Room:
    """A story whose wish may be put up, and the time in which a unit has it in its hands."""

    place: int
    gift: Gift
    category: str
    dispatcher: str
    since: datetime
    until: datetime
    is_open: bool

    @property
    def length(self) -> timedelta:
        return self.until - self.since


def claims(stories: list[tuple[Step, ...]], now: datetime, pace: Pace) -> dict[int, tuple[Step, ...]]:
    """The whole stories of those few that are claimed, by their place; fewer where none has room."""
    rooms = [room for place, steps in enumerate(stories) if (room := _room(place, steps, now)) is not None]
    found: dict[int, tuple[Step, ...]] = {}
    for tell, least, must_be_open in ((_came_back, 9, True), (_was_helped, 6, False), (_waits, 2, True)):
        fitting = (each for each in rooms if each.place not in found and each.length > timedelta(days=least))
        room = next((each for each in fitting if each.is_open or not must_be_open), None)
        if room is not None:
            found[room.place] = _in_order((*stories[room.place], *tell(room, pace)))
    return found


def _room(place: int, steps: tuple[Step, ...], now: datetime) -> Room | None:
    """None for what shames somebody, is for officials only, or was never in a unit's hands."""
    said = steps[0].fields
    assigned = next((step for step in steps if step.verb == "assign"), None)
    taken = next((step for step in steps if step.verb == "acknowledge"), None)
    if assigned is None or taken is None or said.get("is_private"):
        return None
    gift = GIFTS.get(str(assigned.fields.get("category")))
    if gift is None or any(word in str(said["text"]) for word in NEVER_CLAIMABLE_WORDS):
        return None
    ends = next((step.at for step in steps if step.at > taken.at and step.verb in {"reply", "withdraw"}), None)
    category = str(assigned.fields["category"])
    return Room(place, gift, category, assigned.who, taken.at, ends or now, ends is None)


def _waits(room: Room, pace: Pace) -> Iterable[Step]:
    yield _put_up(room, pace.in_office(room.since, 60, 200))


def _was_helped(room: Room, pace: Pace) -> Iterable[Step]:
    helper = handlers()[county_office(room.category)][0]
    put_up = _put_up(room, pace.in_office(room.since, 60, 120))
    yield put_up
    yield _claimed(helper, pace.in_office(put_up.at, 30, 200))
    called = pace.in_office(put_up.at + timedelta(days=1), 20, 90)
    given_on = (put_up.at + timedelta(days=3)).date()
    yield Step(called, helper, "contact_claimed", {"deliver_by": given_on, "words": "约好送到村里。"})
    given = pace.in_office(put_up.at + timedelta(days=3), 20, 90)
    yield Step(given, helper, "deliver_claim", {"words": room.gift.given, "given_on": given.date()})


def _came_back(room: Room, pace: Pace) -> Iterable[Step]:
    helper = handlers()[county_office("industry")][0]
    put_up = _put_up(room, pace.in_office(room.since, 20, 60))
    claimed = _claimed(helper, put_up.at + pace.minutes(20, 50))
    yield from (put_up, claimed, Step(claimed.at + CONTACT_TERM, helper, "lapse_claim"))


def _put_up(room: Room, at: datetime) -> Step:
    said = {"words": room.gift.words, "is_agreed": True, "consent": CONSENT}
    return Step(at, room.dispatcher, "mark_claimable", said)


def _claimed(helper: str, at: datetime) -> Step:
    return Step(at, helper, "claim", {"kind": ClaimantKind.organisation})


def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.at))
