"""The whistle's pages: blow one on a ticket, the register, one whistle with its buttons, and the scores."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.directory.models import Area
from service.errors import Conflict, NotFound
from service.tickets.desk_photos import Chosen, clean_pictures_after, kept_photos
from service.tickets.desk_words import local_words
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.models import Attachment
from service.tickets.pictures import Taken
from service.typed import Typed, said
from service.web import flash, here, redirect, render, say
from service.whistles import lifecycle, listing, queries
from service.whistles.models import Whistle
from service.whistles.plan_forms import drafts_of, rows_typed
from service.whistles.whistle_buttons import Pressed
from service.whistles.whistle_page import whistle_page
from workflows.command_fields import LARGEST_ID
from workflows.refusals import Refused
from workflows.whistle_commands import WHISTLE_COMMANDS, WhistleCommand
from workflows.whistle_words import WHISTLE_VERB_WORDS
from workflows.words import _

router = APIRouter(prefix="/desk/whistles", include_in_schema=False)

STILL_HERE = _("您已重新登录。刚才写的还在下面，请看一遍再提交。")
VERSION_MISSING = _("这张表不完整，请刷新页面再试。")
UNKNOWN = _("不认识这个操作，请刷新页面再试。")
DONE: dict[str, str] = {
    "approve_whistle": _("已批准，各单位马上收到。"),
    "refuse_whistle": _("没有批准，吹哨的人会收到您写的原因。"),
    "report_in": _("已报到，时间记下了。"),
    "plan_work": _("分段计划已排好。"),
    "complete_whistle": _("已报完成，等镇里验收。"),
    "accept_whistle": _("已验收。请给来过的单位打分。"),
    "score_call": _("分数已记下。"),
    "dismiss_whistle": _("已撤哨，各单位都不用来了。"),
}
NOTED = _("“{verb}”已记下。")


@router.get("")
def register(request: Request, visit: Looking, view: str = "", area: str = "", cursor: str | None = None) -> Response:
    """Of one area, when the address names it: values that mean nothing are passed over."""
    local, chosen = local_words(request), listing.view_named(visit, view)
    place = visit.known.areas.get(int(area)) if area.isascii() and area.isdigit() and len(area) < 10 else None
    listed = listing.list_whistles(visit, chosen, place, cursor, local)
    return render(
        request,
        "whistles/register.html",
        views=[
            (each.name, each.words, here(request, view=each.name), _counted(visit, each, place), each is chosen)
            for each in listing.views_for(visit)
        ],
        rows=listed.rows,
        cursor=listed.cursor,
        place=visit.known.place_name(place.id or 0) if place else "",
        kinds=visit.known.whistles.kinds,
    )


def _counted(visit: Visit, view: listing.View, place: Area | None) -> int | None:
    return listing.count(visit, view, place) if view.is_counted else None


@router.get("/{whistle_id}")
def show(request: Request, whistle_id: int, visit: Looking, open: str = "", milestone: str = "") -> Response:
    """`?open=report_milestone&milestone=12` opens a form with something chosen: a link does what a script would."""
    pressed = Pressed(open, chosen={"milestone": milestone} if milestone else {})
    return whistle_page(request, visit, _seen(visit, whistle_id), pressed)


@router.get("/{whistle_id}/{verb}")
def ask(whistle_id: int, verb: str) -> Response:
    """The address of a page that refused something, opened again: nothing is done twice by looking."""
    return redirect(f"/desk/whistles/{whistle_id}?open={verb}#{verb}" if verb in WHISTLE_COMMANDS else "/desk/whistles")


@router.post("/{whistle_id}/{verb}")
def act(request: Request, whistle_id: int, verb: str, typed: Typed, chosen: Chosen, visit: Acting) -> Response:
    """Whatever is refused comes back with its form open and filled, and with the whistle as it stands now."""
    whistle = _seen(visit, whistle_id)
    photos = kept_photos(visit, typed, chosen)
    if request.query_params.get("again"):
        return whistle_page(request, visit, whistle, _pressed(request, verb, typed, photos, say(request, STILL_HERE)))
    try:
        with visit.session.begin_nested():
            _perform(visit, whistle, verb, typed, chosen, photos)
    except (Refused, Conflict) as refused:
        visit.session.refresh(whistle)
        pressed = _pressed(request, verb, typed, photos, _sentence(request, refused), refused)
        return whistle_page(request, visit, whistle, pressed, status=refused.http_status)
    response = redirect(listing.url_of(whistle))
    flash(request, response, DONE.get(verb, NOTED), verb=say(request, WHISTLE_VERB_WORDS[verb]))
    return clean_pictures_after(request, response, photos)


def _seen(visit: Visit, whistle_id: int) -> Whistle:
    if whistle_id > LARGEST_ID:
        raise NotFound()
    return queries.seen_whistle(visit.session, visit.actor, whistle_id)


def _perform(
    visit: Visit, whistle: Whistle, verb: str, typed: FormData, chosen: Taken, photos: Sequence[Attachment]
) -> None:
    """Raises Refused and its family, and Conflict; the caller undoes what was begun."""
    command = WHISTLE_COMMANDS.get(verb)
    if command is None or verb == "blow_whistle":
        raise Refused(UNKNOWN, field="verb")
    takes_photos = "photos" in command.model_fields
    if chosen.mistakes and takes_photos:
        raise chosen.mistakes[0]
    given = {"photos": tuple(photo.id for photo in photos)} if takes_photos else {}
    asked = command_from_form(command, typed, **given, **_rows(command, typed))
    assert isinstance(asked, WhistleCommand)
    lifecycle.perform(visit.session, whistle.id or 0, asked, visit.actor, visit.now, _version(typed))


def _rows(command: type[WhistleCommand], typed: FormData) -> dict[str, object]:
    return {"milestones": drafts_of(rows_typed(typed))} if "milestones" in command.model_fields else {}


def _version(typed: FormData) -> int:
    """What the official had before his eyes when he pressed; without it nobody can tell whether he was overtaken."""
    version = said(typed, "version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Refused(VERSION_MISSING, field="version")
    return int(version)


def _pressed(
    request: Request,
    verb: str,
    typed: FormData,
    photos: Sequence[Attachment],
    refusal: str,
    refused: Exception | None = None,
) -> Pressed:
    command, errors = WHISTLE_COMMANDS.get(verb), errors_by_field(request, refused)
    values = {name: values_typed(command, name, typed) for name in command.model_fields} if command else {}
    rows = rows_typed(typed, errors) if verb == "plan_work" else []
    return Pressed(verb, values, {}, errors, refusal, photos, rows)


def _sentence(request: Request, refused: Refused | Conflict) -> str:
    """A form with mistakes says them beside its fields; above it stands what to do."""
    if isinstance(refused, Mistaken):
        return say(request, SOME_FIELDS)
    return say(request, refused.sentence, **refused.values)
