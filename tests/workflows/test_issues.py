"""The table of issues: every status × verb × role against a grid written by hand, then guards and pure rules."""

from datetime import date
from itertools import product
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from tests import cast
from tests.cast import CAST, OUTSIDERS, TICKET, WATER_BUREAU
from tests.workflows.cases import NOW
from workflows import issue_commands as c
from workflows.actors import Actor
from workflows.command_fields import CommandBase
from workflows.commands import Outcome
from workflows.every_command import EVERY_COMMAND
from workflows.issue_commands import ISSUE_COMMANDS
from workflows.issue_words import ISSUE_STATUS_WORDS, ISSUE_VERB_WORDS, IssueStatus
from workflows.issues import (
    ISSUES,
    Grouped,
    IssueCase,
    as_markdown,
    available_on_issue,
    common_area,
    decide_issue,
    heir_of,
)
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import ROLE_WORDS, Role, Status

S = IssueStatus
ISSUE, ELSEWHERE = 5, 6
STATUSES: tuple[IssueStatus | None, ...] = (None, *IssueStatus)
ZONE = ZoneInfo("Asia/Shanghai")

LETTERS = {"D": Role.dispatcher, "H": Role.handler, "S": Role.supervisor, "X": Role.system}
# Dispatcher, Handler of the main ticket's unit, Supervisor, X the clock; "-" is a wrong status whoever asks.
WHO_MAY = """
                 none  open  answered  ended
create_issue     DS    -     -         -
join_issue       -     DS    DS        -
leave_issue      -     DX    DX        DX
take_over_issue  -     DX    DX        -
describe_issue   -     DH    DH        -
answer_issue     -     H     H         -
end_issue        -     DX    DX        -
"""
LEADS_TO = {"create_issue": S.open, "join_issue": S.open, "answer_issue": S.answered, "end_issue": S.ended}

NUMBER, OTHER_NUMBER = "2026-000007", "2026-000008"
SAMPLES: dict[str, CommandBase] = {
    "create_issue": c.CreateIssue(title="三个镇的干线公路压坏了", tickets=(NUMBER, OTHER_NUMBER)),
    "join_issue": c.JoinIssue(tickets=(OTHER_NUMBER,)),
    "leave_issue": c.LeaveIssue(ticket=OTHER_NUMBER, reason="说的是另一段路"),
    "take_over_issue": c.TakeOverIssue(ticket=OTHER_NUMBER),
    "describe_issue": c.DescribeIssue(title="干线公路压坏了", public_text="分段修，先保通。"),
    "answer_issue": c.AnswerIssue(outcome=Outcome.explained, words="{place}那一段明年修。"),
    "end_issue": c.EndIssue(reason="都答复了"),
}
OTHER = Grouped(8, "/1/4/9/", Status.in_progress, ISSUE)
NEW_ONE = Grouped(8, "/1/4/9/", Status.assigned, None)


def named_for(verb: str) -> tuple[Grouped, ...]:
    if verb == "create_issue":
        return (Grouped(TICKET, "/1/4/9/", Status.in_progress), NEW_ONE)
    return {"join_issue": (NEW_ONE,), "leave_issue": (OTHER,), "take_over_issue": (OTHER,)}.get(verb, ())


def case_for(verb: str, status: IssueStatus | None = S.open, **values: object) -> IssueCase:
    """An issue of 青川镇 that ticket 7 stands for, as this verb would find it."""
    known: dict[str, object] = (
        {"id": ISSUE, "main_ticket_id": TICKET, "handling_units": frozenset({WATER_BUREAU}), "others": 2}
        if status
        else {}
    )
    furnished = {"area_path": "/1/4/", "zone": ZONE, "status": status, "named": named_for(verb)} | known | values
    return IssueCase(**furnished)  # type: ignore[arg-type]


def grid() -> dict[tuple[str, IssueStatus | None], frozenset[Role]]:
    heading, *lines = [line.split() for line in WHO_MAY.strip().splitlines()]
    assert heading == [status or "none" for status in STATUSES]
    return {
        (verb, status): frozenset(LETTERS[letter] for letter in cell.strip("-"))
        for verb, *cells in lines
        for status, cell in zip(STATUSES, cells, strict=True)
    }


GRID = grid()


def answer(case: IssueCase, command: CommandBase, actor: Actor) -> str:
    try:
        return decide_issue(case, command, actor, NOW).status_to
    except WrongStatus:
        return "wrong status"
    except NotPermitted:
        return "not permitted"


def test_the_grid_speaks_of_every_verb_and_status() -> None:
    assert GRID.keys() == set(product(ISSUE_COMMANDS, STATUSES))


@pytest.mark.parametrize("verb", ISSUE_COMMANDS)
def test_every_status_and_role_gets_the_answer_of_the_grid(verb: str) -> None:
    for status, role in product(STATUSES, CAST):
        got = answer(case_for(verb, status), SAMPLES[verb], CAST[role])
        allowed = GRID[verb, status]
        expected = "wrong status" if not allowed else LEADS_TO.get(verb, status) if role in allowed else "not permitted"
        assert got == expected, (verb, status, role)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_may_nothing(who: str) -> None:
    answers = {
        answer(case_for(verb, status), SAMPLES[verb], OUTSIDERS[who]) for verb, status in product(SAMPLES, STATUSES)
    }
    assert answers == {"wrong status", "not permitted"}


@pytest.mark.parametrize("status", STATUSES)
def test_the_buttons_are_what_the_table_allows(status: IssueStatus | None) -> None:
    for role in CAST:
        offered = {
            command.model_fields["verb"].default for command in available_on_issue(case_for("", status), CAST[role])
        }
        assert offered == {verb for (verb, when), who in GRID.items() if when == status and role in who}


def test_an_issue_of_two_towns_is_the_countys() -> None:
    two_towns = case_for("create_issue", None, area_path=common_area(["/1/4/9/", "/1/5/2/"]))
    assert two_towns.area_path == "/1/"
    assert answer(two_towns, SAMPLES["create_issue"], cast.DISPATCHER) == "not permitted"
    county = cast.official(120, Role.dispatcher, cast.COUNTY_DESK, cast.COUNTY_PATH)
    assert answer(two_towns, SAMPLES["create_issue"], county) == S.open


REFUSALS = [
    ("create_issue", {"knows_all": False}, {}, "all_are_known"),
    ("create_issue", {"named": (NEW_ONE,)}, {}, "there_are_several"),
    (
        "create_issue",
        {"named": (NEW_ONE, Grouped(9, "/1/4/9/", Status.withdrawn))},
        {},
        "each_is_handled_as_itself",
    ),
    ("create_issue", {"named": (Grouped(8, "/1/", Status.closed),) * 2}, {}, "one_of_them_is_open"),
    ("create_issue", {"named": (NEW_ONE, OTHER)}, {}, "none_is_in_another_issue"),
    ("join_issue", {"named": (Grouped(8, "/1/", Status.merged),)}, {}, "each_is_handled_as_itself"),
    ("join_issue", {"named": (Grouped(8, "/1/4/", Status.assigned, ELSEWHERE),)}, {}, "none_is_in_another_issue"),
    ("join_issue", {"named": (OTHER,)}, {}, "one_of_them_is_new"),
    ("join_issue", {"knows_all": False}, {}, "all_are_known"),
    ("leave_issue", {"named": (NEW_ONE,)}, {}, "is_a_member"),
    ("leave_issue", {"named": (), "knows_all": False}, {}, "all_are_known"),
    ("leave_issue", {"others": 0}, {}, "others_stay"),
    ("take_over_issue", {"named": (Grouped(8, "/1/4/9/", Status.closed, ISSUE),)}, {}, "is_open"),
    ("take_over_issue", {"main_ticket_id": 8}, {}, "is_not_the_main_one"),
    ("take_over_issue", {"named": (NEW_ONE,)}, {}, "is_a_member"),
    ("take_over_issue", {"knows_all": False}, {}, "all_are_known"),
    ("describe_issue", {}, {"expected_on": date(2026, 3, 5)}, "expected_day_is_not_past"),
    ("answer_issue", {}, {"outcome": Outcome.for_now, "promised_for": date(2026, 3, 6)}, "promise_lies_ahead"),
]


@pytest.mark.parametrize(("verb", "case", "said", "guard"), REFUSALS)
def test_each_guard_refuses_with_its_own_sentence(
    verb: str, case: dict[str, object], said: dict[str, object], guard: str
) -> None:
    role = next(iter(GRID[verb, None if verb == "create_issue" else S.open] - {Role.system, Role.supervisor}))
    status = None if verb == "create_issue" else S.open
    command = SAMPLES[verb].model_copy(update=said)
    with pytest.raises(Refused) as refused:
        decide_issue(case_for(verb, status, **case), command, CAST[role], NOW)
    sentences = {each.name: each.sentence for row in ISSUES for each in row.guards}
    assert refused.value.sentence == sentences[guard]


def test_every_guard_of_every_row_was_seen_to_refuse() -> None:
    guarded = {(row.verb, each.name) for row in ISSUES for each in row.guards}
    assert {(verb, guard) for verb, _case, _said, guard in REFUSALS} == guarded


def test_today_may_be_expected_and_the_last_member_may_leave_what_has_ended() -> None:
    today = c.DescribeIssue(title="路灯", expected_on=NOW.date())
    assert answer(case_for("describe_issue"), today, cast.HANDLER) == S.open
    assert answer(case_for("leave_issue", S.ended, others=0), SAMPLES["leave_issue"], cast.DISPATCHER) == S.ended


def test_each_unit_with_a_wish_in_hand_may_answer_its_own() -> None:
    three_towns = case_for("answer_issue", handling_units=frozenset({cast.POWER_BUREAU, WATER_BUREAU}))
    assert answer(three_towns, SAMPLES["answer_issue"], cast.SUPPORTER) == S.answered
    assert answer(three_towns, SAMPLES["answer_issue"], cast.WRONG_HANDLER) == "not permitted"


def test_the_clock_may_hand_the_lead_to_a_closed_one_when_no_other_is_left() -> None:
    closed = case_for("take_over_issue", named=(Grouped(8, "/1/4/9/", Status.closed, ISSUE),))
    assert answer(closed, SAMPLES["take_over_issue"], cast.SYSTEM) == S.open


AREAS = [
    (["/1/4/9/"], "/1/4/9/"),
    (["/1/4/9/", "/1/4/9/"], "/1/4/9/"),
    (["/1/4/9/", "/1/4/"], "/1/4/"),
    (["/1/4/9/", "/1/4/91/"], "/1/4/"),
    (["/1/4/9/", "/1/5/9/"], "/1/"),
]


@pytest.mark.parametrize(("paths", "common"), AREAS)
def test_the_area_of_an_issue_is_the_smallest_that_holds_all_its_wishes(paths: list[str], common: str) -> None:
    assert common_area(paths) == common == common_area(reversed(paths))


def test_the_oldest_open_wish_inherits_the_lead_and_no_wish_that_was_given_up() -> None:
    def wishes(*statuses: Status) -> list[Grouped]:
        return [Grouped(number, "/1/4/9/", status, ISSUE) for number, status in enumerate(statuses, 1)]

    members = wishes(Status.in_progress, Status.withdrawn, Status.closed, Status.assigned, Status.submitted)
    assert heir_of(members, leaving=1) == members[3]
    assert heir_of(members, leaving=4) == members[0]
    assert heir_of(members[1:3], leaving=9) == members[2]
    assert heir_of(members[1:2], leaving=9) is None and heir_of(members[:1], leaving=1) is None


# The answer to all, in each one's words.


def test_an_answer_names_the_place_and_the_day_of_each_wish() -> None:
    asked = c.AnswerIssue(outcome=Outcome.resolved, words="您 {date} 说的{place}那段路（{number}）修好了。")
    reply = asked.reply_to(NUMBER, {"place": "清溪镇双喜村", "date": "10 月 12 日", "number": NUMBER})
    assert reply.words == f"您 10 月 12 日 说的清溪镇双喜村那段路（{NUMBER}）修好了。"
    assert reply.outcome is Outcome.resolved


def test_what_is_added_for_one_stands_in_her_answer_only() -> None:
    asked = c.AnswerIssue(
        outcome=Outcome.resolved,
        words="这段路修好了。",
        amendments=f"{NUMBER} 您家门口的排水沟也通了。\n\n{OTHER_NUMBER}：涵管下周换。",
    )
    assert asked.reply_to(NUMBER, {}).words == "这段路修好了。\n\n您家门口的排水沟也通了。"
    assert asked.reply_to(OTHER_NUMBER, {}).words == "这段路修好了。\n\n涵管下周换。"
    assert asked.reply_to("2026-000009", {}).words == "这段路修好了。"


MISTAKES = [
    ({"words": "您{name}说的路修好了。"}, "words"),
    ({"amendments": "排水沟也通了"}, "amendments"),
    ({"amendments": f"{NUMBER}"}, "amendments"),
    ({"outcome": "for_now"}, "promised_for"),
    ({"outcome": "referred"}, "referred_to"),
]


@pytest.mark.parametrize(("said", "field"), MISTAKES)
def test_an_answer_that_cannot_be_said_is_refused_where_it_is_wrong(said: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        c.AnswerIssue.model_validate({"outcome": "resolved", "words": "这段路修好了。"} | said)
    assert refused.value.field == field
    assert str(refused.value)


# One verb is one word, everywhere.


@pytest.mark.parametrize("verb", ISSUE_COMMANDS)
def test_one_verb_is_one_word_everywhere(verb: str) -> None:
    command = ISSUE_COMMANDS[verb]
    assert "".join(part.capitalize() for part in verb.split("_")) == command.__name__
    assert get_args(command.model_fields["verb"].annotation) == (verb,)
    assert EVERY_COMMAND[verb] is command and isinstance(SAMPLES[verb], command)
    assert [row.command for row in ISSUES if row.verb == verb] == [command]
    assert set(get_args(get_args(c.IssueCommand)[0])) == set(ISSUE_COMMANDS.values())


def test_every_word_is_there() -> None:
    assert list(ISSUE_VERB_WORDS) == list(ISSUE_COMMANDS) == [row.verb for row in ISSUES]
    assert set(ISSUE_STATUS_WORDS) == set(IssueStatus)


def test_the_printed_table_has_a_line_for_each_row() -> None:
    head, rule, *lines = as_markdown().splitlines()
    assert len(lines) == len(ISSUES) and {line.count("|") for line in (head, rule, *lines)} == {7}
    for row, line in zip(ISSUES, lines, strict=True):
        assert f"`{row.verb}`" in line and all(ROLE_WORDS[role] in line for role in row.who)
