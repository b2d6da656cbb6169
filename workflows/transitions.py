"""The transition table (流转表): which verb moves a ticket from where to where, by whom, with what, if what holds.

A verb may stand in several rows; of those that fit status, role and `when`, the first one counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows import ask_guards as a
from workflows import asks, claim_commands, claimable, inquiries, promises, supervision, wall, wall_commands
from workflows import commands as c
from workflows import effects as do
from workflows import follow_up_effects as calls
from workflows import guards as g
from workflows.actors import Actor
from workflows.ask_words import AskKind
from workflows.cases import Case
from workflows.changes import Changes
from workflows.commands import VERB_WORDS, CommandBase
from workflows.guards import Guard
from workflows.statuses import (
    OPEN,
    ROLE_WORDS,
    STATUS_WORDS,
    UNANSWERED,
    WITH_DESK_OR_UNIT,
    WITH_UNIT,
    Role,
    Status,
)
from workflows.statuses import Role as R
from workflows.statuses import Status as S

Effect = Callable[[Case, Any, Actor, datetime], Changes]
Group = frozenset[Status | None]


@dataclass(frozen=True)
class Row:
    """`to` None keeps the status; `when` chooses among rows of one verb, `guards` refuse."""

    command: type[CommandBase]
    start: Group
    to: Status | None
    who: frozenset[Role]
    changes: Effect
    guards: tuple[Guard, ...] = ()
    when: tuple[Guard, ...] = ()

    @property
    def verb(self) -> str:
        return str(self.command.model_fields["verb"].default)


def row(
    command: type[CommandBase],
    start: set[Status | None] | frozenset[Status],
    to: Status | None,
    who: set[Role],
    changes: Effect = do.nothing,
    *guards: Guard,
    when: tuple[Guard, ...] = (),
) -> Row:
    return Row(command, frozenset(start), to, frozenset(who), changes, guards, when)


NEW: set[Status | None] = {None}
OFFICIALS = {R.dispatcher, R.handler, R.reviewer, R.follow_up_officer, R.supervisor}
ANYBODY_INSIDE = OFFICIALS | {R.supporter}
DECIDERS = {R.dispatcher, R.supervisor}
PUBLISHERS = {R.dispatcher, R.reviewer, R.follow_up_officer}
DECIDES = (a.something_is_asked, a.has_an_ask_to_decide, a.is_pending, a.decides_this_one)
RULES = (a.something_is_to_be_ruled, a.rules_from_outside, g.lead_is_not_among_the_supporting)
EXCLUDABLE = frozenset({S.in_progress, S.replied, S.follow_up})

# fmt: off
TRANSITIONS: tuple[Row, ...] = (
    # command            from               to             who                                        changes                      guards
    row(c.Submit,         NEW,               S.submitted,   {R.resident, R.system} | OFFICIALS,         do.open_ticket,              g.source_is_true),
    row(c.Supplement,     OPEN,              None,          {R.resident, R.dispatcher, R.handler},     inquiries.go_on),
    row(c.Inquire,        {S.in_progress},  None,          {R.handler},                               inquiries.ask_her,           inquiries.was_not_asked_before, inquiries.can_wait),
    row(c.LapseInquiry,  {S.in_progress}, None,      {R.system},                                inquiries.go_on,             inquiries.she_is_asked),
    row(c.Withdraw,       WITH_DESK_OR_UNIT | {S.deferred}, S.withdrawn,   {R.resident},                              do.end_without_answer),
    row(c.Decline,        {S.submitted},     S.declined,    {R.dispatcher},                            do.end_without_answer),
    row(c.Assign,         {S.submitted},     S.assigned,    {R.dispatcher, R.system},                  do.hand_to_unit,             g.lead_is_not_among_the_supporting),
    row(c.Reassign,       WITH_UNIT,         S.assigned,    {R.dispatcher},                            do.pass_on,                  g.goes_to_another_unit, a.a_ruling_is_changed_by_the_county_only),
    row(c.Acknowledge,    {S.assigned},      S.in_progress, {R.handler, R.system},                     do.acknowledge),
    row(c.Contact,        OPEN,              None,          {R.dispatcher, R.handler, R.supporter, R.reviewer}, do.note_contact),
    row(c.Verify,         WITH_UNIT,         None,          {R.handler, R.supporter, R.dispatcher}),
    row(c.ReportProgress, {S.in_progress},   None,          {R.handler, R.supporter}),
    row(c.Reply,          {S.in_progress},   S.replied,     {R.handler, R.system},                     do.hand_to_reviewer,         g.promise_lies_ahead, g.promise_is_within_reach,               when=(g.needs_review,)),
    row(c.Reply,          {S.in_progress},   S.follow_up,   {R.handler, R.system},                     do.answer_at_once,           g.promise_lies_ahead, g.promise_is_within_reach,               when=(g.needs_no_review,)),
    row(c.ApproveReply,   {S.replied},       S.follow_up,   {R.reviewer, R.system},                    do.answer,                   g.is_not_the_author_of_the_reply),
    row(c.SendBack,       {S.replied},       S.in_progress, {R.reviewer},                              do.hand_back,                g.is_not_the_author_of_the_reply),
    row(c.Rate,           {S.follow_up},     None,          {R.resident},                              do.record_rating,            when=(g.content_but_is_called_anyway,)),
    row(c.Rate,           {S.follow_up},     S.closed,      {R.resident},                              do.conclude_with_rating,     when=(g.villager_is_content,)),
    row(c.Rate,           {S.follow_up},     None,          {R.resident},                              do.record_rating,            when=(g.discontent_without_a_word,)),
    row(c.Rate,           {S.follow_up},     S.in_progress, {R.resident},                              do.start_new_round_with_rating, when=(g.villager_is_discontent,)),
    row(c.Rate,           {S.closed},        None,          {R.resident},                              do.record_rating,            g.is_within_the_reopening_window, g.is_not_rated_yet, when=(g.villager_is_content,)),
    row(c.Rate,           {S.closed},        S.in_progress, {R.resident},                              do.start_new_round_with_rating, g.is_within_the_reopening_window, g.says_why, when=(g.villager_is_discontent,)),
    row(c.Rate,           {S.merged},        None,          {R.resident},                              do.record_word_on_main_answer, g.main_ticket_is_answered, g.has_not_judged_that_answer),
    row(c.FollowUp,       {S.follow_up},     None,          {R.follow_up_officer},                     calls.record_attempt,        g.acts_from_outside_the_handling_units, g.call_back_is_soon, when=(g.nobody_answered,)),
    row(c.FollowUp,       {S.follow_up},     S.closed,      {R.follow_up_officer},                     calls.conclude,              g.acts_from_outside_the_handling_units, when=(g.villager_is_content,)),
    row(c.FollowUp,       {S.follow_up},     S.closed,      {R.follow_up_officer},                     calls.conclude_without_cause, g.acts_from_outside_the_handling_units, when=(g.discontent_has_no_cause,)),
    row(c.FollowUp,       {S.follow_up},     S.in_progress, {R.follow_up_officer},                     calls.start_new_round,       g.acts_from_outside_the_handling_units, when=(g.villager_is_discontent,)),
    row(c.Close,          {S.follow_up},     S.closed,      {R.system},                                do.conclude,                 g.time_to_ask_is_over, when=(g.is_imported_history,)),
    row(c.Close,          {S.follow_up},     S.closed,      {R.follow_up_officer, R.system},           do.conclude,                 g.acts_from_outside_the_handling_units, g.was_tried_often_enough),
    row(c.Reopen,         {S.closed},        S.in_progress, {R.resident},                              do.start_new_round_at_her_word, g.is_within_the_reopening_window),
    row(c.Reopen,         {S.closed},        S.in_progress, {R.follow_up_officer, R.supervisor, R.system}, do.start_new_round),
    row(c.Reopen,         {S.declined},      S.submitted,   {R.dispatcher, R.supervisor},              do.take_back),
    row(c.Merge,          WITH_DESK_OR_UNIT, S.merged,      {R.dispatcher},                            do.join_main_ticket,         g.main_ticket_is_known, g.is_not_merged_into_itself, g.main_ticket_is_open),
    row(c.Unmerge,        {S.merged},        S.submitted,   {R.dispatcher},                            do.stand_alone_again),
    row(c.Split,          WITH_DESK_OR_UNIT, None,          {R.dispatcher},                            do.split_off),
    row(c.Expedite,       OPEN,              None,          {R.resident, R.dispatcher, R.supervisor, R.system}, do.urge,             g.was_not_urged_lately),
    row(c.Supervise,      OPEN,              None,          {R.supervisor, R.system},                  supervision.supervise),
    row(c.AnswerSupervision, {S.submitted},  None,          {R.dispatcher},                            supervision.settle,          g.supervision_waits_for_an_answer),
    row(c.AnswerSupervision, WITH_UNIT | {S.deferred}, None, {R.handler},                              supervision.settle,          g.supervision_waits_for_an_answer),
    row(c.AnswerSupervision, {S.replied},    None,          {R.handler, R.reviewer},                   supervision.settle,          g.supervision_waits_for_an_answer),
    row(c.AnswerSupervision, {S.follow_up},  None,          {R.handler, R.follow_up_officer},          supervision.settle,          g.supervision_waits_for_an_answer),
    row(c.Warn,           OPEN,              None,          {R.system}),
    row(claim_commands.MarkClaimable, OPEN,   None,          {R.dispatcher},                            claimable.put_into_the_pool, claimable.villager_has_agreed, claimable.is_not_for_officials_only, claimable.shames_nobody, claimable.tells_not_who_she_is),
    row(claim_commands.UnmarkClaimable, OPEN, None,          {R.dispatcher},                            claimable.take_out_of_the_pool, claimable.is_in_the_pool),
    row(wall_commands.Publish, wall.SHOWABLE, None,          PUBLISHERS,                                wall.put_up,                 wall.neighbours_may_read_it, wall.shames_nobody, wall.tells_not_who_she_is),
    row(wall_commands.TakeDown, wall.SHOWABLE, None,         PUBLISHERS,                                wall.take_down,              wall.is_on_the_wall),
    row(c.Note,           set(S),            None,          ANYBODY_INSIDE),
    row(c.MarkOverdue,    UNANSWERED,        None,          {R.system},                                do.mark_overdue),
    row(c.RecalculateDue, OPEN,              None,          {R.system},                                do.recalculate,              g.due_is_provisional),
    # a unit asks, an officer decides
    row(c.RequestReturn,       WITH_UNIT,             None,          {R.handler},                  asks.request_return,       g.goes_to_another_unit, a.no_return_is_pending, a.is_within_the_return_window, a.was_not_returned_too_often, a.was_not_named_by_a_ruling),
    row(c.RequestExtension,    WITH_UNIT,             None,          {R.handler},                  asks.request_extension,    a.no_extension_is_pending, a.is_not_due_yet, a.was_not_extended_too_often, a.extends_no_further_than_allowed),
    row(c.RequestDeferral,     WITH_UNIT,             None,          {R.handler},                  asks.request_deferral,     a.no_deferral_is_pending, a.no_whistle_runs, a.is_looked_at_within_a_quarter),
    row(c.RequestExclusion,    EXCLUDABLE,            None,          {R.handler},                  asks.request_exclusion,    a.no_exclusion_is_pending, a.counts_in_the_statistics),
    row(c.RequestConsultation, {S.submitted},         None,          {R.dispatcher},               asks.request_consultation, a.no_consultation_is_pending),
    row(c.RequestConsultation, WITH_UNIT,             None,          {R.dispatcher, R.handler},    asks.request_consultation, a.no_consultation_is_pending),
    row(c.Grant,               WITH_UNIT,             S.assigned,    DECIDERS,                     asks.give_back,            *DECIDES, a.is_the_first_return, a.names_another_unit, when=(a.asks_for(AskKind.giving_back),)),
    row(c.Grant,               WITH_UNIT,             None,          DECIDERS,                     asks.extend,               *DECIDES, a.extends_no_further_than_allowed, when=(a.asks_for(AskKind.extension),)),
    row(c.Grant,               WITH_UNIT,             S.deferred,    DECIDERS,                     asks.defer,                *DECIDES, a.no_whistle_runs, a.is_looked_at_within_a_quarter, when=(a.asks_for(AskKind.deferral),)),
    row(c.Grant,               EXCLUDABLE,            None,          {R.supervisor},               asks.exclude,              *DECIDES, when=(a.asks_for(AskKind.exclusion),)),
    row(c.Refuse,              WITH_DESK_OR_UNIT | EXCLUDABLE, None, DECIDERS,                     asks.refuse,               *DECIDES),
    row(c.Rule,                WITH_UNIT,             None,          DECIDERS,                     asks.rule_that_it_stays,   *RULES, when=(a.ruling_keeps_the_lead,)),
    row(c.Rule,                WITH_DESK_OR_UNIT,     S.assigned,    DECIDERS,                     asks.rule,                 *RULES),
    row(c.Resume,              {S.deferred},          S.in_progress, {R.handler, R.dispatcher, R.system}, asks.resume),
    row(c.ReviewDeferral,      {S.deferred},          None,          DECIDERS,                     asks.review,               a.acts_from_outside, a.is_looked_at_within_a_quarter),
    row(c.PressDecision,       OPEN,                  None,          {R.system},                   do.nothing,                a.something_is_asked),
    row(c.ReportUndecided,     OPEN,                  None,          {R.system},                   do.nothing,                a.something_is_asked),
    row(c.KeepPromise,         promises.WATCHED,      None,          {R.handler},                  promises.keep,             promises.a_promise_stands),
    row(c.RemindPromise,       promises.WATCHED,      None,          {R.system},                   do.nothing,                promises.a_promise_is_open),
    row(c.BreakPromise,        promises.WATCHED,      None,          {R.system},                   promises.break_it,         promises.a_promise_is_open),
    row(c.ConfirmPromise,      promises.WATCHED,      None,          {R.resident},                 promises.confirm,          promises.the_promise_has_come, promises.she_has_not_said_it_yet),
    row(c.ReturnToDesk,        WITH_UNIT | {S.deferred}, S.submitted, {R.system},                  asks.return_to_desk),
)
# fmt: on


def rows_of(verb: str) -> tuple[Row, ...]:
    return _ROWS_BY_VERB.get(verb, ())


_ROWS_BY_VERB: dict[str, tuple[Row, ...]] = {
    verb: tuple(each for each in TRANSITIONS if each.verb == verb) for verb in VERB_WORDS
}


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| verb | 动作 | from | to | who | if | refused unless |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_line(each) for each in TRANSITIONS)


def _line(each: Row) -> str:
    cells = (
        f"`{each.verb}`",
        VERB_WORDS[each.verb],
        _group(each.start),
        STATUS_WORDS[each.to] if each.to else "–",
        " ".join(ROLE_WORDS[role] for role in Role if role in each.who),
        _sentences(each.when),
        _sentences(each.guards),
    )
    return "| " + " | ".join(cells) + " |\n"


def _group(start: Group) -> str:
    named = {frozenset(S): "any", OPEN: "any open", UNANSWERED: "any unanswered", frozenset({None}): "–"}
    return named.get(start) or " ".join(STATUS_WORDS[status] for status in Status if status in start)


def _sentences(guards: tuple[Guard, ...]) -> str:
    return ", ".join(each.name.replace("_", " ") for each in guards)
