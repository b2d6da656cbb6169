"""The notice table (通知表): which verb is told to whom, by which channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from workflows.statuses import STATUS_WORDS, Status
from workflows.words import _


class Audience(StrEnum):
    """Who hears, as seen from one ticket; the outbox turns an audience into people and units.

    `follow_up_officers` work from their queue, and a `resident` hears only by the ways that she has agreed to.
    """

    holder = "holder"
    unit_head = "unit_head"
    dispatchers = "dispatchers"
    reviewers = "reviewers"
    follow_up_officers = "follow_up_officers"
    supervisors = "supervisors"
    handling_unit = "handling_unit"
    supporting_units = "supporting_units"
    called_units = "called_units"
    whistle_lead = "whistle_lead"
    whistling_town = "whistling_town"
    principals = "principals"
    ruling_officers = "ruling_officers"
    ladder_rung = "ladder_rung"
    deciders = "deciders"
    decider_heads = "decider_heads"
    asking_unit = "asking_unit"
    lead_head = "lead_head"
    claimant = "claimant"
    inspectors = "inspectors"
    resident = "resident"


class ChannelName(StrEnum):
    inbox = "inbox"
    wecom = "wecom"
    email = "email"
    sms = "sms"
    wechat = "wechat"


class NoticeUrgency(StrEnum):
    """An emergency is told at night too."""

    normal = "normal"
    emergency = "emergency"


AUDIENCE_WORDS: dict[Audience, str] = {
    Audience.holder: _("现在该办的单位"),
    Audience.unit_head: _("该单位负责人"),
    Audience.dispatchers: _("派单员"),
    Audience.reviewers: _("审核员"),
    Audience.follow_up_officers: _("回访员"),
    Audience.supervisors: _("督查员"),
    Audience.handling_unit: _("主办单位"),
    Audience.supporting_units: _("协办单位"),
    Audience.called_units: _("被叫的单位"),
    Audience.whistle_lead: _("牵头单位"),
    Audience.whistling_town: _("吹哨单位"),
    Audience.principals: _("镇主要负责人"),
    Audience.ruling_officers: _("县里的裁定人"),
    Audience.ladder_rung: _("逐级提醒的这一级"),
    Audience.deciders: _("有权决定的人"),
    Audience.decider_heads: _("决定单位的负责人"),
    Audience.asking_unit: _("申请单位"),
    Audience.lead_head: _("主办单位负责人"),
    Audience.claimant: _("认领的单位"),
    Audience.inspectors: _("去查的单位"),
    Audience.resident: _("诉求人"),
}

CHANNEL_WORDS: dict[ChannelName, str] = {
    ChannelName.inbox: _("站内消息"),
    ChannelName.wecom: _("企业微信群机器人"),
    ChannelName.email: _("电子邮件"),
    ChannelName.sms: _("短信"),
    ChannelName.wechat: _("微信公众号"),
}


@dataclass(frozen=True)
class Notice:
    """`to` narrows it to events that leave the ticket in one of these statuses; empty means any."""

    verb: str
    audience: Audience
    channel: ChannelName
    to: frozenset[Status] = frozenset()
    urgency: NoticeUrgency = NoticeUrgency.normal

    @property
    def template(self) -> str:
        """The words are the same on every channel."""
        return f"{self.verb}.{self.audience}.txt"

    def urgency_when(self, in_danger: bool) -> NoticeUrgency:
        """Whatever is told of a ticket where life or property is in danger is an emergency."""
        return NoticeUrgency.emergency if in_danger else self.urgency


A = Audience
INBOX, WECOM, EMAIL = ChannelName.inbox, ChannelName.wecom, ChannelName.email
SMS, WECHAT = ChannelName.sms, ChannelName.wechat

TO_DESK = frozenset({Status.submitted})
TO_UNIT = frozenset({Status.in_progress})
FOLLOWS_ANOTHER = frozenset({Status.merged})
TO_REVIEW = frozenset({Status.replied})
DECIDED = frozenset({Status.closed, Status.in_progress})
TO_HER = frozenset({Status.follow_up})

# Somebody who belongs to two audiences of one verb gets the words of the row that stands first.
NOTICES: tuple[Notice, ...] = (
    #      verb            audience            channel
    Notice("submit", A.dispatchers, INBOX),
    Notice("submit", A.dispatchers, WECOM),
    Notice("supplement", A.holder, INBOX),
    Notice("inquire", A.resident, SMS),
    Notice("inquire", A.resident, WECHAT),
    Notice("lapse_inquiry", A.handling_unit, INBOX),
    Notice("withdraw", A.holder, INBOX),
    Notice("assign", A.holder, INBOX),
    Notice("assign", A.holder, WECOM),
    Notice("assign", A.holder, EMAIL),
    Notice("assign", A.supporting_units, INBOX),
    Notice("assign", A.supporting_units, WECOM),
    Notice("assign", A.resident, SMS),
    Notice("assign", A.resident, WECHAT),
    Notice("decline", A.resident, SMS),
    Notice("decline", A.resident, WECHAT),
    Notice("reassign", A.holder, INBOX),
    Notice("reassign", A.holder, WECOM),
    Notice("reassign", A.holder, EMAIL),
    Notice("reassign", A.supporting_units, INBOX),
    Notice("reassign", A.supporting_units, WECOM),
    Notice("reply", A.reviewers, INBOX, to=TO_REVIEW),
    Notice("reply", A.resident, SMS, to=TO_HER),
    Notice("reply", A.resident, WECHAT, to=TO_HER),
    Notice("send_back", A.handling_unit, INBOX),
    Notice("send_back", A.handling_unit, WECOM),
    Notice("approve_reply", A.handling_unit, INBOX),
    Notice("approve_reply", A.resident, SMS),
    Notice("approve_reply", A.resident, WECHAT),
    Notice("rate", A.handling_unit, INBOX),
    Notice("rate", A.handling_unit, WECOM, to=TO_UNIT),
    Notice("rate", A.supervisors, INBOX, to=TO_UNIT),
    Notice("rate", A.follow_up_officers, INBOX, to=FOLLOWS_ANOTHER),
    Notice("follow_up", A.handling_unit, INBOX, to=DECIDED),
    Notice("follow_up", A.handling_unit, WECOM, to=TO_UNIT),
    Notice("follow_up", A.supervisors, INBOX, to=TO_UNIT),
    Notice("follow_up", A.resident, SMS, to=TO_UNIT),
    Notice("follow_up", A.resident, WECHAT, to=TO_UNIT),
    Notice("reopen", A.handling_unit, INBOX, to=TO_UNIT),
    Notice("reopen", A.handling_unit, WECOM, to=TO_UNIT),
    Notice("reopen", A.dispatchers, INBOX, to=TO_DESK),
    Notice("reopen", A.dispatchers, WECOM, to=TO_DESK),
    Notice("reopen", A.supervisors, INBOX, to=TO_UNIT),
    Notice("reopen", A.resident, SMS),
    Notice("reopen", A.resident, WECHAT),
    Notice("close", A.handling_unit, INBOX),
    Notice("merge", A.holder, INBOX),
    Notice("unmerge", A.dispatchers, INBOX),
    Notice("unmerge", A.dispatchers, WECOM),
    Notice("split", A.holder, INBOX),
    Notice("expedite", A.holder, INBOX),
    Notice("expedite", A.holder, WECOM),
    Notice("supervise", A.unit_head, INBOX),
    Notice("supervise", A.unit_head, EMAIL),
    Notice("supervise", A.holder, INBOX),
    Notice("supervise", A.supervisors, INBOX),
    Notice("answer_supervision", A.supervisors, INBOX),
    Notice("warn", A.supervisors, INBOX),
    Notice("mark_overdue", A.unit_head, INBOX),
    Notice("mark_overdue", A.unit_head, EMAIL),
    Notice("mark_overdue", A.holder, INBOX),
    Notice("mark_overdue", A.holder, WECOM),
    Notice("claim", A.dispatchers, INBOX),
    Notice("join_claim", A.dispatchers, INBOX),
    Notice("deliver_claim", A.dispatchers, INBOX),
    Notice("deliver_claim", A.handling_unit, INBOX),
    Notice("withdraw_claim", A.dispatchers, INBOX),
    Notice("lapse_claim", A.dispatchers, INBOX),
    Notice("lapse_claim", A.claimant, INBOX),
    Notice("press_claim", A.claimant, INBOX),
    Notice("press_claim", A.dispatchers, INBOX),
    Notice("press_inspection", A.inspectors, INBOX),
    Notice("press_inspection", A.supervisors, INBOX),
    Notice("blow_whistle", A.principals, INBOX),
    Notice("blow_whistle", A.principals, EMAIL),
    Notice("blow_whistle", A.called_units, INBOX),
    Notice("blow_whistle", A.called_units, WECOM),
    Notice("blow_whistle", A.called_units, EMAIL),
    Notice("approve_whistle", A.called_units, INBOX),
    Notice("approve_whistle", A.called_units, WECOM),
    Notice("approve_whistle", A.called_units, EMAIL),
    Notice("approve_whistle", A.whistling_town, INBOX),
    Notice("refuse_whistle", A.whistling_town, INBOX),
    Notice("refuse_whistle", A.whistling_town, WECOM),
    Notice("refuse_whistle", A.called_units, INBOX),
    Notice("confirm_whistle", A.whistling_town, INBOX),
    Notice("report_in", A.whistling_town, INBOX),
    Notice("contest_call", A.ruling_officers, INBOX),
    Notice("contest_call", A.ruling_officers, WECOM),
    Notice("contest_call", A.whistling_town, INBOX),
    Notice("rule_on_call", A.called_units, INBOX),
    Notice("rule_on_call", A.called_units, WECOM),
    Notice("rule_on_call", A.whistling_town, INBOX),
    Notice("hold_site_meeting", A.called_units, INBOX),
    Notice("hold_site_meeting", A.whistling_town, INBOX),
    Notice("plan_work", A.called_units, INBOX),
    Notice("plan_work", A.whistling_town, INBOX),
    Notice("report_milestone", A.whistling_town, INBOX),
    Notice("change_milestone", A.called_units, INBOX),
    Notice("change_milestone", A.whistling_town, INBOX),
    Notice("hand_over_part", A.whistle_lead, INBOX),
    Notice("hand_over_part", A.whistling_town, INBOX),
    Notice("complete_whistle", A.whistling_town, INBOX),
    Notice("complete_whistle", A.whistling_town, WECOM),
    Notice("accept_whistle", A.called_units, INBOX),
    Notice("refuse_acceptance", A.called_units, INBOX),
    Notice("refuse_acceptance", A.called_units, WECOM),
    Notice("score_call", A.called_units, INBOX),
    Notice("dismiss_whistle", A.called_units, INBOX),
    Notice("dismiss_whistle", A.called_units, WECOM),
    Notice("call_more", A.called_units, INBOX),
    Notice("call_more", A.called_units, WECOM),
    Notice("call_more", A.called_units, EMAIL),
    Notice("escalate_whistle", A.ladder_rung, INBOX),
    Notice("escalate_whistle", A.ladder_rung, WECOM),
    Notice("escalate_whistle", A.ladder_rung, EMAIL),
    Notice("move_whistle", A.called_units, INBOX),
    Notice("move_whistle", A.whistling_town, INBOX),
    Notice("tell_ticket_ended", A.whistling_town, INBOX),
    Notice("tell_ticket_ended", A.whistling_town, WECOM),
    Notice("request_return", A.deciders, INBOX),
    Notice("request_return", A.deciders, WECOM),
    Notice("request_extension", A.deciders, INBOX),
    Notice("request_extension", A.deciders, WECOM),
    Notice("request_deferral", A.deciders, INBOX),
    Notice("request_deferral", A.deciders, WECOM),
    Notice("request_exclusion", A.deciders, INBOX),
    Notice("request_consultation", A.deciders, INBOX),
    Notice("request_consultation", A.deciders, WECOM),
    Notice("grant", A.holder, INBOX),
    Notice("grant", A.holder, WECOM),
    Notice("grant", A.asking_unit, INBOX),
    Notice("grant", A.resident, SMS),
    Notice("grant", A.resident, WECHAT),
    Notice("refuse", A.asking_unit, INBOX),
    Notice("refuse", A.asking_unit, WECOM),
    Notice("rule", A.holder, INBOX),
    Notice("rule", A.holder, WECOM),
    Notice("rule", A.supporting_units, INBOX),
    Notice("rule", A.asking_unit, INBOX),
    Notice("resume", A.holder, INBOX),
    Notice("resume", A.holder, WECOM),
    Notice("review_deferral", A.holder, INBOX),
    Notice("press_decision", A.deciders, INBOX),
    Notice("press_decision", A.deciders, WECOM),
    Notice("press_decision", A.decider_heads, INBOX),
    Notice("report_undecided", A.supervisors, INBOX),
    Notice("report_undecided", A.decider_heads, INBOX),
    Notice("remind_promise", A.handling_unit, INBOX),
    Notice("remind_promise", A.handling_unit, WECOM),
    Notice("remind_promise", A.resident, SMS),
    Notice("remind_promise", A.resident, WECHAT),
    Notice("keep_promise", A.resident, SMS),
    Notice("keep_promise", A.resident, WECHAT),
    Notice("break_promise", A.lead_head, INBOX),
    Notice("break_promise", A.lead_head, EMAIL),
    Notice("break_promise", A.handling_unit, INBOX),
    Notice("break_promise", A.supervisors, INBOX),
    Notice("break_promise", A.resident, SMS),
    Notice("break_promise", A.resident, WECHAT),
    Notice("confirm_promise", A.handling_unit, INBOX),
    Notice("confirm_promise", A.supervisors, INBOX),
    Notice("return_to_desk", A.dispatchers, INBOX),
    Notice("return_to_desk", A.dispatchers, WECOM),
)


def notices_for(verb: str, status_to: Status | None = None) -> tuple[Notice, ...]:
    """The rows of a verb; with `status_to`, only those for an event that left the ticket in that status."""
    rows = (notice for notice in NOTICES if notice.verb == verb)
    return tuple(row for row in rows if status_to is None or not row.to or status_to in row.to)


def as_markdown(notices: Iterable[Notice] = NOTICES) -> str:
    """The table as the README prints it: a line for each verb and audience, with the channels together."""
    lines = ["| verb | who hears | by |", "|---|---|---|"]
    for (verb, audience), rows in groupby(notices, key=lambda notice: (notice.verb, notice.audience)):
        channels = ", ".join(f"`{row.channel}`{_condition(row)}" for row in rows)
        lines.append(f"| `{verb}` | {AUDIENCE_WORDS[audience]} `{audience}` | {channels} |")
    return "\n".join(lines) + "\n"


def _condition(notice: Notice) -> str:
    statuses = "/".join(f"`{status}` {STATUS_WORDS[status]}" for status in Status if status in notice.to)
    becomes = f" if then {statuses}" if statuses else ""
    return becomes + (" also at night" if notice.urgency is NoticeUrgency.emergency else "")
