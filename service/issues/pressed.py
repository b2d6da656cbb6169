"""A button of an issue's page: the command that its form asks for, and the form that comes back with what was typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from service.errors import Conflict
from service.fields import Action, fields_of
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.typed import said
from service.web import say
from workflows.command_fields import CommandBase
from workflows.issue_commands import ISSUE_COMMANDS
from workflows.issue_words import ISSUE_VERB_WORDS
from workflows.refusals import Refused
from workflows.words import _

VERSION_MISSING = _("这张表不完整，请刷新页面再试。")
UNKNOWN_VERB = _("不认识这个操作，请刷新页面再试。")
NUMBERS = re.compile(r"[^\s,，、;；]+")
MADE_BY_HAND = frozenset({"tickets"})
"""Fields that a page draws itself: wishes are ticked, or their numbers typed."""


@dataclass(frozen=True)
class Pressed:
    """A form that comes back: what was typed, and why nothing was done. `chosen` fills a form that is opened."""

    verb: str = ""
    typed: FormData | None = None
    refused: Refused | Conflict | None = None
    chosen: Mapping[str, str] | None = None

    @property
    def status(self) -> int:
        return self.refused.http_status if self.refused else 200

    @property
    def ticked(self) -> frozenset[str]:
        return frozenset(tickets_in(self.typed)) if self.typed else frozenset()

    def sentence(self, request: Request) -> str | None:
        """What is wrong with a field is said beside it, the rest above the page."""
        if self.refused is None:
            return None
        if isinstance(self.refused, Mistaken) and not MADE_BY_HAND & {each.field for each in self.refused.mistakes}:
            return say(request, SOME_FIELDS)
        if isinstance(self.refused, Mistaken):
            return say(request, _("还没有选心愿：请打勾，或者写上编号。一次最多 200 件。"))
        return say(request, self.refused.sentence, **self.refused.values)


NOTHING_PRESSED = Pressed()


def asked(verb: str, typed: FormData) -> CommandBase:
    """Raise Refused for a verb that there is not, Mistaken for a form that does not parse."""
    command = ISSUE_COMMANDS.get(verb)
    if command is None:
        raise Refused(UNKNOWN_VERB, field="verb")
    given = {"tickets": tickets_in(typed)} if "tickets" in command.model_fields else {}
    untold = {"title": None} if verb in {"join_issue", "leave_issue"} else {}
    return command_from_form(command, typed, **given, **untold)


def tickets_in(typed: FormData) -> tuple[str, ...]:
    """Those that are ticked, and those whose numbers are typed in any order, with anything between them."""
    values = [value for value in typed.getlist("tickets") if isinstance(value, str)]
    return tuple(dict.fromkeys(number for value in values for number in NUMBERS.findall(value)))


def version_in(typed: FormData) -> int:
    """What the official had before his eyes when he pressed."""
    version = said(typed, "version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Refused(VERSION_MISSING, field="version")
    return int(version)


def button(
    request: Request,
    command: type[CommandBase],
    url: str,
    pressed: Pressed,
    *,
    now: Mapping[str, Any] | None = None,
    tone: str = "plain",
    explanation: str = "",
    version: int | None = None,
) -> Action:
    """`now` is what holds at present; `explanation` is a Chinese sentence."""
    verb = str(command.model_fields["verb"].default)
    is_open = pressed.verb == verb
    values: Mapping[str, Any] = {**(now or {}), **((pressed.chosen or {}) if is_open else {})}
    if is_open and pressed.typed is not None:
        values = {name: values_typed(command, name, pressed.typed) for name in command.model_fields}
    errors = errors_by_field(request, pressed.refused) if is_open else {}
    fields = [each for each in fields_of(command, values=values, errors=errors) if each.name not in MADE_BY_HAND]
    shown: Sequence[Any] = [each for each in fields if each.widget != "hidden"]
    words = say(request, explanation) if explanation else ""
    return Action(verb, ISSUE_VERB_WORDS[verb], url, shown, tone, words, is_open, version)
