"""What asking and deciding do to the clock, said before a button is pressed: the rule, who decides and until when."""

from collections.abc import Mapping
from datetime import datetime

from service.directory.reference import Reference
from service.local_words import LocalWords
from workflows import asks, holds
from workflows.actors import Actor
from workflows.ask_words import AskKind
from workflows.cases import Case
from workflows.words import _
from workflows.workdays import Term

KIND_OF: Mapping[str, AskKind] = {
    "request_return": AskKind.giving_back,
    "request_extension": AskKind.extension,
    "request_deferral": AskKind.deferral,
    "request_exclusion": AskKind.exclusion,
    "request_consultation": AskKind.consultation,
}

# fmt: off
ASKED: Mapping[AskKind, str] = {
    AskKind.giving_back: _("派单后 {window} 内可以申请，一件最多退两次，第二次由县里裁定，裁定了不能再退。{decider}要在 {decide_by} 前决定；有人接手以前还由本单位办，答应诉求人的日子不变，还是 {due}。"),
    AskKind.extension: _("到期前申请，一次最长 {most}，最多两次。{decider}要在 {decide_by} 前决定；没有准以前期限不变，还是 {due}。准了，诉求人会看到原因和新的日子，统计里原来的期限仍然算。"),
    AskKind.deferral: _("客观上现在办不了才能挂账，最长 {quarter} 复核一次；为这件事吹的哨还在走时不能挂账。{decider}要在 {decide_by} 前决定；没有准以前期限不变，还是 {due}。准了就暂停计时，到那天自动恢复办理、重新计算期限，诉求人会看到原因和日子。"),
    AskKind.exclusion: _("剔除只影响统计，剔除前后的两种比率都会公布；事情照样要办，期限不变，还是 {due}。{decider}要在 {decide_by} 前决定。"),
    AskKind.consultation: _("没有单位认领或者几家说不清时申请会商，由县里召集、裁定主办和协办，裁定了不能再退。{decider}要在 {decide_by} 前裁定；在那以前还由现在的单位负责，期限不变，还是 {due}。"),
}
DECIDED: Mapping[AskKind, str] = {
    AskKind.giving_back: _("退单：请在 {decide_by} 前决定。准了，新单位自己的期限从现在起算，到 {hold}；答应诉求人的日子不变，还是 {due}。"),
    AskKind.extension: _("延期：申请延到 {until}，请在 {decide_by} 前决定。准了，答应诉求人的日子就从 {due} 改到那天，原来的期限留在统计里。"),
    AskKind.deferral: _("挂账：申请到 {until} 再看，请在 {decide_by} 前决定。准了就暂停计时，到那天自动恢复办理、重新计算期限；为这件事吹的哨还在走时不能准。"),
    AskKind.exclusion: _("剔除：请在 {decide_by} 前决定。只影响统计，办理和期限都不变。"),
    AskKind.consultation: _("会商：请在 {decide_by} 前裁定主办和协办单位，用“裁定”。"),
}
# fmt: on

OTHERS: Mapping[str, str] = {
    "refuse": _("不准的话，什么都不变，期限还是 {due}；申请单位会看到您写的理由。"),
    "rule": _(
        "裁定了就不能再退。换了单位的，新单位自己的期限从现在起算；答应诉求人的日子不变，没有派过的从提交时算起。"
    ),
    "review_deferral": _("继续挂账到新的日子，最长 {quarter} 复核一次；诉求人会看到原因，到那天自动恢复办理。"),
    "keep_promise": _("写下兑现的情况，诉求人会看到，也可以说办到了没有。期限不受影响。"),
}
SUPERVISION = _("督查")


def about_asks(verb: str, case: Case, actor: Actor, now: datetime, known: Reference, local: LocalWords) -> str:
    """Empty for verbs that are about something else."""
    if verb in KIND_OF:
        return _asked(KIND_OF[verb], case, actor, now, known, local)
    if verb == "grant":
        return " ".join(_decided(ask.kind, case, now, local) for ask in asks.decidable(case, actor))
    return _said(OTHERS[verb], case, local) if verb in OTHERS else ""


def _asked(kind: AskKind, case: Case, actor: Actor, now: datetime, known: Reference, local: LocalWords) -> str:
    unit = asks.asking_unit(case, actor)
    _role, desk = asks.decider_of(case, kind, unit)
    decide_by = case.calendar.add(now, case.limits.term("decide_ask"))
    decider = known.unit_name(desk) or local._(SUPERVISION)
    return _said(ASKED[kind], case, local, decider=decider, decide_by=local.time(decide_by))


def _decided(kind: AskKind, case: Case, now: datetime, local: LocalWords) -> str:
    ask = next(each for each in case.asks if each.kind is kind)
    hold = case.calendar.add(now, case.limits.reply(case.urgency))
    until = local.time(holds.evening_of(case, ask.until)) if kind is AskKind.extension and ask.until else None
    return _said(
        DECIDED[kind],
        case,
        local,
        decide_by=local.time(ask.due_at),
        hold=local.time(hold),
        until=until or local.day(ask.until),
    )


def _said(sentence: str, case: Case, local: LocalWords, **values: str) -> str:
    def term(name: str) -> str:
        found: Term = case.limits.term(name)
        return found.in_words(local._)

    terms = {"window": term("return_window"), "most": term("extension_most"), "quarter": term("deferral_most")}
    return local._(sentence).format(due=local.time(case.due_at), **terms, **values)
