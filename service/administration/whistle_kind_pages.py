"""吹哨类别: what kinds of whistle are called, who says yes when, and how long they have; and the reasons for one."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.administration import whistle_kinds
from service.administration.limit_pages import UNITS
from service.administration.permissions import allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.whistle_kind_commands import (
    AddWhistleKind,
    AddWhistleReason,
    SetWhistleKind,
    SetWhistleReason,
)
from service.errors import Conflict, NotFound
from service.fields import Action, Choice
from service.tickets.desk_words import local_words
from service.typed import Typed
from workflows.refusals import Refused
from workflows.whistle_kinds import APPROVAL_WORDS, KindRow, ReasonRow
from workflows.whistle_words import WhistleKind
from workflows.words import _

router = APIRouter(prefix="/desk/whistle-kinds")

HERE = "/desk/whistle-kinds"
CHANGED = _("改好了。新吹的哨按新的算，已经在走的不动。")
ADDED = _("加好了，吹哨时就可以选。")
TERMS = {"report_unit": UNITS, "plan_unit": UNITS}


@dataclass(frozen=True)
class KindLine:
    """`goes_by` is the kind of the table by which one of the county's own goes; None for those of the table."""

    row: KindRow
    goes_by: KindRow | None
    approval: str
    report: str
    plan: str
    action: Action | None


@dataclass(frozen=True)
class ReasonLine:
    row: ReasonRow
    action: Action | None


@router.get("")
def show_kinds(request: Request, visit: Looking) -> Response:
    allow(visit, "see_whistle_kinds")
    return _list(request, visit)


@router.post("")
def add_kind(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "add_whistle_kind")
    local = local_words(request)
    try:
        tried(visit, typed, AddWhistleKind, lambda asked: whistle_kinds.add_kind(visit, asked, local))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("add_whistle_kind", typed, refused))
    return told(request, HERE, ADDED)


@router.post("/reasons")
def add_reason(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "add_whistle_reason")
    try:
        tried(visit, typed, AddWhistleReason, lambda asked: whistle_kinds.add_reason(visit, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("add_whistle_reason", typed, refused))
    return told(request, HERE, ADDED)


@router.post("/{kind}/set_whistle_kind")
def set_kind(request: Request, kind: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "set_whistle_kind")
    row = visit.known.whistles.kinds.get(kind)
    if row is None:
        raise NotFound(_("没有这一类哨。"))
    local = local_words(request)
    try:
        tried(visit, typed, SetWhistleKind, lambda asked: whistle_kinds.set_kind(visit, row, asked, local))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("set_whistle_kind", typed, refused), row.kind)
    return told(request, HERE, CHANGED)


@router.post("/reasons/{reason}/set_whistle_reason")
def set_reason(request: Request, reason: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "set_whistle_reason")
    row = visit.known.whistles.reasons.get(reason)
    if row is None:
        raise NotFound(_("没有这条原因。"))
    try:
        tried(visit, typed, SetWhistleReason, lambda asked: whistle_kinds.set_reason(visit, row, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("set_whistle_reason", typed, refused), f"reason-{row.reason}")
    return told(request, HERE, CHANGED)


def _list(request: Request, visit: Visit, pressed: Pressed | None = None, changed: str = "") -> Response:
    """`changed` names the row whose form comes back; none means one that is added."""
    book = visit.known.whistles
    kinds = [_kind(request, visit, row, pressed if row.kind == changed else None) for row in book.kinds.values()]
    reasons = [
        _reason(request, visit, row, pressed if f"reason-{row.reason}" == changed else None)
        for row in book.reasons.values()
    ]
    return page(
        request,
        visit,
        "whistle_kinds.html",
        pressed,
        kinds=kinds,
        reasons=reasons,
        may_change=may(visit, "set_whistle_kind"),
        adds_kind=_adds_kind(request, visit, None if changed else pressed),
        adds_reason=_adds_reason(request, visit, None if changed else pressed),
    )


def _adds_kind(request: Request, visit: Visit, pressed: Pressed | None) -> Action | None:
    if not may(visit, "add_whistle_kind"):
        return None
    now, local = whistle_kinds.first_terms(visit), local_words(request)
    models = [Choice(str(kind), local.named(visit.known.whistles.kinds[kind])) for kind in WhistleKind]
    choices = {**TERMS, "goes_by": models}
    return button(request, AddWhistleKind, HERE, pressed, choices=choices, now=now, tone="primary")


def _adds_reason(request: Request, visit: Visit, pressed: Pressed | None) -> Action | None:
    if not may(visit, "add_whistle_reason"):
        return None
    return button(request, AddWhistleReason, f"{HERE}/reasons", pressed, tone="primary")


def _kind(request: Request, visit: Visit, row: KindRow, pressed: Pressed | None) -> KindLine:
    action, words = None, local_words(request)
    report, plan = whistle_kinds.terms_of(visit, row.kind)
    if may(visit, "set_whistle_kind"):
        url, now = f"{HERE}/{row.kind}/set_whistle_kind", whistle_kinds.kind_now(visit, row)
        action = button(request, SetWhistleKind, url, pressed, choices=TERMS, now=now)
    goes_by = visit.known.whistles.kinds[row.goes_by] if row.goes_by else None
    approval = APPROVAL_WORDS[row.approval]
    return KindLine(row, goes_by, approval, report.in_words(words._), plan.in_words(words._), action)


def _reason(request: Request, visit: Visit, row: ReasonRow, pressed: Pressed | None) -> ReasonLine:
    if not may(visit, "set_whistle_reason"):
        return ReasonLine(row, None)
    url = f"{HERE}/reasons/{row.reason}/set_whistle_reason"
    return ReasonLine(row, button(request, SetWhistleReason, url, pressed, now=whistle_kinds.reason_now(row)))
