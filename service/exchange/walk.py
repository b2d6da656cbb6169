"""The walk of one imported wish through the real transitions, each at its own time (历史工单)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from service.directory.reference import Reference
from service.exchange.cells import UNTOLD, Moment, Result
from service.tickets import history
from service.tickets.forms import parsed
from service.tickets.history import Past
from service.tickets.records import Origin
from workflows.actors import NEW_RESIDENT
from workflows.commands import WORDS_LENGTH, Acknowledge, ApproveReply, Assign, Close, Rate, Reply, Satisfaction, Submit
from workflows.statuses import Status
from workflows.words import _

REPLY_LEAST = 5

DONE = frozenset({"已办结", "办结", "已完成", "完成", "结案", "已结案", "已回复", "已答复", "归档", "已归档", "已评价"})
ENDED_OTHERWISE = frozenset({"不予受理", "已撤回", "撤回", "撤单", "已撤单", "已并单", "并单", "作废", "无效"})
UNDER_WAY = frozenset(
    {
        "待派单",
        "待签收",
        "办理中",
        "处理中",
        "在办",
        "待办",
        "待办理",
        "待处理",
        "未办结",
        "未完成",
        "挂账",
        "已派单",
        "已签收",
    }
)

ANSWER_WITHOUT_TIME = _("有答复，但没有答复时间。")
TIME_WITHOUT_ANSWER = _("有答复时间，但没有答复内容。")
ANSWER_WITHOUT_BEGINNING = _("有答复，但没有提交时间。")
ANSWER_BEFORE_WISH = _("答复时间早于提交时间。")
DONE_WITHOUT_ANSWER = _("状态是“{status}”，但没有答复内容。")
ENDED_WITHOUT_ANSWER = _("状态是“{status}”：没有答复就结束的，不能导入。")
ANSWER_UNDER_WAY = _("状态是“{status}”，这里的答复没有采用，按还在办的导入。")
RATING_WITHOUT_ANSWER = _("还没有答复就有评价，没有采用。")
RATING_BEFORE_ANSWER = _("评价时间早于答复时间，没有采用。")

CLOSED_AS_HISTORY = _("历史工单：导入时回访期限已过，按规定不再回访。")
WITH_OPINION = _("{reason}当时的评价意见：{opinion}")
SHORT_ANSWER = _("办理结果：{answer}")

Remarked = tuple[str, str, Mapping[str, Any], bool]
"""Column, sentence, what fills it, and whether the row cannot be taken."""


@dataclass(frozen=True)
class Told:
    """What a sheet says of one wish besides the wish itself; the first unit leads."""

    submitted: Moment | None = None
    assigned: Moment | None = None
    acknowledged: Moment | None = None
    answered: Moment | None = None
    rated: Moment | None = None
    units: tuple[int, ...] = ()
    supporting: tuple[int, ...] = ()
    status: str = ""
    answer: str = ""
    opinion: str = ""
    outcome: Result = UNTOLD
    satisfaction: Satisfaction | None = None

    @property
    def is_answered(self) -> bool:
        return bool(self.answer) and self.status not in UNDER_WAY

    def in_order(self, zone: tzinfo) -> "Told":
        """A day without an hour stands where the other moments of that day leave it room."""
        submitted, answered = self.submitted, self.answered
        if submitted and answered:
            submitted = submitted.not_after(answered, zone)
            answered = answered.not_before(submitted, zone)
        between = [_between(moment, submitted, answered, zone) for moment in (self.assigned, self.acknowledged)]
        rated = self.rated.not_before(answered, zone) if self.rated and answered else self.rated
        return replace(
            self, submitted=submitted, assigned=between[0], acknowledged=between[1], answered=answered, rated=rated
        )


def _between(moment: Moment | None, first: Moment | None, last: Moment | None, zone: tzinfo) -> Moment | None:
    if moment and first:
        moment = moment.not_before(first, zone)
    return moment.not_after(last, zone) if moment and last else moment


def contradictions(told: Told) -> Iterator[Remarked]:
    """Why the row cannot be what it says; `told` is in order."""
    if told.answer and told.status in UNDER_WAY:
        yield "answer", ANSWER_UNDER_WAY, {"status": told.status}, False
    elif told.answer:
        yield from _of_the_answer(told)
    elif told.status in DONE:
        yield "answer", DONE_WITHOUT_ANSWER, {"status": told.status}, True
    elif told.status in ENDED_OTHERWISE:
        yield "status", ENDED_WITHOUT_ANSWER, {"status": told.status}, True
    elif told.answered and told.status not in UNDER_WAY:
        yield "answer", TIME_WITHOUT_ANSWER, {}, True
    if told.satisfaction and not told.is_answered:
        yield "satisfaction", RATING_WITHOUT_ANSWER, {}, False


def _of_the_answer(told: Told) -> Iterator[Remarked]:
    if told.answered is None:
        yield "answered_at", ANSWER_WITHOUT_TIME, {}, True
    elif told.submitted is None:
        yield "submitted_at", ANSWER_WITHOUT_BEGINNING, {}, True
    elif told.answered.at < told.submitted.at:
        yield "answered_at", ANSWER_BEFORE_WISH, {}, True
    elif told.rated and told.rated.at < told.answered.at:
        yield "rated_at", RATING_BEFORE_ANSWER, {}, False


def walk(submission: Submit, submitted: datetime, told: Told, known: Reference, origin: Origin, now: datetime) -> Past:
    """Raises Refused where the rules do not allow what the sheet says. Steps without a time follow at once."""
    past = history.begin(submission, submitted, known, origin)
    end = told.answered.at if told.answered and told.is_answered else now
    if told.units or told.is_answered:
        assigned = _within(told.assigned, submitted, end)
        supporting = dict.fromkeys((*told.units[1:], *told.supporting))
        lead = told.units[0] if told.units else past.case.desk
        past.tell(Assign(unit=lead, supporting=tuple(unit for unit in supporting if unit != lead)), assigned)
        if told.acknowledged or told.is_answered:
            past.tell(Acknowledge(), _within(told.acknowledged, assigned, end))
    if told.is_answered:
        _answer(past, told, end)
        _hear(past, told, now)
        _close(past, told, now)
    return past


def _within(moment: Moment | None, first: datetime, last: datetime) -> datetime:
    return min(max(moment.at, first), last) if moment else first


def _answer(past: Past, told: Told, at: datetime) -> None:
    words = told.answer if len(told.answer) >= REPLY_LEAST else SHORT_ANSWER.format(answer=told.answer)
    past.tell(parsed(Reply, {"outcome": told.outcome[0], "words": words}), at)
    if past.status is Status.replied:
        past.tell(ApproveReply(), at)


def _hear(past: Past, told: Told, now: datetime) -> None:
    """Her rating. Old discontent is kept as told and starts no new round; recent discontent does, as the rules want."""
    if told.satisfaction is None:
        return
    answered = past.steps[-1].at
    rated = max(told.rated.at, answered) if told.rated else answered
    is_resolved = told.outcome[1]
    is_content = told.satisfaction is not Satisfaction.dissatisfied and is_resolved is not False
    words = told.opinion[:WORDS_LENGTH] if is_content or not _is_over(past, now) else None
    past.tell(Rate(satisfaction=told.satisfaction, is_resolved=is_resolved, words=words), rated, NEW_RESIDENT)


def _close(past: Past, told: Told, now: datetime) -> None:
    """At the moment when the time to ask her was over: nobody is called about what ended long ago."""
    if past.status is not Status.follow_up or not _is_over(past, now):
        return
    reason = WITH_OPINION.format(reason=CLOSED_AS_HISTORY, opinion=told.opinion) if told.opinion else CLOSED_AS_HISTORY
    assert past.case.hold_due is not None
    past.tell(Close(reason=reason[:WORDS_LENGTH]), max(past.case.hold_due, past.steps[-1].at))


def _is_over(past: Past, now: datetime) -> bool:
    return past.case.hold_due is not None and past.case.hold_due <= now
