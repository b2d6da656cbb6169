"""`weiyuan simulate`: a whole year of the fictional county in one transaction, so that there is all of it or nothing.

play_year(session, asked, advance) -> Outcome     into a county that has no wish yet
simulate(database, asked, advance) -> Outcome     the same from an empty database on, and checked against what was asked
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.accounts.models import SignInSession
from service.accounts.visits import Visit
from service.database import Database
from service.demo.fill import Before
from service.demo.settling import GIVEN_OUT, Ids, count_visits, settle
from service.directory.models import Area, Person
from service.directory.reference import reference
from service.directory.seeding import seed as seed_defaults
from service.endorsements import history as endorsing
from service.errors import Failure
from service.follow_ups.draws import AddSampleRule, add, end
from service.reports.figures import Figures, count_figures
from service.settings import settings
from service.simulation.cast import Company, company
from service.simulation.fates import Span, up_to
from service.simulation.living import Living
from service.simulation.meeting import meet
from service.simulation.planning import Plan, plan
from service.simulation.stories import Frame
from service.simulation.together import Lot
from service.tickets import history
from service.tickets.models import OutboxRow, Ticket
from service.tickets.numbers import number_of
from workflows.refusals import Refused
from workflows.sampling import SamplingRule, is_drawn
from workflows.words import _

Advance = Callable[[float, int], None]
WRITTEN_AT_ONCE = 500
IN_MEMORY = 0.6
"""Of the time that a lot takes, before its whistles and issues begin."""
BEFORE = timedelta(days=1)
"""The county is set up so long before the first wish."""
DRAWN_PERCENT = 70
DEMO_SEED = 1
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
        count_visits(session, asked.span.end)
        return outcome


def before_the_demo(wishes: int, now: datetime, advance: Advance) -> Before:
    """The 365 days that end now, to be played before the demo's own scenes, which nobody draws lots about."""
    asked = Asked(wishes, up_to(now, ZoneInfo(settings().time_zone)), DEMO_SEED)

    def play(session: Session, ids: Ids) -> None:
        play_year(session, ids, asked, advance)
        (rule,) = reference(session).sampling
        end(_administrator(session, ids, now), rule.id)
        session.flush()

    return Before(asked.span.start - BEFORE, play)


def refuse_unless_empty(session: Session) -> None:
    name = session.exec(select(Area.name).where(col(Area.parent_id).is_(None))).first()
    if name is not None:
        raise Refused(NOT_EMPTY, name=name)


def play_year(session: Session, ids: Ids, asked: Asked, advance: Advance) -> Outcome:
    """Raises Failure when the totals do not come out as they were steered."""
    rule = _publish_the_draw(session, ids, asked)
    with_people = company(session, ids)
    ticket_ids = history.next_ids(session, Ticket, asked.wishes)
    frame = Frame(with_people.known.calendar, asked.span, asked.seed)
    planned = plan(asked.wishes, frame, lambda fate: is_drawn(rule, number_of(ticket_ids[fate.place], fate.at)))
    with settled_objects():
        _play(session, planned, ticket_ids, with_people, asked, advance)
    session.execute(delete(OutboxRow))
    outcome = Outcome(planned, count_figures(session, asked.span.end))
    _compare(outcome)
    return outcome


@contextmanager
def settled_objects() -> Iterator[None]:
    """What is there now stays to the end: Python need not look through it again and again for rubbish."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _play(session: Session, planned: Plan, ids: Sequence[int], people: Company, asked: Asked, advance: Advance) -> None:
    done = 0
    for lot in planned.lots():
        for written in _written_in_parts(session, lot, ids, people, asked):
            advance((done + IN_MEMORY * written) / asked.wishes, done + written)
        meet(session, people, lot, ids, asked.span.end)
        done += len(lot.stories)
        session.flush()
        session.expunge_all()
        advance(done / asked.wishes, done)


def _publish_the_draw(session: Session, ids: Ids, asked: Asked) -> SamplingRule:
    """抽样回访: the county's administrator says beforehand how many are called, and with which seed."""
    visit = _administrator(session, ids, asked.span.start - BEFORE)
    county = visit.known.county
    add(
        visit,
        AddSampleRule(area=county.id or 0, percent=DRAWN_PERCENT, seed=f"{county.name}-{asked.seed}", reason=REASON),
    )
    session.flush()
    (rule,) = reference(session).sampling
    return rule


def _administrator(session: Session, ids: Ids, now: datetime) -> Visit:
    """Signed in at that time."""
    person_id, known = ids.people["admin"], reference(session)
    signed_in = SignInSession(secret_hash="", person_id=person_id, created_at=now, last_seen_at=now, expires_at=now)
    person = session.get_one(Person, person_id)
    return Visit(session, person, person_id, actor_of(session, person_id, known), known, now, signed_in)


def _written_in_parts(session: Session, lot: Lot, ids: Sequence[int], people: Company, asked: Asked) -> Iterator[int]:
    """Lived in memory, then written many at a time; how many are written."""
    stories = sorted(lot.stories, key=lambda told: told.fate.place)
    living = Living(people, asked.span, asked.seed, ids, iter(endorsing.take_ids(session, _endorsed(lot))))
    for start in range(0, len(stories), WRITTEN_AT_ONCE):
        part = stories[start : start + WRITTEN_AT_ONCE]
        history.write(session, [living.live(told) for told in part], people.known)
        endorsing.write(session, living.endorsements)
        living.endorsements.clear()
        yield start + len(part)


def _endorsed(lot: Lot) -> int:
    return sum(told.fate.endorsed for told in lot.stories)


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
