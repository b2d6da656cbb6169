"""What one meeting brought: lines typed or pasted from a sheet, each read into a wish or a sentence on what to mend."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.directory.models import Area
from service.directory.reference import Reference
from service.tickets.forms import parsed
from workflows.commands import Submit
from workflows.refusals import Refused
from workflows.words import _

LINES_MOST = 200
COLUMNS = ("text", "name", "phone", "group")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "text": ("心愿", "内容", "诉求", "事项", "问题", "详情", "说了什么"),
    "name": ("姓名", "称呼", "谁", "诉求人"),
    "phone": ("电话", "手机", "号码", "联系方式"),
    "group": ("组", "小组", "地方", "住址", "地址", "位置"),
}
# 1、 and (2) are numbers of a list; 1.5 公里 is a length.
NUMBERING = re.compile(r"^\s*(?:\d{1,3}[、.．)）](?!\d)|[（(]\d{1,3}[)）]|[①-⑳])\s*")
DIGITS = str.maketrans("一二三四五六七八九０１２３４５６７８９", "1234567890123456789")

TOO_MANY = _("一次最多 {most} 行，现在有 {n} 行，请分几次录。")
NO_SUCH_GROUP = _("{area}下面没有“{group}”，可以写：{known}。")


@dataclass(frozen=True)
class Line:
    """One line that says something: `wish` when it can be taken in, otherwise `mistake`. `key` knows it again."""

    number: int
    typed: str
    key: str
    cells: Mapping[str, str]
    wish: Submit | None = None
    mistake: Refused | None = None


def read_lines(typed: str, shared: Mapping[str, Any], known: Reference) -> list[Line]:
    """`shared` is what holds for all of them: area, source, meeting, kind, category. Raises Refused for too many."""
    written = typed.replace("\r\n", "\n").split("\n")
    columns, rows = _columns([(number, row) for number, row in enumerate(written, 1) if row.strip()])
    if len(rows) > LINES_MOST:
        raise Refused(TOO_MANY, field="lines", most=LINES_MOST, n=len(rows))
    seen: Counter[str] = Counter()
    found = []
    for number, row in rows:
        seen[row] += 1
        found.append(_line(number, row, seen[row], columns, shared, known))
    return found


def _columns(rows: Sequence[tuple[int, str]]) -> tuple[Sequence[str], Sequence[tuple[int, str]]]:
    """A first line of headings says which column is which, and is no wish."""
    if not rows:
        return COLUMNS, rows
    first = [_heading(cell) for cell in rows[0][1].split("\t")]
    is_heading = "text" in first and all(first[: len(COLUMNS)])
    return (first, rows[1:]) if is_heading else (COLUMNS, rows)


def _heading(cell: str) -> str:
    return next((name for name, words in HEADINGS.items() if cell.strip() in words), "")


def _line(
    number: int, row: str, occurrence: int, columns: Sequence[str], shared: Mapping[str, Any], known: Reference
) -> Line:
    pairs = zip(columns, row.split("\t"), strict=False)
    cells = {name: cell.strip() for name, cell in pairs if name and cell.strip()}
    cells["text"] = NUMBERING.sub("", cells.get("text", ""))
    key = hashlib.sha256(f"{row}\n{occurrence}".encode()).hexdigest()[:16]
    try:
        return Line(number, row, key, cells, wish=_wish(cells, shared, known))
    except Refused as mistake:
        return Line(number, row, key, cells, mistake=mistake)


def _wish(cells: Mapping[str, str], shared: Mapping[str, Any], known: Reference) -> Submit:
    """Raises Mistaken, or Refused for a group that is not there."""
    own = {name: value for name, value in cells.items() if name != "group"}
    command = parsed(Submit, {**shared, **own, **_place(cells.get("group", ""), int(shared["area"]), known)})
    assert isinstance(command, Submit)
    return command


def _place(group: str, area_id: int, known: Reference) -> dict[str, Any]:
    """A group of this village is an area of its own; where none are kept, the words stay as the place."""
    if not group:
        return {}
    below = [
        area for area in known.areas.values() if area.path.startswith(known.areas[area_id].path) and area.id != area_id
    ]
    found = next((area for area in below if _same_name(area.name, group)), None)
    if found is not None:
        return {"area": found.id}
    if not below:
        return {"place": group}
    names = "、".join(area.name for area in _first_below(known, area_id))
    raise Refused(NO_SUCH_GROUP, field="group", area=known.areas[area_id].name, group=group, known=names)


def _first_below(known: Reference, area_id: int) -> Iterable[Area]:
    return known.below(area_id)[:12]


def _same_name(name: str, typed: str) -> bool:
    """三组, 3组 and 第三组 are one group; so are 双喜 and 双喜村."""
    return _plain(name) == _plain(typed) or (len(typed) > 1 and name.startswith(typed))


def _plain(name: str) -> str:
    return name.strip().removeprefix("第").translate(DIGITS)
