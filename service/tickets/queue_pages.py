"""The workbench: the list of what waits, and acknowledging or assigning several at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict, NotFound
from service.fields import Action, fields_of
from service.tickets import lifecycle, queue, views
from service.tickets.desk_choices import for_ticket
from service.tickets.desk_words import local_words
from service.tickets.emergencies import emergencies_of
from service.tickets.form_words import errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_class, command_from_form
from service.tickets.numbers import id_of
from service.tickets.phone_searches import PhoneSearch
from service.tickets.scope import seen_ticket
from service.typed import Typed, said
from service.web import flash, redirect, render, say
from workflows.commands import COMMANDS, VERB_WORDS, CommandBase
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk")

TOGETHER_MOST = 200
EXPLAINED = {
    "acknowledge": _("只签收选中的、正等您单位签收的；期限不变。"),
    "assign": _("选中的都派给同一个单位；答应诉求人的日子各算各的，从提交时算起。"),
}


@dataclass(frozen=True)
class Result:
    """What became of one ticket; `sentence` says why nothing was done."""

    number: str
    url: str
    is_done: bool
    sentence: str


@router.get("")
def show(request: Request, search: PhoneSearch, visit: Looking, bulk: bool = False) -> Response:
    return _workbench(request, visit, is_bulk=bulk)


@router.post("/bulk")
def act_on_several(request: Request, typed: Typed, search: PhoneSearch, visit: Acting) -> Response:
    """Each ticket has its own savepoint and its own sentence: one that is refused leaves the others done."""
    verb = said(typed, "verb")
    keys = [key for key in typed.getlist("ticket") if isinstance(key, str)][:TOGETHER_MOST]
    try:
        command = _command(verb, typed, keys)
    except Refused as refused:
        return _workbench(request, visit, typed, keys, refused=refused, status=refused.http_status)
    results = [_one(request, visit, command, key) for key in sorted(keys)]
    done = sum(result.is_done for result in results)
    if done == len(results):
        response = redirect(f"/desk?{views.asked_of(request, visit.actor).query}")
        flash(request, response, _("{verb}：{count} 件都办好了。"), verb=say(request, VERB_WORDS[verb]), count=done)
        return response
    left = [key for key, result in zip(sorted(keys), results, strict=True) if not result.is_done]
    return _workbench(request, visit, typed, left, results=results, status=200 if done else 409)


def _command(verb: str, typed: FormData, keys: Sequence[str]) -> CommandBase:
    if verb not in views.IN_BULK:
        raise Refused(_("这件事只能一件一件地办。"), field="verb")
    if not keys:
        raise Refused(_("一件也没有选，请先在左边打勾。"), field="ticket")
    return command_from_form(command_class(verb), typed)


def _one(request: Request, visit: Visit, command: CommandBase, key: str) -> Result:
    """`key` says which ticket, and which state of it was seen when it was ticked."""
    number, _tilde, version = key.partition("~")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
    try:
        with visit.session.begin_nested():
            ticket = seen_ticket(visit.session, visit.actor, id_of(number))
            lifecycle.perform(visit.session, ticket.id or 0, command, visit.actor, visit.now, seen)
    except (Refused, Conflict, NotFound) as error:
        return Result(number, queue.url_of(number), False, say(request, error.sentence, **error.values))
    return Result(number, queue.url_of(number), True, say(request, VERB_WORDS[command.verb]))


def _workbench(
    request: Request,
    visit: Visit,
    typed: FormData | None = None,
    ticked: Sequence[str] = (),
    *,
    is_bulk: bool = True,
    results: Sequence[Result] = (),
    refused: Refused | None = None,
    status: int = 200,
) -> Response:
    asked = views.asked_of(request, visit.actor)
    return render(
        request,
        "tickets/queue.html",
        status,
        queue=queue.queue_of(visit, asked),
        search=asked.text,
        is_bulk=is_bulk,
        bulk_actions=_bulk_actions(request, visit, typed, refused, asked.query) if is_bulk else (),
        ticked={key.partition("~")[0] for key in ticked},
        results=results,
        emergencies=emergencies_of(visit),
        refusal=_above(request, refused),
    )


def _above(request: Request, refused: Refused | None) -> str | None:
    """What is wrong with a field is said beside it; the rest above the page."""
    if refused is None or isinstance(refused, Mistaken):
        return None
    return say(request, refused.sentence, **refused.values)


def _bulk_actions(
    request: Request, visit: Visit, typed: FormData | None, refused: Refused | None, query: str
) -> list[Action]:
    local = local_words(request)
    choices = for_ticket(visit.known, _own_area(visit), (), local)
    pressed = said(typed, "verb") if typed else ""

    def action(verb: str) -> Action:
        command = COMMANDS[verb]
        is_open = verb == pressed
        values = (
            {name: values_typed(command, name, typed) for name in command.model_fields} if is_open and typed else {}
        )
        return Action(
            verb=verb,
            label=VERB_WORDS[verb],
            url=f"/desk/bulk?{query}",
            fields=fields_of(
                command, choices=choices, values=values, errors=errors_by_field(request, refused) if is_open else {}
            ),
            tone="primary",
            explanation=local._(EXPLAINED[verb]),
            is_open=is_open,
        )

    return [action(verb) for verb in views.offered_in_bulk(visit.actor)]


def _own_area(visit: Visit) -> str:
    """Units near one's own desk stand first."""
    return next((post.area_path for post in visit.actor.posts), visit.known.county.path)
