"""Whatever happens to all things of the county at once, in whatever order: nothing is lost, and the figures agree.

WEIYUAN_TEST_EXAMPLES=300 looks further than the suite does, by chance instead of by one fixed seed.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from service.accounts.models import SignInSession
from service.accounts.visits import Visit
from service.administration import units as unit_acts
from service.administration.commands import DeactivateUnit, ReactivateUnit
from service.claims import figures as claim_figures
from service.claims import lifecycle as claims
from service.claims.models import Claim
from service.claims.sweep import sweep_claims
from service.database import Database
from service.directory import lifecycle as directory
from service.directory.models import EmergencyMode, Person, Unit
from service.directory.reference import reference, touch
from service.endorsements import lifecycle as endorsements
from service.endorsements.models import Endorsement
from service.errors import Conflict, Failure, NotFound
from service.issues import answers
from service.issues import lifecycle as issues
from service.issues.casefile import case_of as issue_case
from service.issues.models import Issue
from service.issues.settling import settle_issues
from service.jobs import Surroundings
from service.outbox.planning import plan_notices
from service.oversight import inspections
from service.oversight.checks import breaches
from service.oversight.early_warning import raise_warnings
from service.oversight.inspection_forms import OpenRound
from service.oversight.models import InspectionItem, InspectionRound
from service.oversight.recalculation import recalculate_provisional
from service.oversight.sweep import rearm, sweep_escalations
from service.reports.counting import tallies_by_area
from service.reports.way import days_by_area
from service.settings import Settings
from service.tickets import lifecycle as tickets
from service.tickets.casefile import case_of
from service.tickets.dissolved import return_from_dissolved_units
from service.tickets.how_many import HowMany, in_issues
from service.tickets.models import IS_OPEN, Assignment, Ticket
from service.tickets.numbers import number_of
from service.tickets.records import Origin
from service.whistles import figures as whistle_figures
from service.whistles import lifecycle as whistles
from service.whistles.casefile import whistle_case_of
from service.whistles.models import IS_OPEN as IS_RUNNING
from service.whistles.models import Milestone, Whistle, WhistleCall
from service.whistles.sweep import rearm_whistles, recalculate_whistles, sweep_whistles
from tests.factories import NOW, TEXT
from tests.support import postgres, recount
from tests.support.databases import fresh_name
from tests.support.said import Around, say
from tests.support.whole_county import Whole, build_whole_county, with_its_days
from workflows.actors import NEW_RESIDENT, Actor, resident_of
from workflows.calendar_years import CalendarYearData
from workflows.cases import Case
from workflows.claims import available_on_claim
from workflows.commands import Submit
from workflows.decide import available
from workflows.inspection_words import Finding
from workflows.inspections import RecordInspection
from workflows.issue_commands import AnswerIssue, CreateIssue
from workflows.issues import available_on_issue
from workflows.refusals import Refused
from workflows.statuses import WITH_UNIT
from workflows.tallies import total
from workflows.whistle_words import MilestoneState
from workflows.whistles import available_on_whistle

Opened = Callable[[], AbstractContextManager[Database]]
Act = Callable[[Session], Any]

CHANGES_NOTHING = {"note", "supplement", "verify", "report_progress", "note_whistle", "survey"}
HOURS = (1, 1, 5, 5, 30, 30, 24 * 4, 24 * 20, 24 * 100)
PHONES = (None, "13812345678", "13900001111")
SWEEPS = (
    *(sweep_escalations, sweep_whistles, sweep_claims, settle_issues, return_from_dissolved_units, raise_warnings),
    inspections.pass_rounds_on,
)
USUAL = frozenset({"assign", "acknowledge", "contact", "reply", "approve_reply", "follow_up", "rate"})
ASKING = frozenset({"request_return", "request_extension", "request_deferral", "request_exclusion"})
DECIDING = frozenset({"grant", "refuse", "rule", "resume"})
UPKEEP = (recalculate_provisional, recalculate_whistles, rearm, rearm_whistles, plan_notices)
"""What the scheduler runs, see service/scheduler.py."""


class WholeCounty(RuleBasedStateMachine):
    """One database, a clock that only goes forward, and people who press whatever button they are offered."""

    opened: ClassVar[Opened]
    whole: ClassVar[Whole]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self._closing = self.opened()
        self.database = self._closing.__enter__()
        self.is_looked_at = False

    def teardown(self) -> None:
        self._closing.__exit__(None, None, None)

    # what there is

    def ids(self, column: Any, *conditions: ColumnElement[bool]) -> list[int]:
        with self.database.reading() as session:
            return list(session.exec(select(column).where(*conditions).order_by(column)))

    def around(self, data: st.DataObject, whistle: int = 0) -> Around:
        with self.database.reading() as session:
            rows = session.exec(select(Ticket.id, Ticket.created_at).order_by(col(Ticket.id).desc()).limit(8)).all()
            zone = reference(session).calendar.zone
        planned = (col(Milestone.whistle_id) == whistle, col(Milestone.state) == MilestoneState.planned)
        return Around(
            data.draw,
            self.now.astimezone(zone).date(),
            self.whole.units,
            [number_of(ticket or 0, created_at) for ticket, created_at in rows],
            self.ids(Milestone.id, *planned) if whistle else (),
            self.ids(WhistleCall.unit_id, col(WhistleCall.whistle_id) == whistle) if whistle else (),
        )

    def does(self, act: Act) -> None:
        """Whoever is refused has changed nothing; anything else that is raised is a mistake of ours."""
        try:
            with self.database.writing() as session:
                act(session)
        except (Refused, Conflict, NotFound, Failure):
            return
        self.is_looked_at = False

    def one_of(self, data: st.DataObject, found: Sequence[Any]) -> Any:
        return data.draw(st.sampled_from(found)) if found else None

    def offer(
        self,
        data: st.DataObject,
        buttons: Callable[[Actor], Sequence[Any]],
        more: Sequence[Actor] = (),
        only: frozenset[str] = frozenset(),
    ) -> Any:
        """(verb, actor) of what somebody may press now, each verb as likely as the others."""
        offered: dict[str, list[Actor]] = {}
        for actor in (*self.whole.people, *more):
            for command in buttons(actor):
                offered.setdefault(command.model_fields["verb"].default, []).append(actor)
        verbs = offered.keys() & only if only else offered.keys() - CHANGES_NOTHING
        verb = self.one_of(data, sorted(verbs))
        return (verb, data.draw(st.sampled_from(offered[verb]))) if verb else (None, None)

    # wishes

    @rule(
        place=st.integers(0, 1),
        category=st.sampled_from(["lamps", "seedlings", "water", "road", None]),
        phone=st.sampled_from(PHONES),
        is_private=st.booleans(),
    )
    def somebody_wishes(self, place: int, category: str | None, phone: str | None, is_private: bool) -> None:
        asked = Submit(
            text=TEXT, area=self.whole.villages[place], category=category, phone=phone, is_private=is_private
        )
        origin = Origin(link=self.whole.links[place])
        self.does(lambda session: tickets.submit(session, asked, NEW_RESIDENT, self.now, origin))

    def press_on_ticket(self, data: st.DataObject, ticket_id: int, only: frozenset[str] = frozenset()) -> None:
        with self.database.reading() as session:
            case = case_of(session, session.get_one(Ticket, ticket_id), reference(session))
        buttons = partial(self.on_ticket, case)
        verb, actor = self.offer(data, buttons, [resident_of(ticket_id)], only)
        if verb is not None:
            around = self.around(data)
            self.does(lambda session: tickets.perform(session, ticket_id, say(verb, around), actor, self.now))

    def on_ticket(self, case: Case, who: Actor) -> Sequence[Any]:
        return available(case, who, self.now)

    @rule(data=st.data(), times=st.integers(1, 4))
    def open_wishes_go_on(self, data: st.DataObject, times: int) -> None:
        for _time in range(times):
            if ticket := self.one_of(data, self.ids(Ticket.id, IS_OPEN)):
                self.press_on_ticket(data, ticket)

    @rule(data=st.data())
    def any_wish_goes_on(self, data: st.DataObject) -> None:
        self.press_on_ticket(data, self.one_of(data, self.ids(Ticket.id)))

    @rule(data=st.data(), times=st.integers(1, 5))
    def a_wish_takes_its_usual_way(self, data: st.DataObject, times: int) -> None:
        if ticket := self.one_of(data, self.ids(Ticket.id, IS_OPEN)):
            for _time in range(times):
                self.press_on_ticket(data, ticket, USUAL)

    @rule(data=st.data())
    def a_unit_asks_and_somebody_decides(self, data: st.DataObject) -> None:
        if ticket := self.one_of(data, self.ids(Ticket.id, col(Ticket.status).in_(WITH_UNIT))):
            for only in (ASKING, DECIDING):
                self.press_on_ticket(data, ticket, only)

    @rule(browser=st.sampled_from("ab"), data=st.data())
    def a_neighbour_says_me_too_or_takes_it_back(self, browser: str, data: st.DataObject) -> None:
        ticket, given = self.one_of(data, self.ids(Ticket.id)), self.one_of(data, self.ids(Endorsement.id))
        if given and data.draw(st.booleans()):
            self.does(lambda session: endorsements.take_back(session, given, self.now))
        else:
            self.does(lambda session: endorsements.endorse(session, ticket, browser * 20, self.now))

    # whistles

    @rule(data=st.data())
    def a_town_blows(self, data: st.DataObject) -> None:
        ticket = self.one_of(data, self.ids(Ticket.id, IS_OPEN))
        who, around = data.draw(st.sampled_from(self.whole.people)), self.around(data)
        if ticket:
            self.does(lambda session: whistles.blow(session, ticket, say("blow_whistle", around), who, self.now))

    @rule(data=st.data(), times=st.integers(1, 5))
    def whistles_go_on(self, data: st.DataObject, times: int) -> None:
        for _time in range(times):
            if whistle_id := self.one_of(data, self.ids(Whistle.id, IS_RUNNING) or self.ids(Whistle.id)):
                self.press_on_whistle(data, whistle_id)

    def press_on_whistle(self, data: st.DataObject, whistle_id: int) -> None:
        with self.database.reading() as session:
            case = whistle_case_of(session, session.get_one(Whistle, whistle_id), reference(session))
        verb, actor = self.offer(data, lambda who: available_on_whistle(case, who, self.now))
        if verb is not None:
            around = self.around(data, whistle_id)
            self.does(lambda session: whistles.perform(session, whistle_id, say(verb, around), actor, self.now))

    # issues

    @rule(data=st.data())
    def issues_come_and_go_on(self, data: st.DataObject) -> None:
        issue_id = self.one_of(data, [None, *self.ids(Issue.id)])
        if issue_id is None:
            self.wishes_are_grouped(data)
        else:
            self.press_on_issue(data, issue_id)

    def wishes_are_grouped(self, data: st.DataObject) -> None:
        numbers = self.around(data).numbers
        named = tuple(data.draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=3, unique=True)))
        who = data.draw(st.sampled_from(self.whole.people))
        self.does(lambda session: issues.create(session, CreateIssue(title="路压坏了", tickets=named), who, self.now))

    def press_on_issue(self, data: st.DataObject, issue_id: int) -> None:
        with self.database.reading() as session:
            issue, known = session.get_one(Issue, issue_id), reference(session)
            cases = {who: issue_case(session, issue, None, who, known) for who in self.whole.people}
        verb, actor = self.offer(data, lambda who: available_on_issue(cases[who], who))
        if verb is not None:
            around = self.around(data)
            self.does(lambda session: self.say_on_issue(session, issue_id, verb, around, actor))
            self.answer_members(issue_id, actor)

    def say_on_issue(self, session: Session, issue_id: int, verb: str, around: Around, actor: Actor) -> None:
        issues.perform(session, issue_id, say(verb, around), actor, self.now)

    def answer_members(self, issue_id: int, actor: Actor) -> None:
        with self.database.reading() as session:
            said = [event.id for event in answers.acts_of(session, issue_id)][:1]
            acts = [answers.act_of(session, issue_id, event) for event in said if event is not None]
        for act in acts:
            assert isinstance(act.command, AnswerIssue)
            answers.answer_members(self.database, act, actor, self.now)

    # claims

    @rule(data=st.data(), verb=st.sampled_from(["claim", "join_claim", None]))
    def claims_come_and_go_on(self, data: st.DataObject, verb: str | None) -> None:
        if verb is None:
            self.a_claim_goes_on(data)
        else:
            self.somebody_claims(data, verb)

    def somebody_claims(self, data: st.DataObject, verb: str) -> None:
        ticket = self.one_of(data, self.ids(Ticket.id, col(Ticket.is_claimable)))
        who, around = data.draw(st.sampled_from(self.whole.people)), self.around(data)
        if ticket:
            self.does(lambda session: claims.claim(session, ticket, say(verb, around), who, self.now))  # type: ignore[arg-type]

    def a_claim_goes_on(self, data: st.DataObject) -> None:
        claim_id = self.one_of(data, self.ids(Claim.id))
        if claim_id is None:
            return
        with self.database.reading() as session:
            found = session.get_one(Claim, claim_id)
            case = claims.case_of(session, found, session.get_one(Ticket, found.ticket_id), reference(session))
        verb, actor = self.offer(data, lambda who: available_on_claim(case, who, self.now))
        if verb is not None:
            around = self.around(data)
            self.does(lambda session: claims.perform(session, claim_id, say(verb, around), actor, self.now))

    # looking back

    @rule(data=st.data())
    def closed_wishes_are_looked_at_again(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from([self.a_round_is_opened, self.something_is_inspected, self.a_round_is_ended]))(data)

    def a_round_is_opened(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, 1))
        today, unit = self.around(data).today, data.draw(st.sampled_from((*self.whole.units, *self.whole.desks)))
        due = today + timedelta(days=data.draw(st.sampled_from([1, 30])))
        asked = OpenRound(
            area=self.whole.towns[place],
            unit=unit,
            closed_from=date(2026, 10, 1),
            closed_until=today,
            percent=60,
            due=due,
        )
        self.does(lambda session: inspections.open_round(session, asked, None, self.now))

    def something_is_inspected(self, data: st.DataObject) -> None:
        command = RecordInspection(finding=data.draw(st.sampled_from(Finding)), words="去看过了，问了本人。")
        who = data.draw(st.sampled_from(self.whole.people))
        if found := self.one_of(data, self.ids(InspectionItem.id, col(InspectionItem.finding).is_(None))):
            self.does(lambda session: inspections.record(session, found, command, who, self.now))

    def a_round_is_ended(self, data: st.DataObject) -> None:
        if found := self.one_of(data, self.ids(InspectionRound.id)):
            self.does(lambda session: inspections.end_round(session, session.get_one(InspectionRound, found), self.now))

    # the county changes

    def visit(self, session: Session) -> Visit:
        person = self.whole.county.administrator
        actor = next(each for each in self.whole.people if each.person == person)
        touch(session)
        signed_in = SignInSession.model_construct()
        return Visit(session, session.get_one(Person, person), person, actor, reference(session), self.now, signed_in)

    @rule(data=st.data())
    def the_county_changes(self, data: st.DataObject) -> None:
        """A unit comes back, the flood season begins or ends, next year's calendar is published."""
        changes = (self.a_unit_is_there_again, self.the_flood_season, self.next_year)
        data.draw(st.sampled_from(changes))(data)

    @rule(data=st.data())
    def a_unit_is_dissolved(self, data: st.DataObject) -> None:
        unit, asked = data.draw(st.sampled_from(self.whole.units)), DeactivateUnit(hands_back=data.draw(st.booleans()))
        self.does(lambda session: unit_acts.deactivate(self.visit(session), session.get_one(Unit, unit), asked))

    def a_unit_is_there_again(self, data: st.DataObject) -> None:
        if unit := self.one_of(data, self.ids(Unit.id, ~col(Unit.is_active))):
            back = ReactivateUnit()
            self.does(lambda session: unit_acts.reactivate(self.visit(session), session.get_one(Unit, unit), back))

    def the_flood_season(self, data: st.DataObject) -> None:
        area, mode = data.draw(st.sampled_from(self.whole.towns)), self.one_of(data, self.ids(EmergencyMode.id))
        if mode is None:
            self.does(lambda session: directory.begin_emergency(session, area, "防汛", "", None, self.now))
        else:
            self.does(lambda session: self.ends(session, mode))

    def ends(self, session: Session, mode: int) -> None:
        directory.end_emergency(session, session.get_one(EmergencyMode, mode), None, self.now)

    def next_year(self, data: st.DataObject) -> None:
        year = CalendarYearData(2027, {})
        self.does(lambda session: directory.publish_year(session, year, "国务院办公厅通知", None, self.now))

    # the clock

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.the_clock_ticks()

    @rule()
    def the_clock_ticks(self) -> None:
        """Nothing fails; and what has been done is not done again at the same moment."""
        around, self.is_looked_at = Surroundings(self.database, Settings(), self.now), False
        for _round in range(3):
            for job in (*SWEEPS, *UPKEEP):
                tally = job(around)
                assert (tally.failed, tally.error) == (0, None), job.__name__
        assert {job.__name__: job(around).done for job in SWEEPS} == {job.__name__: 0 for job in SWEEPS}
        self.nobody_waits_for_a_unit_that_is_no_more()

    def nobody_waits_for_a_unit_that_is_no_more(self) -> None:
        gone = select(Unit.id).where(~col(Unit.is_active))
        assert self.ids(Assignment.id, col(Assignment.unit_id).in_(gone), col(Assignment.ended_at).is_(None)) == []
        assert self.ids(Ticket.id, IS_OPEN, col(Ticket.unit_id).in_(gone)) == []
        assert self.ids(Whistle.id, col(Whistle.unit_id).in_(gone)) == []
        open_round = col(InspectionRound.ended_at).is_(None)
        assert self.ids(InspectionRound.id, open_round, col(InspectionRound.inspector_unit_id).in_(gone)) == []

    # always

    @invariant()
    def nothing_is_lost_and_all_figures_are_right(self) -> None:
        """Looked at whenever something has happened since."""
        if self.is_looked_at:
            return
        with self.database.reading() as session:
            assert [str(breach) for breach in breaches(session)] == []
            self.tickets_are_counted_right(session)
            self.whistles_and_claims_are_counted_right(session)
        self.is_looked_at = True

    def tickets_are_counted_right(self, session: Session) -> None:
        known = reference(session)
        top, tallies = known.county.id or 0, tallies_by_area(session, known, self.now)
        assert tallies[top] == recount.one_by_one(session, self.now)
        assert total(tallies[town] for town in self.whole.towns) == tallies[top]
        assert days_by_area(session, known).get(top, {}) == recount.days_to_answer(session)

    def whistles_and_claims_are_counted_right(self, session: Session) -> None:
        said = recount.report_ins(session, self.now)
        counted = (whistle_figures.reported_in_time(self.now), whistle_figures.was_due(self.now))
        assert [recount.how_many(session, part) for part in counted] == [said.on_time, said.n]
        parts = (claim_figures.over(self.now), claim_figures.running(self.now))
        assert sum(recount.how_many(session, part) for part in parts) == len(session.exec(select(Claim.id)).all())
        members = recount.members(session)
        assert in_issues(session, list(members)) == {issue: HowMany(*counts) for issue, counts in members.items()}


EXAMPLES = os.environ.get("WEIYUAN_TEST_EXAMPLES")


def assert_nothing_is_lost(whole: Whole, opened: Opened, examples: int, steps: int) -> None:
    class ThisCounty(WholeCounty):
        pass

    ThisCounty.whole, ThisCounty.opened = whole, staticmethod(opened)
    run_state_machine_as_test(
        ThisCounty,
        settings=settings(
            max_examples=int(EXAMPLES or examples),
            stateful_step_count=40 if EXAMPLES else steps,
            derandomize=EXAMPLES is None,
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def built(url: str) -> Whole:
    database = Database(url)
    with database.writing() as session:
        whole = with_its_days(session, build_whole_county(session))
    database.close()
    return whole


def test_nothing_is_lost_whatever_happens_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    whole, template = built(sqlite_url), tmp_path / "weiyuan.db"

    @contextmanager
    def opened() -> Iterator[Database]:
        path = tmp_path / f"{fresh_name()}.db"
        shutil.copyfile(template, path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()

    assert_nothing_is_lost(whole, opened, examples=3, steps=20)


def test_nothing_is_lost_whatever_happens_on_postgresql(
    postgresql_url: str, postgres_server: str, request: pytest.FixtureRequest
) -> None:
    whole, template = built(postgresql_url), postgresql_url.rpartition("/")[2].partition("?")[0]

    @contextmanager
    def opened() -> Iterator[Database]:
        with postgres.database(postgres_server, fresh_name(), template) as url:
            database = Database(url)
            yield database
            database.close()

    assert_nothing_is_lost(whole, opened, examples=2, steps=12)
