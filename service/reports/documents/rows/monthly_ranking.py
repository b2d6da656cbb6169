"""晒榜: places within each class of like units, the red and the black list, and who is too small to be ranked.

A unit is on the red list when the whole 95 % interval of its composite lies above that of its class as a whole, and on
the black list when it lies below: whoever only was lucky with a few wishes is on neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from service.directory.models import AreaLevel
from service.reports.comparing import CLASS_WORDS
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Column, Kind, Section, table
from service.reports.documents.counts import windows_by, windows_in, windows_of
from service.reports.documents.remarks import remarks
from service.reports.documents.told import Comparison, figures
from service.reports.rollups import Dimension
from service.reports.windows import Windows
from workflows.definitions import Window
from workflows.formulas import DEFAULT_WEIGHTS, MINIMUM_TO_RANK, Rate, composite, is_rankable, ranks
from workflows.rates import total
from workflows.tallies import Tally
from workflows.words import _

COMPARED = Comparison(
    ("collected", "closed", "open_overdue"),
    ("composite", "satisfaction_rate", "on_time_rate", "first_dispatch_right", "return_rate", "redo_rate"),
)
RED, BLACK, MIDDLE = _("红榜"), _("黑榜"), _("其他")
TOO_FEW, GONE, ALONE = (
    _("不排名（n = {n}）"),
    _("已经并入别的单位，不排名（n = {n}）"),
    _("没有同类，不排名（n = {n}）"),
)
PROSE = (
    _(
        "{{ period }}，{{ place }}按同类单位比较综合得分，分母不到下限的不排名。"
        "全部单位合起来，综合得分 {{ composite }}，满意率 {{ satisfaction_rate }}，按时率 {{ on_time_rate }}。"
    ),
    _("红榜是把握区间整个高于同类总体的单位，黑榜是整个低于的；只差几件、说不准的，两边都不列。"),
)


@dataclass(frozen=True)
class Ranked:
    """A unit, or a town, within its class. `is_gone`: no longer there, such as one merged into another."""

    key: int
    name: str
    windows: Windows
    is_gone: bool = False

    @property
    def rate(self) -> Rate:
        return composite(self.tally, DEFAULT_WEIGHTS)

    @property
    def tally(self) -> Tally:
        """What the composite is made of."""
        return self.windows[Window.conclusion]


def made(asked: Asked) -> Body:
    windows = windows_in(asked)
    classes = [(key, words, members) for key, words, members in _classes(asked) if members]
    sections = tuple(_section(asked, key, words, members) for key, words, members in classes)
    told = figures(asked, windows, {}, ("composite", "satisfaction_rate", "on_time_rate", "return_rate", "redo_rate"))
    rule = asked.say(_("只在同类里比，有效回访不到 {least} 件的只列不排。"), least=MINIMUM_TO_RANK)
    return Body(told, sections, (*remarks(asked, windows), rule), tuple(asked.words._(line) for line in PROSE))


def _classes(asked: Asked) -> Iterable[tuple[str, str, list[Ranked]]]:
    if asked.place.level is AreaLevel.county:
        yield "towns", _("镇"), _towns(asked)
    found = windows_by(asked, Dimension.unit)
    for unit_class, words in CLASS_WORDS.items():
        units = [asked.known.units[key] for key in found if key in asked.known.units]
        members = [
            Ranked(unit.id or 0, unit.name, found[unit.id or 0], not unit.is_active)
            for unit in units
            if unit.unit_class is unit_class
        ]
        yield str(unit_class), words, members


def _towns(asked: Asked) -> list[Ranked]:
    below = [area for area in asked.known.below(asked.place.id or 0) if area.level is AreaLevel.town]
    found = windows_of(asked, below)
    return [Ranked(area.id or 0, area.name, found[area.id or 0]) for area in below]


def _section(asked: Asked, key: str, words: str, members: list[Ranked]) -> Section:
    running = [each for each in members if not each.is_gone]
    rates = {each.key: each.rate for each in running} if len(running) > 1 else {}
    places = ranks(rates)
    whole = composite(total(each.tally for each in running), DEFAULT_WEIGHTS)
    ordered = sorted(members, key=lambda each: (places.get(each.key, len(members) + 1), -each.tally.valid, each.name))
    rows: list[tuple[Cell, ...]] = [
        (
            places.get(each.key),
            each.name,
            _verdict(asked, each, places, whole, len(running)),
            *COMPARED.cells(each.windows),
        )
        for each in ordered
    ]
    columns = (
        Column("place", asked.say(_("名次")), Kind.number, 6),
        Column("name", asked.say(_("名称")), width=20),
        Column("list", asked.say(_("榜")), width=18),
        *COMPARED.columns(asked),
    )
    return table(key, asked.say(words), columns, rows, notes=_notes(asked, members, places, whole))


def _verdict(asked: Asked, each: Ranked, places: dict[int, int], whole: Rate, members: int) -> str:
    n = each.rate.denominator
    if each.is_gone:
        return asked.say(GONE, n=n)
    if members == 1:
        return asked.say(ALONE, n=n)
    if each.key not in places or not is_rankable(each.rate):
        return asked.say(TOO_FEW, n=n)
    return asked.say(_list_of(each.rate, whole))


def _list_of(rate: Rate, whole: Rate) -> str:
    """Only what surely differs is on a list."""
    if rate.low is None or rate.high is None or whole.value is None:
        return MIDDLE
    if rate.low > whole.value:
        return RED
    return BLACK if rate.high < whole.value else MIDDLE


def _notes(asked: Asked, members: list[Ranked], places: dict[int, int], whole: Rate) -> tuple[str, ...]:
    if len([each for each in members if not each.is_gone]) == 1:
        return (asked.say(_("这一类只有 1 个单位，没有可比的。")),)
    if not places:
        return (asked.say(_("这一类没有一个单位够得上排名的下限。")),)
    ranked = [each for each in members if each.key in places]
    surely = [each for each in ranked if _list_of(each.rate, whole) is not MIDDLE]
    if surely:
        return ()
    return (asked.say(_("这一类排了 {n} 个，差别都在误差之内：没有红榜，也没有黑榜。"), n=len(ranked)),)
