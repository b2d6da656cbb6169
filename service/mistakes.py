"""What pydantic found wrong, as sentences that name the field and say how to mend it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from workflows.commands import COMMANDS, Submit
from workflows.words import _

UNREADABLE = _("{label}填得不对，请检查一下。")
CHOOSE = _("{label}请从列表里选一个。")
DATE = _("{label}请写成 2026-11-21 这样的日期。")
MOMENT = _("{label}请写成 2026-11-21 09:30 这样的日期和时间。")
SENTENCES: dict[str, str] = {
    "missing": _("请填写{label}。"),
    "string_type": _("请填写{label}。"),
    "string_too_short": _("{label}请至少写 {min_length} 个字。"),
    "string_too_long": _("{label}最多写 {max_length} 个字，现在有 {length} 个字。请分成几件事说，或者说得短一些。"),
    "string_pattern_mismatch": _("{label}看起来不对，请检查一下，例如 138 开头的十一位手机号。"),
    "too_long": _("{label}最多 {max_length} 个，现在有 {actual_length} 个。"),
    "too_short": _("{label}至少要 {min_length} 个。"),
    "enum": CHOOSE,
    "literal_error": CHOOSE,
    "int_parsing": CHOOSE,
    "bool_parsing": CHOOSE,
    "date_parsing": DATE,
    "date_from_datetime_parsing": DATE,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "datetime_type": MOMENT,
    "extra_forbidden": _("不认识“{label}”这一项。"),
    "json_invalid": _("这不是完整的 JSON，请检查引号和括号。"),
    "union_tag_invalid": _("不认识这个操作（verb）。"),
    "union_tag_not_found": _("请写明要做什么（verb）。"),
}
LIMITS = ("min_length", "max_length", "actual_length")


def sentence_of(error: Mapping[str, Any], model: type[BaseModel] | None = None) -> tuple[str, dict[str, Any]]:
    """The message and what fills it; `label` is a message too. Never the value: it may be somebody's number."""
    limits, typed = error.get("ctx", {}), error.get("input")
    values = {name: limits[name] for name in LIMITS if name in limits}
    length = len(typed) if isinstance(typed, str) else 0
    return SENTENCES.get(error["type"], UNREADABLE), {
        **values,
        "length": length,
        "label": label_of(error["loc"], model),
    }


def label_of(place: tuple[int | str, ...], model: type[BaseModel] | None = None) -> str:
    """What the form calls the field. In a body the place may name the verb first: ("body", "reply", "words")."""
    if not place:
        return ""
    owner = model or next((COMMANDS[str(part)] for part in place if part in COMMANDS), Submit)
    name = next((str(part) for part in reversed(place) if isinstance(part, str)), "")
    info = owner.model_fields.get(name)
    return (info and info.title) or name
