"""Issues as rows: who belongs to which, what each history says, and who stands for it when the main one goes."""

import pytest
from sqlmodel import col, select

from service.database import Database
from service.errors import Conflict, NotFound
from service.issues.models import Issue, IssueTicket
from service.issues.settling import GONE, settle_issues
from service.jobs import Surroundings
from service.oversight.checks import breaches
from service.settings import settings
from service.tickets.models import TicketEvent, TicketEventDetails
from tests.factories import NOW, County, act, later, number_of
from tests.service.at_once import at_once
from tests.service.issues.conftest import TITLE, Grouping
from workflows.commands import Decline, DeclineGround, Merge, Withdraw
from workflows.issue_commands import DescribeIssue, EndIssue, LeaveIssue, TakeOverIssue
from workflows.issue_words import IssueStatus
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import Status


def nothing_is_broken(database: Database) -> bool:
    with database.reading() as session:
        return list(breaches(session)) == []


def settle(database: Database) -> int:
    return settle_issues(Surroundings(database, settings(), later(hours=2))).done


def test_the_oldest_open_wish_stands_for_all_and_each_hears_of_it(grouping: Grouping, database: Database) -> None:
    closed, first, second = grouping.wishes(Status.closed, Status.in_progress, Status.submitted)
    issue = grouping.creates(closed, second, first)
    found = grouping.issue(issue)
    assert (found.title, found.main_ticket_id, found.status) == (TITLE, first, IssueStatus.open)
    assert found.unit_id == grouping.county.town_desk and found.area_path == grouping.ticket(first).area_path
    assert grouping.members(issue) == [closed, first, second]
    assert [grouping.ticket(wish).issue_id for wish in (closed, first, second)] == [issue] * 3
    assert grouping.told(issue) == [(first, "create_issue"), (closed, "join_issue"), (second, "join_issue")]
    assert grouping.ticket(second).status is Status.submitted, "being grouped moves nothing"
    assert nothing_is_broken(database)


def test_wishes_of_two_towns_are_the_countys_and_no_towns(grouping: Grouping) -> None:
    here, there = *grouping.wishes(Status.in_progress), grouping.elsewhere()
    with pytest.raises(Refused, match="看不到"):
        grouping.creates(here, there, who=grouping.county.dispatcher)
    found = grouping.issue(grouping.creates(here, there))
    assert found.area_path == f"/{grouping.county.county}/" and found.unit_id == grouping.county.county_desk
    own = grouping.wishes(Status.in_progress, Status.in_progress)
    assert grouping.creates(*own, who=grouping.county.dispatcher)
    assert grouping.creates(*grouping.wishes(Status.assigned, Status.assigned), who=grouping.county.supervisor)


def test_a_handler_groups_nothing(grouping: Grouping) -> None:
    wishes = grouping.wishes(Status.in_progress, Status.in_progress)
    with pytest.raises(NotPermitted):
        grouping.creates(*wishes, who=grouping.county.handler)


def test_the_area_grows_with_its_wishes(grouping: Grouping) -> None:
    issue = grouping.creates(*grouping.wishes(Status.in_progress, Status.in_progress))
    town_only = grouping.county.dispatcher
    grouping.joins(issue, *grouping.wishes(Status.submitted), who=town_only)
    there = grouping.elsewhere()
    grouping.joins(issue, there)
    assert grouping.issue(issue).area_path == f"/{grouping.county.county}/"
    with pytest.raises(NotPermitted):
        grouping.joins(issue, *grouping.wishes(Status.submitted), who=town_only)


def test_a_wish_belongs_to_one_issue_at_a_time(grouping: Grouping) -> None:
    wishes = grouping.wishes(*[Status.in_progress] * 3)
    grouping.creates(*wishes[:2])
    with pytest.raises(Refused, match="别的共性问题"):
        grouping.creates(*wishes[1:])


def test_taken_out_again_its_history_is_right(grouping: Grouping, database: Database) -> None:
    first, second, third = grouping.wishes(*[Status.in_progress] * 3)
    issue = grouping.creates(first, second, third)
    grouping.asks(issue, LeaveIssue(ticket=grouping.number(third), reason="说的是另一段路"), now=later(hours=1))
    assert grouping.members(issue) == [first, second] and grouping.ticket(third).issue_id is None
    with database.reading() as session:
        row = session.exec(select(IssueTicket).where(IssueTicket.ticket_id == third)).one()
        assert row.joined_at == NOW and row.left_at == later(hours=1)
        last = session.exec(
            select(TicketEvent).where(TicketEvent.ticket_id == third).order_by(col(TicketEvent.id))
        ).all()[-1]
        details = session.get_one(TicketEventDetails, last.id).details
    assert (last.verb, last.subject, last.subject_to) == ("leave_issue", f"issue:{issue}", "open")
    assert details == {"ticket": grouping.number(third), "reason": "说的是另一段路", "title": TITLE}
    grouping.joins(issue, third)
    assert grouping.members(issue) == [first, second, third]
    assert nothing_is_broken(database)


def test_when_the_main_one_leaves_the_oldest_open_one_stands_for_the_issue(
    grouping: Grouping, database: Database
) -> None:
    main, closed, heir, last = grouping.wishes(Status.in_progress, Status.closed, Status.assigned, Status.assigned)
    issue = grouping.creates(main, closed, heir, last)
    grouping.asks(issue, LeaveIssue(ticket=grouping.number(main), reason="不是一回事"))
    assert grouping.issue(issue).main_ticket_id == heir
    assert grouping.told(issue)[-2:] == [(heir, "take_over_issue"), (main, "leave_issue")]
    assert nothing_is_broken(database)


def test_a_dispatcher_may_say_which_one_leads(grouping: Grouping) -> None:
    first, second = grouping.wishes(Status.in_progress, Status.assigned)
    issue = grouping.creates(first, second)
    grouping.asks(issue, TakeOverIssue(ticket=grouping.number(second)))
    assert grouping.issue(issue).main_ticket_id == second


WAYS_OUT = {
    "withdrawn": Withdraw(),
    "declined": Decline(ground=DeclineGround.outside_public_duties, words="请找物业公司。"),
    "merged": Merge,
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_a_wish_that_is_given_up_leaves_and_another_becomes_the_main_one(
    grouping: Grouping, database: Database, county: County, way: str
) -> None:
    main, second, third, outside = grouping.wishes(*[Status.submitted] * 4)
    issue = grouping.creates(main, second, third)
    command = Merge(into=grouping.number(outside)) if way == "merged" else WAYS_OUT[way]
    with database.writing() as session:
        act(session, main, command, None if way == "withdrawn" else county.dispatcher)  # type: ignore[arg-type]
    assert grouping.ticket(main).issue_id == issue and nothing_is_broken(database)
    assert settle(database) == 1 and settle(database) == 0
    assert grouping.members(issue) == [second, third] and grouping.issue(issue).main_ticket_id == second
    assert grouping.told(issue)[-2:] == [(second, "take_over_issue"), (main, "leave_issue")]
    assert nothing_is_broken(database)


def test_an_issue_whose_wishes_are_all_given_up_ends(grouping: Grouping, database: Database) -> None:
    wishes = grouping.wishes(Status.submitted, Status.submitted)
    issue = grouping.creates(*wishes)
    with database.writing() as session:
        for wish in wishes:
            act(session, wish, Withdraw())
    assert settle(database) == 2 and settle(database) == 0
    assert grouping.issue(issue).status is IssueStatus.ended
    assert nothing_is_broken(database)


def test_two_sweeps_at_once_let_go_once(grouping: Grouping, database: Database) -> None:
    wishes = grouping.wishes(*[Status.submitted] * 3)
    issue = grouping.creates(*wishes)
    with database.writing() as session:
        act(session, wishes[0], Withdraw())
    at_once(lambda: settle(database))
    assert [verb for _ticket, verb in grouping.told(issue)].count("leave_issue") == 1
    assert GONE and nothing_is_broken(database)


def test_whoever_comes_second_is_told(grouping: Grouping) -> None:
    issue = grouping.creates(*grouping.wishes(Status.in_progress, Status.in_progress))
    described = grouping.asks(issue, DescribeIssue(title="干线公路坏了", public_text="分段修。"), version=1)
    assert described.version == 2 and grouping.issue(issue).public_text == "分段修。"
    with pytest.raises(Conflict):
        grouping.asks(issue, DescribeIssue(title="公路"), version=1)
    with pytest.raises(NotFound):
        grouping.asks(999, DescribeIssue(title="公路"))


def test_an_ended_issue_keeps_its_wishes_and_takes_no_more(grouping: Grouping, database: Database) -> None:
    first, second, third = grouping.wishes(*[Status.in_progress] * 3)
    issue = grouping.creates(first, second)
    grouping.asks(issue, EndIssue(reason="路修好了"), now=later(days=2))
    found = grouping.issue(issue)
    assert (found.status, found.ended_at) == (IssueStatus.ended, later(days=2))
    assert grouping.members(issue) == [first, second]
    with pytest.raises(WrongStatus):
        grouping.joins(issue, third)
    for wish in (first, second):
        grouping.asks(issue, LeaveIssue(ticket=grouping.number(wish), reason="又坏了，另外办"))
    assert grouping.members(issue) == [] and grouping.creates(first, second, third)
    assert nothing_is_broken(database)


def test_a_check_finds_an_issue_whose_main_ticket_is_no_member(grouping: Grouping, database: Database) -> None:
    first, second = grouping.wishes(Status.in_progress, Status.in_progress)
    issue = grouping.creates(first, second)
    outside, lost = grouping.wishes(Status.in_progress, Status.in_progress)
    with database.writing() as session:
        session.get_one(Issue, issue).main_ticket_id = outside
    with database.writing() as session:
        from_nowhere = session.exec(select(IssueTicket).where(IssueTicket.ticket_id == second)).one()
        from_nowhere.left_at = NOW
    with database.reading() as session:
        found = [str(breach) for breach in breaches(session)]
    assert len(found) == 2 and lost
    assert any(f"issue {issue}" in breach for breach in found) and any(f"ticket {second}" in breach for breach in found)


def test_the_last_one_that_can_stand_for_the_issue_does_not_leave_it(grouping: Grouping, database: Database) -> None:
    first, second = grouping.wishes(Status.in_progress, Status.in_progress)
    issue = grouping.creates(first, second, who=grouping.county.dispatcher)
    with database.writing() as session:
        act(session, second, Merge(into=number_of(session, first)), grouping.county.dispatcher)
    with pytest.raises(Refused, match="最后一件"):
        grouping.asks(issue, LeaveIssue(ticket=grouping.number(first), reason="说的是另一段"))
    with database.reading() as session:
        assert list(breaches(session)) == []
