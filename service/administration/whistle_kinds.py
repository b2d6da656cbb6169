"""吹哨类别 and reasons: what an administrator may make of them, and what is written down when he does.

What is there already is read anew once the directory is his alone: another administrator may have been quicker.
"""

from collections.abc import Sized

from service.accounts.visits import Visit
from service.administration.changes import write_down
from service.administration.limit_pages import LONGEST
from service.administration.whistle_kind_commands import (
    AddWhistleKind,
    AddWhistleReason,
    KindTerms,
    SetWhistleKind,
    SetWhistleReason,
)
from service.directory import lifecycle
from service.directory.reference import reference
from service.local_words import LocalWords, Named
from workflows.refusals import Refused
from workflows.terms import Term
from workflows.whistle_kinds import BESIDE_THE_TOWN, Approval, KindRow, ReasonRow, next_own
from workflows.whistle_words import WhistleKind
from workflows.words import _

MOST = 40
"""Of kinds, and of reasons: more nobody reads through before he blows."""

ONE_STAYS = _("至少要留一个可以选的。")
NAMED_SO = _("已经有一个叫“{name}”的了，请换个叫法。")
TOO_MANY = _("已经有 {most} 个了，请先把不用的改个名字再用。")
WHO_APPROVES = _("由村和社区自己吹的不用批准；由镇里吹的，要么先批准，要么事后补批。")


def set_kind(visit: Visit, row: KindRow, asked: SetWhistleKind, local: LocalWords) -> None:
    """Raises Refused for a change after which nobody could blow, or that nobody could keep."""
    others = [each for each in reference(visit.session).whistles.offered_kinds if each.kind != row.kind]
    if not (asked.is_offered or [each for each in others if not each.is_beside_the_town]):
        raise Refused(ONE_STAYS, field="is_offered")
    _check(visit, asked, row, local)
    before = kind_now(visit, row)
    write_down(visit, asked, row.words, visit.known.county.path, before)
    changed = KindRow(row.kind, asked.name, asked.approval, asked.is_offered, row.goes_by, asked.english or "")
    lifecycle.set_whistle_kind(visit.session, changed, visit.person_id, visit.now)
    _set_terms(visit, row.kind, asked, before)


def add_kind(visit: Visit, asked: AddWhistleKind, local: LocalWords) -> None:
    """It goes by one of the table; steps that watch over that one watch over it as well, until somebody says else."""
    book = reference(visit.session).whistles
    row = KindRow(
        next_own(book.kinds), asked.name, asked.approval, asked.is_offered, asked.goes_by, asked.english or ""
    )
    _room(book.kinds)
    _check(visit, asked, row, local)
    write_down(visit, asked, asked.name, visit.known.county.path)
    lifecycle.set_whistle_kind(visit.session, row, visit.person_id, visit.now)
    lifecycle.watch_over_added(visit.session, row)
    _set_terms(visit, row.kind, asked)


def set_reason(visit: Visit, row: ReasonRow, asked: SetWhistleReason) -> None:
    book = reference(visit.session).whistles
    left = [each for each in book.offered_reasons if each.reason != row.reason]
    if not (asked.is_offered or left):
        raise Refused(ONE_STAYS, field="is_offered")
    _new_name(asked.name, [each for each in book.reasons.values() if each.reason != row.reason])
    write_down(visit, asked, row.words, visit.known.county.path, reason_now(row))
    changed = ReasonRow(row.reason, asked.name, asked.is_offered, asked.english or "")
    lifecycle.set_whistle_reason(visit.session, changed, visit.person_id, visit.now)


def add_reason(visit: Visit, asked: AddWhistleReason) -> None:
    reasons = reference(visit.session).whistles.reasons
    _room(reasons)
    _new_name(asked.name, list(reasons.values()))
    row = ReasonRow(next_own(reasons), asked.name, asked.is_offered, asked.english or "")
    write_down(visit, asked, asked.name, visit.known.county.path)
    lifecycle.set_whistle_reason(visit.session, row, visit.person_id, visit.now)


def kind_now(visit: Visit, row: KindRow) -> SetWhistleKind:
    report, plan = terms_of(visit, row.kind)
    return SetWhistleKind.model_construct(
        name=row.words,
        english=row.english or None,
        is_offered=row.is_offered,
        approval=row.approval,
        report=report.amount,
        report_unit=report.unit,
        plan=plan.amount,
        plan_unit=plan.unit,
    )


def first_terms(visit: Visit) -> AddWhistleKind:
    """What a new one begins with: what most of them have."""
    usual = kind_now(visit, visit.known.whistles.kinds[WhistleKind.public_concern])
    return AddWhistleKind.model_construct(
        **{**usual.model_dump(exclude={"verb"}), "name": None, "english": None, "approval": Approval.before}
    )


def reason_now(row: ReasonRow) -> SetWhistleReason:
    return SetWhistleReason.model_construct(name=row.words, english=row.english or None, is_offered=row.is_offered)


def terms_of(visit: Visit, kind: str) -> tuple[Term, Term]:
    terms = visit.known.limits.terms
    return terms[f"whistle_report_{kind}"], terms[f"whistle_plan_{kind}"]


def in_reach(name: str, term: Term, local: LocalWords) -> None:
    longest = Term(LONGEST[term.unit], term.unit)
    if term.amount > longest.amount:
        raise Refused(_("太长了，最多 {most}。"), field=name, most=longest.in_words(local._))


def _check(visit: Visit, asked: KindTerms, row: KindRow, local: LocalWords) -> None:
    if (row.like in BESIDE_THE_TOWN) != (asked.approval is Approval.none):
        raise Refused(WHO_APPROVES, field="approval")
    in_reach("report", Term(asked.report, asked.report_unit), local)
    in_reach("plan", Term(asked.plan, asked.plan_unit), local)
    kinds = reference(visit.session).whistles.kinds
    _new_name(asked.name, [each for each in kinds.values() if each.kind != row.kind])


def _new_name(name: str, others: list[KindRow] | list[ReasonRow]) -> None:
    """Two of one name nobody could tell apart where he chooses, nor in a report."""
    named: list[Named] = list(others)
    if any(each.words == name for each in named):
        raise Refused(NAMED_SO, field="name", name=name)


def _room(there: Sized) -> None:
    if len(there) >= MOST:
        raise Refused(TOO_MANY, most=MOST)


def _set_terms(visit: Visit, kind: str, asked: KindTerms, before: KindTerms | None = None) -> None:
    """What was not changed stays the default, and follows it."""
    old = before.details() if before else {}
    for limit in ("report", "plan"):
        if asked.details()[limit] != old.get(limit):
            term = Term(getattr(asked, limit), getattr(asked, f"{limit}_unit"))
            lifecycle.set_limit(visit.session, f"whistle_{limit}_{kind}", term, visit.person_id, visit.now)
