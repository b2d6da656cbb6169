"""Entry of all that was said at one meeting: lines typed or pasted, with photographs of the paper list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Field
from service.tickets import lifecycle
from service.tickets.desk_photos import Chosen, clean_pictures_after, copies_of, forget, kept_photos
from service.tickets.entry_pages import (
    MANY,
    ONE,
    SOME_FIELDS_KEPT,
    above,
    checked,
    fields_for,
    form_key,
    origin_of,
)
from service.tickets.form_words import errors_by_field
from service.tickets.forms import parsed
from service.tickets.meeting import Line, read_lines
from service.tickets.models import Attachment
from service.tickets.numbers import number_of
from service.tickets.queue import url_of
from service.typed import Typed, said
from service.web import render, say
from workflows.commands import Submit
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk")

SHARED = ("source", "meeting", "area", "kind", "category")
"""What holds for everything that was said at one meeting."""
OF_ALL = (*SHARED, "photos")

COLUMN_LABELS = {"text": _("内容"), "name": _("姓名"), "phone": _("电话")}
NOTHING_SAID = _("一件也没有写，请一行写一件。")
SOME_LINES = _("有 {n} 行要改，改好再交一次；其余的没有问题。")
SOME_LEFT = _("记下了 {taken} 件；还有 {left} 行要改，都在下面。")
READS_WELL = _("{n} 行都看得懂，可以全部记下来。")
PAPER_LIST = _("纸质名单的照片")
ON_EACH = _("每一件都会附上，只有干部看得到")


@dataclass(frozen=True)
class Taken:
    """A line that became a ticket."""

    number: str
    url: str
    words: str


@router.get("/meeting")
def ask_for_many(request: Request, visit: Looking) -> Response:
    return _many(request, visit)


@router.post("/meeting")
def enter_many(request: Request, typed: Typed, chosen: Chosen, visit: Acting) -> Response:
    """Lines that are fine are taken in, the others come back with a sentence each; `check` only reads them.

    Photographs of the paper list hang on each wish, and wait for the lines that still have to be mended.
    """
    photos = kept_photos(visit, typed, chosen)
    if request.query_params.get("again"):
        return _many(request, visit, typed, photos, refusal=say(request, SOME_FIELDS_KEPT))
    try:
        if chosen.mistakes:
            raise chosen.mistakes[0]
        lines = _lines(visit, typed)
    except Refused as refused:
        return _many(request, visit, typed, photos, refused=refused, status=422)
    wrong = [line for line in lines if line.mistake is not None]
    if said(typed, "check"):
        sentence = say(request, SOME_LINES, n=len(wrong)) if wrong else say(request, READS_WELL, n=len(lines))
        return _many(request, visit, typed, photos, lines=lines, refusal=sentence if wrong else None, note=sentence)
    try:
        with visit.session.begin_nested():
            taken = [_enter(visit, typed, line.wish, line.key, photos) for line in lines if line.wish is not None]
    except (Refused, Conflict) as error:
        return _many(request, visit, typed, photos, lines=lines, refused=error, status=error.http_status)
    left = say(request, SOME_LEFT, taken=len(taken), left=len(wrong)) if wrong else None
    kept, status = (photos, 422) if wrong else ((), 200)
    response = _many(request, visit, typed, kept, lines=wrong, taken=taken, refusal=left, status=status)
    response = clean_pictures_after(request, response, photos)
    if not wrong:
        forget(visit, photos)
    return response


def _lines(visit: Visit, typed: FormData) -> list[Line]:
    """Raises Refused for what is wrong with all of them: no place, nothing written, too many."""
    shared = {name: said(typed, name) for name in SHARED if said(typed, name)}
    checked(visit, parsed(Submit, {"text": NOTHING_SAID, **shared}))
    lines = read_lines(said(typed, "lines"), shared, visit.known)
    if not lines:
        raise Refused(NOTHING_SAID, field="lines")
    return lines


def _enter(visit: Visit, typed: FormData, wish: Submit, key: str, photos: Sequence[Attachment]) -> Taken:
    wish = wish.model_copy(update={"photos": copies_of(visit, photos)})
    entered = lifecycle.submit(visit.session, wish, visit.actor, visit.now, origin_of(visit, typed, key))
    number = number_of(entered.ticket_id, entered.created_at)
    return Taken(number, url_of(number), wish.text)


def _many(
    request: Request,
    visit: Visit,
    typed: FormData | None = None,
    photos: Sequence[Attachment] = (),
    *,
    lines: Sequence[Line] = (),
    taken: Sequence[Taken] = (),
    refused: Refused | Conflict | None = None,
    refusal: str | None = None,
    note: str | None = None,
    status: int = 200,
) -> Response:
    """What still has to be mended stands in the box again; once some were taken, under a new key."""
    left = "\n".join(line.typed for line in lines) if taken else said(typed, "lines") if typed else ""
    line_error = errors_by_field(request, refused).get("lines", "")
    return render(
        request,
        "tickets/entry_batch.html",
        status,
        fields=[_of_the_list(each) for each in fields_for(request, visit, typed, refused) if each.name in OF_ALL],
        kept_ids=[photo.id for photo in photos],
        action=MANY,
        url_one=ONE,
        form_key=form_key(None if taken else typed),
        lines=left,
        line_error=line_error,
        preview=[line for line in lines if line.wish is not None],
        mistakes=[(line.number, line.typed, _said_of(request, line.mistake)) for line in lines if line.mistake],
        taken=taken,
        note=note if not refusal else None,
        refusal=refusal or (None if line_error else above(request, refused)),
    )


def _of_the_list(field: Field) -> Field:
    return replace(field, label=PAPER_LIST, hint=ON_EACH) if field.name == "photos" else field


def _said_of(request: Request, mistake: Refused) -> str:
    """The first mistake of a line."""
    return next(iter(errors_by_field(request, mistake, COLUMN_LABELS).values()), "")
