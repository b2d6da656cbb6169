"""吹哨类别: what kinds of whistle are called, who says yes when, and how long they have; and the reasons for one."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.administration.changes import write_down
from service.administration.limit_pages import LONGEST, UNITS
from service.administration.permissions import allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.whistle_kind_commands import SetWhistleKind, SetWhistleReason
from service.directory import lifecycle
from service.errors import Conflict, NotFound
from service.fields import Action
from service.local_words import LocalWords
from service.tickets.desk_words import local_words
from service.typed import Typed
from workflows.refusals import Refused
from workflows.terms import Term
from workflows.whistle_kinds import APPROVAL_WORDS, BESIDE_THE_TOWN, Approval, KindRow, ReasonRow
from workflows.whistle_words import WhistleKind
from workflows.words import _

router = APIRouter(prefix="/desk/whistle-kinds")

HERE = "/desk/whistle-kinds"
CHANGED = _("改好了。新吹的哨按新的算，已经在走的不动。")
ONE_STAYS = _("至少要留一个可以选的。")


@dataclass(frozen=True)
class KindLine:
    row: KindRow
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


@router.post("/{kind}/set_whistle_kind")
def set_kind(request: Request, kind: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "set_whistle_kind")
    row = next((row for row in visit.known.whistles.kinds.values() if row.kind == kind), None)
    if row is None:
        raise NotFound(_("没有这一类哨。"))
    try:
        tried(visit, typed, SetWhistleKind, lambda asked: _set_kind(visit, row, asked, local_words(request)))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("set_whistle_kind", typed, refused), row.kind)
    return told(request, HERE, CHANGED)


@router.post("/reasons/{reason}/set_whistle_reason")
def set_reason(request: Request, reason: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "set_whistle_reason")
    row = next((row for row in visit.known.whistles.reasons.values() if row.reason == reason), None)
    if row is None:
        raise NotFound(_("没有这条原因。"))
    try:
        tried(visit, typed, SetWhistleReason, lambda asked: _set_reason(visit, row, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("set_whistle_reason", typed, refused), row.reason)
    return told(request, HERE, CHANGED)


def _set_kind(visit: Visit, row: KindRow, asked: SetWhistleKind, local: LocalWords) -> None:
    """Raises Refused for a change after which nobody could blow, or that nobody could keep."""
    others = [each for each in visit.known.whistles.kinds.values() if each.kind is not row.kind and each.is_offered]
    if not (asked.is_offered or [each for each in others if each.kind not in BESIDE_THE_TOWN]):
        raise Refused(ONE_STAYS, field="is_offered")
    if (row.kind in BESIDE_THE_TOWN) != (asked.approval is Approval.none):
        raise Refused(_("由村和社区自己吹的不用批准；由镇里吹的，要么先批准，要么事后补批。"), field="approval")
    _in_reach("report", Term(asked.report, asked.report_unit), local)
    _in_reach("plan", Term(asked.plan, asked.plan_unit), local)
    before = _kind_now(visit, row)
    write_down(visit, asked, row.words, visit.known.county.path, before)
    name = f"kind:{row.kind}"
    lifecycle.set_whistle_choice(
        visit.session, name, asked.name, asked.is_offered, visit.person_id, visit.now, asked.approval
    )
    for limit, old in (("report", before.details()["report"]), ("plan", before.details()["plan"])):
        if asked.details()[limit] != old:
            term = Term(getattr(asked, limit), getattr(asked, f"{limit}_unit"))
            lifecycle.set_limit(visit.session, f"whistle_{limit}_{row.kind}", term, visit.person_id, visit.now)


def _set_reason(visit: Visit, row: ReasonRow, asked: SetWhistleReason) -> None:
    left = [each for each in visit.known.whistles.offered_reasons if each is not row.reason]
    if not (asked.is_offered or left):
        raise Refused(ONE_STAYS, field="is_offered")
    write_down(visit, asked, row.words, visit.known.county.path, _reason_now(row))
    name = f"reason:{row.reason}"
    lifecycle.set_whistle_choice(visit.session, name, asked.name, asked.is_offered, visit.person_id, visit.now)


def _in_reach(name: str, term: Term, local: LocalWords) -> None:
    longest = Term(LONGEST[term.unit], term.unit)
    if term.amount > longest.amount:
        raise Refused(_("太长了，最多 {most}。"), field=name, most=longest.in_words(local._))


def _kind_now(visit: Visit, row: KindRow) -> SetWhistleKind:
    report, plan = _terms(visit, row.kind)
    return SetWhistleKind.model_construct(
        name=row.words,
        is_offered=row.is_offered,
        approval=row.approval,
        report=report.amount,
        report_unit=report.unit,
        plan=plan.amount,
        plan_unit=plan.unit,
    )


def _reason_now(row: ReasonRow) -> SetWhistleReason:
    return SetWhistleReason.model_construct(name=row.words, is_offered=row.is_offered)


def _terms(visit: Visit, kind: WhistleKind) -> tuple[Term, Term]:
    terms = visit.known.limits.terms
    return terms[f"whistle_report_{kind}"], terms[f"whistle_plan_{kind}"]


def _list(request: Request, visit: Visit, pressed: Pressed | None = None, changed: str = "") -> Response:
    """`changed` names the row whose form comes back."""
    book = visit.known.whistles
    kinds = [_kind(request, visit, row, pressed if row.kind == changed else None) for row in book.kinds.values()]
    reasons = [
        _reason(request, visit, row, pressed if row.reason == changed else None) for row in book.reasons.values()
    ]
    may_change = may(visit, "set_whistle_kind")
    return page(request, visit, "whistle_kinds.html", pressed, kinds=kinds, reasons=reasons, may_change=may_change)


def _kind(request: Request, visit: Visit, row: KindRow, pressed: Pressed | None) -> KindLine:
    action, words = None, local_words(request)
    report, plan = _terms(visit, row.kind)
    if may(visit, "set_whistle_kind"):
        choices = {"report_unit": UNITS, "plan_unit": UNITS}
        url, now = f"{HERE}/{row.kind}/set_whistle_kind", _kind_now(visit, row)
        action = button(request, SetWhistleKind, url, pressed, choices=choices, now=now)
    return KindLine(row, APPROVAL_WORDS[row.approval], report.in_words(words._), plan.in_words(words._), action)


def _reason(request: Request, visit: Visit, row: ReasonRow, pressed: Pressed | None) -> ReasonLine:
    if not may(visit, "set_whistle_reason"):
        return ReasonLine(row, None)
    url = f"{HERE}/reasons/{row.reason}/set_whistle_reason"
    return ReasonLine(row, button(request, SetWhistleReason, url, pressed, now=_reason_now(row)))
