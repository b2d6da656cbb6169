"""Whistles for the pure rules: one on ticket 7, blown by 青川镇 for the water bureau (lead) and the power bureau."""

from datetime import date
from typing import Any

from tests.cast import (
    COUNTY_DESK,
    COUNTY_PATH,
    DISPATCHER,
    HANDLER,
    POWER_BUREAU,
    ROADS_BUREAU,
    SUPPORTER,
    SYSTEM,
    TICKET,
    TOWN_DESK,
    TOWN_PATH,
    VILLAGE_PATH,
    WATER_BUREAU,
    official,
)
from tests.workflows.china import CHINA, at
from workflows import whistle_commands as c
from workflows.actors import Actor
from workflows.statuses import Role, Status
from workflows.time_limits import Limits
from workflows.whistle_cases import CallCase, MilestoneCase, WhistleCase
from workflows.whistle_commands import CallRuling, ContestGround, WhistleCommand
from workflows.whistle_duties import held
from workflows.whistle_roles import WhistleRole
from workflows.whistle_words import CallState, WhistleKind, WhistleReason, WhistleStatus

RAISED = at("2026-03-02 10:00")
NOW = at("2026-03-02 15:00")
REPORT_DUE = at("2026-03-04 18:00")

PLAYERS: dict[WhistleRole, Actor] = {
    WhistleRole.town: DISPATCHER,
    WhistleRole.principal: official(201, Role.reviewer, TOWN_DESK, TOWN_PATH, is_head=True),
    WhistleRole.called_lead: HANDLER,
    WhistleRole.called_supporting: SUPPORTER,
    WhistleRole.ruling_officer: official(202, Role.dispatcher, COUNTY_DESK, COUNTY_PATH),
    WhistleRole.supervisor: official(203, Role.supervisor, COUNTY_DESK, COUNTY_PATH),
    WhistleRole.leader: official(204, Role.supervisor, COUNTY_DESK, COUNTY_PATH, is_head=True),
    WhistleRole.system: SYSTEM,
}

CALL = c.BlowWhistle(
    kind=WhistleKind.public_concern,
    reason=WhistleReason.beyond_power,
    text="请两家到现场定办法",
    lead=WATER_BUREAU,
    supporting=(POWER_BUREAU,),
)
DRAFT = c.MilestoneDraft(title="换好线路", unit=WATER_BUREAU, due=date(2026, 3, 9))
OF_THE_LEAD, OF_THE_SUPPORT, OF_THE_TOWN = 51, 52, 53

SAMPLES: dict[str, WhistleCommand] = {
    "blow_whistle": CALL,
    "approve_whistle": c.ApproveWhistle(),
    "refuse_whistle": c.RefuseWhistle(reason="镇里先办"),
    "confirm_whistle": c.ConfirmWhistle(),
    "report_in": c.ReportIn(is_on_site=True, place="村口"),
    "contest_call": c.ContestCall(ground=ContestGround.town_can_do_it, words="不归我们管"),
    "rule_on_call": c.RuleOnCall(unit=WATER_BUREAU, decision=CallRuling.must_come, words="归你们管"),
    "survey": c.Survey(words="看过了"),
    "hold_site_meeting": c.HoldSiteMeeting(held_on=date(2026, 3, 2), place="村口", attendance="三家", decisions="换线"),
    "plan_work": c.PlanWork(milestones=(DRAFT,)),
    "report_milestone": c.ReportMilestone(milestone=OF_THE_LEAD, words="换好了"),
    "change_milestone": c.ChangeMilestone(milestone=OF_THE_LEAD, due=date(2026, 3, 20), reason="下雨"),
    "hand_over_part": c.HandOverPart(words="做完了"),
    "complete_whistle": c.CompleteWhistle(words="都好了"),
    "accept_whistle": c.AcceptWhistle(),
    "refuse_acceptance": c.RefuseAcceptance(reason="还有一盏不亮"),
    "score_call": c.ScoreCall(unit=WATER_BUREAU, speed=5, work=4, result=3),
    "dismiss_whistle": c.DismissWhistle(reason="不用了"),
    "call_more": c.CallMore(unit=ROADS_BUREAU),
    "note_whistle": c.NoteWhistle(words="去年也这样"),
    "escalate_whistle": c.EscalateWhistle(subject="whistle", step="approval_due"),
    "move_whistle": c.MoveWhistle(into="2026-000008"),
    "tell_ticket_ended": c.TellTicketEnded(),
    "recalculate_whistle": c.RecalculateWhistle(reason="放假安排公布了"),
}
SPECIAL: dict[tuple[str, WhistleRole], WhistleCommand] = {
    ("report_milestone", WhistleRole.called_supporting): c.ReportMilestone(milestone=OF_THE_SUPPORT, words="好了"),
    ("report_milestone", WhistleRole.town): c.ReportMilestone(milestone=OF_THE_TOWN, words="好了"),
    ("contest_call", WhistleRole.system): c.ContestCall(
        ground=ContestGround.unit_dissolved, words="这个单位撤销了", unit=WATER_BUREAU
    ),
}


def sample(verb: str, role: WhistleRole) -> WhistleCommand:
    return SPECIAL.get((verb, role), SAMPLES[verb])


def call(unit: int, state: CallState = CallState.called, **values: Any) -> CallCase:
    """A call as it is in this state; the number of the call is ten times that of its unit."""
    told: dict[str, Any] = {
        "id": unit * 10,
        "called_at": RAISED,
        "report_due_at": REPORT_DUE,
        "is_lead": unit == WATER_BUREAU,
    }
    if state is not CallState.called:
        told["reported_at"] = NOW
    if state is CallState.contested:
        told |= {"reported_at": None, "contested_at": NOW, "contest_due_at": REPORT_DUE}
    if state in {CallState.released, CallState.completed}:
        told["ended_at"] = NOW
    return CallCase(unit_id=unit, state=state, **{**told, **values})


def milestone(number: int, unit: int, **values: Any) -> MilestoneCase:
    told = {"planned_at": NOW, "due_at": at("2026-03-09 18:00"), "position": number, "title": "换线", "id": number}
    return MilestoneCase(unit_id=unit, **{**told, **values})


def new_case(**values: Any) -> WhistleCase:
    """Nobody has blown it yet; 青川镇 may."""
    return WhistleCase(
        area_path=VILLAGE_PATH,
        ruling_unit_id=COUNTY_DESK,
        limits=Limits.defaults(),
        calendar=CHINA,
        ticket_id=TICKET,
        ticket_status=Status.in_progress,
        town_unit_id=TOWN_DESK,
    ).changed(**values)


def case_in(status: WhistleStatus | None, **values: Any) -> WhistleCase:
    """The whistle as it would be in this status; both bureaus have come once it is at work."""
    if status is None:
        return new_case(**values)
    came = CallState.reported if status in {WhistleStatus.at_work, WhistleStatus.completed} else CallState.called
    state = {WhistleStatus.accepted: CallState.completed, WhistleStatus.dismissed: CallState.released}.get(status, came)
    life: dict[str, Any] = {
        "id": 3,
        "status": status,
        "raised_at": RAISED,
        "approve_due_at": at("2026-03-02 16:00"),
        "calls": (call(WATER_BUREAU, state), call(POWER_BUREAU, state)),
    }
    if status is not WhistleStatus.raised:
        life["blown_at"] = RAISED
    if status in {WhistleStatus.at_work, WhistleStatus.completed}:
        life |= {"work_since": NOW, "work_due_at": at("2026-03-09 18:00")}
    if status is WhistleStatus.completed:
        life |= {"completed_at": NOW, "accept_due_at": at("2026-03-05 18:00"), "planned_at": NOW}
    return held(new_case(**{**life, **values}))


AWAITED = (call(WATER_BUREAU), call(POWER_BUREAU))
CONTESTED = (call(WATER_BUREAU, CallState.contested), call(POWER_BUREAU))
COME = (call(WATER_BUREAU, CallState.reported), call(POWER_BUREAU, CallState.reported))
UNCONFIRMED: dict[str, Any] = {"confirm_due_at": at("2026-03-03 10:00"), "kind": WhistleKind.emergency}
PLAN = (
    milestone(OF_THE_LEAD, WATER_BUREAU),
    milestone(OF_THE_SUPPORT, POWER_BUREAU),
    milestone(OF_THE_TOWN, TOWN_DESK),
)

FURNISHED: dict[str, dict[str, Any]] = {
    "refuse_whistle": UNCONFIRMED,
    "confirm_whistle": UNCONFIRMED,
    "report_in": {"calls": AWAITED},
    "contest_call": {"calls": AWAITED, "dissolved": frozenset({WATER_BUREAU})},
    "rule_on_call": {"calls": CONTESTED},
    "survey": {"calls": COME},
    "hold_site_meeting": {"calls": COME},
    "report_milestone": {"milestones": PLAN, "planned_at": NOW},
    "change_milestone": {"milestones": PLAN, "planned_at": NOW},
}
"""What a guard of the verb asks for."""


def ready_case(status: WhistleStatus | None, verb: str) -> WhistleCase:
    """The whistle with all that this verb could ask for, whatever the status."""
    ended = status in {None, WhistleStatus.raised, WhistleStatus.accepted, WhistleStatus.dismissed}
    furnished = {} if ended and verb != "refuse_whistle" else FURNISHED.get(verb, {})
    case = case_in(status, **({} if status is WhistleStatus.raised else furnished))
    return case.changed(is_provisional=True) if status else case
