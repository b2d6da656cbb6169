"""The whistle table (吹哨表): which verb moves a whistle from where to where, by whom, with what, if what holds.

A verb may stand in several rows; of those that fit status, role and `when`, the first one counts. The ticket keeps its
lead and its status whatever happens here, and an open whistle always has a unit that must act and a moment until when.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows import whistle_call_guards as whom
from workflows import whistle_commands as c
from workflows import whistle_effects as do
from workflows import whistle_guards as g
from workflows import whistle_own_guards as own
from workflows import whistle_terms as terms
from workflows.actors import Actor
from workflows.cases import Case
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.whistle_cases import ACTIVE_CALL, CallCase, DutyName, MilestoneCase, WhistleCase, WhistleDuty
from workflows.whistle_commands import WhistleCommand
from workflows.whistle_duties import duties_of, held
from workflows.whistle_guards import WHISTLED_FOR, WhistleGuard
from workflows.whistle_kinds import WhistleBook
from workflows.whistle_roles import WHISTLE_ROLE_WORDS, WhistleRole, kinds_to_blow, standing_at
from workflows.whistle_roles import WhistleRole as R
from workflows.whistle_words import (
    OPEN_WHISTLE,
    WHISTLE_STATUS_WORDS,
    WHISTLE_VERB_WORDS,
    WhistleStatus,
)
from workflows.whistle_words import WhistleStatus as S
from workflows.words import _

__all__ = [
    "ACTIVE_CALL",
    "WHISTLES",
    "CallCase",
    "DutyName",
    "MilestoneCase",
    "WhistleCase",
    "WhistleDecision",
    "WhistleDuty",
    "WhistleRole",
    "as_markdown",
    "available_on_whistle",
    "decide_whistle",
    "duties_of",
    "kinds_to_blow",
    "may_blow",
    "rows_of_whistle",
    "standing_at",
]

Effect = Callable[[WhistleCase, Any, Actor, datetime], WhistleCase]
Group = frozenset[WhistleStatus | None]


@dataclass(frozen=True)
class WhistleRow:
    """`to` None keeps the status; `when` chooses among rows of one verb, `guards` refuse."""

    command: type[WhistleCommand]
    start: Group
    to: WhistleStatus | None
    who: frozenset[WhistleRole]
    changes: Effect
    guards: tuple[WhistleGuard, ...] = ()
    when: tuple[WhistleGuard, ...] = ()

    @property
    def verb(self) -> str:
        return str(self.command.model_fields["verb"].default)


def row(
    command: type[WhistleCommand],
    start: set[WhistleStatus | None] | frozenset[WhistleStatus],
    to: WhistleStatus | None,
    who: set[WhistleRole],
    changes: Effect = do.nothing,
    *guards: WhistleGuard,
    when: tuple[WhistleGuard, ...] = (),
) -> WhistleRow:
    return WhistleRow(command, frozenset(start), to, frozenset(who), changes, guards, when)


NEW: set[WhistleStatus | None] = {None}
RUNNING: frozenset[WhistleStatus] = frozenset({S.blown, S.at_work})
BEFORE_THE_END: frozenset[WhistleStatus] = RUNNING | {S.raised}
TOWN = {R.town, R.principal}
CALLED = {R.called_lead, R.called_supporting}
ABOVE = {R.principal, R.leader}
RULES = {R.ruling_officer, R.leader}
CALLS = (whom.calls_others, whom.calls_nobody_of_its_own, whom.calls_no_bureau_beside_the_town)
MAY_SOUND = (
    g.ticket_is_being_handled,
    whom.kind_is_offered,
    whom.reason_is_offered,
    *CALLS,
    whom.lead_is_not_called_for_it_already,
)

# fmt: off
WHISTLES: tuple[WhistleRow, ...] = (
    # command                from                     to           who                        changes                    guards
    row(c.BlowWhistle,       NEW,                     S.blown,     TOWN,                      do.blow_at_once,           *MAY_SOUND, when=(g.needs_no_approval,)),
    row(c.BlowWhistle,       NEW,                     S.blown,     {R.principal},             do.blow_at_once,           *MAY_SOUND),
    row(c.BlowWhistle,       NEW,                     S.raised,    {R.town},                  do.raise_whistle,          *MAY_SOUND),
    row(c.ApproveWhistle,    {S.raised},              S.blown,     ABOVE,                     do.blow),
    row(c.RefuseWhistle,     {S.raised},              S.dismissed, ABOVE,                     do.dismiss),
    row(c.RefuseWhistle,     RUNNING,                 S.dismissed, ABOVE,                     do.dismiss,                g.awaits_confirmation),
    row(c.ConfirmWhistle,    RUNNING | {S.completed}, None,        ABOVE,                     do.confirm,                g.awaits_confirmation),
    row(c.ReportIn,          {S.blown},               S.at_work,   {R.called_lead},           do.report_in,              g.has_still_to_come, when=(g.speaks_for_the_lead,)),
    row(c.ReportIn,          RUNNING,                 None,        CALLED,                    do.report_in,              g.has_still_to_come),
    row(c.ContestCall,       RUNNING,                 None,        CALLED,                    do.contest,                g.has_still_to_come, g.was_not_ruled_in, g.contests_in_time, g.cites_a_ground, own.suggests_another),
    row(c.ContestCall,       RUNNING,                 None,        {R.system},                do.contest,                g.unit_is_dissolved),
    row(c.RuleOnCall,        RUNNING,                 S.dismissed, RULES,                     do.rule_and_end,           g.something_is_contested, g.is_contested, own.rules_on_others, when=(g.releases_the_last,)),
    row(c.RuleOnCall,        RUNNING,                 S.at_work,   RULES,                     do.rule,                   g.something_is_contested, g.is_contested, own.rules_on_others, when=(g.leaves_a_lead_who_came,)),
    row(c.RuleOnCall,        RUNNING,                 None,        RULES,                     do.rule,                   g.something_is_contested, g.is_contested, own.rules_on_others, whom.replacement_is_new, g.can_still_come),
    row(c.Survey,            RUNNING,                 None,        {R.town} | CALLED,         do.nothing,                g.has_come),
    row(c.HoldSiteMeeting,   RUNNING,                 None,        {R.town, R.called_lead},   do.nothing,                g.has_come, g.was_held_already),
    row(c.PlanWork,          {S.at_work},             None,        {R.called_lead},           do.plan,                   g.has_come, g.dates_lie_ahead, own.dates_are_in_reach, g.units_take_part, g.plan_is_not_endless),
    row(c.ReportMilestone,   {S.at_work},             None,        {R.town} | CALLED,         do.report_milestone,       g.has_come, g.some_milestone_is_open, g.milestone_is_open, g.milestone_is_theirs),
    row(c.ChangeMilestone,   {S.at_work},             None,        {R.town, R.called_lead},   do.change_milestone,       g.has_come, g.some_milestone_is_open, g.milestone_is_open, g.dates_lie_ahead, own.dates_are_in_reach, own.moves_no_missed_date),
    row(c.HandOverPart,      {S.at_work},             None,        {R.called_supporting},     do.hand_over,              g.has_a_part_to_hand_over, g.has_no_open_milestone),
    row(c.CompleteWhistle,   {S.at_work},             S.completed, {R.called_lead},           do.complete,               g.has_come, g.every_milestone_is_done, g.nothing_is_contested),
    row(c.AcceptWhistle,     {S.completed},           S.accepted,  TOWN,                      do.accept,                 g.was_confirmed, own.accepts_work_of_others),
    row(c.RefuseAcceptance,  {S.completed},           S.at_work,   TOWN,                      do.take_back),
    row(c.ScoreCall,         {S.completed, S.accepted}, None,      TOWN,                      do.score,                  g.somebody_is_to_be_scored, own.scores_others, g.call_is_to_be_scored),
    row(c.DismissWhistle,    BEFORE_THE_END,          S.dismissed, TOWN,                      do.dismiss),
    row(c.CallMore,          RUNNING,                 None,        {R.town, R.ruling_officer}, do.call_more,             *CALLS, whom.is_not_called_yet),
    row(c.NoteWhistle,       frozenset(S),            None,        set(R) - {R.system}),
    row(c.EscalateWhistle,   OPEN_WHISTLE,            None,        {R.system},                do.remember_step,          g.has_not_fired),
    row(c.MoveWhistle,       OPEN_WHISTLE,            None,        {R.system}),
    row(c.TellTicketEnded,   OPEN_WHISTLE,            None,        {R.system},                do.remember_end_of_ticket),
    row(c.RecalculateWhistle, OPEN_WHISTLE,           None,        {R.system},                terms.recalculate,         g.due_is_provisional),
)
# fmt: on


@dataclass(frozen=True)
class WhistleDecision:
    """What the rules answer: nothing has happened yet. `after` is the whistle as it will be."""

    verb: str
    role: WhistleRole
    status_from: WhistleStatus | None
    status_to: WhistleStatus
    before: WhistleCase
    after: WhistleCase


def decide_whistle(case: WhistleCase, command: WhistleCommand, actor: Actor, now: datetime) -> WhistleDecision:
    """Raise WrongStatus, NotPermitted or Refused; otherwise say what changes. Pure: nothing is read or written."""
    chosen, role = _choose(case, command, actor, now)
    for guard in chosen.guards:
        if not guard.holds(case, command, actor, now):
            raise Refused(guard.sentence, **guard.told(case, command))
    status_to = chosen.to or case.status
    assert status_to is not None
    changed = chosen.changes(case, command, actor, now).changed(status=status_to)
    after = held(terms.with_next_step(changed, now))
    return WhistleDecision(chosen.verb, role, case.status, status_to, case, after)


def available_on_whistle(case: WhistleCase, actor: Actor, now: datetime) -> tuple[type[WhistleCommand], ...]:
    """The buttons: commands whose row fits and which no guard refuses before a word is typed."""
    roles = standing_at(actor, case)
    offered = (each.command for each in WHISTLES if _is_offered(each, case, roles, actor, now))
    return tuple(dict.fromkeys(offered))


def may_blow(ticket_case: Case, actor: Actor, book: WhistleBook) -> bool:
    """Whether the button 吹哨 belongs on this ticket's page for this actor."""
    return ticket_case.status in WHISTLED_FOR and bool(kinds_to_blow(ticket_case, actor, book))


def rows_of_whistle(verb: str) -> tuple[WhistleRow, ...]:
    return tuple(each for each in WHISTLES if each.verb == verb)


def _choose(case: WhistleCase, command: WhistleCommand, actor: Actor, now: datetime) -> tuple[WhistleRow, WhistleRole]:
    in_status = [each for each in rows_of_whistle(command.verb) if case.status in each.start]
    if not in_status:
        raise WrongStatus(_("现在这一步不能做这件事，请刷新页面看看最新的情况。"))
    roles = standing_at(actor, case)
    for each in in_status:
        if each.who & roles and all(guard.holds(case, command, actor, now) for guard in each.when):
            return each, next(role for role in R if role in each.who and role in roles)
    raise NotPermitted(_("您没有做这件事的权限。"))


def _is_offered(
    each: WhistleRow, case: WhistleCase, roles: frozenset[WhistleRole], actor: Actor, now: datetime
) -> bool:
    return (
        case.status in each.start
        and bool(each.who & roles)
        and all(guard.reads_command or guard.holds(case, None, actor, now) for guard in each.guards)
    )


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| verb | 动作 | from | to | who | if | refused unless |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_line(each) for each in WHISTLES)


def _line(each: WhistleRow) -> str:
    cells = (
        f"`{each.verb}`",
        WHISTLE_VERB_WORDS[each.verb],
        _group(each.start),
        WHISTLE_STATUS_WORDS[each.to] if each.to else "–",
        " ".join(WHISTLE_ROLE_WORDS[role] for role in R if role in each.who),
        _sentences(each.when),
        _sentences(each.guards),
    )
    return "| " + " | ".join(cells) + " |\n"


def _group(start: Group) -> str:
    named = {frozenset(S): "any", OPEN_WHISTLE: "any open", frozenset({None}): "–"}
    return named.get(start) or " ".join(WHISTLE_STATUS_WORDS[status] for status in S if status in start)


def _sentences(guards: tuple[WhistleGuard, ...]) -> str:
    return ", ".join(each.name.replace("_", " ") for each in guards)
