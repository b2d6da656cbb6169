"""/desk/pairings: the list of 双报到 with its counts, its forms, and the same as a sheet."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.claims import pairings
from service.claims.pairing_commands import PAIRING_COMMANDS, PAIRING_WORDS
from service.claims.pairings import KEEPS, LOOKS, PairingRow
from service.claims.told import today_of
from service.errors import Conflict
from service.fields import Action, fields_of
from service.formulas import guarded
from service.tickets.desk_choices import area_choices, unit_choices
from service.tickets.desk_words import local_words
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.panels import Register
from service.typed import Typed
from service.web import flash, redirect, render, say
from workflows.actors import Actor
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/pairings", include_in_schema=False)

KEPT = _("已记下。")
REGISTER = Register(
    "pairings",
    "/desk/pairings",
    _("双报到"),
    _("哪个单位的党员到哪个社区（村）报到，多少人，在那里兑现了几件认领。"),
    roles=LOOKS,
)
CHANGES: dict[str, Callable[[Visit, Any, Any], None]] = {
    "change_pairing": pairings.change,
    "end_pairing": pairings.end,
}


@router.get("")
def show(request: Request, visit: Looking, area: str = "", change: str = "") -> Response:
    """`?change=12` opens the forms of one row."""
    return _page(request, visit, area, change)


@router.get("/pairings.csv")
def sheet(request: Request, visit: Looking, area: str = "") -> Response:
    """With the mark that tells Excel that it is UTF-8."""
    written = io.StringIO()
    table = csv.writer(written)
    headings = (_("单位"), _("社区（村）"), _("党员人数"), _("从哪天起"), _("到哪天为止"), _("在那里兑现的认领"))
    table.writerow([say(request, heading) for heading in headings])
    for row in pairings.find_pairings(visit, _path(visit, area)):
        pairing = row.pairing
        figures = [pairing.members, pairing.since, pairing.ended_on or "", row.delivered]
        table.writerow([guarded(row.unit), guarded(row.place), *figures])
    table.writerow([say(request, _("截至")), local_words(request).time(visit.now)])
    named = {"Content-Disposition": 'attachment; filename="pairings.csv"'}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


@router.post("")
def pair(request: Request, typed: Typed, visit: Acting) -> Response:
    return _do(request, visit, "pair", typed, "", lambda asked: pairings.pair(visit, asked))


@router.post("/{pairing_id}/{verb}")
def change(request: Request, pairing_id: int, verb: str, typed: Typed, visit: Acting) -> Response:
    row = pairings.pairing_kept(visit, pairing_id)
    act = CHANGES.get(verb)
    if act is None:
        raise Refused(_("不认识这个操作，请刷新页面再试。"), field="verb")
    return _do(request, visit, verb, typed, str(pairing_id), lambda asked: act(visit, row, asked))


def _do(
    request: Request, visit: Visit, verb: str, typed: FormData, changed: str, act: Callable[[Any], None]
) -> Response:
    """Whatever is refused comes back with what was typed. Two who pair the same at once: the second is told."""
    pairings.paths(visit, KEEPS)
    try:
        with visit.session.begin_nested():
            act(command_from_form(PAIRING_COMMANDS[verb], typed))
            visit.session.flush()
    except IntegrityError:
        return _page(request, visit, "", changed, verb, typed, Conflict())
    except Refused as refused:
        return _page(request, visit, "", changed, verb, typed, refused)
    response = redirect("/desk/pairings")
    flash(request, response, KEPT)
    return response


def _page(
    request: Request,
    visit: Visit,
    area: str,
    changed: str,
    verb: str = "",
    typed: FormData | None = None,
    refused: Refused | Conflict | None = None,
) -> Response:
    rows = pairings.find_pairings(visit, _path(visit, area))
    pressed = (verb, typed, refused)
    return render(
        request,
        "claims/pairings.html",
        refused.http_status if refused else 200,
        rows=[
            (row, _row_actions(request, visit, row, pressed) if changed == str(row.pairing.id) else ()) for row in rows
        ],
        counts=pairings.counts(rows),
        total=pairings.total(rows),
        towns=visit.known.below(visit.known.county.id or 0),
        area=area,
        action=_action(request, visit, "pair", "/desk/pairings", {"since": _today(visit)}, pressed)
        if _keeps(visit)
        else None,
        refusal=_sentence(request, refused),
    )


def _keeps(visit: Visit) -> bool:
    return any(visit.actor.has(role) for role in KEEPS)


def _path(visit: Visit, area: str) -> str | None:
    found = visit.known.areas.get(int(area)) if area.isascii() and area.isdigit() and len(area) < 10 else None
    return found.path if found else None


def _today(visit: Visit) -> str:
    return today_of(visit.known, visit.now).isoformat()


def _row_actions(request: Request, visit: Visit, row: PairingRow, pressed: Any) -> Sequence[Action]:
    if not row.may_change:
        return ()
    url, pairing = f"/desk/pairings/{row.pairing.id}", row.pairing
    now = {"members": pairing.members, "since": pairing.since.isoformat()}
    return [
        _action(request, visit, "change_pairing", f"{url}/change_pairing", now, pressed),
        _action(request, visit, "end_pairing", f"{url}/end_pairing", {"ended_on": _today(visit)}, pressed),
    ]


def _action(
    request: Request, visit: Visit, verb: str, url: str, now: dict[str, Any], pressed: tuple[str, FormData | None, Any]
) -> Action:
    command, local = PAIRING_COMMANDS[verb], local_words(request)
    asked, typed, refused = pressed
    is_open = asked == verb and typed is not None
    values = {name: values_typed(command, name, typed) for name in command.model_fields} if is_open and typed else now
    posts = tuple(post for post in visit.actor.posts if post.role in KEEPS)
    choices = {
        "unit": unit_choices(visit.known, "", (), local),
        "area": area_choices(visit.known, Actor(person=visit.person_id, posts=posts)),
    }
    errors = errors_by_field(request, refused) if is_open else {}
    fields = fields_of(command, choices=choices, values=values, errors=errors)
    return Action(verb, PAIRING_WORDS[verb], url, fields, "plain", "", is_open)


def _sentence(request: Request, refused: Refused | Conflict | None) -> str | None:
    if refused is None:
        return None
    if isinstance(refused, Mistaken):
        return say(request, SOME_FIELDS)
    return say(request, refused.sentence, **refused.values)
