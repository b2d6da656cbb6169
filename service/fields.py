"""What a form shows for one command: its fields in order, with what was typed and what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from operator import attrgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workflows.commands import CHOICE_WORDS
from workflows.whistle_commands import WHISTLE_CHOICE_WORDS


@dataclass(frozen=True)
class Choice:
    """`label` is Chinese and translated by the page; `group` is the heading it stands under in a long list."""

    value: str
    label: str
    hint: str = ""
    group: str = ""


@dataclass(frozen=True)
class Field:
    """`widget` is one of those that `workflows.commands.field` names; macros.html draws it."""

    name: str
    label: str
    widget: str = "line"
    hint: str = ""
    is_required: bool = False
    choices: Sequence[Choice] = ()
    value: Any = None
    error: str = ""
    most: int | None = None


@dataclass(frozen=True)
class Action:
    """One button of a ticket and the short form behind it; `tone` is primary, plain or danger."""

    verb: str
    label: str
    url: str
    fields: Sequence[Field] = ()
    tone: str = "plain"
    explanation: str = ""
    is_open: bool = False
    version: int | None = None


def in_groups(choices: Iterable[Choice]) -> list[tuple[str, list[Choice]]]:
    """Under their headings, in the order given: the likeliest group stands first."""
    return [(heading, list(group)) for heading, group in groupby(choices, attrgetter("group"))]


def fields_of(
    command: type[BaseModel],
    *,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Field]:
    """`choices` by field name or by widget (unit, category, area), for the lists that live in the database."""
    return [
        _field(name, info, choices or {}, values or {}, errors or {})
        for name, info in command.model_fields.items()
        if name != "verb"
    ]


def _field(
    name: str,
    info: FieldInfo,
    choices: Mapping[str, Sequence[Choice]],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Field:
    widget = _widget(info)
    return Field(
        name=name,
        label=info.title or name,
        widget=widget,
        hint=info.description or "",
        is_required=info.is_required() or isinstance(info.default, Enum),
        choices=choices.get(name) or choices.get(widget) or _choices_of(info.annotation),
        value=values.get(name, None if info.is_required() else info.default),
        error=errors.get(name, ""),
        most=next((limit.max_length for limit in info.metadata if hasattr(limit, "max_length")), None),
    )


def _widget(info: FieldInfo) -> str:
    extra = info.json_schema_extra
    return str(extra.get("widget", "line")) if isinstance(extra, dict) else "line"


def _choices_of(annotation: Any) -> Sequence[Choice]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        words: Mapping[Any, str] = WHISTLE_CHOICE_WORDS.get(annotation, CHOICE_WORDS)
        return tuple(Choice(str(member.value), words.get(member, str(member.value))) for member in annotation)
    if get_origin(annotation) in (Union, UnionType):
        return next((found for part in get_args(annotation) if (found := _choices_of(part))), ())
    return ()
