"""The words of the issue (共性问题): one matter that many wishes are about."""

from enum import StrEnum

from workflows.words import _


class IssueStatus(StrEnum):
    open = "open"
    answered = "answered"
    ended = "ended"


ISSUE_STATUS_WORDS: dict[IssueStatus, str] = {
    IssueStatus.open: _("办理中"),
    IssueStatus.answered: _("已统一答复"),
    IssueStatus.ended: _("已结束"),
}

ISSUE_VERB_WORDS: dict[str, str] = {
    "create_issue": _("立为共性问题"),
    "join_issue": _("归入共性问题"),
    "leave_issue": _("移出共性问题"),
    "take_over_issue": _("牵头共性问题"),
    "describe_issue": _("说明共性问题"),
    "answer_issue": _("统一答复"),
    "end_issue": _("结束共性问题"),
}
