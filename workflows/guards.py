"""Conditions that read aloud; each carries the sentence that a refused person reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows import follow_ups, supervision
from workflows.actors import IMPORTER, Actor
from workflows.cases import Case
from workflows.statuses import OPEN, Source, Status
from workflows.words import _

PROMISED_WITHIN = 10
"""Years: the working calendar does not reach for ever."""

Test = Callable[[Case, Any, Actor, datetime], bool]


@dataclass(frozen=True)
class Guard:
    """`reads_command` is false where the answer is known before anything is typed: it then hides the button as well."""

    name: str
    sentence: str
    test: Test
    reads_command: bool = False

    def holds(self, case: Case, command: Any, actor: Actor, now: datetime) -> bool:
        return self.test(case, command, actor, now)


def guard(sentence: str, *, reads_command: bool = False) -> Callable[[Test], Guard]:
    return lambda test: Guard(test.__name__, sentence, test, reads_command)


@guard(_("这件事的回访要由承办单位以外的人来做。"))
def acts_from_outside_the_handling_units(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return actor.rule is not None or not (actor.units & case.handling_units or actor.person in case.handled_by)


@guard(_("自己写的反馈不能自己审核，请换一位审核员。"))
def is_not_the_author_of_the_reply(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return actor.person is None or actor.person != case.replied_by_id


@guard(_("承诺日期要在今天之后。"), reads_command=True)
def promise_lies_ahead(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    today = now.astimezone(case.calendar.zone).date()
    return command.promised_for is None or command.promised_for > today


@guard(_("承诺日期太远了，请写十年以内的日子。"), reads_command=True)
def promise_is_within_reach(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return command.promised_for is None or command.promised_for.year <= now.year + PROMISED_WITHIN


@guard(_("可以重办的期限已经过了，请重新提交一件心愿，并写上原来的编号。"))
def is_within_the_reopening_window(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.closed_at is not None and now <= case.calendar.add(case.closed_at, case.limits.term("reopen"))


@guard(_("已经催过了，一天催一次就够，我们都记着。"))
def was_not_urged_lately(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    last = case.resident_expedited_at
    return actor.ticket is None or last is None or now >= case.calendar.add(last, case.limits.term("expedite_interval"))


@guard(_("已经评价过了。不满意可以在办结后的重办期限内要求重办。"))
def is_not_rated_yet(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.rated_round != case.round


@guard(_("不能并入自己。"), reads_command=True)
def is_not_merged_into_itself(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.target is None or case.target.id != case.id


@guard(_("找不到这个编号的工单，或者您看不到它。"), reads_command=True)
def main_ticket_is_known(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.target is not None


@guard(_("要并入的工单已经结束，请选一个还在办的。"), reads_command=True)
def main_ticket_is_open(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.target is not None and case.target.status in OPEN


@guard(_("合在一起办的那一件还没有答复，有了答复再请您评价。"))
def main_ticket_is_answered(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.target is not None and case.target.status in {Status.follow_up, Status.closed}


@guard(_("这次答复您已经评价过了，谢谢您。"))
def has_not_judged_that_answer(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.target is not None and case.rated_round != case.target.round


@guard(_("主办单位和协办单位不能是同一个。"), reads_command=True)
def lead_is_not_among_the_supporting(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return command.unit not in command.supporting


@guard(_("这个单位已经在办了，请选另一个单位。"), reads_command=True)
def goes_to_another_unit(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(command.unit != case.lead_unit_id)


@guard(_("还要再联系：在三个不同的工作半天都试过、约好的时间也打过了，才能按联系不上办结。"))
def was_tried_often_enough(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return follow_ups.may_end_unreached(case) or follow_ups.may_end_uncalled(case, now)


@guard(_("约好的时间要在现在以后，而且不能太久。"), reads_command=True)
def call_back_is_soon(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    at = follow_ups.call_back_of(case, command)
    return at is None or now < at <= case.calendar.add(now, case.limits.term("call_back_most"))


@guard(_("回访的期限还没有过，请先等诉求人评价或者回访。"))
def time_to_ask_is_over(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.hold_due is not None and case.hold_due <= now


@guard(_("从链接进来的心愿，来源只能是链接。"), reads_command=True)
def source_is_true(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return actor.person is not None or actor.rule is not None or command.source in {Source.link, Source.open311}


@guard(_("原来的期限已经不是暂定的了。"))
def due_is_provisional(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.due_is_provisional or case.hold_is_provisional


@guard(_("现在没有等着答复的督办。"))
def supervision_waits_for_an_answer(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return supervision.is_unanswered(case)


@guard(_("请说说哪里没办好，我们好重办。"), reads_command=True)
def says_why(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return command.words is not None


def choose(name: str, test: Test) -> Guard:
    """Which of several rows for one verb applies: it chooses and never refuses."""
    return Guard(name, "", test, reads_command=True)


needs_review = choose("needs_review", lambda case, command, actor, now: case.needs_review)
needs_no_review = choose("needs_no_review", lambda case, command, actor, now: not case.needs_review)
villager_is_content = choose("villager_is_content", lambda case, command, actor, now: follow_ups.is_content(command))
content_but_is_called_anyway = choose(
    "content_but_is_called_anyway",
    lambda case, command, actor, now: follow_ups.is_content(command) and follow_ups.is_called_anyway(case),
)
discontent_without_a_word = choose(
    "discontent_without_a_word",
    lambda case, command, actor, now: not follow_ups.is_content(command) and command.words is None,
)
villager_is_discontent = choose(
    "villager_is_discontent", lambda case, command, actor, now: not follow_ups.is_content(command)
)
is_imported_history = choose("is_imported_history", lambda case, command, actor, now: actor.rule == IMPORTER.rule)
discontent_has_no_cause = choose(
    "discontent_has_no_cause", lambda case, command, actor, now: follow_ups.is_groundless(command)
)
nobody_answered = choose("nobody_answered", lambda case, command, actor, now: not follow_ups.is_answer(command))
