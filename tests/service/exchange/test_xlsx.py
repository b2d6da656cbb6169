"""Workbooks as Excel, WPS and other programs write them, and files that only look like workbooks."""

import os
import random
import struct
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from service.exchange import xlsx
from service.exchange.opening import chosen, opened
from service.exchange.sheets import CELL_MOST, COLUMNS_MOST, NotASheet
from service.exchange.xlsx_cells import shows_date
from tests.service.exchange.sheet_files import (
    MAIN,
    OFFICE,
    cells_of,
    rows_of,
    sheet_xml,
    write_book,
    write_parts,
    write_xlsx,
)

MORNING = datetime(2025, 3, 1, 10, 30)  # noqa: DTZ001


def test_cells_come_as_what_they_are(tmp_path: Path) -> None:
    rows = [["编号", "数", "真", "时间"], ["GD-001", 12.5, True, MORNING], ["GD-002", 13800000000, False, None]]
    assert cells_of(write_xlsx(tmp_path / "a.xlsx", rows)) == [
        ("编号", "数", "真", "时间"),
        ("GD-001", 12.5, True, MORNING),
        ("GD-002", 13800000000, False),
    ]


@pytest.mark.parametrize("in_order", [True, False], ids=["words in the cells", "words in a list"])
def test_words_may_stand_in_the_cells_or_in_a_list(tmp_path: Path, in_order: bool) -> None:
    rows = [["路灯坏了", "  前后空格  ", "换\n行", "🙂 𠮷", "<b>&amp;"], ["路灯坏了", "另一行"]]
    path = write_xlsx(tmp_path / "a.xlsx", rows, constant_memory=in_order)
    assert cells_of(path) == [tuple(row) for row in rows]


def test_rows_keep_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    rows = rows_of(write_xlsx(tmp_path / "a.xlsx", [["标题"], [], [], ["编号", None, "内容"], [None, None, "x"]]))
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("标题",)),
        (4, ("编号", None, "内容")),
        (5, (None, None, "x")),
    ]


def test_the_same_is_read_as_by_another_reader(tmp_path: Path) -> None:
    rows = [[f"第 {number} 行", number, number / 3, MORNING, "同样的话"] for number in range(500)]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert cells_of(path) == list(sheet.iter_rows(values_only=True))


def test_what_another_program_writes_is_read_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A1:C1")
    sheet["A1"] = "2025 年 3 月群众诉求台账"
    sheet.append(["编号", "内容", "时间"])
    sheet.append(["GD-1", "水管爆了", MORNING])
    sheet.append(["GD-2", "=1+1", MORNING.date()])
    book.save(tmp_path / "a.xlsx")
    assert cells_of(tmp_path / "a.xlsx") == [
        ("2025 年 3 月群众诉求台账",),
        ("编号", "内容", "时间"),
        ("GD-1", "水管爆了", MORNING),
        ("GD-2", None, datetime(2025, 3, 1)),  # noqa: DTZ001
    ]


CODES = {
    "yyyy-mm-dd": True,
    'yyyy"年"m"月"d"日"': True,
    "[$-804]yyyy/m/d h:mm AM/PM;@": True,
    "h:mm:ss": True,
    "[h]:mm": False,
    "0.00": False,
    '0"天"': False,
    '#,##0"d"': False,
    "[Red]#,##0": False,
    "General": False,
    "@": False,
    r"0\d": False,
}


@pytest.mark.parametrize(("code", "is_date"), CODES.items(), ids=CODES.keys())
def test_a_number_is_a_date_when_its_format_says_so(code: str, is_date: bool) -> None:
    assert shows_date(code) is is_date


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="176" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="31"/><xf numFmtId="22"/><xf numFmtId="2"/></cellXfs>'
    "</styleSheet>"
)
SERIALS = "".join(f'<c r="{letter}1" s="{style}"><v>45717.4375</v></c>' for style, letter in enumerate("ABCDE"))


def test_dates_are_told_by_the_formats_of_the_workbook(tmp_path: Path) -> None:
    path = write_parts(tmp_path / "a.xlsx", sheet_xml(f'<row r="1">{SERIALS}</row>'), styles=STYLES)
    assert cells_of(path) == [(45717.4375, *[datetime(2025, 3, 1, 10, 30)] * 3, 45717.4375)]  # noqa: DTZ001


def test_workbooks_from_an_old_mac_count_from_1904(tmp_path: Path) -> None:
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="1"/>'
        '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    cell = '<row r="1"><c r="A1" s="1"><v>44255.4375</v></c></row>'
    path = write_parts(tmp_path / "a.xlsx", sheet_xml(cell), styles=STYLES, book=book)
    assert cells_of(path) == [(datetime(2025, 3, 1, 10, 30),)]  # noqa: DTZ001


def test_a_time_just_before_the_full_minute_is_the_full_minute(tmp_path: Path) -> None:
    cell = '<row r="1"><c r="A1" s="1"><v>45717.416666666664</v></c></row>'
    path = write_parts(tmp_path / "a.xlsx", sheet_xml(cell), styles=STYLES)
    assert cells_of(path) == [(datetime(2025, 3, 1, 10, 0),)]  # noqa: DTZ001


STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t>一句</t></si>'
    '<si><r><t xml:space="preserve">红 </t></r><r><rPr><b/></rPr><t>字</t></r><rPh sb="0" eb="1"><t>hong</t></rPh></si>'
    "<si><t>第一行_x000D_第二行</t></si><si/></sst>"
)


def test_every_kind_of_cell_is_understood(tmp_path: Path) -> None:
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>3</v></c>'
        '<c r="E1" t="inlineStr"><is><t>内</t></is></c><c r="F1" t="str"><f>A1</f><v>算的</v></c>'
        '<c r="G1" t="e"><v>#N/A</v></c><c r="H1" t="b"><v>1</v></c>'
        '<c r="I1" t="d"><v>2025-03-01T10:30:00</v></c><c r="J1"><v>1.50E+3</v></c><c r="K1"/>'
    )
    path = write_parts(tmp_path / "a.xlsx", sheet_xml(f'<row r="1">{cells}</row>'), strings=STRINGS)
    assert cells_of(path) == [("一句", "红 字", "第一行\r第二行", "", "内", "算的", "#N/A", True, MORNING, 1500)]


def test_places_that_are_not_said_follow_one_another(tmp_path: Path) -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert cells_of(write_parts(tmp_path / "a.xlsx", sheet_xml(rows))) == [(1, 2), (3,)]


def test_prefixes_of_names_make_no_difference(tmp_path: Path) -> None:
    row = '<x:row r="3"><x:c r="B3"><x:v>7</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{row}</x:sheetData></x:worksheet>'
    assert [(row.number, row.cells) for row in rows_of(write_parts(tmp_path / "a.xlsx", sheet))] == [(3, (None, 7))]


def test_cells_without_end_are_cut_and_columns_without_end_left_out(tmp_path: Path) -> None:
    cells = f'<c r="A1" t="inlineStr"><is><t>{"长" * (CELL_MOST + 70_000)}</t></is></c><c r="ZZZ1"><v>1</v></c>'
    [row] = cells_of(write_parts(tmp_path / "a.xlsx", sheet_xml(f'<row r="1">{cells}</row>')))
    assert len(row) < COLUMNS_MOST and CELL_MOST <= len(row[0]) < CELL_MOST + 70_000


def test_hidden_sheets_are_not_offered(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"工单": [["a"]], "统计": [["b"]]})
    book = openpyxl.load_workbook(path)
    book.create_sheet("字典", 0).sheet_state = "hidden"
    book.save(path)
    with opened(path) as workbook:
        assert workbook.names == ("工单", "统计")
        assert chosen(workbook).name == "工单"
        assert [row.cells for row in chosen(workbook, "统计").rows()] == [("b",)]
        with pytest.raises(NotASheet) as refused:
            chosen(workbook, "明细")
    assert "明细" in str(refused.value) and "工单、统计" in str(refused.value)


def test_how_much_was_read_is_known(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [[f"{number} {os.urandom(60).hex()}"] for number in range(4000)])
    with opened(path) as workbook:
        sheet = chosen(workbook)
        shares = [sheet.share for _row in sheet.rows()]
    assert shares == sorted(shares) and shares[0] < 0.6 and shares[-1] == 1.0


# Files that are none.


def refusal(path: Path) -> str:
    with pytest.raises(NotASheet) as refused:
        rows_of(path)
    return str(refused.value)


def test_a_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["编号"]] * 50)
    path.write_bytes(path.read_bytes()[:-200])
    assert "损坏" in refusal(path)


def test_a_workbook_with_a_broken_part_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [[os.urandom(30).hex()] for _row in range(2000)])
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2 : len(spoilt) // 2 + 40] = bytes(40)
    path.write_bytes(spoilt)
    assert "损坏" in refusal(path)


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_xml('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'),
        sheet_xml('<row r="one"/>'),
        "<worksheet>",
        "no xml at all",
    ],
    ids=["a text that is not there", "a row that is none", "no end", "no XML"],
)
def test_a_sheet_that_makes_no_sense_is_refused(tmp_path: Path, sheet: str) -> None:
    assert "损坏" in refusal(write_parts(tmp_path / "a.xlsx", sheet, strings=STRINGS))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    with ZipFile(path, "w") as zipped:
        zipped.writestr("photo.jpg", b"\xff\xd8\xff")
    assert "不是 Excel 表格" in refusal(path)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["entities that grow", "entities that look elsewhere"],
)
def test_document_types_are_refused(tmp_path: Path, doctype: str) -> None:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
    assert "损坏" in refusal(write_parts(tmp_path / "a.xlsx", doctype + sheet_xml(cell)))


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "SMALL", 1 << 20)
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("xl/workbook.xml", " " * (2 << 20))
    assert "太大" in refusal(path)


def test_all_parts_together_may_not_be_huge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "UNPACKED_MOST", 10_000)
    assert "太大" in refusal(write_xlsx(tmp_path / "a.xlsx", [[os.urandom(30).hex()] for _row in range(500)]))


def test_a_part_that_is_larger_than_it_says_is_found_broken(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [[os.urandom(30).hex()] for _row in range(500)])
    with ZipFile(path) as zipped:
        part = zipped.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    content[entry + 24 : entry + 28] = struct.pack("<I", part.file_size // 2)
    path.write_bytes(content)
    assert "损坏" in refusal(path)


def test_old_and_locked_workbooks_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000))
    assert "另存为 .xlsx" in refusal(path)


def test_a_file_that_is_not_there_or_has_nothing_in_it_is_explained(tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").touch()
    assert "没有这个文件" in refusal(tmp_path / "none.xlsx")
    assert "空的" in refusal(tmp_path / "empty.xlsx")
    assert "没有这个文件" in refusal(tmp_path)


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["编号"]]).rename(tmp_path / "a.csv")
    assert cells_of(path) == [("编号",)]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_has_happened_to_a_workbook_it_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    rows = [["编号", "内容", "时间"], *([f"GD-{number}", "路灯坏了", MORNING] for number in range(30))]
    sound = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    lots, outcomes = random.Random(seed), set()
    for _try in range(250):
        spoilt = bytearray(sound)
        for _place in range(lots.randint(1, 6)):
            spoilt[lots.randrange(len(spoilt))] = lots.randrange(256)
        (tmp_path / "b.xlsx").write_bytes(spoilt)
        try:
            outcomes.add(bool(rows_of(tmp_path / "b.xlsx")))
        except NotASheet as refused:
            outcomes.add(str(refused) != "")
    assert True in outcomes


STRANGE = ("<v>1e999</v>", "<v>nan</v>", "<v>-1</v>", "<is><t>x</t></is>", "<v/>", "<v> 7 </v>", "<f>1</f>")


@pytest.mark.parametrize("content", STRANGE)
def test_strange_cells_are_cells(tmp_path: Path, content: str) -> None:
    sheet = sheet_xml(f'<row r="1"><c r="A1" s="1">{content}</c><c r="B1"><v>1</v></c></row>')
    [row] = rows_of(write_parts(tmp_path / "a.xlsx", sheet, styles=STYLES))
    assert row.cells[-1] == 1 and len(row.cells) == 2
