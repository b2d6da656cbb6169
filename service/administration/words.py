"""What an administrator's pages call things: the verbs, and the words behind the choices that only these pages have."""

from collections.abc import Mapping, Sequence

from service.administration.commands import (
    AddArea,
    AddCatalogueRow,
    AddCategory,
    AddPerson,
    AddUnit,
    AdminCommand,
    Appoint,
    ChangeArea,
    ChangeCategory,
    ChangeLink,
    ChangePerson,
    ChangeUnit,
    CreateLink,
    DeactivatePerson,
    DeactivateUnit,
    Dismiss,
    PublishYear,
    ReactivatePerson,
    ReactivateUnit,
    RemoveCatalogueRow,
    ResetLimit,
    ResetPassword,
    RevokeLink,
    SetLimit,
    SetRobot,
)
from service.administration.emergency_commands import BeginEmergency, EndEmergency
from service.administration.whistle_kind_commands import (
    MOMENT_WORDS,
    AddWhistleKind,
    AddWhistleReason,
    AddWhistleStep,
    SetWhistleKind,
    SetWhistleReason,
    SetWhistleStep,
)
from service.directory.models import AreaLevel, UnitClass
from service.fields import Choice
from workflows.commands import CHOICE_WORDS
from workflows.statuses import POSTS, ROLE_WORDS, FollowUpRule, Role
from workflows.time_limits import Urgency
from workflows.whistle_kinds import APPROVAL_WORDS
from workflows.whistle_steps import RUNG_WORDS
from workflows.whistle_words import DUTY_WORDS, KIND_WORDS, WhistleKind
from workflows.words import _
from workflows.workdays import TermUnit

ADMIN_VERBS: dict[type[AdminCommand], str] = {
    CreateLink: _("新建一个链接"),
    ChangeLink: _("改链接"),
    RevokeLink: _("停用链接"),
    AddPerson: _("加一个人"),
    ChangePerson: _("改姓名和电话"),
    Appoint: _("加一个岗位"),
    Dismiss: _("撤掉岗位"),
    ResetPassword: _("重设密码"),
    DeactivatePerson: _("停用这个人"),
    ReactivatePerson: _("重新启用这个人"),
    AddUnit: _("加一个单位"),
    ChangeUnit: _("改名称和电话"),
    SetRobot: _("设群机器人"),
    DeactivateUnit: _("停用单位"),
    ReactivateUnit: _("重新启用单位"),
    AddArea: _("加一个地方"),
    ChangeArea: _("改名称和受理台"),
    AddCategory: _("加一个事项"),
    ChangeCategory: _("改事项"),
    AddCatalogueRow: _("派单目录加一行"),
    RemoveCatalogueRow: _("派单目录去掉一行"),
    PublishYear: _("上传放假安排"),
    SetLimit: _("改时限"),
    ResetLimit: _("恢复默认时限"),
    AddWhistleKind: _("加一类哨"),
    SetWhistleKind: _("改吹哨类别"),
    AddWhistleReason: _("加一条吹哨原因"),
    SetWhistleReason: _("改吹哨原因"),
    AddWhistleStep: _("加一级提醒"),
    SetWhistleStep: _("改逐级提醒"),
    BeginEmergency: _("转入应急"),
    EndEmergency: _("转回平时"),
}
"""Every verb with what its button and the record of changes call it."""

COMMANDS: dict[str, type[AdminCommand]] = {command.model_fields["verb"].default: command for command in ADMIN_VERBS}


def verb_of(command: type[AdminCommand]) -> str:
    return str(command.model_fields["verb"].default)


LEVEL_WORDS: dict[AreaLevel, str] = {
    AreaLevel.county: _("县"),
    AreaLevel.town: _("镇（街道）"),
    AreaLevel.village: _("村（社区）"),
    AreaLevel.group: _("组"),
}
UNIT_CLASS_WORDS: dict[UnitClass, str] = {
    UnitClass.county_desk: _("县级受理"),
    UnitClass.town_desk: _("镇受理台"),
    UnitClass.town_office: _("镇办所"),
    UnitClass.village: _("村（社区）"),
    UnitClass.bureau: _("县直部门"),
    UnitClass.outside: _("县外和企业单位"),
}
FOLLOW_UP_WORDS: dict[FollowUpRule, str] = {
    FollowUpRule.always: _("每件都回访"),
    FollowUpRule.if_unrated: _("没有评价的才回访"),
    FollowUpRule.never: _("不回访"),
}
TERM_UNIT_WORDS: dict[TermUnit, str] = {
    TermUnit.minutes: _("分钟"),
    TermUnit.hours: _("小时"),
    TermUnit.days: _("天"),
    TermUnit.working_hours: _("个工作小时"),
    TermUnit.working_days: _("个工作日"),
}

CHOICES: Mapping[str, Sequence[Choice]] = {
    "role": [Choice(str(role), ROLE_WORDS[role]) for role in Role if role in POSTS],
    "level": [Choice(str(level), words) for level, words in LEVEL_WORDS.items()],
    "unit_class": [Choice(str(each), words) for each, words in UNIT_CLASS_WORDS.items()],
    "follow_up_rule": [Choice(str(rule), words) for rule, words in FOLLOW_UP_WORDS.items()],
    "approval": [Choice(str(approval), words) for approval, words in APPROVAL_WORDS.items()],
    "goes_by": [Choice(str(kind), KIND_WORDS[kind]) for kind in WhistleKind],
    "duty": [Choice(str(duty), words) for duty, words in DUTY_WORDS.items()],
    "rung": [Choice(str(rung), words) for rung, words in RUNG_WORDS.items()],
    "moment": [Choice(str(moment), words) for moment, words in MOMENT_WORDS.items()],
    "urgency": [Choice(str(urgency), CHOICE_WORDS[urgency]) for urgency in Urgency],
}
"""By the name of the field, as forms ask for them."""
