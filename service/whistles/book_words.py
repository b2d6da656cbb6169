"""The county's book of whistles as programs read it: its kinds with their terms, and its reasons."""

from pydantic import BaseModel

from service.directory.reference import Reference
from workflows.terms import Term, TermUnit
from workflows.whistle_kinds import Approval


class Limit(BaseModel):
    amount: int
    unit: TermUnit


class WhistleReasonRow(BaseModel):
    """`english` is null where the county has not said it; one that is not offered is refused for a new whistle."""

    key: str
    name: str
    english: str | None
    is_offered: bool


class WhistleKindRow(WhistleReasonRow):
    """`goes_by` is the kind whose rules hold where the county has said nothing else: for the first six, itself."""

    goes_by: str
    approval: Approval
    report_in: Limit
    plan: Limit


class WhistleKinds(BaseModel):
    kinds: list[WhistleKindRow]
    reasons: list[WhistleReasonRow]


def kinds_of(known: Reference) -> WhistleKinds:
    book, terms = known.whistles, known.limits.terms
    kinds = [
        WhistleKindRow(
            key=key,
            name=row.words,
            english=row.english or None,
            is_offered=row.is_offered,
            goes_by=row.like,
            approval=row.approval,
            report_in=_limit(terms[f"whistle_report_{key}"]),
            plan=_limit(terms[f"whistle_plan_{key}"]),
        )
        for key, row in book.kinds.items()
    ]
    reasons = [
        WhistleReasonRow(key=key, name=row.words, english=row.english or None, is_offered=row.is_offered)
        for key, row in book.reasons.items()
    ]
    return WhistleKinds(kinds=kinds, reasons=reasons)


def _limit(term: Term) -> Limit:
    return Limit(amount=term.amount, unit=term.unit)
