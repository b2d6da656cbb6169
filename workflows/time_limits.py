"""How long everybody has: the table of time limits. Each is the default of a number that the county can edit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflows.terms import Term, days, hours, minutes, working_days, working_hours
from workflows.words import _

# What the page says of where a limit comes from.
BEIJING = _("北京 12345 热线地方标准（2021 年征求意见稿）")
JINAN_WEIFANG = _("济南 2018、潍坊 2021 热线条例")
SHANDONG = _("山东 2020 热线办法")
SHANDONG_PETITIONS = _("山东 2020 热线办法；信访工作条例 2022 为 5 个工作日")
PINGGU_ORIGIN = _("平谷“吹哨报到”：30 分钟到场，事不完人不走")
PINGGU = _("本系统默认，参照平谷“30 分钟应急处置”")
PRACTICE_LANGAO = _("岚皋做法：有日期的承诺，每 30 天复核一次")
SUPERVISION = _("各地做法：到期前一天提醒，超期五个工作日通报")
SIGNALEN = _("本系统默认；阿姆斯特丹 Signalen 为 14 天")
DIGIT = _("本系统默认；印度 DIGIT 为 72 小时")
OURS = _("本系统默认")


class Urgency(StrEnum):
    """突发, 及时, 一般, 疑难, 发展: how long a wish can wait."""

    danger = "danger"
    urgent = "urgent"
    ordinary = "ordinary"
    complex = "complex"
    development = "development"


@dataclass(frozen=True)
class TimeLimit:
    """`name` may end in an urgency: `dispatch_danger` is what `dispatch` is for a wish in danger."""

    name: str
    term: Term
    words: str
    source: str


TIME_LIMITS: tuple[TimeLimit, ...] = (
    # name, default, what the page calls it, where it comes from
    TimeLimit("reply_danger", hours(2), _("突发事项（危及生命财产）答复"), BEIJING),
    TimeLimit("reply_urgent", hours(24), _("及时事项（水电气暖）答复"), BEIJING),
    TimeLimit("reply_ordinary", working_days(5), _("一般事项答复"), JINAN_WEIFANG),
    TimeLimit("reply_complex", working_days(15), _("疑难或涉及多个单位的事项答复"), BEIJING),
    TimeLimit("reply_development", days(30), _("发展类事项答复或复核承诺"), PRACTICE_LANGAO),
    TimeLimit("dispatch", working_hours(4), _("派单"), OURS),
    TimeLimit("dispatch_danger", minutes(30), _("突发事项派单"), PINGGU),
    TimeLimit("acknowledge", working_days(1), _("签收"), OURS),
    TimeLimit("acknowledge_danger", minutes(30), _("突发事项签收"), PINGGU),
    TimeLimit("contact", working_days(1), _("首次联系诉求人（响应）"), OURS),
    TimeLimit("inquiry", working_days(3), _("等诉求人回话最多停多久"), OURS),
    TimeLimit("review", working_days(1), _("审核反馈"), OURS),
    TimeLimit("rating", days(7), _("诉求人评价"), SIGNALEN),
    TimeLimit("follow_up", working_days(3), _("评价期过后的回访"), OURS),
    TimeLimit("call_back_most", days(15), _("约好再打的电话最晚到什么时候"), OURS),
    TimeLimit("call_back", working_hours(4), _("到了约好的时间以后打电话"), OURS),
    TimeLimit("reopen", days(15), _("办结后可以要求重办"), DIGIT),
    TimeLimit("expedite_interval", hours(24), _("诉求人两次催办的间隔"), OURS),
    TimeLimit("return_window", working_days(2), _("派单后可以申请退单"), SHANDONG_PETITIONS),
    TimeLimit("extension_most", working_days(10), _("一次延期最长"), SHANDONG),
    TimeLimit("decide_ask", working_days(1), _("决定退单、延期、挂账、剔除和会商的申请"), OURS),
    TimeLimit("report_undecided_after", working_days(1), _("申请超过决定时限多久报督查"), OURS),
    TimeLimit("deferral_most", days(92), _("挂账最长多久复核一次（每季度）"), OURS),
    TimeLimit("review_soon_before", working_days(3), _("挂账复核前多久提醒"), OURS),
    TimeLimit("promise_soon_before", working_days(3), _("承诺到期前多久提醒"), OURS),
    TimeLimit("due_soon_before", working_days(1), _("到期前多久提醒"), SUPERVISION),
    TimeLimit("supervise_undispatched_after", working_days(1), _("派单超时多久转督办"), OURS),
    TimeLimit("answer_supervision_notice", working_days(3), _("答复督办通知"), OURS),
    TimeLimit("answer_supervision_leader", working_days(2), _("答复抄送分管领导的督办"), OURS),
    TimeLimit("answer_supervision_listed", working_days(1), _("答复挂牌督办"), OURS),
    TimeLimit("supervise_after", working_days(5), _("超期多久转督办"), SUPERVISION),
    TimeLimit("whistle_approve", working_hours(4), _("镇主要负责人批准吹哨"), OURS),
    TimeLimit("whistle_confirm", hours(24), _("应急吹哨后补批"), OURS),
    TimeLimit("whistle_report_emergency", minutes(30), _("应急处置报到"), PINGGU_ORIGIN),
    TimeLimit("whistle_report_enforcement", hours(24), _("综合执法报到"), OURS),
    TimeLimit("whistle_report_priority", working_days(3), _("重点工作报到"), OURS),
    TimeLimit("whistle_report_public_concern", working_days(2), _("群众诉求报到"), OURS),
    TimeLimit("whistle_report_community", working_days(2), _("社区吹哨报到"), OURS),
    TimeLimit("whistle_report_liaison", hours(24), _("组长呼叫报到"), OURS),
    TimeLimit("whistle_contest", working_days(1), _("对报到提异议"), OURS),
    TimeLimit("whistle_contest_emergency", minutes(30), _("对应急报到提异议"), OURS),
    TimeLimit("whistle_rule", working_days(1), _("裁定报到的异议"), OURS),
    TimeLimit("whistle_rule_emergency", minutes(30), _("裁定应急报到的异议"), OURS),
    TimeLimit("whistle_plan_emergency", hours(24), _("应急处置排出计划"), OURS),
    TimeLimit("whistle_plan_enforcement", working_days(5), _("综合执法排出计划"), OURS),
    TimeLimit("whistle_plan_priority", working_days(5), _("重点工作排出计划"), OURS),
    TimeLimit("whistle_plan_public_concern", working_days(5), _("群众诉求排出计划"), OURS),
    TimeLimit("whistle_plan_community", working_days(5), _("社区吹哨排出计划"), OURS),
    TimeLimit("whistle_plan_liaison", working_days(5), _("组长呼叫排出计划"), OURS),
    TimeLimit("whistle_complete", working_days(2), _("节点都做完后报完成"), OURS),
    TimeLimit("whistle_accept", working_days(3), _("镇里验收"), OURS),
    TimeLimit("claim_contact", days(7), _("认领后联系诉求人，过了退回认领池"), OURS),
)

DEFAULT_TERMS: dict[str, Term] = {limit.name: limit.term for limit in TIME_LIMITS}


@dataclass(frozen=True)
class Limits:
    """The limits in force: the table with the county's own numbers in it.

    `added` are limits that the county has added, each with the row of the table by which it goes in an emergency.
    """

    terms: Mapping[str, Term] = field(default_factory=lambda: dict(DEFAULT_TERMS), hash=False)
    added: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        strangers = self.terms.keys() ^ (DEFAULT_TERMS.keys() | self.added.keys())
        if strangers:
            raise ValueError(f"time limits that do not match the table: {', '.join(sorted(strangers))}")

    @classmethod
    def defaults(cls) -> "Limits":
        return cls()

    def with_overrides(self, overrides: Mapping[str, Term]) -> "Limits":
        """ValueError for a name that the table does not have: a misspelt limit would silently limit nothing."""
        return Limits({**self.terms, **overrides}, self.added)

    def with_added(self, likes: Mapping[str, str]) -> "Limits":
        """With limits of the county's own: each begins as long as the one that it goes by."""
        return Limits({**self.terms, **{name: self.terms[like] for name, like in likes.items()}}, likes)

    def __iter__(self) -> Iterator[TimeLimit]:
        """The table as it holds here, in its order, for the page that shows it."""
        return (TimeLimit(row.name, self.terms[row.name], row.words, row.source) for row in TIME_LIMITS)

    def term(self, name: str, urgency: Urgency | None = None) -> Term:
        """The limit of that name, or that for this urgency where the table has its own; KeyError if it has neither."""
        return self.terms.get(f"{name}_{urgency}") or self.terms[name]

    def reply(self, urgency: Urgency) -> Term:
        return self.term("reply", urgency)

    def dispatch(self, urgency: Urgency) -> Term:
        return self.term("dispatch", urgency)

    def acknowledge(self, urgency: Urgency) -> Term:
        return self.term("acknowledge", urgency)

    def contact(self, urgency: Urgency) -> Term:
        return self.term("contact", urgency)

    def review(self, urgency: Urgency) -> Term:
        return self.term("review", urgency)
