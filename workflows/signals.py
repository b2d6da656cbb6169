"""Signals of gaming (防造假信号): what makes a supervisor look at figures that may have been dressed up, a row each.

A signal says what was seen and how it may be innocent. Nothing follows from it by itself: a person looks, asks and
writes down what came of it. Every count is of the last 31 days.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from workflows.signal_evidence import Evidence, Pictured, Rated, Replied
from workflows.words import _

SPAN = timedelta(days=31)
LAST_MINUTE = timedelta(minutes=30)
BURST = timedelta(minutes=10)
NEAR = 3
"""Bits of 64 by which two fingerprints of one picture differ at most."""
PLAIN = 4
"""A picture with so few bits set, or so few not set, is one surface: it looks like any other."""
CONTENT = 0.95
"""From this share of satisfied ratings on, many reopened wishes are a contradiction."""


@dataclass(frozen=True)
class Found:
    """`count` of `total`, and the tickets behind `count`. `subject` tells two findings of one signal apart."""

    subject: str
    unit: int | None
    tickets: tuple[int, ...]
    count: int
    total: int


class Outcome(StrEnum):
    """What a supervisor found when he looked."""

    innocent = "innocent"
    talked = "talked"
    wrong = "wrong"


OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.innocent: _("正常，有合理原因"),
    Outcome.talked: _("已提醒或约谈"),
    Outcome.wrong: _("查实有问题"),
}

Find = Callable[["Signal", Evidence], list[Found]]


@dataclass(frozen=True)
class Signal:
    """`least` and `share`: how many it takes, and which part of all; `innocent` says how it may be harmless."""

    name: str
    words: str
    looks_at: str
    innocent: str
    least: int
    share: float
    find: Find


class Ours(Protocol):
    @property
    def ticket(self) -> int: ...
    @property
    def unit(self) -> int: ...


R = TypeVar("R", bound=Ours)
K = TypeVar("K", bound=Hashable)


def _grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    groups: dict[K, list[R]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _tickets(rows: Iterable[Ours]) -> tuple[int, ...]:
    return tuple(sorted({row.ticket for row in rows}))


def _unit_of(rows: Iterable[Ours]) -> int | None:
    """None where it is more than one unit's."""
    units = {row.unit for row in rows}
    return units.pop() if len(units) == 1 else None


def _share_of_each_unit(signal: Signal, rows: Iterable[R], is_odd: Callable[[R], bool]) -> list[Found]:
    found = []
    for unit, mine in _grouped(rows, lambda row: row.unit).items():
        odd = [row for row in mine if is_odd(row)]
        if len(odd) >= signal.least and len(odd) >= signal.share * len(mine):
            found.append(Found(f"unit {unit}", unit, _tickets(odd), len(odd), len(mine)))
    return found


def last_minute(signal: Signal, seen: Evidence) -> list[Found]:
    def is_late(row: Replied) -> bool:
        return row.due_at is not None and timedelta(0) <= row.due_at - row.at <= LAST_MINUTE

    return _share_of_each_unit(signal, seen.replied, is_late)


def without_contact(signal: Signal, seen: Evidence) -> list[Found]:
    return _share_of_each_unit(signal, seen.replied, lambda row: not row.was_in_touch)


def same_words(signal: Signal, seen: Evidence) -> list[Found]:
    written = [row for row in seen.replied if row.words is not None]
    totals = {unit: len(rows) for unit, rows in _grouped(written, lambda row: row.unit).items()}
    groups = _grouped(written, lambda row: (row.unit, row.words))
    return [
        Found(f"unit {unit} words {words}", unit, _tickets(rows), len(_tickets(rows)), totals[unit])
        for (unit, words), rows in groups.items()
        if len(_tickets(rows)) >= signal.least
    ]


def same_photo(signal: Signal, seen: Evidence) -> list[Found]:
    rows = [row for row in seen.pictured if PLAIN < row.fingerprint.bit_count() < 64 - PLAIN]
    return [
        Found(f"picture {like[0].fingerprint:016x}", _unit_of(like), _tickets(like), len(_tickets(like)), len(rows))
        for like in _alike(rows)
        if len(_tickets(like)) >= signal.least
    ]


def _alike(rows: Sequence[Pictured]) -> list[list[Pictured]]:
    """Two that differ by at most three bits share one of four quarters of sixteen: only those are compared."""
    groups: list[list[Pictured]] = []
    by_quarter: dict[tuple[int, int], list[list[Pictured]]] = defaultdict(list)
    for row in rows:
        quarters = [(part, row.fingerprint >> 16 * part & 0xFFFF) for part in range(4)]
        near = (group for quarter in quarters for group in by_quarter[quarter] if _is_near(group[0], row))
        group = next(near, None)
        if group is None:
            group = []
            groups.append(group)
            for quarter in quarters:
                by_quarter[quarter].append(group)
        group.append(row)
    return groups


def _is_near(one: Pictured, other: Pictured) -> bool:
    return (one.fingerprint ^ other.fingerprint).bit_count() <= NEAR


def comes_back(signal: Signal, seen: Evidence) -> list[Found]:
    answered = {unit: set(_tickets(rows)) for unit, rows in _grouped(seen.replied, lambda row: row.unit).items()}
    found = []
    for unit, rows in _grouped(seen.reopened, lambda row: row.unit).items():
        back, total = _tickets(rows), len(answered.get(unit, set()) | set(_tickets(rows)))
        if len(back) >= signal.least and len(back) >= signal.share * total:
            found.append(Found(f"unit {unit}", unit, back, len(back), total))
    return found


def one_device(signal: Signal, seen: Evidence) -> list[Found]:
    """Of different people: a family that rates its own wishes with one telephone number is one person here."""
    known = [row for row in seen.rated if row.device is not None]
    return [
        Found(f"device {device}", _unit_of(rows), _tickets(rows), len(_tickets(rows)), len(known))
        for device, rows in _grouped(known, lambda row: row.device).items()
        if len(_people(rows)) >= signal.least
    ]


def _people(rows: Iterable[Rated]) -> Collection[str]:
    return {row.phone or f"ticket {row.ticket}" for row in rows}


def by_officials(signal: Signal, seen: Evidence) -> list[Found]:
    return _share_of_each_unit(signal, seen.rated, lambda row: row.by_official)


def in_bursts(signal: Signal, seen: Evidence) -> list[Found]:
    found = []
    for unit, rows in _grouped(seen.rated, lambda row: row.unit).items():
        burst = _longest_burst(sorted(rows, key=lambda row: row.at))
        if len(_tickets(burst)) >= signal.least:
            found.append(Found(f"unit {unit}", unit, _tickets(burst), len(_tickets(burst)), len(rows)))
    return found


def _longest_burst(rows: Sequence[Rated]) -> Sequence[Rated]:
    longest: Sequence[Rated] = ()
    first = 0
    for last, row in enumerate(rows):
        while row.at - rows[first].at > BURST:
            first += 1
        if last + 1 - first > len(longest):
            longest = rows[first : last + 1]
    return longest


def two_stories(signal: Signal, seen: Evidence) -> list[Found]:
    """Nearly everybody is satisfied, and yet so many wishes come back."""
    back = {found.unit: found for found in comes_back(signal, seen)}
    found = []
    for unit, rows in _grouped(seen.rated, lambda row: row.unit).items():
        if unit in back and sum(row.is_satisfied for row in rows) >= CONTENT * len(rows):
            found.append(back[unit])
    return found


# fmt: off
SIGNALS: tuple[Signal, ...] = (
    Signal("last_minute", _("卡点答复"), _("同一单位的答复里，有不少是在到期前 30 分钟内才交的"), _("先办后答、集中录入也会这样；看答复里有没有实际做的事。"), 5, 0.2, last_minute),
    Signal("same_words", _("答复雷同"), _("同一单位用同样的话答复了多件不同的心愿（共性问题一并答复的不算）"), _("同一件事、同一个通知，话本来就会一样；看这些件说的是不是一回事。"), 5, 0, same_words),
    Signal("same_photo", _("照片重复"), _("干部上传的同一张（或几乎一样的）照片出现在不同的件里"), _("同一处工程、同一场会的照片可以用在几件事上；看地点对不对得上。"), 2, 0, same_photo),
    Signal("comes_back", _("办结又回来"), _("同一单位答复过的件，重新办理的占了一成以上"), _("有的事本来就难一次办好；看群众说的原因。"), 3, 0.1, comes_back),
    Signal("one_device", _("一台设备评多人"), _("同一台设备替三个以上不同的人评价"), _("一个村共用一个网络、同一款手机会认成一台；村里年轻人代老人评价也常见。"), 3, 0, one_device),
    Signal("by_officials", _("登录着的账号在评价"), _("评价来自正登录着工作台的浏览器"), _("干部当面帮老人点一下也会这样；看有没有注明是代办。"), 1, 0, by_officials),
    Signal("in_bursts", _("评价扎堆"), _("十分钟内，同一单位的五件以上集中收到评价"), _("开完院坝会一起评也会这样；看时间和地点。"), 5, 0, in_bursts),
    Signal("without_contact", _("没联系就答复"), _("同一单位三成以上的答复，之前没有联系群众或到现场核实的记录"), _("联系了没有记下也会这样；抽几件打电话问一问。"), 5, 0.3, without_contact),
    Signal("two_stories", _("满意高、重办也高"), _("同一单位评价几乎全满意，重新办理的却占一成以上"), _("评价的和重办的可能是不同的人；把两张清单放在一起看。"), 3, 0.1, two_stories),
)
# fmt: on

BY_NAME: Mapping[str, Signal] = {row.name: row for row in SIGNALS}


def find_all(seen: Evidence) -> list[tuple[Signal, Found]]:
    """In the order of the table, each row's findings by their subject."""
    return [
        (signal, found)
        for signal in SIGNALS
        for found in sorted(signal.find(signal, seen), key=lambda found: found.subject)
    ]


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| signal | 信号 | 看什么 | 至少 | 占比 | 也可能是 |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.name}` | {row.words} | {row.looks_at} | {row.least} | {f'{row.share:.0%}' if row.share else '–'} "
        f"| {row.innocent} |\n"
        for row in SIGNALS
    )
