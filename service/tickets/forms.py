"""From what was typed to a command, or to a sentence for each field that needs mending; nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from service.mistakes import sentence_of
from workflows.commands import COMMANDS, CommandBase
from workflows.refusals import Refused
from workflows.words import _


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one field: a message with {placeholders} and what fills them; `label` is a message too."""

    field: str
    sentence: str
    values: Mapping[str, Any]


class Mistaken(Refused):
    """A form or a body that does not parse into its command. `mistakes` says which fields, and how to mend them."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        first = mistakes[0]
        super().__init__(first.sentence, field=first.field, **first.values)
        self.mistakes = mistakes


def command_class(verb: str) -> type[CommandBase]:
    """Raise Refused for a verb that nobody knows."""
    found = COMMANDS.get(verb)
    if found is None:
        raise Refused(_("不认识这个操作，请刷新页面再试。"), field="verb")
    return found


def command_from_form(command: type[CommandBase], form: FormData | Mapping[str, Any], **given: Any) -> CommandBase:
    """The command that a form asks for. `given` are values that do not come from the typed form (photos, area).

    Raises Mistaken.
    """
    typed = {name: _typed(command, name, form) for name in command.model_fields if name not in given and name != "verb"}
    return parsed(command, {name: value for name, value in typed.items() if value is not None} | given)


def parsed(command: type[CommandBase], values: Mapping[str, Any]) -> CommandBase:
    """Raise Mistaken with a sentence for each field instead of pydantic's English."""
    try:
        return command.model_validate(dict(values))
    except ValidationError as error:
        raise Mistaken([_mistake(command, each) for each in error.errors()]) from None
    except Refused as refused:
        raise Mistaken([Mistake(refused.field or "", refused.sentence, refused.values)]) from None


def _typed(command: type[CommandBase], name: str, form: FormData | Mapping[str, Any]) -> Any:
    """A check box that is not ticked is not sent: it means no. A list is sent field by field, parts as paragraphs."""
    widget = widget_of(command, name)
    if widget == "yes_no":
        return form.get(name) not in {None, "", "0", "false", "no"}
    if widget == "units":
        return form.getlist(name) if isinstance(form, FormData) else form.get(name, ())
    if widget == "parts":
        return paragraphs(str(form.get(name, "")))
    return form.get(name)


def widget_of(command: type[CommandBase], name: str) -> str:
    extra = command.model_fields[name].json_schema_extra
    return str(extra.get("widget", "line")) if isinstance(extra, dict) else "line"


def paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs are parted by blank lines; where there are none, every line is one."""
    lines = text.replace("\r\n", "\n").strip()
    parts = lines.split("\n\n") if "\n\n" in lines else lines.split("\n")
    return tuple(part.strip() for part in parts if part.strip())


def _mistake(command: type[CommandBase], error: Any) -> Mistake:
    sentence, values = sentence_of(error, command)
    return Mistake(str(error["loc"][0]) if error["loc"] else "", sentence, values)
