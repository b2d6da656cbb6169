"""Files of text as Excel, WPS and old systems save them."""

from pathlib import Path

import pytest

from service.exchange.opening import chosen, opened
from service.exchange.sheets import NotASheet
from tests.service.exchange.sheet_files import cells_of, rows_of, write_csv

ROWS = [["编号", "内容", "电话"], ["GD-1", "路灯坏了，\n三个月没人修", "13800000000"], ["GD-2", '他说"马上修"', ""]]
READ = [("编号", "内容", "电话"), ("GD-1", "路灯坏了，\n三个月没人修", "13800000000"), ("GD-2", '他说"马上修"', None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_usual_encoding_is_recognised(tmp_path: Path, encoding: str) -> None:
    assert cells_of(write_csv(tmp_path / "a.csv", ROWS, encoding)) == READ


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_every_usual_separator_is_recognised(tmp_path: Path, separator: str) -> None:
    assert cells_of(write_csv(tmp_path / "a.csv", ROWS, separator=separator)) == READ


def test_rare_characters_of_chinese_windows_are_read(tmp_path: Path) -> None:
    assert cells_of(write_csv(tmp_path / "a.csv", [["姓名"], ["𠮷㙍"]], "gb18030")) == [("姓名",), ("𠮷㙍",)]


def test_a_character_on_the_border_of_a_block_is_whole(tmp_path: Path) -> None:
    words = "x" * ((1 << 20) - 2) + "路灯" * 10
    (tmp_path / "a.csv").write_text("内容\n" + "\n".join(words[at : at + 1000] for at in range(0, len(words), 1000)))
    assert "".join(str(cells[0]) for cells in cells_of(tmp_path / "a.csv")[1:]) == words


def test_a_cell_of_several_lines_is_one_row_and_empty_lines_count(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('标题\n\n编号,内容\nGD-1,"一\n二"\nGD-2,三\n')
    assert [row.number for row in rows_of(tmp_path / "a.csv") if not row.is_empty] == [1, 3, 4, 5]


def test_the_apostrophe_that_guards_against_formulas_is_taken_away(tmp_path: Path) -> None:
    rows = [["内容"], ["'=1+1"], ["'+8613800000000"], ["'普通的话'"]]
    assert cells_of(write_csv(tmp_path / "a.csv", rows))[1:] == [("=1+1",), ("+8613800000000",), ("'普通的话'",)]


def test_how_much_was_read_is_known(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [[f"第 {number} 行"] for number in range(20_000)])
    with opened(path) as workbook:
        sheet = chosen(workbook)
        shares = [sheet.share for _row in sheet.rows()]
    assert shares == sorted(shares) and shares[0] < 0.2 and shares[-1] == 1.0


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0\0\x10JFIF", b"\xff" * 300],
    ids=["a picture", "a photograph", "no text"],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(NotASheet) as refused:
        rows_of(tmp_path / "a.csv")
    assert "不是表格" in str(refused.value)


def test_a_quote_that_never_ends_is_named_by_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('编号,内容\nGD-1,好的\nGD-2,"忘了引号' + "长\n" * 150_000)
    with pytest.raises(NotASheet) as refused:
        rows_of(tmp_path / "a.csv")
    assert "第 3 行" in str(refused.value)
