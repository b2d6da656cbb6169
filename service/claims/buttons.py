"""The buttons of the claim pool: the forms that the table offers now, each with what it does to the clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from service.accounts.visits import Visit
from service.claims.lifecycle import own_units
from service.claims.told import today_of
from service.errors import Conflict
from service.fields import Action, Choice, fields_of
from service.local_words import LocalWords
from service.tickets.buttons import Pressed
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.models import Attachment
from service.tickets.pictures import Taken
from service.typed import said
from service.web import say
from workflows.claim_commands import CLAIM_COMMANDS, verb_of
from workflows.claim_guards import ClaimCase
from workflows.claim_words import CLAIM_VERB_WORDS, ClaimantKind
from workflows.command_fields import CommandBase
from workflows.refusals import Refused
from workflows.words import _

STILL_HERE = _("您已重新登录。刚才写的还在下面，请看一遍再提交。")
VERSION_MISSING = _("这张表不完整，请刷新页面再试。")
UNKNOWN = _("不认识这个操作，请刷新页面再试。")
A_WEEK = timedelta(days=7)

COMES_OF_IT: dict[str, str] = {
    "claim": _("认领后请在 {contact} 内联系诉求人，过了就退回认领池。这件心愿还由原来的单位办，答应的日子不变。"),
    "join_claim": _("一起认领的也要在 {contact} 内联系诉求人，过了自己的那一份退回。答应的日子不变。"),
    "contact_claimed": _("记下以后不再催联系；诉求人会看到说好的日子。"),
    "deliver_claim": _("诉求人会看到给了什么和照片。这件心愿由原来的单位照常答复、回访。"),
    "withdraw_claim": _("放弃后退回认领池，优先给别人；诉求人会看到要换人来帮。"),
}


def actions_of(
    visit: Visit,
    commands: Iterable[type[CommandBase]],
    case: ClaimCase,
    url: str,
    version: int,
    local: LocalWords,
    pressed: Pressed,
) -> list[Action]:
    """A form that came back stays, even when its button is gone, so that its words do."""
    offered = list(commands)
    came_back = CLAIM_COMMANDS.get(pressed.verb) if pressed.values is not None else None
    if came_back is not None and came_back not in offered:
        offered.append(came_back)
    return [_action(visit, command, case, url, version, local, pressed) for command in offered]


def _action(
    visit: Visit,
    command: type[CommandBase],
    case: ClaimCase,
    url: str,
    version: int,
    local: LocalWords,
    pressed: Pressed,
) -> Action:
    verb = verb_of(command)
    is_open = verb == pressed.verb
    values = pressed.values if is_open and pressed.values is not None else _first_values(visit, verb)
    contact = case.limits.term("claim_contact").in_words(local._)
    return Action(
        verb=verb,
        label=CLAIM_VERB_WORDS[verb],
        url=f"{url}/{verb}",
        fields=fields_of(command, choices=_choices(visit), values=values, errors=pressed.errors if is_open else {}),
        tone={"withdraw_claim": "danger"}.get(verb, "primary"),
        explanation=local._(COMES_OF_IT[verb]).format(contact=contact) if verb in COMES_OF_IT else "",
        is_open=is_open,
        version=version,
    )


def _choices(visit: Visit) -> dict[str, Sequence[Choice]]:
    return {"unit": [Choice(str(unit), visit.known.unit_name(unit)) for unit in own_units(visit.actor)]}


def _first_values(visit: Visit, verb: str) -> dict[str, Any]:
    today = today_of(visit.known, visit.now)
    units = own_units(visit.actor)
    firsts: dict[str, dict[str, Any]] = {
        "contact_claimed": {"deliver_by": (today + A_WEEK).isoformat()},
        "deliver_claim": {"given_on": today.isoformat()},
    }
    new = {"kind": str(ClaimantKind.organisation), "unit": str(units[0]) if len(units) == 1 else None}
    return firsts.get(verb, new)


def command_asked(
    verb: str, allowed: Iterable[str], typed: FormData, taken: Taken, photos: Sequence[Attachment]
) -> Any:
    """The command that a form asks for. Raises Refused for a verb that has no form here, and Mistaken."""
    command = CLAIM_COMMANDS.get(verb)
    if command is None or verb not in allowed:
        raise Refused(UNKNOWN, field="verb")
    has_photos = "photos" in command.model_fields
    if has_photos and taken.mistakes:
        raise taken.mistakes[0]
    given: Mapping[str, Any] = {"photos": tuple(photo.id for photo in photos)} if has_photos else {}
    return command_from_form(command, typed, **given)


def version_seen(typed: FormData) -> int:
    """What the official had before his eyes when he pressed. Raises Refused."""
    version = said(typed, "version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Refused(VERSION_MISSING, field="version")
    return int(version)


def pressed_again(
    request: Request,
    verb: str,
    typed: FormData,
    photos: Sequence[Attachment],
    refused: Refused | Conflict | None = None,
) -> Pressed:
    """The form with what was typed and why nothing was done; without a reason, after signing in again."""
    command = CLAIM_COMMANDS.get(verb)
    values = {name: values_typed(command, name, typed) for name in command.model_fields} if command else {}
    return Pressed(verb, values, {}, errors_by_field(request, refused), _sentence(request, refused), photos)


def _sentence(request: Request, refused: Refused | Conflict | None) -> str:
    if refused is None:
        return say(request, STILL_HERE)
    if isinstance(refused, Mistaken):
        return say(request, SOME_FIELDS)
    return say(request, refused.sentence, **refused.values)
