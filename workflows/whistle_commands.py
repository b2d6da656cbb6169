"""One class per verb of the whistle (吹哨报到): its fields are the form, the API's body and the event's details."""

from collections.abc import Mapping
from datetime import date
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from workflows.command_fields import (
    LARGEST_ID,
    CommandBase,
    OptionalChoice,
    OptionalDate,
    OptionalText,
    Photos,
    Text,
    field,
    none_if_blank,
    optional_words,
    photos,
    words,
)
from workflows.refusals import Refused
from workflows.whistle_words import KIND_WORDS, REASON_WORDS, WHISTLE_VERB_WORDS, WhistleKind, WhistleReason
from workflows.words import _

__all__ = ["WHISTLE_COMMANDS", "WHISTLE_VERB_WORDS", "WhistleCommand"]

UNITS_MOST = 12
MILESTONES_MOST, MILESTONES_AT_ALL = 20, 60

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
OptionalId = Annotated[Id | None, BeforeValidator(none_if_blank)]
Score = Annotated[int, Field(ge=1, le=5)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=24)]
"""A kind or a reason of the county's book, which also says whether there is one of that name."""


class ContestGround(StrEnum):
    """What a called unit may cite; `unit_dissolved` is said by the clock alone, for a unit that is no more."""

    not_our_duty = "not_our_duty"
    another_unit_competent = "another_unit_competent"
    outside_our_area = "outside_our_area"
    settled_before = "settled_before"
    town_can_do_it = "town_can_do_it"
    unit_dissolved = "unit_dissolved"


class CallRuling(StrEnum):
    """What the county's ruling officer decides: binding for all."""

    must_come = "must_come"
    released = "released"
    replaced = "replaced"


NOT_OURS = frozenset({ContestGround.not_our_duty, ContestGround.another_unit_competent, ContestGround.outside_our_area})
"""Whoever cites one of these says whose it is; the others say by themselves what should be done instead."""

GROUND_WORDS: dict[ContestGround, str] = {
    ContestGround.not_our_duty: _("不属于本单位的法定职责"),
    ContestGround.another_unit_competent: _("应由另一个单位负责"),
    ContestGround.outside_our_area: _("不在本单位管辖范围"),
    ContestGround.settled_before: _("同一件事已经办结或正在办"),
    ContestGround.town_can_do_it: _("镇里自己可以办"),
    ContestGround.unit_dissolved: _("这个单位已经撤销"),
}
RULING_WORDS: dict[CallRuling, str] = {
    CallRuling.must_come: _("必须报到"),
    CallRuling.released: _("不必报到"),
    CallRuling.replaced: _("改由另一个单位报到"),
}

WHISTLE_CHOICE_WORDS: Mapping[type[Enum], Mapping[Any, str]] = {
    WhistleKind: KIND_WORDS,
    WhistleReason: REASON_WORDS,
    ContestGround: GROUND_WORDS,
    CallRuling: RULING_WORDS,
}
"""By the kind of choice: an emergency that is blown for is not the emergency for which a wish is declined."""


class WhistleCommand(CommandBase):
    """`facts` are what the event tells besides what was typed: whom it concerns and until when, for notices."""

    _facts: dict[str, Any] = PrivateAttr(default_factory=dict)

    def with_facts(self, **facts: Any) -> "WhistleCommand":
        copied = self.model_copy()
        copied._facts = {name: value for name, value in facts.items() if value not in (None, (), [], "")}
        return copied

    def details(self) -> dict[str, Any]:
        """A place here is where officials meet: it stays."""
        return self.model_dump(mode="json", exclude={"verb"}, exclude_none=True, exclude_defaults=True) | self._facts


class BlowWhistle(WhistleCommand):
    verb: Literal["blow_whistle"] = "blow_whistle"
    kind: Key = field(_("哪一类"), widget="choice")
    reason: Key = field(_("为什么镇里办不了"), widget="choice")
    text: Text = words(_("请各单位来做什么"), hint=_("写清楚要谁做什么，到哪里，什么时候要"), least=5)
    lead: Id = field(_("牵头单位"), widget="unit")
    supporting: tuple[Id, ...] = field(_("一起报到的单位"), widget="units", default=(), max_length=UNITS_MOST)
    issue: OptionalId = field(_("哪件共性问题"), widget="issue", default=None)

    @model_validator(mode="after")
    def calls_each_unit_once(self) -> "BlowWhistle":
        if self.lead in self.supporting or len(set(self.supporting)) < len(self.supporting):
            raise Refused(_("同一个单位只要吹一次。"), field="supporting")
        return self


class ApproveWhistle(WhistleCommand):
    verb: Literal["approve_whistle"] = "approve_whistle"
    note: OptionalText = optional_words(_("批准意见"))


class RefuseWhistle(WhistleCommand):
    verb: Literal["refuse_whistle"] = "refuse_whistle"
    reason: Text = words(_("不批准的原因"))


class ConfirmWhistle(WhistleCommand):
    verb: Literal["confirm_whistle"] = "confirm_whistle"
    note: OptionalText = optional_words(_("补批意见"))


class ReportIn(WhistleCommand):
    verb: Literal["report_in"] = "report_in"
    unit: OptionalId = field(_("代表哪个单位"), widget="unit", default=None)
    is_on_site: bool = field(_("人到了现场吗"), widget="yes_or_no")
    place: OptionalText = field(_("在哪里"), hint=_("到了现场的，写清楚到了哪里"), default=None, max_length=200)
    words: OptionalText = optional_words(_("谁来了，准备怎么办"))
    photos: Photos = photos()

    @model_validator(mode="after")
    def says_where_on_site_is(self) -> "ReportIn":
        """Whoever says that he came can be found there: that is what the town checks."""
        if self.is_on_site and self.place is None:
            raise Refused(_("到了现场的，请写明在哪里。"), field="place")
        return self


class ContestCall(WhistleCommand):
    verb: Literal["contest_call"] = "contest_call"
    ground: ContestGround = field(_("依据"), widget="choice")
    words: Text = words(_("理由"), hint=_("写明依据哪条规定"), least=5)
    suggested_unit: OptionalId = field(
        _("建议由哪个单位报到"), hint=_("说不归自己管的，一定要写"), widget="unit", default=None
    )
    unit: OptionalId = field(_("代表哪个单位"), widget="unit", default=None)

    @model_validator(mode="after")
    def suggests_who_should_come(self) -> "ContestCall":
        if self.ground in NOT_OURS and self.suggested_unit is None:
            raise Refused(_("说不归自己管的，请写明应由哪个单位报到：事情不能没有人接。"), field="suggested_unit")
        return self


class RuleOnCall(WhistleCommand):
    verb: Literal["rule_on_call"] = "rule_on_call"
    unit: Id = field(_("对哪个单位"), widget="unit")
    decision: CallRuling = field(_("裁定"), widget="choice")
    replacement: OptionalId = field(_("改由哪个单位报到"), widget="unit", default=None)
    was_needed: OptionalChoice = field(_("这次吹哨有必要吗"), widget="yes_no_unsaid", default=None)
    words: Text = words(_("裁定的理由"))

    @model_validator(mode="after")
    def names_who_comes_instead(self) -> "RuleOnCall":
        is_replaced = self.decision is CallRuling.replaced
        if is_replaced != (self.replacement is not None) or self.replacement == self.unit:
            raise Refused(_("改由另一个单位报到的，请选那个单位；不改的，不要选。"), field="replacement")
        return self


class Survey(WhistleCommand):
    verb: Literal["survey"] = "survey"
    words: Text = words(_("现场勘查的情况"))
    photos: Photos = photos()


class HoldSiteMeeting(WhistleCommand):
    verb: Literal["hold_site_meeting"] = "hold_site_meeting"
    held_on: date = field(_("哪天开的"), widget="date")
    place: Text = field(_("在哪里开的"), min_length=1, max_length=200)
    attendance: Text = words(_("谁到会了"))
    minutes: OptionalText = optional_words(_("会上说了什么"))
    decisions: Text = words(_("定了什么"))
    photos: Photos = photos()


class MilestoneDraft(BaseModel):
    """One line of a plan: what, who, by when, and whether the villagers are told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text = field(_("做什么"), min_length=2, max_length=200)
    unit: Id = field(_("谁来做"), widget="unit")
    due: date = field(_("哪天以前"), widget="date")
    is_public: bool = field(_("告诉群众"), widget="yes_no", default=True)


class PlanWork(WhistleCommand):
    verb: Literal["plan_work"] = "plan_work"
    milestones: tuple[MilestoneDraft, ...] = field(
        _("分几步做"), widget="milestones", min_length=1, max_length=MILESTONES_MOST
    )


class ReportMilestone(WhistleCommand):
    verb: Literal["report_milestone"] = "report_milestone"
    milestone: Id = field(_("哪一步"), widget="milestone")
    words: Text = words(_("做得怎样"))
    is_done: bool = field(_("这一步做完了"), widget="yes_no", default=True)
    photos: Photos = photos()


class ChangeMilestone(WhistleCommand):
    verb: Literal["change_milestone"] = "change_milestone"
    milestone: Id = field(_("哪一步"), widget="milestone")
    due: OptionalDate = field(_("改到哪天"), widget="date", default=None)
    is_dropped: bool = field(_("这一步不做了"), widget="yes_no", default=False)
    reason: Text = words(_("为什么要改"))

    @model_validator(mode="after")
    def says_what_changes(self) -> "ChangeMilestone":
        if (self.due is None) is not self.is_dropped:
            raise Refused(_("请写上改到哪天，或者说这一步不做了。"), field="due")
        return self


class HandOverPart(WhistleCommand):
    verb: Literal["hand_over_part"] = "hand_over_part"
    words: Text = words(_("做完了什么，留下什么给牵头单位"))
    unit: OptionalId = field(_("代表哪个单位"), widget="unit", default=None)
    photos: Photos = photos()


class CompleteWhistle(WhistleCommand):
    verb: Literal["complete_whistle"] = "complete_whistle"
    words: Text = words(_("做成了什么"))
    photos: Photos = photos()


class AcceptWhistle(WhistleCommand):
    verb: Literal["accept_whistle"] = "accept_whistle"
    words: OptionalText = optional_words(_("验收意见"))
    photos: Photos = photos()


class RefuseAcceptance(WhistleCommand):
    verb: Literal["refuse_acceptance"] = "refuse_acceptance"
    reason: Text = words(_("哪里还没有做好"))
    photos: Photos = photos()


class ScoreCall(WhistleCommand):
    verb: Literal["score_call"] = "score_call"
    unit: Id = field(_("给哪个单位打分"), widget="unit")
    speed: Score = field(_("来得快不快"), widget="score")
    work: Score = field(_("做得好不好"), widget="score")
    result: Score = field(_("办成没有"), widget="score")
    words: OptionalText = optional_words(_("想说的话"))


class DismissWhistle(WhistleCommand):
    verb: Literal["dismiss_whistle"] = "dismiss_whistle"
    reason: Text = words(_("为什么撤哨"))


class CallMore(WhistleCommand):
    verb: Literal["call_more"] = "call_more"
    unit: Id = field(_("再叫哪个单位"), widget="unit")
    words: OptionalText = optional_words(_("请它来做什么"))


class NoteWhistle(WhistleCommand):
    verb: Literal["note_whistle"] = "note_whistle"
    words: Text = words(_("内部备注"), hint=_("诉求人看不到"))


class EscalateWhistle(WhistleCommand):
    """A step of the ladder: said by the clock alone."""

    verb: Literal["escalate_whistle"] = "escalate_whistle"
    subject: Text = field(_("哪一件"), max_length=40)
    step: Text = field(_("哪一级"), max_length=40)
    note: OptionalText = optional_words(_("提醒的话"))


class MoveWhistle(WhistleCommand):
    """What happened to its wish takes a whistle along to another: merged, parted again, out of its issue. Said by the
    clock alone."""

    verb: Literal["move_whistle"] = "move_whistle"
    into: Text = field(_("跟到哪件工单"), widget="ticket", max_length=20)


class TellTicketEnded(WhistleCommand):
    """The ticket ended under its whistle: the town hears of it and may dismiss. Said by the clock alone."""

    verb: Literal["tell_ticket_ended"] = "tell_ticket_ended"
    note: OptionalText = optional_words(_("提醒的话"))


class RecalculateWhistle(WhistleCommand):
    """A year's calendar was published. Said by the clock alone."""

    verb: Literal["recalculate_whistle"] = "recalculate_whistle"
    reason: Text = words(_("重算期限的原因"))


AnyWhistleCommand = Annotated[
    BlowWhistle
    | ApproveWhistle
    | RefuseWhistle
    | ConfirmWhistle
    | ReportIn
    | ContestCall
    | RuleOnCall
    | Survey
    | HoldSiteMeeting
    | PlanWork
    | ReportMilestone
    | ChangeMilestone
    | HandOverPart
    | CompleteWhistle
    | AcceptWhistle
    | RefuseAcceptance
    | ScoreCall
    | DismissWhistle
    | CallMore
    | NoteWhistle
    | EscalateWhistle
    | MoveWhistle
    | TellTicketEnded
    | RecalculateWhistle,
    Field(discriminator="verb"),
]

WHISTLE_COMMANDS: dict[str, type[WhistleCommand]] = {
    member.model_fields["verb"].default: member for member in get_args(get_args(AnyWhistleCommand)[0])
}
