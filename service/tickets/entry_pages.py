"""Entry for others: one wish that a villager told an official; what meetings bring is in `meeting_pages`."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Choice, Field, fields_of
from service.sealing import tracking_code
from service.tickets import lifecycle
from service.tickets.desk_choices import area_choices, category_choices
from service.tickets.desk_photos import Chosen, clean_pictures_after, kept_photos
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.models import Attachment
from service.tickets.numbers import number_of
from service.tickets.queue import url_of
from service.tickets.records import Origin
from service.typed import Typed, said
from service.web import flash, redirect, render, say
from workflows.commands import CHOICE_WORDS, Submit
from workflows.refusals import Refused
from workflows.statuses import Source
from workflows.words import _

router = APIRouter(prefix="/desk")

ONE, MANY = "/desk/new", "/desk/meeting"
BY_HAND = (Source.courtyard_meeting, Source.home_visit, Source.office_day, Source.hotline)

ON_HER_PHONE = frozenset({"voice", "position", "is_for_other", "has_consent"})
"""What only a form on her own phone asks; an official is asked where he heard it."""
LABELS = {"text": _("诉求人说了什么"), "name": _("诉求人怎么称呼")}
"""The form speaks to an official here, not to the villager."""

SOME_FIELDS_KEPT = _("您已重新登录。刚才写的还在下面，请看一遍再提交。")
ENTERED = _("已录入，编号 {number}，查询码 {code}。请把这两个号告诉诉求人，凭它可以查进度。")
NOT_YOURS = _("这个地方不归您管，请选列表里的。")


@router.get("/new")
def ask_for_one(request: Request, visit: Looking) -> Response:
    return _one(request, visit)


@router.post("/new")
def enter_one(request: Request, typed: Typed, chosen: Chosen, visit: Acting) -> Response:
    """A double press enters it once: the form has a key of its own."""
    photos = kept_photos(visit, typed, chosen)
    if request.query_params.get("again"):
        return _one(request, visit, typed, photos, refusal=say(request, SOME_FIELDS_KEPT))
    try:
        with visit.session.begin_nested():
            if chosen.mistakes:
                raise chosen.mistakes[0]
            command = checked(visit, command_from_form(Submit, typed, photos=tuple(photo.id for photo in photos)))
            entered = lifecycle.submit(visit.session, command, visit.actor, visit.now, origin_of(visit, typed))
    except (Refused, Conflict) as refused:
        return _one(request, visit, typed, photos, refused, status=refused.http_status)
    number = number_of(entered.ticket_id, entered.created_at)
    response = redirect(url_of(number))
    flash(request, response, ENTERED, number=number, code=tracking_code(entered.ticket_id))
    return clean_pictures_after(request, response, photos)


def checked(visit: Visit, command: Any) -> Submit:
    """An official takes in wishes where he has a post, and says where he heard them. Raises Refused."""
    assert isinstance(command, Submit)
    if str(command.area) not in {choice.value for choice in area_choices(visit.known, visit.actor)}:
        raise Refused(NOT_YOURS, field="area")
    if command.source not in BY_HAND:
        raise Refused(_("请选在哪里听到的。"), field="source")
    return command


def origin_of(visit: Visit, typed: FormData, line: str = "") -> Origin:
    """The same form a second time, or the same line of it, is the same wish."""
    form_key = said(typed, "form_key")[:40]
    return Origin(source_key=f"desk:{visit.person_id}:{form_key}:{line}") if form_key else Origin()


def _one(
    request: Request,
    visit: Visit,
    typed: FormData | None = None,
    photos: Sequence[Attachment] = (),
    refused: Exception | None = None,
    *,
    refusal: str | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "tickets/entry.html",
        status,
        fields=fields_for(request, visit, typed, refused),
        action=ONE,
        url_batch=MANY,
        form_key=form_key(typed),
        kept_ids=[photo.id for photo in photos],
        refusal=refusal or above(request, refused),
    )


def fields_for(request: Request, visit: Visit, typed: FormData | None, refused: Exception | None) -> list[Field]:
    choices = {
        "area": area_choices(visit.known, visit.actor),
        "category": category_choices(visit.known),
        "source": [Choice(str(source), CHOICE_WORDS[source]) for source in BY_HAND],
    }
    values = (
        {name: values_typed(Submit, name, typed) for name in Submit.model_fields} if typed else _first_values(choices)
    )
    made = fields_of(Submit, choices=choices, values=values, errors=errors_by_field(request, refused, LABELS))
    return [replace(each, label=LABELS.get(each.name, each.label)) for each in made if each.name not in ON_HER_PHONE]


def _first_values(choices: dict[str, list[Choice]]) -> dict[str, Any]:
    """Most of it comes from courtyard meetings; a village's secretary has one place to choose from."""
    only_one = choices["area"][0].value if len(choices["area"]) == 1 else None
    return {"source": str(Source.courtyard_meeting), "area": only_one}


def above(request: Request, refused: Exception | None) -> str | None:
    if isinstance(refused, Mistaken):
        return say(request, SOME_FIELDS)
    return say(request, refused.sentence, **refused.values) if isinstance(refused, Refused | Conflict) else None


def form_key(typed: FormData | None) -> str:
    return (said(typed, "form_key") if typed else "") or secrets.token_urlsafe(12)
