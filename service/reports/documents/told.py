"""Tallies as figures that say all that belongs to them, and as columns of a table of places or units."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.reports.documents.asked import Asked
from service.reports.documents.content import Cell, Column, Kind, Told
from service.reports.telling import Figure, told_of
from service.reports.windows import Windows
from workflows.answer_days import Days
from workflows.definitions import AnswerTime, Measure, Window
from workflows.formulas import DEFAULT_WEIGHTS, Rate
from workflows.measures import MEASURES
from workflows.words import _

BESIDE = {
    "not_yet_due": _("没到期"),
    "unreachable": _("联系不上"),
    "unrated": _("没有评价"),
    "excluded": _("剔除"),
}
COUNT_WORDS = {
    "collected": _("征集"),
    "closed": _("办结"),
    "open": _("在办"),
    "open_overdue": _("超期"),
    "valid": _("有效回访"),
}
WISHES, DAYS, PIECES = _("件"), _("天"), _("个")
COUNTED_BY = {
    "collected": Window.creation,
    "closed": Window.conclusion,
    "valid": Window.conclusion,
    "open": Window.standing,
    "open_overdue": Window.standing,
}
RATES = {measure.key: measure for measure in MEASURES}


def figures(asked: Asked, windows: Windows, days: Days, only: Iterable[str] = ()) -> tuple[Told, ...]:
    """Every figure of the catalogue, or those named; each by its own window, as on the board."""
    wanted = frozenset(only)
    found = told_of(windows, days, asked.now)
    return tuple(_told(asked, each) for each in found if not wanted or each.definition.key in wanted)


def _told(asked: Asked, figure: Figure) -> Told:
    beside = {name: getattr(figure, name) for name in _belonging(figure)}
    unit = "" if figure.rate else DAYS if isinstance(figure.definition, AnswerTime) else WISHES
    return Told(
        figure.definition.key,
        _with_unit(asked, figure.definition.words, unit),
        figure.n,
        figure.value,
        figure.rate,
        figure.raw if figure.raw != figure.rate else None,
        {asked.say(BESIDE[name]): count for name, count in beside.items() if count is not None},
        figure.is_rankable or figure.rate is None,
    )


def _belonging(figure: Figure) -> tuple[str, ...]:
    """What is in neither part of a rate: of all, what is not due yet; of those over what was said, who said nothing."""
    if figure.rate is None or not isinstance(figure.definition, Measure):
        return ()
    is_about_words = "valid" in figure.definition.below or "heard" in figure.definition.above
    return tuple(BESIDE) if is_about_words else ("not_yet_due",)


def counted(asked: Asked, key: str, words: str, count: int, unit: str = WISHES) -> Told:
    """A plain count: it stands on itself."""
    return Told(key, _with_unit(asked, words, unit), count, count)


def _with_unit(asked: Asked, words: str, unit: str) -> str:
    return asked.say(_("{words}（{unit}）"), words=asked.say(words), unit=asked.say(unit)) if unit else asked.say(words)


def rated(asked: Asked, key: str, words: str, rate: Rate, **beside: int) -> Told:
    """A share that no row of the catalogue of measures names."""
    return Told(key, asked.say(words), rate.denominator, rate.value, rate, None, beside)


@dataclass(frozen=True)
class Comparison:
    """Counts and rates of tallies, side by side: what stands in a table of towns, units, themes or sources."""

    counts: tuple[str, ...]
    rates: tuple[str, ...]

    def columns(self, asked: Asked) -> tuple[Column, ...]:
        return (
            *(Column(name, asked.say(COUNT_WORDS[name]), Kind.number, 8) for name in self.counts),
            *(Column(name, asked.say(RATES[name].words), Kind.rate, 12) for name in self.rates),
        )

    def cells(self, windows: Windows) -> tuple[Cell, ...]:
        return (
            *(getattr(windows[COUNTED_BY[name]], name) for name in self.counts),
            *(rate_of(RATES[name], windows) for name in self.rates),
        )


def rate_of(measure: Measure, windows: Windows) -> Rate:
    return measure.of(windows[measure.window], DEFAULT_WEIGHTS)


USUAL = Comparison(
    ("collected", "closed", "open", "open_overdue"), ("conclusion_rate", "on_time_rate", "satisfaction_rate")
)
