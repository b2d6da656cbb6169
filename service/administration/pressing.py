"""How a button of these pages works: tried as a whole and told, or its form comes back with what was typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from fastapi import Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Visit
from service.administration.commands import AdminCommand
from service.administration.permissions import may
from service.administration.words import ADMIN_VERBS, CHOICES, verb_of
from service.directory.reference import touch
from service.errors import Conflict
from service.fields import Action, Choice, fields_of
from service.tickets.form_words import errors_by_field, values_typed
from service.tickets.forms import command_from_form
from service.web import flash, redirect, render, say
from workflows.refusals import Refused
from workflows.words import _

C = TypeVar("C", bound=AdminCommand)
T = TypeVar("T")

TABS: tuple[tuple[str, str, str, str], ...] = (
    # name, address, words, who sees it
    ("links", "/desk/links", _("入口链接"), "see_links"),
    ("people", "/desk/people", _("人员"), "see_people"),
    ("units", "/desk/units", _("单位"), "see_units"),
    ("areas", "/desk/areas", _("区划"), "see_areas"),
    ("categories", "/desk/categories", _("事项"), "see_categories"),
    ("time_limits", "/desk/time-limits", _("时限"), "see_limits"),
    ("whistle_kinds", "/desk/whistle-kinds", _("吹哨类别"), "see_whistle_kinds"),
    ("whistle_ladder", "/desk/whistle-ladder", _("逐级提醒"), "see_whistle_ladder"),
    ("calendar", "/desk/calendar", _("工作日"), "see_calendar"),
    ("emergency", "/desk/emergency", _("平急转换"), "see_emergency"),
    ("changes", "/desk/changes", _("变更记录"), "see_changes"),
)


@dataclass(frozen=True)
class Pressed:
    """A button whose form comes back: what was typed into it, and why nothing was done."""

    verb: str
    typed: FormData
    refused: Refused | Conflict


def tried(visit: Visit, typed: FormData, command: type[C], act: Callable[[C], T]) -> T:
    """All of it or nothing. Raises what `act` raises, and Refused for a form that does not parse.

    The directory is changed by one person at a time: what `act` finds in the database holds until it is done.
    """
    asked = cast(C, command_from_form(command, typed))
    with visit.session.begin_nested():
        touch(visit.session)
        return act(asked)


def told(request: Request, url: str, sentence: str, **values: Any) -> Response:
    response = redirect(url)
    flash(request, response, sentence, **values)
    return response


def button(
    request: Request,
    command: type[AdminCommand],
    url: str,
    pressed: Pressed | None = None,
    *,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    now: AdminCommand | None = None,
    tone: str = "plain",
    explanation: str = "",
) -> Action:
    """A button with the form behind it. `now` says what holds at present; `explanation` is a Chinese sentence."""
    verb = verb_of(command)
    is_open = pressed is not None and pressed.verb == verb
    values: Mapping[str, Any] = now.model_dump() if now else {}
    errors: Mapping[str, str] = {}
    if pressed is not None and is_open:
        values = {name: values_typed(command, name, pressed.typed) for name in command.model_fields}
        errors = errors_by_field(request, pressed.refused)
    fields = fields_of(command, choices={**CHOICES, **(choices or {})}, values=values, errors=errors)
    said = say(request, explanation) if explanation else ""
    return Action(verb, ADMIN_VERBS[command], url, fields, tone, said, is_open)


def page(request: Request, visit: Visit, template: str, pressed: Pressed | None = None, **values: Any) -> Response:
    """One of this slice's pages, with the tabs that its reader may open."""
    refused = pressed.refused if pressed else None
    return render(
        request,
        f"administration/{template}",
        refused.http_status if refused else 200,
        tabs=[(name, url, words) for name, url, words, permission in TABS if may(visit, permission)],
        refusal=_above(request, refused),
        **values,
    )


def _above(request: Request, refused: Refused | Conflict | None) -> str | None:
    """What is wrong with a field is said beside it, the rest above the page."""
    if refused is None or (isinstance(refused, Refused) and refused.field):
        return None
    return say(request, refused.sentence, **refused.values)
