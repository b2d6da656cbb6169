"""Every row of the table, in every format, of a county with all kinds of wishes and of one without any."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from service.database import Database
from service.reports.documents import answers, sheets, word
from service.reports.documents.asked import county_words
from service.reports.documents.content import Body, Kind, as_json, from_json
from service.reports.documents.paper import page_of
from service.reports.documents.press_word import rendered
from service.reports.documents.table import BY_NAME, REPORTS, Format, Report
from service.reports.documents.word_layout import laid_out
from tests.factories import PHONE, build_county
from tests.service.reports.documents.conftest import Told, fill
from workflows.formulas import Rate

WORDS = county_words("zh")
COUNTIES = ("small", "empty")
PAPERS = [row for row in REPORTS if row.is_paper]

each_report = pytest.mark.parametrize("report", REPORTS, ids=lambda row: row.name)
each_paper = pytest.mark.parametrize("report", PAPERS, ids=lambda row: row.name)
each_county = pytest.mark.parametrize("which", COUNTIES)


@each_report
@each_county
def test_csv_and_excel_say_what_the_report_holds(
    built: dict[str, Told], which: str, report: Report, tmp_path: Path
) -> None:
    content = built[which].content(report)
    told = "".join(sheets.csv_lines(content, WORDS))
    assert told.startswith("\ufeff") and PHONE not in told
    lines = list(csv.reader(io.StringIO(told.removeprefix("\ufeff"))))
    assert lines[0] == [content.title] and ["截至", content.as_of_words] in lines
    sheets.write_excel(content, WORDS, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert len(book.worksheets) == 1 + len(content.body.sections)
    for sheet, section in zip(book.worksheets[1:], content.body.sections, strict=True):
        rows = list(section.rows())
        assert sheet.freeze_panes == "B2"
        assert [cell.value for cell in sheet[1]] == sheets.headings(section.columns, WORDS)
        for line, row in enumerate(rows, 2):
            wanted = sheets.spread(row, section.columns)
            found = [cell.value for cell in sheet[line]][: len(wanted)]
            assert [_plain(each) for each in found] == [_plain(each) for each in wanted]
        assert bool(sheet._charts) == bool(section.chart and rows)


def _plain(value: object) -> object:
    """Sheets know neither empty words nor more than fifteen digits; a day comes back as a moment."""
    if isinstance(value, float):
        return round(value, 12)
    text = str(value) if value not in (None, "") else None
    return text.removesuffix(" 00:00:00") if text and not isinstance(value, int) else value or None if value != 0 else 0


@each_report
@each_county
def test_what_is_frozen_comes_back_as_it_was(built: dict[str, Told], which: str, report: Report) -> None:
    content = built[which].content(report)
    written = json.dumps(as_json(content), ensure_ascii=False)
    again = from_json(json.loads(written))
    assert json.dumps(as_json(again), ensure_ascii=False) == written
    assert "".join(sheets.csv_lines(again, WORDS)) == "".join(sheets.csv_lines(content, WORDS))


@each_paper
@each_county
def test_the_services_own_template_makes_a_word_file_of_every_paper(
    built: dict[str, Told], which: str, report: Report
) -> None:
    content = built[which].content(report)
    context = word.context_of(content, WORDS)
    document = Document(io.BytesIO(rendered(laid_out(context), context)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert content.title in text and content.period in text and f"截至 {content.as_of_words}" in text
    assert "{{" not in text and "{%" not in text and PHONE not in text
    assert all(note in text for note in content.body.notes)
    tables = document.tables[1:]
    assert len(tables) == len(content.body.sections)
    for table, section in zip(tables, content.body.sections, strict=True):
        assert [cell.text for cell in table.rows[0].cells] == [column.words for column in section.columns]
        assert len(table.rows) == 1 + len(list(section.rows()))


@each_report
@each_county
def test_every_report_can_be_printed_from_a_browser(built: dict[str, Told], which: str, report: Report) -> None:
    content = built[which].content(report)
    page = page_of(content, WORDS, "zh")
    assert content.title in page and PHONE not in page
    assert all(section.words in page for section in content.body.sections)
    assert "style=" not in page and "<script" not in page


@each_report
def test_no_name_of_a_field_means_two_things(small: Told, report: Report) -> None:
    """In a template figures and tables stand side by side, and a cell is asked of a dictionary by its name."""
    content = small.content(report)
    keys = [told.key for told in content.body.figures]
    tables = [section.key for section in content.body.sections]
    heads = ["title", "county", "place", "period", "as_of", "notes", "figures", "sections"]
    if report.is_paper:
        assert len({*keys, *tables, *heads}) == len([*keys, *tables, *heads])
    for section in content.body.sections:
        columns = [column.key for column in section.columns]
        assert len(set(columns)) == len(columns) and not any(hasattr({}, key) for key in columns)


def test_postgresql_tells_what_sqlite_tells(postgresql_database: Database, small: Told) -> None:
    """Every report, to the letter."""
    with postgresql_database.writing() as session:
        county = build_county(session)
        fill(session, county)
    there = Told(postgresql_database, county)
    for report in REPORTS:
        one, other = there.content(report), small.content(report)
        assert list(sheets.csv_lines(one, WORDS)) == list(sheets.csv_lines(other, WORDS)), report.name


def test_a_rate_is_never_told_without_its_parts(small: Told) -> None:
    """In sheets five numbers, in words both parts; of nothing there is no rate."""
    content = small.content(BY_NAME["monthly_bulletin"])
    rates = [told for told in content.body.figures if told.rate]
    assert len(rates) > 10
    for told in rates:
        assert told.rate and told.n == told.rate.denominator
    in_tables = [
        (cell, line)
        for section in content.body.sections
        for row in section.rows()
        for cell, column, line in zip(row, section.columns, range(99), strict=False)
        if column.kind is Kind.rate
    ]
    assert in_tables and all(isinstance(cell, Rate) for cell, _line in in_tables)


def test_a_month_without_data_says_so_and_has_no_rate(empty: Told) -> None:
    content = empty.content(BY_NAME["monthly_bulletin"])
    assert any("没有收到心愿" in note and "既不是 0%" in note for note in content.body.notes)
    assert all(told.value is None for told in content.body.figures if told.rate)
    assert "100.00%" not in page_of(content, WORDS, "zh")


def test_the_file_is_named_for_what_is_in_it(small: Told) -> None:
    content = small.content(BY_NAME["monthly_bulletin"])
    assert answers.file_name(content, Format.docx) == "青岭县月通报 2026-10.docx"


def test_what_she_wants_few_to_read_is_not_printed(small: Told) -> None:
    told = "".join(sheets.csv_lines(small.content(BY_NAME["demands"]), WORDS))
    assert told.count("（诉求人只愿意让承办人看内容）") == 1


def test_words_that_look_like_a_formula_or_a_field_stay_words(small: Told, tmp_path: Path) -> None:
    content = small.content(BY_NAME["demands"])
    section = content.body.sections[0]
    place = section.column("what")
    row = list(next(iter(section.rows())))
    row[place] = '=HYPERLINK("http://evil.example";"{{ secret }}")\x0b<b>&'
    changed = replace(content, body=Body(sections=(replace(section, rows=lambda: [row], total=1),)))
    assert "'=HYPERLINK" in "".join(sheets.csv_lines(changed, WORDS))
    sheets.write_excel(changed, WORDS, tmp_path / "report.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[1].cell(2, place + 1)
    assert cell.data_type == "s" and str(cell.value).startswith("=HYPERLINK")
    made = word.word_of(changed, WORDS)
    text = "\n".join(cell.text for table in Document(io.BytesIO(made)).tables for cell in table.rows[-1].cells)
    assert '=HYPERLINK("http://evil.example";"{{ secret }}")<b>&' in text
