"""周研判: what is new this week, what surges against the last ones, what is said again and again, and where."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from service.directory.models import AreaLevel
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Chart, Column, Kind, Section, table
from service.reports.documents.counts import windows_in
from service.reports.documents.periods import NamedPeriod
from service.reports.documents.remarks import remarks
from service.reports.documents.rows import repeated_wishes
from service.reports.documents.told import PIECES, counted, figures
from service.tickets.models import Ticket
from workflows.words import _

WEEKS_BEFORE = 8
COMPARED_WITH = 4
SURGE_LEAST, NEW_LEAST = 5, 3
HOT_MOST = 15
SURGE, NEW, USUAL, TOO_EARLY = _("激增"), _("新出现"), _("平常"), _("才开始，不作判断")
YOUNG = _("从第一件心愿起，到这一周才过了 {known} 周：不满 {weeks} 周不判断激增，不满 {before} 周不判断新出现。")
UNSORTED = _("派单时才归类，不作判断")
PROSE = (
    _(
        "{{ period }}，{{ place }}征集心愿 {{ collected }} 件，其中激增的事项 {{ surges }} 个，新出现的 {{ new_themes }} 个。"
    ),
)
EXPLAINED = _(
    "激增：本周至少 {surge} 件，而且比前 {weeks} 周的平均数多出两个标准差以上；新出现：本周至少 {new} 件，前 {before} 周一件也没有。"
)

Counts = Mapping[Any, list[int]]


@dataclass(frozen=True)
class Trend:
    """`counts` of this week and the weeks before it, the latest first; so many of those are `known`: before the first
    wish nobody was asked, and that nobody said a thing then says nothing."""

    counts: list[int]
    known: int = WEEKS_BEFORE

    @property
    def usual(self) -> float:
        return round(sum(self.counts[1 : COMPARED_WITH + 1]) / COMPARED_WITH, 2)

    @property
    def verdict(self) -> str:
        now = self.counts[0]
        if self.known < COMPARED_WITH:
            return TOO_EARLY
        if now >= NEW_LEAST and self.known >= WEEKS_BEFORE and not any(self.counts[1:]):
            return NEW
        is_surge = now >= SURGE_LEAST and now > self.usual + 2 * sqrt(max(self.usual, 1))
        return SURGE if is_surge else USUAL


def made(asked: Asked) -> Body:
    weeks = _weeks(asked.period)
    read = _read(asked, weeks)
    themes = _by(read, lambda row: row.category_id)
    here = _by(read, lambda row: (row.category_id, row.town_id))
    known = _weeks_known(asked, weeks)
    trends = {key: Trend(counts, known) for key, counts in themes.items()}
    new_here = {key: Trend(counts, known) for key, counts in here.items() if key[0]}
    new_here = {key: trend for key, trend in new_here.items() if trend.verdict is NEW}
    windows = windows_in(asked)
    told = (
        *figures(asked, windows, {}, ("collected",)),
        counted(asked, "surges", SURGE, _surges(trends), PIECES),
        counted(asked, "new_themes", NEW, len(new_here), PIECES),
    )
    sections = (
        _themes(asked, trends),
        _new(asked, new_here),
        _hot(asked, _by(read, lambda row: _village(asked, row.area_id))),
        _weekly(asked, weeks, _by(read, lambda row: None)),
        *repeated_wishes.made(asked).sections,
    )
    notes = (*_of_its_youth(asked, known), *remarks(asked, windows))
    return Body(told, sections, notes, tuple(asked.words._(line) for line in PROSE))


def _surges(trends: Mapping[int | None, Trend]) -> int:
    return sum(bool(theme) and trend.verdict is SURGE for theme, trend in trends.items())


def _weeks_known(asked: Asked, weeks: list[NamedPeriod]) -> int:
    """How many of the weeks before this one were over after the first wish of the place; 0 where there is none."""
    wanted = select(col(Ticket.created_at)).where(asked.here).order_by(col(Ticket.created_at)).limit(1)
    first = asked.session.execute(wanted).scalar()
    return sum(first is not None and first < week.until for week in weeks[1:])


def _of_its_youth(asked: Asked, known: int) -> tuple[str, ...]:
    rule = {"weeks": COMPARED_WITH, "before": WEEKS_BEFORE}
    return (asked.say(YOUNG, known=known, **rule),) if known < WEEKS_BEFORE else ()


def _weeks(this: NamedPeriod) -> list[NamedPeriod]:
    weeks = [this]
    for _week in range(WEEKS_BEFORE):
        weeks.append(weeks[-1].before)
    return weeks


def _read(asked: Asked, weeks: list[NamedPeriod]) -> list[tuple[int, Any]]:
    """Nine weeks of a county are some thousand rows of three numbers."""
    wanted = select(col(Ticket.created_at), col(Ticket.category_id), col(Ticket.town_id), col(Ticket.area_id)).where(
        asked.here, col(Ticket.created_at) >= weeks[-1].since, col(Ticket.created_at) < weeks[0].until
    )
    return [(_number(weeks, row.created_at), row) for row in asked.session.execute(wanted)]


def _number(weeks: list[NamedPeriod], moment: Any) -> int:
    return next(number for number, week in enumerate(weeks) if moment >= week.since)


def _by(read: Iterable[tuple[int, Any]], key_of: Any) -> Counts:
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * (WEEKS_BEFORE + 1))
    for number, row in read:
        found[key_of(row)][number] += 1
    return found


def _village(asked: Asked, area_id: int) -> int:
    """The village that a group belongs to; the place itself above that."""
    lineage = asked.known.lineage(area_id)
    return next((area.id or 0 for area in lineage if area.level is AreaLevel.village), area_id)


def _theme(asked: Asked, theme: int | None) -> str:
    return asked.known.category_name(theme) or asked.say(_("没有归类"))


def _themes(asked: Asked, trends: Mapping[int | None, Trend]) -> Section:
    ordered = sorted(trends.items(), key=lambda each: (-each[1].counts[0], _theme(asked, each[0])))
    rows: list[tuple[Cell, ...]] = [
        (
            _theme(asked, theme),
            trend.counts[0],
            trend.usual,
            trend.counts[1],
            asked.say(trend.verdict if theme else UNSORTED),
        )
        for theme, trend in ordered
        if any(trend.counts[: COMPARED_WITH + 1])
    ]
    columns = (
        Column("theme", asked.say(_("事项")), width=16),
        Column("collected", asked.say(_("本周")), Kind.number, 8),
        Column("usual", asked.say(_("前四周平均")), Kind.number),
        Column("before", asked.say(_("上周")), Kind.number, 8),
        Column("verdict", asked.say(_("研判"))),
    )
    rule = {"surge": SURGE_LEAST, "weeks": COMPARED_WITH, "new": NEW_LEAST, "before": WEEKS_BEFORE}
    explained = asked.say(EXPLAINED, **rule)
    chart = Chart("theme", ("collected", "usual"))
    return table("themes", asked.say(_("各事项")), columns, rows, explained=explained, chart=chart)


def _new(asked: Asked, found: Mapping[tuple[int | None, int | None], Trend]) -> Section:
    ordered = sorted(found.items(), key=lambda each: -each[1].counts[0])
    rows = [(asked.town_name(town), _theme(asked, theme), trend.counts[0]) for (theme, town), trend in ordered]
    columns = (
        Column("town", asked.say(_("镇")), width=14),
        Column("theme", asked.say(_("事项")), width=16),
        Column("collected", asked.say(_("本周")), Kind.number, 8),
    )
    return table("new", asked.say(_("哪个镇第一次说到什么")), columns, rows)


def _hot(asked: Asked, counts: Counts) -> Section:
    ordered = sorted(counts.items(), key=lambda each: (-each[1][0], each[0]))[:HOT_MOST]
    rows = [(asked.place_name(area), weeks[0], weeks[1]) for area, weeks in ordered if weeks[0]]
    columns = (
        Column("place", asked.say(_("地方")), width=24),
        Column("collected", asked.say(_("本周")), Kind.number, 8),
        Column("before", asked.say(_("上周")), Kind.number, 8),
    )
    chart = Chart("place", ("collected",))
    return table("hot", asked.say(_("说得最多的地方")), columns, rows, chart=chart)


def _weekly(asked: Asked, weeks: list[NamedPeriod], counts: Counts) -> Section:
    found = counts.get(None, [0] * len(weeks))
    rows = [(week.first, found[number]) for number, week in reversed(list(enumerate(weeks)))]
    columns = (
        Column("week", asked.say(_("这周起")), Kind.day, 12),
        Column("collected", asked.say(_("征集")), Kind.number, 8),
    )
    chart = Chart("week", ("collected",), is_line=True)
    return table("weeks", asked.say(_("一周一周看")), columns, rows, chart=chart)
