"""What pydantic found wrong, as sentences that name the field and say how to mend it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from workflows.commands import Submit
from workflows.every_command import EVERY_COMMAND
from workflows.words import _

UNREADABLE = _("{label}填得不对，请检查一下。")
CHOOSE = _("{label}请从列表里选一个。")
DATE = _("{label}请写成 2026-11-21 这样的日期。")
MOMENT = _("{label}请写成 2026-11-21 09:30 这样的日期和时间。")
UNANSWERED = _("“{label}”还没有选，请选“是”或“否”。")
SENTENCES: dict[str, str] = {
    "missing": _("请填写{label}。"),
    "string_type": _("请填写{label}。"),
    "string_too_short": _("{label}请至少写 {min_length} 个字。"),
    "string_too_long": _("{label}最多写 {max_length} 个字，现在有 {length} 个字，请写得短一些。"),
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
OF_FIELDS: dict[tuple[str, str], str] = {
    ("text", "string_too_long"): _(
        "{label}最多写 {max_length} 个字，现在有 {length} 个字。请分成几件事说，或者说得短一些。"
    ),
    ("phone", "string_pattern_mismatch"): _("{label}看起来不对，请检查一下，例如 138 开头的十一位手机号。"),
}
"""What is said of one field only."""
LIMITS = ("min_length", "max_length", "actual_length")


def sentence_of(error: Mapping[str, Any], model: type[BaseModel] | None = None) -> tuple[str, dict[str, Any]]:
    """The message and what fills it; `label` is a message too. Never the value: it may be somebody's number."""
    limits, typed = error.get("ctx", {}), error.get("input")
    values = {name: limits[name] for name in LIMITS if name in limits}
    length = len(typed) if isinstance(typed, str) else 0
    sentence = OF_FIELDS.get((_name_in(error["loc"]), error["type"])) or SENTENCES.get(error["type"], UNREADABLE)
    if error["type"] == "missing" and _is_yes_or_no(error["loc"], model):
        sentence = UNANSWERED
    return sentence, {
        **values,
        "length": length,
        "label": label_of(error["loc"], model),
    }


def _is_yes_or_no(place: tuple[int | str, ...], model: type[BaseModel] | None) -> bool:
    """Its label is a question, as in 联系上了吗."""
    info = _owner_of(place, model).model_fields.get(_name_in(place)) if place else None
    return info is not None and info.annotation is bool


def _owner_of(place: tuple[int | str, ...], model: type[BaseModel] | None) -> type[BaseModel]:
    return model or (EVERY_COMMAND[str(place[1])] if _names_the_verb(place) else Submit)


def label_of(place: tuple[int | str, ...], model: type[BaseModel] | None = None) -> str:
    """What the form calls the field. In a body the place may name the verb first: ("body", "reply", "words")."""
    if not place:
        return ""
    name = _name_in(place)
    info = _owner_of(place, model).model_fields.get(name)
    return (info and info.title) or name


def place_of(error: Mapping[str, Any]) -> str:
    """Where it is to be mended, as whoever sent it calls that: "unit", "parts.0"; broken JSON is the "body"."""
    place = error["loc"]
    if error["type"] == "json_invalid":
        return str(place[0])
    return ".".join(str(part) for part in place[2 if _names_the_verb(place) else 1 :])


def _names_the_verb(place: tuple[int | str, ...]) -> bool:
    """("body", "assign", "unit"), which pydantic says of a command; but ("body", "note") is a field."""
    return len(place) > 2 and place[1] in EVERY_COMMAND


def _name_in(place: tuple[int | str, ...]) -> str:
    return next((str(part) for part in reversed(place) if isinstance(part, str)), "")
