"""Deadlines in words: why a term ends when it does, and how much of it is left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import NamedTuple

from workflows.terms import DayKind, Term, TermUnit, Translate, as_is
from workflows.words import _, _n

MONTHS = (
    *(_("1 月"), _("2 月"), _("3 月"), _("4 月"), _("5 月"), _("6 月")),
    *(_("7 月"), _("8 月"), _("9 月"), _("10 月"), _("11 月"), _("12 月")),
)

HOLIDAYS = (_("元旦"), _("春节"), _("清明"), _("劳动节"), _("端午"), _("国庆节"), _("中秋"))
"""Names that come with the calendar; whatever else an announcement calls a day is said as it is."""


class Day(NamedTuple):
    """One day of the working calendar; `name` is empty on days of which no announcement speaks."""

    date: date
    kind: DayKind
    name: str


class SkippedSpan(NamedTuple):
    """A holiday that a term left out, first to last day; two that meet are one (国庆节、中秋节)."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Explanation:
    """Why a term ends when it does. The lists of days are empty for natural terms, which stop for nothing.

    `made_up` (补班) and `half_days` are among the `counted`; `zone` is the one in which days begin and offices close.
    """

    start: datetime
    due: datetime
    term: Term
    zone: tzinfo
    counted: tuple[date, ...] = ()
    skipped: tuple[SkippedSpan, ...] = ()
    made_up: tuple[date, ...] = ()
    half_days: tuple[date, ...] = ()
    unannounced_year: int | None = None

    @property
    def is_provisional(self) -> bool:
        return self.unannounced_year is not None


def skipped_spans(days: Iterable[Day]) -> tuple[SkippedSpan, ...]:
    """The named holidays among consecutive days; ordinary weekends go without saying."""
    runs = (list(run) for is_off, run in groupby(days, key=lambda day: day.kind is DayKind.off) if is_off)
    named = ([day for day in run if day.name] for run in runs)
    return tuple(_span(run) for run in named if run)


def _span(run: list[Day]) -> SkippedSpan:
    return SkippedSpan("、".join(dict.fromkeys(day.name for day in run)), run[0].date, run[-1].date)


def in_words(explanation: Explanation, translate: Translate = as_is) -> str:
    """5 个工作日，从 9 月 28 日的次日起算，跳过国庆节（10 月 1 日至 7 日），到 10 月 10 日 18:00"""
    return translate(_("，")).join(_clauses(explanation, translate))


def _clauses(explanation: Explanation, translate: Translate) -> Iterator[str]:
    year = explanation.start.astimezone(explanation.zone).year
    yield explanation.term.in_words(translate)
    yield _beginning(explanation, translate)
    for span in explanation.skipped:
        yield translate(_("跳过{name}（{days}）")).format(
            name=_names_in_words(span.name, translate), days=_span_in_words(span, year, translate)
        )
    if explanation.made_up:
        yield translate(_("计入补班 {days}")).format(days=_days_in_words(explanation.made_up, year, translate))
    if explanation.half_days:
        yield translate(_("{days}只上半天班")).format(days=_days_in_words(explanation.half_days, year, translate))
    yield translate(_("到 {moment}")).format(
        moment=_moment_in_words(explanation.due, explanation.zone, year, translate)
    )
    if explanation.is_provisional:
        yield translate(_("{year} 年的放假安排还没有公布，公布后可能调整")).format(year=explanation.unannounced_year)


def _names_in_words(names: str, translate: Translate) -> str:
    """国庆节、中秋节: each has its own name in other languages."""
    return translate(_("、")).join(translate(name) for name in names.split("、"))


def _beginning(explanation: Explanation, translate: Translate) -> str:
    local = explanation.start.astimezone(explanation.zone)
    if explanation.term.unit is TermUnit.working_days:
        return translate(_("从 {day}的次日起算")).format(day=_day_in_words(local.date(), local.year, translate))
    return translate(_("从 {moment} 起算")).format(
        moment=_moment_in_words(explanation.start, explanation.zone, local.year, translate)
    )


def _moment_in_words(moment: datetime, zone: tzinfo, year: int, translate: Translate) -> str:
    local = moment.astimezone(zone)
    day = _day_in_words(local.date(), year, translate)
    return translate(_("{day} {clock}")).format(day=day, clock=local.strftime("%H:%M"))


def _days_in_words(days: Iterable[date], year: int, translate: Translate) -> str:
    return translate(_("、")).join(_day_in_words(day, year, translate) for day in days)


def _span_in_words(span: SkippedSpan, year: int, translate: Translate) -> str:
    first = _day_in_words(span.first, year, translate)
    if span.first == span.last:
        return first
    if (span.first.year, span.first.month) == (span.last.year, span.last.month):
        return translate(_("{first}至 {last} 日")).format(first=first, last=span.last.day)
    return translate(_("{first}至 {last}")).format(
        first=first, last=_day_in_words(span.last, span.first.year, translate)
    )


def _day_in_words(day: date, year: int, translate: Translate) -> str:
    """The year is said only where it is another one than the reader has in mind."""
    words = _("{month} {day} 日") if day.year == year else _("{year} 年 {month} {day} 日")
    return translate(words).format(year=day.year, month=translate(MONTHS[day.month - 1]), day=day.day)


LEFT = (
    (timedelta(days=1), _n("还剩 {amount} 天"), _n("超期 {amount} 天")),
    (timedelta(hours=1), _n("还剩 {amount} 小时"), _n("超期 {amount} 小时")),
    (timedelta(minutes=1), _n("还剩 {amount} 分钟"), _n("超期 {amount} 分钟")),
)
"""The largest unit that fits once is said, rounded down: nobody is told of time that he does not have."""


def time_left_in_words(now: datetime, due: datetime, translate: Translate = as_is) -> str:
    """还剩 2 天, 还剩 3 小时, 超期 1 天: natural time, as a person would say it."""
    is_over, length = now > due, abs(due - now)
    for unit, left, over in LEFT:
        if length >= unit:
            amount = length // unit
            return translate(over if is_over else left, amount).format(amount=amount)
    return translate(_("刚刚超期") if is_over else _("还剩不到 1 分钟"))
