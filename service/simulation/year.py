"""`weiyuan simulate`: a whole year of the fictional county in one transaction, so that there is all of it or nothing.

play_year(session, asked, advance) -> Outcome     into a county that has no wish yet
simulate(database, asked, advance) -> Outcome     the same from an empty database on, and checked against what was asked
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.accounts.models import SignInSession
from service.accounts.visits import Visit
from service.database import Database
from service.demo.settling import GIVEN_OUT, Ids, count_visits, settle
from service.directory.models import Area, Person
from service.directory.reference import reference
from service.directory.seeding import seed as seed_defaults
from service.errors import Failure
from service.follow_ups.draws import AddSampleRule, add
from service.reports.figures import Figures, count_figures
from service.simulation.cast import Company, company
from service.simulation.fates import Span
from service.simulation.living import live
from service.simulation.meeting import meet
from service.simulation.planning import Plan, plan
from service.simulation.stories import Frame
from service.simulation.together import Lot
from service.tickets import history
from service.tickets.models import OutboxRow
from service.tickets.numbers import number_of
from workflows.refusals import Refused
from workflows.sampling import SamplingRule, is_drawn
from workflows.words import _

Advance = Callable[[float, int], None]
WRITTEN_AT_ONCE = 500
BEFORE = timedelta(days=1)
"""The county is set up so long before the first wish."""
DRAWN_PERCENT = 70
REASON = "人手有限，没有评价的抽七成回访，种子年初公布。"
NOT_EMPTY = _("这个数据库里已经有{name}的数据，模拟的一年只能装进空的数据库。")
NOT_AS_STEERED = _("这一年没有按计划收尾：{what} 应为 {wanted}，算出来是 {found}。什么都没有写入。")


@dataclass(frozen=True)
class Asked:
    wishes: int
    span: Span
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What the service counts when the year has ended."""

    plan: Plan
    figures: Figures


def simulate(database: Database, asked: Asked, advance: Advance) -> Outcome:
    """Raises Refused when somebody's data are there already; then, and whenever it is ended, nothing was written."""
    with database.writing() as session:
        refuse_unless_empty(session)
        seed_defaults(session, asked.span.start - BEFORE)
        session.flush()
        ids = settle(session, asked.span.start - BEFORE + GIVEN_OUT)
        outcome = play_year(session, ids, asked, advance)
        count_visits(session)
        return outcome


def refuse_unless_empty(session: Session) -> None:
    name = session.exec(select(Area.name).where(col(Area.parent_id).is_(None))).first()
    if name is not None:
        raise Refused(NOT_EMPTY, name=name)


def play_year(session: Session, ids: Ids, asked: Asked, advance: Advance) -> Outcome:
    """Raises Failure when the totals do not come out as they were steered."""
    rule = _publish_the_draw(session, ids, asked)
    with_people = company(session, ids)
    ticket_ids = history.take_ids(session, asked.wishes)
    frame = Frame(with_people.known.calendar, asked.span, asked.seed)
    planned = plan(asked.wishes, frame, lambda fate: is_drawn(rule, number_of(ticket_ids[fate.place], fate.at)))
    done = 0
    for lot in planned.lots():
        for number, _written in enumerate(_written_in_parts(session, lot, ticket_ids, with_people, asked.span)):
            advance((done + min(WRITTEN_AT_ONCE * (number + 1), len(lot.stories)) * 0.7) / asked.wishes, done)
        meet(session, with_people, lot, ticket_ids, asked.span.end, asked.seed)
        done += len(lot.stories)
        session.flush()
        session.expunge_all()
        advance(done / asked.wishes, done)
    session.execute(delete(OutboxRow))
    outcome = Outcome(planned, count_figures(session, asked.span.end))
    _compare(outcome)
    return outcome


def _publish_the_draw(session: Session, ids: Ids, asked: Asked) -> SamplingRule:
    """抽样回访: the county's administrator says beforehand how many are called, and with which seed."""
    now, person_id, known = asked.span.start - BEFORE, ids.people["admin"], reference(session)
    signed_in = SignInSession(secret_hash="", person_id=person_id, created_at=now, last_seen_at=now, expires_at=now)
    who, person = actor_of(session, person_id, known), session.get_one(Person, person_id)
    wanted = AddSampleRule(
        area=known.county.id or 0, percent=DRAWN_PERCENT, seed=f"{known.county.name}-{asked.seed}", reason=REASON
    )
    add(Visit(session, person, person_id, who, known, now, signed_in), wanted)
    session.flush()
    (rule,) = reference(session).sampling
    return rule


def _written_in_parts(
    session: Session, lot: Lot, ids: Sequence[int], people: Company, span: Span
) -> Iterator[list[int]]:
    """Lived in memory, then written many at a time."""
    stories = sorted(lot.stories, key=lambda told: told.fate.place)
    for start in range(0, len(stories), WRITTEN_AT_ONCE):
        part = stories[start : start + WRITTEN_AT_ONCE]
        pasts = [live(told, ids[told.fate.place], people, span) for told in part]
        yield history.write(session, pasts, people.known)


def _compare(outcome: Outcome) -> None:
    """What the service counts against what was steered."""
    goal, planned, tally = outcome.plan.goal, outcome.plan, outcome.figures.tally
    for what, wanted, found in (
        (_("征集"), goal.collected, tally.collected),
        (_("办结"), goal.concluded, tally.concluded),
        (_("有效回访"), planned.valid, tally.valid),
        (_("基本满意"), planned.basically_satisfied, tally.basically_satisfied),
        (_("不满意"), planned.dissatisfied, tally.dissatisfied),
    ):
        if wanted != found:
            raise Failure(NOT_AS_STEERED, what=what, wanted=wanted, found=found)
