"""Which row holds the headings, and which column is which."""

import pytest

from service.exchange.headings import BY_NAME, COLUMNS, Layout, find_layout, plain
from service.exchange.sheets import NotASheet, SheetRow


def layout(*rows: list[str | None], **mapped: str) -> Layout:
    numbered = [SheetRow(number, tuple(cells)) for number, cells in enumerate(rows, 1) if any(cells)]
    return find_layout(numbered, mapped)


def refusal(*rows: list[str | None], **mapped: str) -> str:
    with pytest.raises(NotASheet) as refused:
        layout(*rows, **mapped)
    return str(refused.value)


def test_the_headings_of_a_hotline_are_known() -> None:
    found = layout(
        ["工单编号", "主题", "诉求内容", "来电时间", "联系电话", "承办单位", "办理结果", "办结时间", "满意度"]
    )
    names = ["number", "title", "text", "submitted_at", "phone", "unit", "answer", "answered_at", "satisfaction"]
    assert found.row == 1
    assert found.places == {name: place for place, name in enumerate(names)}
    assert found.unused == ()


def test_headings_are_found_below_titles_and_empty_rows() -> None:
    found = layout(
        ["清溪镇 2025 年群众诉求台账", None], [None], ["填表人：张三", "时间：3 月"], ["序号", "内容", "姓名"]
    )
    assert (found.row, dict(found.places)) == (4, {"text": 1, "name": 2})
    assert found.unused == ("序号",)


@pytest.mark.parametrize(
    "heading",
    [
        "联系电话",
        " 联系 电话 ",
        "联系\n电话",
        "*联系电话",
        "联系电话（手机）",
        "联系电话：",
        "诉求人联系电话",
        "群众电话",
        "来电人的电话",
    ],
)
def test_decorated_headings_are_the_same_headings(heading: str) -> None:
    assert layout(["内容", heading]).places == {"text": 0, "phone": 1}


def test_the_number_of_an_office_is_not_that_of_a_villager() -> None:
    found = layout(["内容", "承办单位电话", "经办人", "承办单位"])
    assert found.places == {"text": 0, "unit": 3}
    assert found.unused == ("承办单位电话", "经办人")


def test_of_two_headings_for_one_thing_the_more_usual_counts() -> None:
    found = layout(["登记时间", "来电时间", "内容"])
    assert found.places["submitted_at"] == 1
    assert found.unused == ("登记时间",)


def test_words_of_merged_heading_cells_stand_in_the_row_above() -> None:
    found = layout(["台账"], ["编号", "诉求人信息", None, "内容"], [None, "姓名", "电话", None])
    assert found.row == 3
    assert found.places == {"number": 0, "name": 1, "phone": 2, "text": 3}


def test_own_words_go_before_the_table() -> None:
    found = layout(["群众说了啥", "内容", "时间"], 群众说了啥="text")
    assert found.places == {"text": 0, "submitted_at": 2}
    assert found.headings["text"] == "群众说了啥"
    assert found.unused == ("内容",)


def test_own_words_alone_are_enough() -> None:
    assert layout(["啥", "谁"], 啥="text", 谁="name").places == {"text": 0, "name": 1}


def test_what_cannot_be_mapped_is_explained() -> None:
    assert "text" in refusal(["内容"], 内容="wish")
    assert "备注" in refusal(["内容", "时间"], 备注="text")
    assert "--map" in refusal(["甲", "乙"], ["1", "2"])
    assert "--map" in refusal()
    assert "text" in refusal(["姓名", "电话", "时间"])


def test_a_title_alone_is_a_wish() -> None:
    assert layout(["主题"]).places == {"title": 0}


def test_words_of_cells_are_no_headings() -> None:
    rows: list[list[str | None]] = [["编号", "内容", "类别"], ["1", "内容", "时间"], ["2", "姓名", "电话"]]
    assert layout(*rows).row == 1


def test_a_missing_cell_is_empty_and_a_missing_column_too() -> None:
    found = layout(["内容", "姓名"])
    assert found.cell(SheetRow(2, ("路灯",)), "name") is None
    assert found.cell(SheetRow(2, ("路灯",)), "phone") is None
    assert (found.heading("name"), found.heading("phone"), found.heading("x")) == ("姓名", "电话", "x")


def test_no_word_stands_for_two_columns() -> None:
    words = [plain(word) for column in COLUMNS for word in column.words]
    assert sorted(words) == sorted(set(words))
    assert all(column.label == column.words[0] for column in COLUMNS)
    assert len(BY_NAME) == len(COLUMNS)
