"""The categories of wishes, and for each the rows of the dispatch catalogue."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.administration import categories
from service.administration.changes import NEWEST
from service.administration.commands import AddCatalogueRow, AddCategory, ChangeCategory, RemoveCatalogueRow
from service.administration.permissions import acting_as, allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.units import unit_choices_in
from service.administration.words import FOLLOW_UP_WORDS
from service.directory.models import Category
from service.errors import Conflict
from service.fields import Action
from service.tickets.desk_choices import area_choices, urgency_choices
from service.tickets.desk_words import local_words
from service.typed import Typed
from workflows.refusals import Refused
from workflows.time_limits import Urgency
from workflows.words import _

router = APIRouter(prefix="/desk/categories")

CategoryId = Annotated[int, Path(le=NEWEST)]
UNDER_WAY = _("改了以后，新来的件按新的算；正在办的件不变。")


@router.get("")
def show_categories(request: Request, visit: Looking) -> Response:
    allow(visit, "see_categories")
    return _list(request, visit)


@router.post("")
def add_category(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "add_category")
    try:
        added = tried(visit, typed, AddCategory, lambda asked: categories.add(visit, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("add_category", typed, refused))
    return told(request, categories.url_of(added.id or 0), _("事项加好了。再给它在派单目录里加几行。"))


def _list(request: Request, visit: Visit, pressed: Pressed | None = None) -> Response:
    action = None
    if may(visit, "add_category"):
        choices = {"urgency": urgency_choices(visit.known.limits, local_words(request))}
        action = button(request, AddCategory, "/desk/categories", pressed, choices=choices, tone="primary")
    return page(
        request,
        visit,
        "categories.html",
        pressed,
        rows=categories.rows(visit),
        reply_words=_reply_words(request, visit),
        follow_up_words=FOLLOW_UP_WORDS,
        action=action,
    )


@router.get("/{category_id}")
def show_category(request: Request, category_id: CategoryId, visit: Looking) -> Response:
    allow(visit, "see_categories")
    return _one(request, visit, categories.category_there(visit.session, category_id))


@router.post("/{category_id}/change_category")
def change_category(request: Request, category_id: CategoryId, typed: Typed, visit: Acting) -> Response:
    allow(visit, "change_category")
    category = categories.category_there(visit.session, category_id)
    try:
        tried(visit, typed, ChangeCategory, lambda asked: categories.change(visit, category, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, category, Pressed("change_category", typed, refused))
    return told(request, categories.url_of(category_id), _("改好了。"))


@router.post("/{category_id}/add_catalogue_row")
def add_catalogue_row(request: Request, category_id: CategoryId, typed: Typed, visit: Acting) -> Response:
    allow(visit, "add_catalogue_row")
    category = categories.category_there(visit.session, category_id)
    try:
        tried(visit, typed, AddCatalogueRow, lambda asked: categories.add_line(visit, category, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, category, Pressed("add_catalogue_row", typed, refused))
    return told(request, categories.url_of(category_id), _("加好了。"))


@router.post("/{category_id}/catalogue/{line_id}/remove_catalogue_row")
def remove_catalogue_row(
    request: Request, category_id: CategoryId, line_id: Annotated[int, Path(le=NEWEST)], typed: Typed, visit: Acting
) -> Response:
    allow(visit, "remove_catalogue_row")
    category = categories.category_there(visit.session, category_id)
    tried(visit, typed, RemoveCatalogueRow, lambda asked: categories.remove_line(visit, category, line_id, asked))
    return told(request, categories.url_of(category_id), _("去掉了。"))


def _one(request: Request, visit: Visit, category: Category, pressed: Pressed | None = None) -> Response:
    may_change = may(visit, "change_category")
    return page(
        request,
        visit,
        "category.html",
        pressed,
        shown=category,
        reply_words=_reply_words(request, visit),
        follow_up_words=FOLLOW_UP_WORDS,
        lines=categories.lines_of(visit, category),
        actions=_actions(request, visit, category, pressed) if may_change else (),
        url=categories.url_of(category.id or 0) if may_change else None,
    )


def _reply_words(request: Request, visit: Visit) -> Mapping[Urgency, str]:
    local = local_words(request)
    return {urgency: visit.known.limits.reply(urgency).in_words(local._) for urgency in Urgency}


def _actions(request: Request, visit: Visit, category: Category, pressed: Pressed | None) -> Sequence[Action]:
    url = categories.url_of(category.id or 0)
    mine = acting_as(visit, "add_catalogue_row")
    where_and_who = {"area": area_choices(visit.known, mine), "unit": unit_choices_in(visit, mine)}
    urgencies = {"urgency": urgency_choices(visit.known.limits, local_words(request))}
    change, line = f"{url}/change_category", f"{url}/add_catalogue_row"
    now = categories.as_it_is(category)
    return (
        button(request, ChangeCategory, change, pressed, choices=urgencies, now=now, explanation=UNDER_WAY),
        button(request, AddCatalogueRow, line, pressed, choices=where_and_who),
    )
