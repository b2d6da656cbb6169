"""The five stages, the ten statuses and their groups, and the few roles that rules speak of."""

from enum import IntEnum, StrEnum

from workflows.words import _


class Stage(IntEnum):
    """征集 → 派单 → 办理 → 反馈 → 回访."""

    collect = 1
    dispatch = 2
    handle = 3
    answer = 4
    follow_up = 5


class Status(StrEnum):
    submitted = "submitted"
    assigned = "assigned"
    in_progress = "in_progress"
    deferred = "deferred"
    replied = "replied"
    follow_up = "follow_up"
    closed = "closed"
    declined = "declined"
    withdrawn = "withdrawn"
    merged = "merged"


class Role(StrEnum):
    """What somebody is to *this* ticket; job titles are data and no concern of the rules."""

    resident = "resident"
    neighbour = "neighbour"
    dispatcher = "dispatcher"
    handler = "handler"
    supporter = "supporter"
    reviewer = "reviewer"
    follow_up_officer = "follow_up_officer"
    supervisor = "supervisor"
    administrator = "administrator"
    system = "system"


POSTS = frozenset(Role) - {Role.resident, Role.neighbour, Role.supporter, Role.system}
"""Roles that somebody is appointed to; the others come from a secret address, from the ticket and from the clock."""


class Source(StrEnum):
    """Where a wish was collected."""

    link = "link"
    courtyard_meeting = "courtyard_meeting"
    home_visit = "home_visit"
    office_day = "office_day"
    hotline = "hotline"
    imported = "imported"
    open311 = "open311"


class FollowUpRule(StrEnum):
    """Whether the villager is called after the answer: always, only when she has not rated it, or never."""

    always = "always"
    if_unrated = "if_unrated"
    never = "never"


class Kind(StrEnum):
    """生活难题 or 发展建议: the two kinds of wish."""

    trouble = "trouble"
    development = "development"


STAGE_OF: dict[Status, Stage] = {
    Status.submitted: Stage.collect,
    Status.assigned: Stage.dispatch,
    Status.in_progress: Stage.handle,
    Status.deferred: Stage.handle,
    Status.replied: Stage.answer,
    Status.follow_up: Stage.follow_up,
    Status.closed: Stage.follow_up,
    Status.declined: Stage.collect,
    Status.withdrawn: Stage.collect,
    Status.merged: Stage.collect,
}

WITH_UNIT = frozenset({Status.assigned, Status.in_progress})
"""A handling unit has the ticket in its hands."""

WITH_DESK_OR_UNIT = WITH_UNIT | {Status.submitted}
UNANSWERED = WITH_DESK_OR_UNIT | {Status.deferred, Status.replied}
OPEN = UNANSWERED | {Status.follow_up}
ENDED = frozenset(Status) - OPEN

STAGE_WORDS: dict[Stage, str] = {
    Stage.collect: _("征集"),
    Stage.dispatch: _("派单"),
    Stage.handle: _("办理"),
    Stage.answer: _("反馈"),
    Stage.follow_up: _("回访"),
}

STATUS_WORDS: dict[Status, str] = {
    Status.submitted: _("待派单"),
    Status.assigned: _("待签收"),
    Status.in_progress: _("办理中"),
    Status.deferred: _("挂账"),
    Status.replied: _("待审核"),
    Status.follow_up: _("待回访"),
    Status.closed: _("已办结"),
    Status.declined: _("不予受理"),
    Status.withdrawn: _("已撤回"),
    Status.merged: _("已并单"),
}

ROLE_WORDS: dict[Role, str] = {
    Role.resident: _("诉求人"),
    Role.neighbour: _("乡亲"),
    Role.dispatcher: _("派单员"),
    Role.handler: _("承办人"),
    Role.supporter: _("协办人"),
    Role.reviewer: _("审核员"),
    Role.follow_up_officer: _("回访员"),
    Role.supervisor: _("督查员"),
    Role.administrator: _("管理员"),
    Role.system: _("系统"),
}

SOURCE_WORDS: dict[Source, str] = {
    Source.link: _("链接"),
    Source.courtyard_meeting: _("院落会"),
    Source.home_visit: _("入户走访"),
    Source.office_day: _("社区办公日"),
    Source.hotline: _("热线"),
    Source.imported: _("导入"),
    Source.open311: _("Open311"),
}

KIND_WORDS: dict[Kind, str] = {
    Kind.trouble: _("生活难题"),
    Kind.development: _("发展建议"),
}
