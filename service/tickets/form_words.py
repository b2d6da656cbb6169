"""A form that comes back: what was typed into each field, and the sentence for each field that needs mending."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from service.tickets.forms import Mistaken, widget_of
from service.web import say
from workflows.commands import CommandBase
from workflows.refusals import Refused
from workflows.words import _

SOME_FIELDS = _("有些地方没有填对，请看标红的几处；写好的都还在。")


def values_typed(command: type[CommandBase], name: str, typed: FormData) -> Any:
    """As the field's widget wants it back. Files do not come back; they are kept on the other side."""
    widget = widget_of(command, name)
    if widget == "units":
        return [value for value in typed.getlist(name) if isinstance(value, str)]
    value = typed.get(name)
    return value if isinstance(value, str) else None


def errors_by_field(
    request: Request, refused: Exception | None, labels: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The first mistake of each field, in the reader's language; `labels` where the form calls a field differently."""
    if isinstance(refused, Mistaken):
        found: dict[str, str] = {}
        for mistake in refused.mistakes:
            label = (labels or {}).get(mistake.field) or str(mistake.values.get("label", ""))
            values = {**mistake.values, "label": say(request, label)}
            found.setdefault(mistake.field, say(request, mistake.sentence, **values))
        return found
    if isinstance(refused, Refused) and refused.field:
        return {refused.field: say(request, refused.sentence, **refused.values)}
    return {}
