"""What is written in a cell, read as what its column means; what cannot be read is said in a sentence."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from service.exchange.sheets import Cell
from service.exchange.xlsx_cells import SERIALS, from_serial
from service.phones import normalise_phone
from workflows.commands import Outcome, Satisfaction
from workflows.refusals import Refused
from workflows.statuses import Kind, Source
from workflows.words import _

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
NOON = timedelta(hours=12)

A_TIME = r"(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})?分?(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?"
WRITTEN = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?: ?\(?(?:星期|周)[一二三四五六日天]\)?)?"
    rf"(?:(?: |T|(?<=日))(?P<half>凌晨|早上|上午|中午|下午|晚上)? ?{A_TIME})?(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?"
)
PACKED = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?: ?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
)
A_SERIAL = re.compile(r"\d{5}(\.\d+)?")
"""45717.4375: days since 1900, as Excel saves a moment into a CSV whose column lost its format."""
SECOND_HALF = {"中午": 11, "下午": 12, "晚上": 12}
"""Up to which hour twelve are missing: 晚上 11 点 is 23:00, 中午 11 点 is 11:00."""
A_FLOAT = re.compile(r"\d{5,}\.0")
"""So a program writes a number that it has taken for a quantity."""
BETWEEN = re.compile(r"[\s,，、;；/或]+")
NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "空",
        "暂无",
        "不详",
        "未知",
        "匿名",
        "未留",
        "无电话",
        "null",
        "none",
        "nan",
        "#n/a",
    }
)

YES, NO = (
    frozenset({"是", "有", "√", "✓", "y", "yes", "true", "1"}),
    frozenset({"否", "不", "×", "n", "no", "false", "0"}),
)
SATISFACTIONS: Mapping[str, Satisfaction] = {
    **dict.fromkeys(("满意", "非常满意", "很满意", "十分满意", "是"), Satisfaction.satisfied),
    **dict.fromkeys(("基本满意", "较满意", "比较满意", "一般"), Satisfaction.basically_satisfied),
    **dict.fromkeys(("不满意", "很不满意", "非常不满意", "不太满意", "否"), Satisfaction.dissatisfied),
}
UNRATED = frozenset(
    {
        "未评价",
        "未回访",
        "未接通",
        "无法接通",
        "联系不上",
        "无人接听",
        "拒访",
        "拒绝回访",
        "未表态",
        "默认满意",
        "系统默认",
        "待回访",
        "待评价",
    }
)
"""A rating that a system has put in by itself is none."""

Result = tuple[Outcome, bool | None]
"""What the answer amounts to, and whether the villager said that the matter was resolved."""
UNTOLD: Result = (Outcome.explained, None)
"""办结 is not 解决: where nobody says that it was resolved, it is not counted so."""
OUTCOMES: Mapping[str, Result] = {
    **dict.fromkeys(("已解决", "解决", "是", "全部解决"), (Outcome.resolved, True)),
    **dict.fromkeys(("部分解决", "基本解决"), (Outcome.partly_resolved, None)),
    **dict.fromkeys(("未解决", "否", "不能解决", "无法解决", "暂未解决"), (Outcome.explained, False)),
    **dict.fromkeys(("解释说明", "已解释", "办结", "已办结", "暂时不能解决，有时间表", "转请其他渠道"), UNTOLD),
}
SOURCES: tuple[tuple[str, Source], ...] = (
    ("热线", Source.hotline),
    ("12345", Source.hotline),
    ("电话", Source.hotline),
    ("院落会", Source.courtyard_meeting),
    ("院坝会", Source.courtyard_meeting),
    ("走访", Source.home_visit),
    ("办公日", Source.office_day),
)
"""The first whose word is in the cell; every other source is an import."""
KINDS: Mapping[str, Kind] = {"生活难题": Kind.trouble, "发展建议": Kind.development}

UNREADABLE_TIME = _("看不懂这个时间“{value}”，请写成 2025-03-01 10:00 这样。")
IN_THE_FUTURE = _("这个时间还没有到：{value}。")
TOO_EARLY = _("这个时间太早了：{value}，2000 年以前的不能导入。")


@dataclass(frozen=True)
class Moment:
    """`is_day` where the sheet names a day without an hour: then `at` is its noon."""

    at: datetime
    is_day: bool = False

    def not_after(self, other: "Moment", zone: tzinfo) -> "Moment":
        """On one day, a moment without an hour gives way to what came after it."""
        is_same_day = self.at.astimezone(zone).date() == other.at.astimezone(zone).date()
        return Moment(min(self.at, other.at), self.is_day) if self.is_day and is_same_day else self

    def not_before(self, other: "Moment", zone: tzinfo) -> "Moment":
        is_same_day = self.at.astimezone(zone).date() == other.at.astimezone(zone).date()
        return Moment(max(self.at, other.at), self.is_day) if self.is_day and is_same_day else self


def words_in(cell: Cell) -> str:
    """As a person reads it: a telephone number that Excel took for a quantity is 13800000000, not 13800000000.0."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    words = str(cell).strip()
    return words[:-2] if A_FLOAT.fullmatch(words) else words


def some_words(cell: Cell) -> str:
    """Empty where the cell says that there is nothing: 无, /, 匿名."""
    words = words_in(cell)
    return "" if words.lower() in NOTHING else words


def short(words: str, most: int = 20) -> str:
    return words if len(words) <= most else f"{words[:most]}…"


def moment_in(cell: Cell, zone: tzinfo, now: datetime) -> Moment | None:
    """None for an empty cell. Raises Refused for what is no time, or none that a wish can have."""
    words = some_words(cell)
    if not words:
        return None
    try:
        local, is_day = _local(cell, words)
        moment = _noon(local, zone, now) if is_day else local.replace(tzinfo=local.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(UNREADABLE_TIME, value=short(words)) from None
    if moment > now:
        raise Refused(IN_THE_FUTURE, value=short(words))
    if moment < EARLIEST:
        raise Refused(TOO_EARLY, value=short(words))
    return Moment(moment, is_day)


def _noon(local: datetime, zone: tzinfo, now: datetime) -> datetime:
    """Of today only what has passed."""
    start = local.replace(hour=0, minute=0, second=0, tzinfo=zone)
    noon = (start + NOON).astimezone(UTC)
    return min(noon, now) if start <= now else noon


def _local(cell: Cell, words: str) -> tuple[datetime, bool]:
    """On the wall clock, and whether it is only a day. Raises ValueError."""
    if isinstance(cell, bool):
        raise ValueError(words)
    if isinstance(cell, str) and A_SERIAL.fullmatch(plain := unicodedata.normalize("NFKC", words)):
        cell = float(plain)
    if isinstance(cell, int | float) and SERIALS.start <= cell < SERIALS.stop:
        cell = from_serial(cell)
    if isinstance(cell, datetime):
        return cell, (cell.hour, cell.minute, cell.second) == (0, 0, 0)
    return _written(re.sub(r"\s+", " ", unicodedata.normalize("NFKC", words)))


def _written(words: str) -> tuple[datetime, bool]:
    found = WRITTEN.fullmatch(words) or PACKED.fullmatch(words)
    if found is None:
        raise ValueError(words)
    said = found.groupdict()
    hour = int(said["hour"] or 0)
    if 1 <= hour < SECOND_HALF.get(said.get("half") or "", 0):
        hour += 12
    rest = (int(said["minute"] or 0), int(said["second"] or 0))
    local = datetime(int(said["year"]), int(said["month"]), int(said["day"]), hour, *rest)  # noqa: DTZ001
    if zone := said.get("zone"):
        local = datetime.fromisoformat(f"{local.isoformat()}{zone}")
    return local, (hour, *rest) == (0, 0, 0)


def phone_in(cell: Cell) -> tuple[str | None, bool]:
    """The number as it is kept, and whether something of the cell was left out: what is no number, or a second one."""
    words = some_words(cell)
    if not words:
        return None, False
    if whole := normalise_phone(words):
        return whole, False
    numbers = [number for part in BETWEEN.split(words) if (number := normalise_phone(part))]
    return (numbers[0] if numbers else None), True


def satisfaction_in(cell: Cell) -> tuple[Satisfaction | None, bool]:
    """The villager's word, and whether the cell says something that we do not understand."""
    words = bare(some_words(cell))
    return SATISFACTIONS.get(words), bool(words) and words not in SATISFACTIONS and words not in UNRATED


def outcome_in(cell: Cell) -> tuple[Result, bool]:
    words = bare(some_words(cell))
    return OUTCOMES.get(words, UNTOLD), bool(words) and words not in OUTCOMES


def source_in(cell: Cell) -> Source:
    words = words_in(cell)
    return next((source for word, source in SOURCES if word in words), Source.imported)


def bare(words: str) -> str:
    """`满意（电话回访）` is 满意."""
    return re.sub(r"[（(].*?[)）]", "", words).strip("。. ")


def yes_or_no(cell: Cell) -> bool | None:
    """None for neither."""
    words = words_in(cell).lower()
    return True if words in YES else False if words in NO else None
