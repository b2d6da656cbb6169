"""The workbook of a county's directory: its sheets, their columns, and the one example row that explains each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from service.administration.words import LEVEL_WORDS, UNIT_CLASS_WORDS
from service.directory.models import AreaLevel, UnitClass
from service.exchange.headings import plain
from workflows.statuses import POSTS, ROLE_WORDS, Role
from workflows.words import _

EXAMPLE = "例："
"""A row that begins so explains its sheet and is no row of the county's."""


@dataclass(frozen=True)
class SheetColumn:
    """`field` is that of the administrators' forms, so that what is wrong is said of the right cell."""

    field: str
    heading: str
    width: int
    is_needed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class DirectorySheet:
    name: str
    explanation: str
    columns: tuple[SheetColumn, ...]
    example: tuple[str, ...]

    def heading(self, field: str) -> str:
        return next((column.heading for column in self.columns if column.field == field), "")


# fmt: off
AREAS = DirectorySheet("区划", _("一行一个地方，上级写在下级前面。县只有一行，它的“上级”空着。同名的地方，“上级”写成 清溪镇/双喜村 这样。"), (
    SheetColumn("parent", "上级", 28),
    SheetColumn("name", "名称", 20, is_needed=True),
    SheetColumn("level", "级别", 10, words=("层级",)),
), (EXAMPLE + "清溪镇", "双喜村", "村"))
UNITS = DirectorySheet("单位", _("一行一个单位，按“名称”认。“受理台”写“是”的，就是它那个地方的受理台：那里的心愿先到它手里。县里一定要有一个。"), (
    SheetColumn("name", "名称", 30, is_needed=True, words=("单位名称", "全称")),
    SheetColumn("short_name", "简称", 16),
    SheetColumn("unit_class", "类别", 16, is_needed=True, words=("单位类别",)),
    SheetColumn("area", "区划", 24, is_needed=True, words=("所在地", "所属区划")),
    SheetColumn("phone", "电话", 18, words=("办公电话",)),
    SheetColumn("desk", "受理台", 10),
), (EXAMPLE + "清溪镇受理台", "清溪受理", "镇受理台", "清溪镇", "0915-2521001", "是"))
PEOPLE = DirectorySheet("人员", _("一行一个人在一个单位的岗位，按“登录名”认；在几个单位有岗位就写几行。岗位有几个的用、隔开。新加的人会得到一个密码。"), (
    SheetColumn("login", "登录名", 20, is_needed=True, words=("账号", "用户名")),
    SheetColumn("name", "姓名", 12, is_needed=True),
    SheetColumn("unit", "单位", 30, is_needed=True),
    SheetColumn("role", "岗位", 24, is_needed=True, words=("角色",)),
    SheetColumn("title", "职务", 16),
    SheetColumn("is_head", "负责人", 10),
    SheetColumn("phone", "手机", 18, words=("电话",)),
    SheetColumn("email", "邮箱", 26),
), (EXAMPLE + "wang-jianguo", "王建国", "清溪镇受理台", "派单员、审核员", "便民服务中心主任", "是", "13812345678", "wangjg@example.com"))
CATALOGUE = DirectorySheet("派单目录", _("这个地方（和它下面）的这类事，建议派给哪个单位。事项要先在“事项”页面里有。"), (
    SheetColumn("category", "事项", 20, is_needed=True, words=("类别",)),
    SheetColumn("area", "区划", 24, is_needed=True),
    SheetColumn("unit", "单位", 30, is_needed=True),
), (EXAMPLE + "道路交通", "青岭县", "县交通运输局"))
# fmt: on

SHEETS = (AREAS, UNITS, PEOPLE, CATALOGUE)
GUIDE = "说明"
GUIDE_LINES = (
    _("这个工作簿是一个县的名录：区划、单位、人员、派单目录，各占一个工作表。"),
    _("填好以后运行 weiyuan import directory 文件名.xlsx。可以改了再导，导几次都一样：只增加、只更新，从不删除。"),
    _("空着的格表示不改。有一格不对就一行也不收，会说明是哪个工作表、哪一行、哪一列。"),
    _("以“例：”开头的行是示范，不会导入，可以删掉。"),
)

LEVELS: Mapping[str, AreaLevel] = {
    **dict.fromkeys(("县", "区", "市", "county"), AreaLevel.county),
    **dict.fromkeys(("镇", "乡", "街道", "镇（街道）", "乡镇", "town"), AreaLevel.town),
    **dict.fromkeys(("村", "社区", "村（社区）", "village"), AreaLevel.village),
    **dict.fromkeys(("组", "小组", "group"), AreaLevel.group),
}
CLASSES: Mapping[str, UnitClass] = {
    **{words: each for each, words in UNIT_CLASS_WORDS.items()},
    **{str(each): each for each in UnitClass},
    **dict.fromkeys(("村", "社区", "村委会"), UnitClass.village),
    **dict.fromkeys(("部门", "县级部门", "局"), UnitClass.bureau),
    **dict.fromkeys(("企业", "外单位"), UnitClass.outside),
}
ROLES: Mapping[str, Role] = {
    **{ROLE_WORDS[role]: role for role in Role if role in POSTS},
    **{str(role): role for role in Role if role in POSTS},
}


def choice(words: Mapping[str, Any], typed: str) -> Any:
    """None for a word that is none of these; brackets and blanks make no difference."""
    return words.get(typed) or {plain(word): each for word, each in words.items()}.get(plain(typed))


def word_of(each: Enum) -> str:
    """What the workbook calls it."""
    labels: Mapping[Any, str] = {**LEVEL_WORDS, **UNIT_CLASS_WORDS, **ROLE_WORDS}
    return labels[each]
