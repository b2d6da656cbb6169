"""The time limits in force: the county's own numbers beside the defaults, changed one at a time."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import Session, select

from service.accounts.visits import Acting, Looking, Visit
from service.administration.changes import write_down
from service.administration.commands import ResetLimit, SetLimit
from service.administration.permissions import allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.words import TERM_UNIT_WORDS
from service.directory import lifecycle
from service.directory.models import Person, TimeLimit
from service.errors import Conflict, NotFound
from service.fields import Action, Choice
from service.local_words import LocalWords
from service.tickets.desk_words import local_words
from service.typed import Typed
from workflows import time_limits
from workflows.refusals import Refused
from workflows.terms import Term, TermUnit
from workflows.time_limits import DEFAULT_TERMS
from workflows.words import _

router = APIRouter(prefix="/desk/time-limits")

HERE = "/desk/time-limits"
LONGEST: dict[TermUnit, int] = {
    TermUnit.minutes: 7 * 24 * 60,
    TermUnit.hours: 60 * 24,
    TermUnit.days: 366,
    TermUnit.working_hours: 400,
    TermUnit.working_days: 250,
}
"""About a year at most: a slip of the pen must not promise a villager an answer in a hundred years."""

UNITS = [Choice(str(unit), words) for unit, words in TERM_UNIT_WORDS.items()]


@dataclass(frozen=True)
class LimitRow:
    """`set_by` says who set the county's own number and when; None where the default holds."""

    name: str
    words: str
    source: str
    term: str
    default: str
    own: TimeLimit | None
    set_by: str
    action: Action | None
    url_reset: str | None


@router.get("")
def show_limits(request: Request, visit: Looking) -> Response:
    allow(visit, "see_limits")
    return _list(request, visit)


@router.post("/{name}/set_limit")
def set_limit(request: Request, name: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "set_limit")
    row = _row_called(name)
    try:
        local = local_words(request)
        tried(visit, typed, SetLimit, lambda asked: _set(visit, row, asked, local))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("set_limit", typed, refused), name)
    return told(request, HERE, _("改好了。新来的件按新的算，已经答应的日子不动。"))


@router.post("/{name}/reset_limit")
def reset_limit(request: Request, name: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "reset_limit")
    row = _row_called(name)
    tried(visit, typed, ResetLimit, lambda asked: _reset(visit, row, asked))
    return told(request, HERE, _("恢复成默认的了。"))


def _row_called(name: str) -> time_limits.TimeLimit:
    found = next((row for row in time_limits.TIME_LIMITS if row.name == name), None)
    if found is None:
        raise NotFound(_("没有这个时限。"))
    return found


def _set(visit: Visit, row: time_limits.TimeLimit, asked: SetLimit, local: LocalWords) -> None:
    longest = Term(LONGEST[asked.unit], asked.unit)
    if asked.amount > longest.amount:
        raise Refused(_("太长了，最多 {most}。"), field="amount", most=longest.in_words(local._))
    write_down(visit, asked, row.words, visit.known.county.path, _as_it_is(visit.known.limits.terms[row.name]))
    lifecycle.set_limit(visit.session, row.name, Term(asked.amount, asked.unit), visit.person_id, visit.now)


def _reset(visit: Visit, row: time_limits.TimeLimit, asked: ResetLimit) -> None:
    lifecycle.reset_limit(visit.session, row.name)
    write_down(visit, asked, row.words, visit.known.county.path, **_as_it_is(row.term).details())


def _as_it_is(term: Term) -> SetLimit:
    return SetLimit.model_construct(amount=term.amount, unit=term.unit)


def _list(request: Request, visit: Visit, pressed: Pressed | None = None, changed: str = "") -> Response:
    owns = {row.name: row for row in visit.session.exec(select(TimeLimit))}
    names = _names(visit.session, owns)
    local = local_words(request)
    rows = [
        _row(request, visit, row, owns.get(row.name), names, local, pressed if row.name == changed else None)
        for row in visit.known.limits
    ]
    return page(request, visit, "time_limits.html", pressed, rows=rows, may_change=may(visit, "set_limit"))


def _row(
    request: Request,
    visit: Visit,
    row: time_limits.TimeLimit,
    own: TimeLimit | None,
    names: dict[int, str],
    local: LocalWords,
    pressed: Pressed | None,
) -> LimitRow:
    action, url = None, f"{HERE}/{row.name}"
    if may(visit, "set_limit"):
        now = _as_it_is(row.term)
        action = button(request, SetLimit, f"{url}/set_limit", pressed, choices={"unit": UNITS}, now=now)
    return LimitRow(
        name=row.name,
        words=row.words,
        source=row.source,
        term=row.term.in_words(local._),
        default=DEFAULT_TERMS[row.name].in_words(local._),
        own=own,
        set_by=names.get((own and own.changed_by_id) or 0, "–"),
        action=action,
        url_reset=f"{url}/reset_limit" if own and action else None,
    )


def _names(session: Session, owns: dict[str, TimeLimit]) -> dict[int, str]:
    people = {own.changed_by_id for own in owns.values() if own.changed_by_id}
    found = ((person_id, session.get(Person, person_id)) for person_id in people)
    return {person_id: person.name for person_id, person in found if person}
