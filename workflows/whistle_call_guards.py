"""Whom a whistle may call: others, by the town's leave, and nobody twice; a village calls its own people only."""

from datetime import datetime
from typing import Any

from workflows.actors import Actor
from workflows.whistle_cases import WhistleCase
from workflows.whistle_guards import guard
from workflows.words import _


@guard(_("这一类哨已经停用，请重新选择类别。"), reads_command=True)
def kind_is_offered(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.book.kinds[case.kind].is_offered


@guard(_("这条原因已经停用，请重新选择。"), reads_command=True)
def reason_is_offered(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.book.reasons[case.reason].is_offered


@guard(_("不能吹哨叫自己的单位。"), reads_command=True)
def calls_others(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.town_unit_id not in _called(command)


@guard(_("镇里自己的站所和村由镇里直接交办，不用吹哨；吹哨叫的是镇以外的单位。"), reads_command=True)
def calls_nobody_of_its_own(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.is_beside_the_town or not _called(command) & case.own_units


@guard(_("这一类只能叫本镇的单位和党组织；要叫县里的部门，请由镇里吹哨。"), reads_command=True)
def calls_no_bureau_beside_the_town(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.is_beside_the_town or _called(command) <= case.own_units


@guard(_("这个单位已经叫过了。"), reads_command=True)
def is_not_called_yet(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.call_of(command.unit) is None


@guard(_("改由的单位已经叫过了。"), reads_command=True)
def replacement_is_new(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """It may be a unit of the town itself, its desk too: what the town can do alone the county sends back to it."""
    return command.replacement is None or case.call_of(command.replacement) is None


def _running(case: WhistleCase, command: Any) -> dict[str, Any]:
    return {"whistle": min((number for lead, number in case.led_already if lead == command.lead), default=0)}


@guard(
    _(
        "为这件事已经吹过哨：{whistle} 号哨叫的也是这个单位牵头，还没有结束。有话请到那张哨上说，要别的单位请在那里再叫。"
    ),
    reads_command=True,
    told=_running,
)
def lead_is_not_called_for_it_already(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """One matter, one lead, one whistle: two would have two clocks and two plans."""
    return all(lead != command.lead for lead, _number in case.led_already)


def _called(command: Any) -> set[int]:
    return {getattr(command, "unit", None) or command.lead, *getattr(command, "supporting", ())}
