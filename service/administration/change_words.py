"""The record of changes in words: what the verbs, the fields and their values are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.administration.commands import AdminCommand
from service.administration.words import ADMIN_VERBS, CHOICES, COMMANDS
from service.directory.models import DirectoryEvent
from service.directory.reference import Reference
from service.local_words import LocalWords
from workflows.commands import CHOICE_WORDS
from workflows.statuses import Kind
from workflows.terms import Term, TermUnit
from workflows.words import _

ELSEWHERE: dict[str, str] = {
    "change_own_password": _("改自己的密码"),
    "search_phone": _("按电话号码查工单"),
    "add_sample_rule": _("定抽样回访的规则"),
    "end_sample_rule": _("停抽样回访的规则"),
    "pair": _("登记双报到"),
    "change_pairing": _("改双报到"),
    "end_pairing": _("结束双报到"),
    "export_wishes": _("导出心愿，带个人信息"),
    "export_directory": _("导出名录，带个人信息"),
}
"""What has no form on these pages."""

LABELS: dict[str, str] = {
    "reason": _("理由"),
    "account": _("电脑上的用户"),
    "term": _("时限"),
    "days": _("列出的日子"),
    "members": _("报到的党员人数"),
    "since": _("从哪天起"),
    "ended_on": _("到哪天为止"),
    "unit": _("单位"),
    "area": _("地方"),
    "role": _("做哪一步"),
    "percent": _("抽百分之几"),
    "seed": _("抽样的种子"),
}
"""Of what is recorded without being a field of the form."""

UNITS = frozenset({"unit", "fallback_unit", "desk_unit"})
WORDS: dict[str, dict[str, str]] = {
    **{name: {choice.value: choice.label for choice in choices} for name, choices in CHOICES.items()},
    "kind": {str(kind): CHOICE_WORDS[kind] for kind in Kind},
}


@dataclass(frozen=True)
class Fact:
    """`old` is None where there was nothing before, `new` where the content is nobody's business."""

    label: str
    old: str | None
    new: str | None


def title_of(event: DirectoryEvent, local: LocalWords) -> str:
    command = COMMANDS.get(event.what)
    return local._(ADMIN_VERBS[command] if command else ELSEWHERE.get(event.what, event.what))


def facts_of(event: DirectoryEvent, known: Reference, local: LocalWords) -> list[Fact]:
    command = COMMANDS.get(event.what, AdminCommand)
    old, new = event.details.get("old", {}), event.details.get("new", {})
    shown = [name for name in new if new[name] not in (None, "", False) or name in old or name in command.secret]
    return [
        Fact(_label(command, name, local), _said(old, name, known, local), _said(new, name, known, local))
        for name in shown
    ]


def _label(command: type[AdminCommand], name: str, local: LocalWords) -> str:
    info = command.model_fields.get(name)
    return local._((info and info.title) or LABELS.get(name, name))


def _said(values: Mapping[str, Any], name: str, known: Reference, local: LocalWords) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, dict):
        return Term(value["amount"], TermUnit(value["unit"])).in_words(local._)
    if isinstance(value, bool):
        return local._(_("是")) if value else local._(_("否"))
    if name == "kinds":
        named = [local.named(known.whistles.kinds[key]) for key in value]
        return local._(_("、")).join(named) or local._(_("每一类"))
    if name in UNITS:
        return known.unit_name(value)
    if name == "area":
        return known.place_name(value)
    return local._(WORDS.get(name, {}).get(str(value), str(value)))
