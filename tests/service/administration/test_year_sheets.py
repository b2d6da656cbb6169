"""Holiday sheets as people have them: from Excel, from WPS, from another encoding, broken, and far too large."""

import csv
import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from service.administration.year_sheets import rows_of_file, rows_of_text, text_of
from workflows.calendar_years import parse_year
from workflows.refusals import Refused
from workflows.terms import DayKind, SpecialDay

ROWS = [
    ("日期", "类型", "名称"),
    ("2027-01-01", "休息", "元旦"),
    ("2027-02-06", "工作日", "春节"),
    ("2027-02-05", "上午", ""),
]
DAYS = {
    date(2027, 1, 1): SpecialDay(DayKind.off, "元旦"),
    date(2027, 2, 6): SpecialDay(DayKind.working, "春节"),
    date(2027, 2, 5): SpecialDay(DayKind.morning, ""),
}


def as_csv() -> str:
    written = io.StringIO()
    csv.writer(written).writerows(ROWS)
    return written.getvalue()


def as_excel(last_cell: tuple[int, int] | None = None) -> bytes:
    """Dates as Excel keeps them: numbers that are shown as days. `last_cell` holds a word far away."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet, as_day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ROWS[0])
        for number, (day, *rest) in enumerate(ROWS[1:], 1):
            sheet.write_datetime(number, 0, date.fromisoformat(day), as_day)
            sheet.write_row(number, 1, rest)
        if last_cell:
            sheet.write(*last_cell, "远")
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        as_csv().encode(),
        b"\xef\xbb\xbf" + as_csv().encode(),
        as_csv().encode("gb18030"),
        as_csv().encode("utf-16"),
        as_csv().replace(",", "，").encode(),
        as_csv().replace(",", "\t").encode(),
        as_csv().replace("\r\n", "\r").encode(),
        as_excel(),
    ],
    ids=["utf-8", "with a mark", "gb18030", "utf-16", "chinese commas", "tabs", "old line ends", "excel"],
)
def test_the_same_days_come_out_of_every_usual_file(content: bytes) -> None:
    assert parse_year(2027, rows_of_file(content)).days == DAYS


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and nothing more",
        as_excel()[:-400],
        b"\xd0\xcf\x11\xe0" + b"\0" * 2000,
        b"\xff\xfe\x00",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff",
        as_excel(last_cell=(500_000, 3)),
        as_excel(last_cell=(5, 16_000)),
    ],
    ids=["not excel", "cut off", "excel of the last century", "half a letter", "a picture", "far down", "far right"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(Refused, match="另存为 Excel"):
        rows_of_file(content)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    with pytest.raises(Refused, match="另存为 Excel"):
        rows_of_file(written.getvalue())


def test_the_text_that_comes_back_keeps_every_line_at_its_number() -> None:
    text = "2027-01-01,休息,元旦\n\n2027-02-30,休息,春节"
    assert text_of(rows_of_text(text)) == text
    assert text_of(rows_of_file(as_excel())).splitlines() == [",".join(row) for row in ROWS]
