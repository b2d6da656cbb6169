"""每日存量: what was open when a day ended, as it was written down then: day by day, by town, by unit and age."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from service.directory.models import AreaLevel, Person
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Chart, Column, Kind, Section, table
from service.reports.documents.ticket_rows import local
from service.reports.documents.told import counted
from service.reports.models import OpenStock, StockTaken
from service.reports.past_stock import AGES, NO_TOWN, NO_UNIT
from service.reports.stock import Stock, days_of, stock_of, taken_of
from workflows.words import _

SHOWN = timedelta(days=61)
NOT_WRITTEN = _("这一天的存量没有记下来：还没有过完，或者那时还没有心愿。")
ONLY_TOWNS = _("每天的存量记到镇，没有记到村。")
STANDS = _("这一天过完时在办的；后来办结的、重办的、改派的都不改动它。今天的在办请看看板。")
COUNTED = _("第 {n} 次统计，{moment}，{who}：在办 {open} 件，超期 {overdue} 件。{note}")
BY_ITSELF = _("到日子自动记的")
MERGED = _("并入主单的，跟着主单走")


def made(asked: Asked) -> Body:
    day, town = asked.period.last, _town(asked)
    if asked.place.level not in {AreaLevel.county, AreaLevel.town}:
        return Body(notes=(asked.say(ONLY_TOWNS),))
    series = _days(asked, day, town)
    found = stock_of(asked.session, day, town_id=town)
    if found is None:
        return Body((), (series,), (asked.say(NOT_WRITTEN),))
    told = (
        counted(asked, "stock_open", _("期末在办"), sum(row.open for row in found.rows)),
        counted(asked, "stock_overdue", _("其中超期"), sum(row.overdue for row in found.rows)),
    )
    towns = (_towns(asked, found),) if town is None else ()
    notes = (asked.say(STANDS), *_counts(asked, taken_of(asked.session, day), town))
    return Body(told, (series, *towns, _units(asked, found)), notes, as_of=found.taken.as_of)


def _town(asked: Asked) -> int | None:
    return None if asked.place.level is AreaLevel.county else asked.place.id


def _units(asked: Asked, found: Stock) -> Section:
    columns = (
        Column("unit", asked.say(_("责任单位")), width=20),
        *_counted_columns(asked),
        *(Column(f"age_{key}", asked.say(words), Kind.number, 10) for key, _most, words in AGES),
    )
    by_unit = _grouped(found.rows, "unit_id")
    rows = [
        (_unit_name(asked, unit), *_sums(rows), *(_aged(rows, key) for key, _most, _words in AGES))
        for unit, rows in by_unit
    ]
    chart = Chart("unit", ("open", "overdue"))
    return table("units", asked.say(_("在谁手里，多久了")), columns, rows, chart=chart)


def _unit_name(asked: Asked, unit: int) -> str:
    return asked.say(MERGED) if unit == NO_UNIT else asked.known.unit_name(unit)


def _towns(asked: Asked, found: Stock) -> Section:
    columns = (Column("town", asked.say(_("镇")), width=14), *_counted_columns(asked))
    by_town = _grouped(found.rows, "town_id")
    rows = [(asked.town_name(town if town != NO_TOWN else None), *_sums(theirs)) for town, theirs in by_town]
    return table("towns", asked.say(_("各镇")), columns, rows, chart=Chart("town", ("open", "overdue")))


def _days(asked: Asked, day: date, town: int | None) -> Section:
    """The latest first; a day that nobody wrote down is left out and not drawn as nothing."""
    found = days_of(asked.session, day - SHOWN, day, town)
    rows = [(each.day, each.open, each.overdue) for each in reversed(found)]
    columns = (Column("day", asked.say(_("哪一天")), Kind.day, 12), *_counted_columns(asked))
    chart = Chart("day", ("open", "overdue"), is_line=True)
    return table("days", asked.say(_("一天一天看")), columns, rows, chart=chart)


def _counted_columns(asked: Asked) -> tuple[Column, Column]:
    return Column("open", asked.say(_("在办")), Kind.number, 8), Column("overdue", asked.say(_("超期")), Kind.number, 8)


def _grouped(rows: Iterable[OpenStock], name: str) -> list[tuple[int, list[OpenStock]]]:
    """The largest first."""
    groups: dict[int, list[OpenStock]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return sorted(groups.items(), key=lambda each: (-_sums(each[1])[0], each[0]))


def _sums(rows: Sequence[OpenStock]) -> tuple[int, int]:
    return sum(row.open for row in rows), sum(row.overdue for row in rows)


def _aged(rows: Sequence[OpenStock], age: str) -> Cell:
    return sum(row.open for row in rows if row.age == age)


def _counts(asked: Asked, every: Sequence[StockTaken], town: int | None) -> tuple[str, ...]:
    """Where a day was counted again: each count with whoever made it, when and why."""
    return tuple(_count(asked, each, town) for each in every) if len(every) > 1 else ()


def _count(asked: Asked, taken: StockTaken, town: int | None) -> str:
    found = stock_of(asked.session, taken.day, taken.revision, town)
    total, overdue = _sums(found.rows if found else ())
    maker = asked.session.get(Person, taken.taken_by_id) if taken.taken_by_id else None
    values: dict[str, Any] = {"n": taken.revision + 1, "open": total, "overdue": overdue, "note": taken.note}
    who = maker.name if maker else asked.say(BY_ITSELF)
    return asked.say(COUNTED, moment=_moment(asked, taken.taken_at or taken.as_of), who=who, **values)


def _moment(asked: Asked, moment: datetime) -> str:
    return f"{local(asked, moment):%Y-%m-%d %H:%M}"
