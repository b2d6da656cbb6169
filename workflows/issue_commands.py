"""What can be done with an issue (共性问题), one class per verb: fields are the form, the API's body and the event."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from workflows.command_fields import (
    CommandBase,
    OptionalDate,
    OptionalText,
    Text,
    clean,
    field,
    optional_words,
    words,
)
from workflows.commands import Outcome, Reply
from workflows.refusals import Refused
from workflows.words import _

TOGETHER_MOST = 200
"""So many wishes are put in at once; a larger issue is filled in several goes."""
AMENDMENTS_LENGTH = 20_000

TICKET_NUMBER = r"^[0-9]{4}-[0-9]{6,12}$"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
AMENDMENT = re.compile(r"^([0-9]{4}-[0-9]{6,12})[\s:：,，]+(\S.*)$")
IN_EACH_ANSWER = ("place", "date", "number")
"""What the words of an answer may name of each wish: nothing of the person."""

Number = Annotated[str, Field(pattern=TICKET_NUMBER), BeforeValidator(clean)]


def _wishes() -> Any:
    return field(_("哪些心愿"), widget="tickets", min_length=1, max_length=TOGETHER_MOST)


def _public_text() -> Any:
    hint = _("群众看得到：说的是什么事，打算怎么办。不要写姓名、电话和门牌。")
    return optional_words(_("给群众看的说明"), hint=hint)


def _title_then() -> Any:
    """The service says what the issue was called then: a ticket's story has to be readable without it."""
    return field(_("共性问题"), widget="hidden", default=None, max_length=100)


class CreateIssue(CommandBase):
    verb: Literal["create_issue"] = "create_issue"
    title: Text = field(_("这是什么事"), hint=_("像标题一样短，群众看得到"), min_length=2, max_length=100)
    public_text: OptionalText = _public_text()
    tickets: tuple[Number, ...] = _wishes()


class JoinIssue(CommandBase):
    verb: Literal["join_issue"] = "join_issue"
    tickets: tuple[Number, ...] = _wishes()
    title: OptionalText = _title_then()


class LeaveIssue(CommandBase):
    verb: Literal["leave_issue"] = "leave_issue"
    ticket: Number = field(_("哪一件"), widget="ticket")
    reason: Text = words(_("移出的原因"))
    title: OptionalText = _title_then()


class TakeOverIssue(CommandBase):
    verb: Literal["take_over_issue"] = "take_over_issue"
    ticket: Number = field(_("由哪一件牵头"), widget="ticket")


class DescribeIssue(CommandBase):
    verb: Literal["describe_issue"] = "describe_issue"
    title: Text = field(_("这是什么事"), hint=_("像标题一样短，群众看得到"), min_length=2, max_length=100)
    public_text: OptionalText = _public_text()
    expected_on: OptionalDate = field(
        _("预计哪天办好"), widget="date", default=None, hint=_("群众看得到；说不准就不填")
    )


class AnswerIssue(CommandBase):
    """One act that answers all; `reply_to` says it in the words of one wish."""

    verb: Literal["answer_issue"] = "answer_issue"
    outcome: Outcome = field(_("办理结果"), widget="choice")
    words: Text = words(
        _("给每位诉求人的答复"),
        hint=_("写 {place} 的地方换成各人的村组，{date} 换成各人提出的日子，{number} 换成编号。"),
        least=5,
    )
    promised_for: OptionalDate = field(_("承诺日期"), widget="date", default=None, hint=_("暂时不能解决时必填"))
    referred_to: OptionalText = field(_("转请的渠道"), default=None, hint=_("转请其他渠道时必填"), max_length=100)
    amendments: OptionalText = field(
        _("个别人要另加的话"),
        widget="words",
        default=None,
        hint=_("一行一件：先写编号，空一格，再写只加在这一件答复后面的话。"),
        max_length=AMENDMENTS_LENGTH,
    )

    @model_validator(mode="after")
    def can_be_said_to_everybody(self) -> "AnswerIssue":
        unknown = sorted(set(PLACEHOLDER.findall(self.words)) - set(IN_EACH_ANSWER))
        if unknown:
            raise Refused(_("不认识“{name}”，只能用 place、date 和 number。"), field="words", name=unknown[0])
        for line in _lines(self.amendments):
            if AMENDMENT.match(line) is None:
                raise Refused(_("这一行要先写编号：{line}"), field="amendments", line=line[:40])
        self.reply_to("", {})
        return self

    def reply_to(self, number: str, told: Mapping[str, str]) -> Reply:
        """The answer to one wish; `told` fills the placeholders. Raises ValidationError where it grows too long."""
        said = PLACEHOLDER.sub(lambda found: told.get(found[1], found[0]), self.words)
        further = [own for line in _lines(self.amendments) if (own := _own_words(line, number))]
        return Reply(
            outcome=self.outcome,
            words="\n\n".join([said, *further]),
            promised_for=self.promised_for,
            referred_to=self.referred_to,
        )


class EndIssue(CommandBase):
    verb: Literal["end_issue"] = "end_issue"
    reason: Text = words(_("为什么可以结束了"))


IssueCommand = Annotated[
    CreateIssue | JoinIssue | LeaveIssue | TakeOverIssue | DescribeIssue | AnswerIssue | EndIssue,
    Field(discriminator="verb"),
]
ISSUE_COMMANDS: dict[str, type[CommandBase]] = {
    "create_issue": CreateIssue,
    "join_issue": JoinIssue,
    "leave_issue": LeaveIssue,
    "take_over_issue": TakeOverIssue,
    "describe_issue": DescribeIssue,
    "answer_issue": AnswerIssue,
    "end_issue": EndIssue,
}


def _lines(typed: str | None) -> list[str]:
    return [line.strip() for line in (typed or "").splitlines() if line.strip()]


def _own_words(line: str, number: str) -> str:
    found = AMENDMENT.match(line)
    return found[2] if found and found[1] == number else ""
