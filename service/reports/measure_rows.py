"""指标口径 as rows: every measure in Chinese and in English, for the page, for sheets, and for programs."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict

import xlsxwriter

from service.formulas import guarded
from service.web import translations
from workflows.definitions import WINDOW_WORDS, Definition
from workflows.measures import CATALOGUE
from workflows.rates import DEFAULT_WEIGHTS

LANGUAGES = ("zh", "en")
TOLD = ("name", "numerator", "denominator", "exclusions", "window")
COLUMNS = ("key", *(f"{column}_{language}" for column in TOLD for language in LANGUAGES), "least_number_to_rank")
WIDTHS = {"key": 24, "least_number_to_rank": 12}
WIDE = 44

Cell = str | int | None


def told(row: Definition, language: str) -> dict[str, str]:
    """With the weights in force in its words; the denominator of a count is empty."""
    say, weights = translations(language).gettext, asdict(DEFAULT_WEIGHTS)
    return {
        "name": say(row.words),
        "numerator": say(row.numerator).format(**weights),
        "denominator": say(row.denominator).format(**weights) if row.denominator else "",
        "exclusions": say(row.exclusions),
        "window": say(WINDOW_WORDS[row.window]),
    }


def measure_rows() -> Iterator[dict[str, Cell]]:
    """In the order of the catalogue, by COLUMNS."""
    for row in CATALOGUE:
        both = {language: told(row, language) for language in LANGUAGES}
        cells = {f"{column}_{language}": both[language][column] for column in TOLD for language in LANGUAGES}
        yield {"key": row.key, **cells, "least_number_to_rank": row.floor}


def as_csv() -> str:
    """With the mark that tells Excel that it is UTF-8."""
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS)
    rows.writeheader()
    for row in measure_rows():
        rows.writerow({name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return "\ufeff" + written.getvalue()


def as_excel() -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"strings_to_formulas": False, "in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, COLUMNS, bold)
        for number, row in enumerate(measure_rows(), 1):
            sheet.write_row(number, 0, row.values(), wrapped)
        for number, name in enumerate(COLUMNS):
            sheet.set_column(number, number, WIDTHS.get(name, WIDE))
        sheet.freeze_panes(1, 1)
    return written.getvalue()
