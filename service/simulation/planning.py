"""Plans a year so that its totals come out: who stays open, who is heard, who was content. Nothing is written here."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from service.errors import Failure
from service.simulation import together, weaving
from service.simulation.fates import Again, Ending, Fate, Heard, Stays, between, draw, plain
from service.simulation.pace import HURRIES
from service.simulation.stories import Frame, Told
from service.simulation.targets import Targets, basically_over, dissatisfied_over, targets
from service.simulation.telling import tell
from service.simulation.together import Lot
from workflows.commands import Satisfaction
from workflows.words import _

TOGETHER = 4_000
"""So many wishes in a row are planned and played as one lot; what happens in one touches no wish of another."""
WATCHED = timedelta(days=150)
"""Whoever spoke before that has been answered and heard when the year ends."""
TOO_LATE = timedelta(hours=30)
"""Who spoke so shortly before the end is still waiting."""
COMPLAINED = (timedelta(days=26), timedelta(days=15))
PUT_OFF = (timedelta(days=60), timedelta(days=20))
ENDED_AT_THE_DESK, SETTLED = timedelta(days=5), timedelta(days=45)
HASTE_TO_RATE = 0.5
"""From this haste on, who is in a hurry to be heard says it herself."""

Drawn = Callable[[Fate], bool]
"""Whether the published rule draws this wish for a call."""


@dataclass(frozen=True)
class Plan:
    frame: Frame
    goal: Targets
    fates: list[Fate]
    basically_satisfied: int
    dissatisfied: int
    valid: int

    def lots(self) -> Iterator[Lot]:
        """Told when they are played: a story is longer than its fate."""
        for start in range(0, len(self.fates), TOGETHER):
            yield lot_of(self.fates[start : start + TOGETHER], self.frame)


def plan(wishes: int, frame: Frame, drawn: Drawn) -> Plan:
    """Raises Failure when there is no way to close so many in time."""
    goal, lots, end = targets(wishes), Random(f"{frame.seed}/plan"), frame.span.end
    fates = draw(wishes, frame.span, frame.seed)
    for fate in fates:
        fate.is_drawn = drawn(fate)
        fate.heard = _heard_after_the_draw(fate)
    for quota, part in _parts(fates):
        weaving.weave(part, quota, end, lots)
    still_open = _stay_open(fates, goal, end, lots)
    _end_at_the_desk(fates, goal, end, lots)
    _set_apart(fates, goal, end, lots)
    _close_the_others(fates, goal.open - still_open, frame)
    return Plan(frame, goal, fates, *_satisfy(fates, end, lots))


def lot_of(fates: Sequence[Fate], frame: Frame) -> Lot:
    """Every story of these wishes, and what is done with several as one."""
    lot = Lot()
    for group in _groups(fates):
        told = _tell(group, frame)
        lot.stories += told.stories
        lot.issues += told.issues
    return lot


def _groups(fates: Iterable[Fate]) -> list[list[Fate]]:
    """Those of one issue stand where its first wish stands."""
    found: dict[tuple[bool, int], list[Fate]] = {}
    for fate in fates:
        key = (True, fate.issue) if fate.issue is not None else (False, fate.place)
        found.setdefault(key, []).append(fate)
    return list(found.values())


def _tell(group: Sequence[Fate], frame: Frame) -> Lot:
    fate = group[0]
    if fate.issue is not None:
        return together.tell_issue(group, frame)
    return Lot([_story(fate, frame)])


def _story(fate: Fate, frame: Frame) -> Told:
    if fate.partner is not None:
        return together.tell_twin(fate, frame)
    if fate.tale is not None:
        return together.tell_whistled(fate, frame)
    return together.tell_endorsed(fate, frame) if fate.is_woven else tell(fate, frame)


def _heard_after_the_draw(fate: Fate) -> Heard:
    is_spared = fate.heard is Heard.is_called and not fate.is_drawn
    return Heard.nobody if is_spared else fate.heard


def _parts(fates: Sequence[Fate]) -> Iterator[tuple[Targets, Sequence[Fate]]]:
    """Each lot gets its share, and together they get all: the shares follow the running total."""
    for start in range(0, len(fates), TOGETHER):
        part = fates[start : start + TOGETHER]
        before, after = targets(start), targets(start + len(part))
        yield after.less(before), part


def _stay_open(fates: Sequence[Fate], goal: Targets, end: datetime, lots: Random) -> int:
    """Those that stay open for a reason of their own; how many."""
    last = fates[(len(fates) - 1) // TOGETHER * TOGETHER :]
    woven = weaving.weave_open(last, goal, end, lots)
    for fate in woven:
        fate.stays = Stays.whistled if fate.issue is None else Stays.with_others
    complained = _pick(_within(fates, COMPLAINED, end), goal.open_complaints, lots)
    for fate in complained:
        fate.stays, fate.word, fate.speed, fate.transfers = Stays.complained, Satisfaction.dissatisfied, 0.25, 1
    put_off = _pick(_within(fates, PUT_OFF, end), goal.deferred, lots)
    for fate in put_off:
        fate.stays, fate.transfers, fate.speed = Stays.deferred, 1, 0.5
    return len(woven) + len(complained) + len(put_off)


def _within(fates: Sequence[Fate], span: tuple[timedelta, timedelta], end: datetime) -> list[Fate]:
    return between(fates, end - span[0], end - span[1])


def _pick(fates: Iterable[Fate], how_many: int, lots: Random) -> list[Fate]:
    found = plain(fates)
    return lots.sample(found, min(how_many, len(found)))


def _end_at_the_desk(fates: Sequence[Fate], goal: Targets, end: datetime, lots: Random) -> None:
    before = [fate for fate in fates if fate.at < end - ENDED_AT_THE_DESK]
    for fate in _pick(before, goal.declined, lots):
        fate.ending = Ending.declined
    for fate in _pick(before, goal.withdrawn, lots):
        fate.ending = Ending.withdrawn


def _set_apart(fates: Sequence[Fate], goal: Targets, end: datetime, lots: Random) -> None:
    """What is done again, what she complained of and was not asked about again, what does not count."""
    early = [fate for fate in fates if fate.at < end - SETTLED]
    drawn = [fate for fate in early if fate.is_drawn]
    for fate in _pick((each for each in drawn if each.heard is Heard.nobody), goal.unheard_complaints, lots):
        fate.again, fate.word = Again.at_her_rating, Satisfaction.dissatisfied
    for fate in _pick((each for each in early if each.heard is not Heard.nobody), goal.redone, lots):
        fate.again = Again.reopened if _may_reopen(fate) and lots.random() < 0.2 else Again.at_her_rating
    for fate in _pick((each for each in early if each.heard is not Heard.nobody), goal.excluded, lots):
        fate.is_excluded = True


def _may_reopen(fate: Fate) -> bool:
    """Her first word closed it."""
    return fate.heard is Heard.rates and not fate.is_called_anyway


# Who is still open, and who is hurried


def _close_the_others(fates: Sequence[Fate], open_left: int, frame: Frame) -> None:
    """Those who would be concluded last stay open, the others are concluded in time."""
    end = frame.span.end
    late = [fate for fate in fates if fate.at >= end - WATCHED and fate.ending is Ending.answered and not fate.stays]
    alone = [fate for fate in late if fate.is_plain]
    ends = {fate.place: tell(fate, frame).ends_at for fate in alone}
    latest = sorted(alone, key=lambda fate: (fate.at > end - TOO_LATE, ends[fate.place], fate.place), reverse=True)
    for fate in latest[:open_left]:
        fate.stays = Stays.slow
    if len(alone) < open_left:
        raise Failure(_("这么少的心愿演不出一年，请多要一些。"))
    in_time = {place for place, ends_at in ends.items() if ends_at <= end}
    for group in _groups(fate for fate in late if fate.stays is None and fate.place not in in_time):
        _hurry(group, frame)


def _hurry(group: Sequence[Fate], frame: Frame) -> None:
    for speed in HURRIES:
        for fate in group:
            fate.speed = min(speed, fate.speed)
            if speed <= HASTE_TO_RATE and not fate.again:
                fate.heard = Heard.rates
        if all(told.concluded_at is not None for told in _tell(group, frame).stories):
            return
    raise Failure(_("第 {place} 件心愿到年底办不完。"), place=group[0].place)


# Who was content


def _satisfy(fates: Sequence[Fate], end: datetime, lots: Random) -> tuple[int, int, int]:
    """Basically satisfied, dissatisfied and valid: what the rate of satisfaction is made of."""
    asked = [fate for fate in fates if fate.has_a_word and not fate.is_excluded]
    complaints = sum(fate.word is Satisfaction.dissatisfied for fate in fates)
    valid = len(asked) + complaints
    groundless = [fate for fate in asked if _may_be_groundless(fate, end)]
    most = min(dissatisfied_over(valid, complaints), complaints + len(groundless))
    for fate in lots.sample(groundless, most - complaints):
        fate.word, fate.is_groundless = Satisfaction.dissatisfied, True
    basically = basically_over(valid, most)
    content = [fate for fate in asked if not fate.is_groundless]
    for fate in lots.sample(content, min(basically, len(content))):
        fate.word = Satisfaction.basically_satisfied
    return basically, most, valid


def _may_be_groundless(fate: Fate, end: datetime) -> bool:
    return fate.heard is Heard.is_called and fate.again is None and fate.at < end - SETTLED
