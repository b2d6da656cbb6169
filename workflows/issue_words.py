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
