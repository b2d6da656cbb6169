"""The table of headings (表头): what counties and hotlines call the columns of their sheets, and which row holds them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.exchange.several import Several
from service.exchange.sheets import Cell, NotASheet, SheetRow
from workflows.words import _


@dataclass(frozen=True)
class Column:
    """`name` is what --map calls it, `label` what our own sheets call it; of several `words` the first counts."""

    name: str
    label: str
    words: tuple[str, ...]


def column(name: str, label: str, *words: str) -> Column:
    return Column(name, label, tuple(dict.fromkeys((label, *words))))


# fmt: off
COLUMNS: tuple[Column, ...] = (
    column("number", "编号", "工单编号", "工单号", "流水号", "受理编号", "受理号", "登记编号", "诉求编号", "办件编号", "案件编号", "事件编号", "信件编号", "来电编号", "单号", "原编号"),
    column("source", "来源", "渠道", "诉求来源", "工单来源", "来源渠道", "受理渠道", "反映渠道", "来电渠道", "诉求渠道"),
    column("kind", "心愿类型", "心愿类别"),
    column("category", "事项", "类别", "分类", "诉求类别", "诉求分类", "问题类别", "问题分类", "事项类别", "事项分类", "事项名称", "内容分类", "工单类别", "工单分类", "所属类别"),
    column("title", "主题", "标题", "诉求主题", "诉求标题", "工单标题", "事件标题", "信件标题", "来信标题", "留言标题"),
    column("text", "详情", "内容", "心愿", "微心愿", "心愿内容", "诉求内容", "反映内容", "诉求详情", "反映问题", "问题描述", "工单内容", "来电内容", "来信内容", "留言内容", "事件内容", "具体内容", "主要内容", "事件描述", "诉求", "问题", "描述"),
    column("name", "姓名", "诉求人", "来电人", "反映人", "联系人", "申请人", "来信人", "称呼", "户主", "诉求人姓名", "群众姓名"),
    column("phone", "电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "联系号码", "来电号码", "主叫号码"),
    column("area", "区划", "区域", "所属区域", "所在区域", "行政区划", "所在地", "归属地", "事发区域", "诉求区域"),
    column("town", "镇", "乡镇", "镇街", "街道", "乡镇街道", "镇办", "所属乡镇", "所在乡镇", "所属镇", "所在镇"),
    column("village", "村", "社区", "村居", "村社区", "行政村", "所属村", "所在村", "所属社区"),
    column("group", "组", "小组", "村民小组", "村组"),
    column("place", "具体位置", "地址", "地点", "详细地址", "事发地点", "事发地址", "问题地点", "诉求地址", "家庭住址", "现住址", "住址", "位置"),
    column("submitted_at", "提交时间", "来电时间", "受理时间", "反映时间", "诉求时间", "登记时间", "接件时间", "收件时间", "留言时间", "来信时间", "创建时间", "时间", "来电日期", "受理日期", "反映日期", "登记日期", "日期"),
    column("assigned_at", "派单时间", "交办时间", "转办时间", "派发时间", "派件时间", "下派时间"),
    column("acknowledged_at", "签收时间", "接收时间"),
    column("unit", "承办单位", "责任单位", "主办单位", "办理单位", "处理单位", "处置单位", "承办部门", "责任部门", "办理部门", "处理部门", "牵头单位"),
    column("supporting", "协办单位", "配合单位"),
    column("status", "状态", "办理状态", "工单状态", "当前状态", "处理状态", "办件状态"),
    column("answer", "答复", "答复内容", "回复内容", "回复", "办理结果", "办理情况", "处理结果", "处理情况", "处置结果", "处置情况", "办结情况", "答复情况", "回复情况", "答复意见", "办理意见", "办结意见", "反馈内容", "反馈情况"),
    column("answered_at", "答复时间", "回复时间", "反馈时间", "办结时间", "完成时间", "结案时间", "答复日期", "回复日期", "反馈日期", "办结日期", "完成日期"),
    column("outcome", "办理结论", "是否解决", "解决情况", "是否办结", "解决状态"),
    column("satisfaction", "满意度", "评价", "满意情况", "是否满意", "满意度评价", "评价结果", "群众评价", "回访满意度", "回访结果"),
    column("rated_at", "评价时间", "回访时间", "评价日期", "回访日期"),
    column("opinion", "评价内容", "评价意见", "回访意见", "回访内容", "回访情况"),
)
# fmt: on

BY_NAME = {each.name: each for each in COLUMNS}
ROWS_SEARCHED = 30
ENOUGH = 2
"""Two known headings in one row are no accident."""

WHOSE = re.compile(
    r"^(?:诉求人|来电人|反映人|来访人|来信人|信访人|求助人|申请人|提交人|联系人|群众|市民|居民|村民)(?:的|信息)?"
)
ASIDE = re.compile(r"[(（\[【].*?[)）\]】]")
NOT_LETTERS = re.compile(r"[\s*:：＊_.、/\\-]+")

NO_HEADINGS = _("前 {rows} 行里找不到表头。需要有“详情”或“主题”这样的一列；叫法不同的，用 --map 表头=名称 说明。")
NO_SUCH_COLUMN = _("--map 里的“{name}”不是我们的列名。可以用：{known}。")
NO_SUCH_HEADING = _("表头里没有“{heading}”这一列，只有：{found}。")
NO_WISH = _("表格里没有写着心愿的一列（详情、内容、主题……）。请用 --map 表头=text 指明是哪一列。")


@dataclass(frozen=True)
class Layout:
    """`row` holds the headings; `places` is where a column of ours stands; `unused` are the other headings."""

    row: int
    places: Mapping[str, int]
    headings: Mapping[str, str]
    unused: tuple[str, ...]

    def cell(self, row: SheetRow, name: str) -> Cell:
        place = self.places.get(name)
        return row.cells[place] if place is not None and place < len(row.cells) else None

    def heading(self, name: str) -> str:
        """What the sheet itself calls the column, or what we call it where the sheet has none."""
        return self.headings.get(name) or (BY_NAME[name].label if name in BY_NAME else name)


def find_layout(first_rows: Sequence[SheetRow], mapped: Mapping[str, str]) -> Layout:
    """`mapped` is heading → column name, and goes before our own table. Raises NotASheet."""
    _check_names(mapped)
    searched = [(row.number, _headings(row, _row_above(row, first_rows))) for row in first_rows[:ROWS_SEARCHED]]
    number, headings = max(searched, key=lambda pair: len(_known(pair[1], mapped)), default=(0, []))
    places = _known(headings, mapped)
    if len(places) < ENOUGH and not places.keys() & {"title", "text"}:
        raise NotASheet(NO_HEADINGS, rows=ROWS_SEARCHED)
    _check_headings(mapped, headings)
    if not places.keys() & {"title", "text"}:
        raise NotASheet(NO_WISH)
    used = set(places.values())
    unused = tuple(heading for place, heading in enumerate(headings) if heading and place not in used)
    return Layout(number, places, {name: headings[place] for name, place in places.items()}, unused)


def _check_names(mapped: Mapping[str, str]) -> None:
    for name in mapped.values():
        if name not in BY_NAME:
            raise NotASheet(NO_SUCH_COLUMN, name=name, known=Several(BY_NAME))


def _check_headings(mapped: Mapping[str, str], headings: Sequence[str]) -> None:
    there = {plain(heading) for heading in headings}
    for heading in mapped:
        if plain(heading) not in there:
            raise NotASheet(NO_SUCH_HEADING, heading=heading, found=Several(filter(None, headings)))


def _headings(row: SheetRow, above: SheetRow | None) -> list[str]:
    """Where cells of two heading rows are merged, the words stand in the upper one."""
    words = [_words(cell) for cell in row.cells]
    upper = [_words(cell) for cell in above.cells] if above else []
    width = max(len(words), len(upper))
    words += [""] * (width - len(words))
    upper += [""] * (width - len(upper))
    return [own or over for own, over in zip(words, upper, strict=True)]


def _row_above(row: SheetRow, rows: Sequence[SheetRow]) -> SheetRow | None:
    """A title that lies over all columns is no heading: it stands alone in its row."""
    above = next((each for each in rows if each.number == row.number - 1), None)
    has_several = above is not None and sum(bool(_words(cell)) for cell in above.cells) > 1
    return above if has_several else None


def _known(cells: Iterable[Cell], mapped: Mapping[str, str]) -> dict[str, int]:
    """Which column of ours stands where. Of two headings for the same one, that counts which our table names first."""
    asked = {plain(heading): name for heading, name in mapped.items()}
    found: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(cells):
        name, rank = _column_of(_words(cell), asked)
        if name and (name not in found or rank < found[name][0]):
            found[name] = (rank, place)
    return {name: place for name, (_rank, place) in found.items()}


def _column_of(heading: str, asked: Mapping[str, str]) -> tuple[str, int]:
    word = plain(heading)
    if word in asked:
        return asked[word], -1
    if word in _WORDS:
        return _WORDS[word]
    return _WORDS.get(WHOSE.sub("", word), ("", 0))


def _words(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def plain(heading: str) -> str:
    """`* 联系电话（手机）：` is 联系电话."""
    return NOT_LETTERS.sub("", ASIDE.sub("", unicodedata.normalize("NFKC", heading)))


_WORDS = {plain(word): (each.name, rank) for each in COLUMNS for rank, word in enumerate(each.words)}
