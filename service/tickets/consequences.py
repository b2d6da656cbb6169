"""What a button does to the deadline, said before it is pressed: the rules are asked and their answer put in words."""

from dataclasses import dataclass
from datetime import datetime

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.ask_consequences import about_asks
from workflows import commands as c
from workflows import follow_ups
from workflows.actors import Actor
from workflows.cases import Case
from workflows.commands import CommandBase
from workflows.decide import decide
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.supervision import LEVELS
from workflows.words import _


@dataclass(frozen=True)
class Consequence:
    """`sample` is pressed for trial where the sentence says what would come of it: only for its dates, so unchecked."""

    sentence: str
    sample: CommandBase | None = None


NOBODY = 0
"""A unit that is none of the county's: which one is chosen makes no difference to the dates."""

# fmt: off
CONSEQUENCES: dict[str, Consequence] = {
    "assign": Consequence(
        _("派出后，答应诉求人的日子是 {due}，从提交时算起；承办单位从现在起有到 {hold} 的时间。选了别的事项或时限类别，按那一类重算。"),
        c.Assign.model_construct(unit=NOBODY),
    ),
    "reassign": Consequence(
        _("答应诉求人的日子不变，还是 {due}。新单位自己的期限从现在起算，到 {hold}；原单位的时间到此为止。"),
        c.Reassign.model_construct(unit=NOBODY),
    ),
    "acknowledge": Consequence(_("签收就是接下这件事，期限不变，还是 {due}。"), c.Acknowledge.model_construct()),
    "decline": Consequence(_("不予受理后这一件就结束，不再计时。诉求人会看到依据和您写的话；以后发现不该退，还可以重新受理。")),
    "merge": Consequence(_("并入后这一件就结束，不再单独计时，跟着并入的那一件办。请先看清楚是不是同一件事。")),
    "unmerge": Consequence(
        _("撤销并单后这一件单独办：回到受理台，从现在起重新计派单时限，到 {due}。诉求人不再跟着那一件。"),
        c.Unmerge.model_construct(),
    ),
    "split": Consequence(_("每一段成为一件新的工单，从现在起计派单时限。原来这一件还在，期限不变，还是 {due}。")),
    "reply": Consequence(
        _("提交后由{unit}在 {hold} 前审核，通过了诉求人才看到。答应的日子不变，还是 {due}。"),
        c.Reply.model_construct(outcome=c.Outcome.explained),
    ),
    "approve_reply": Consequence(
        _("通过后诉求人马上看到答复，这一件的答复时间就是现在。诉求人有 {rating} 评价，{unit}在 {hold} 前回访。"),
        c.ApproveReply.model_construct(),
    ),
    "send_back": Consequence(
        _("退回后{unit}要在 {hold} 前改好再报。答应诉求人的日子不变，还是 {due}。"), c.SendBack.model_construct()
    ),
    "follow_up": Consequence(
        _("满意就办结。不满意或没解决，马上开始新的一轮，{unit}要在 {due} 前再答复。没接通的只记一次，在 {attempts} 个不同的工作半天都试过才能办结，已算 {tried} 个。"),
        c.FollowUp.model_construct(result=c.CallResult.answered, is_resolved=False, satisfaction=c.Satisfaction.dissatisfied),
    ),
    "close": Consequence(_("办结后不再计时。{reopen} 内诉求人还可以要求重办。")),
    "reopen": Consequence(
        _("重办是新的一轮，{unit}要在 {due} 前再答复；第一轮的期限和结果仍留在统计里。"), c.Reopen.model_construct()
    ),
    "expedite": Consequence(_("催办不改变期限，还是 {due}；马上提醒现在该办的单位。")),
    "answer_supervision": Consequence(_("答复送到督查员那里，督办不再升级；这件事的期限不变，还是 {due}。")),
    "mark_claimable": Consequence(_("放进认领池不改变谁来办，也不改变期限，还是 {due}。全县的单位都看得到您写的这句话和村名，看不到姓名、电话和住处。")),
    "unmark_claimable": Consequence(_("移出后不能再认领；已经认领的照旧联系、兑现。期限不变，还是 {due}。")),
    "publish": Consequence(_("公示墙不用登录就能看：村名、事项、您写的这句话、办了多久、答复的话。看不到姓名、电话和住处。期限不变。")),
    "take_down": Consequence(_("撤下后公示墙上马上看不到；别的都不变，以后还可以再写上去。")),
    "supervise": Consequence(_("督办不改变期限，还是 {due}；承办单位的负责人会收到督办要求，并要在 {notice}（抄送分管领导 {leader}，挂牌 {listed}）内答复，不答复就升一级。")),
    "resume": Consequence(
        _("恢复后马上重新计算答复期限，到 {due}；最早答应的日子仍留在统计里。"), c.Resume.model_construct()
    ),
}
# fmt: on

ANSWERED_AT_ONCE = _("这一类不用审核：提交后诉求人马上看到，答复时间就是现在。")
TAKEN_BACK = _("重新受理后回到受理台，从现在起重新计派单时限，到 {due}。")


def consequence(verb: str, case: Case, actor: Actor, now: datetime, known: Reference, local: LocalWords) -> str:
    """Empty for what leaves every date alone and ends nothing."""
    found = CONSEQUENCES.get(verb)
    if found is None:
        return about_asks(verb, case, actor, now, known, local)
    after = _after(found, case, actor, now)
    sentence = _special(verb, case, after) or found.sentence
    return local._(sentence).format(
        due=local.time(after.due_at),
        hold=local.time(after.hold_due),
        unit=known.unit_name(after.unit_id),
        **{level: case.limits.term(f"answer_supervision_{level}").in_words(local._) for level in LEVELS},
        rating=case.limits.term("rating").in_words(local._),
        reopen=case.limits.term("reopen").in_words(local._),
        attempts=follow_ups.ATTEMPTS,
        tried=case.follow_up_half_days,
    )


def _after(found: Consequence, case: Case, actor: Actor, now: datetime) -> Case:
    """The case as the rules would leave it; as it is, where nothing is tried or the rules refuse the trial."""
    if found.sample is None:
        return case
    try:
        return decide(case, found.sample, actor, now).after
    except Refused:
        return case


def _special(verb: str, case: Case, after: Case) -> str | None:
    if verb == "reply" and after.status is Status.follow_up:
        return ANSWERED_AT_ONCE
    if verb == "reopen" and case.status is Status.declined:
        return TAKEN_BACK
    return None
