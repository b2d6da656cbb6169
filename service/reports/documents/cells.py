"""Cells and figures as words, for pages, papers and CSV: a rate never without its numerator and denominator."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from service.local_words import LocalWords
from service.reports.documents.content import Cell, Content, Told
from workflows.formulas import Rate
from workflows.words import _

NO_RATE = _("没有可算的（分母是 0）")
FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def in_words(cell: Cell) -> str:
    """98.59%（3,771/3,825）; empty where there is nothing."""
    if cell is None:
        return ""
    if isinstance(cell, Rate):
        return rate_in_words(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return number_in_words(cell) if isinstance(cell, int | float) else cell


def number_in_words(number: float) -> str:
    return f"{number:,.10g}"


def rate_in_words(rate: Rate) -> str:
    """Short enough for a table; a dash where there is nothing to divide by."""
    if rate.percent is None:
        return "–"
    return f"{rate.percent:.2f}%（{parts_in_words(rate)}）"


def parts_in_words(rate: Rate) -> str:
    return f"{rate.numerator:,.10g}/{rate.denominator:,}"


def told_in_words(told: Told, words: LocalWords) -> str:
    """As it stands in a sentence."""
    if told.rate is not None:
        return rate_in_words(told.rate) if told.rate.denominator else words._(NO_RATE)
    return number_in_words(told.value) if told.value is not None else words._(NO_RATE)


def beside_in_words(told: Told, words: LocalWords) -> str:
    """What belongs to a figure and stands below it: n, interval, what is not in it, and the rate with the excluded."""
    said = [f"n = {told.n:,}"]
    if told.rate is not None and told.rate.low is not None and told.rate.high is not None:
        low, high = words.percent(told.rate.low), words.percent(told.rate.high)
        said.append(words._(_("95% 区间 {low}–{high}")).format(low=low, high=high))
    said += [f"{name} {count:,}" for name, count in told.beside.items()]
    if told.raw is not None:
        said.append(words._(_("含剔除的 {rate}")).format(rate=rate_in_words(told.raw)))
    if not told.is_rankable:
        said.append(words._(_("样本不足，不排名")))
    return " · ".join(said)


def fields_of(content: Content, words: LocalWords) -> dict[str, str]:
    """The names that a sentence of a document may use, with what stands for each."""
    figures = {told.key: told_in_words(told, words) for told in content.body.figures}
    heads = {name: getattr(content, name) for name in ("title", "county", "place", "period")}
    return {**figures, **heads, "as_of": content.as_of_words}


def prose_of(content: Content, words: LocalWords) -> list[str]:
    return [filled(line, fields_of(content, words)) for line in content.body.prose]


def filled(line: str, fields: Mapping[str, str]) -> str:
    return FIELD.sub(lambda found: fields[found[1]], line)
