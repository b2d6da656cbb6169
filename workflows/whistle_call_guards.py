"""Whom a whistle may call: others, by the town's leave; and beside the town a village calls its own people only."""

from datetime import datetime
from typing import Any

from workflows.actors import Actor
from workflows.whistle_cases import BESIDE_THE_TOWN, WhistleCase
from workflows.whistle_guards import guard
from workflows.words import _


@guard(_("不能吹哨叫自己的单位。"), reads_command=True)
def calls_others(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.town_unit_id not in _called(command)


@guard(_("镇里自己的站所和村由镇里直接交办，不用吹哨；吹哨叫的是镇以外的单位。"), reads_command=True)
def calls_nobody_of_its_own(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.kind in BESIDE_THE_TOWN or not _called(command) & case.own_units


@guard(_("这一类只能叫本镇的单位和党组织；要叫县里的部门，请由镇里吹哨。"), reads_command=True)
def calls_no_bureau_beside_the_town(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.kind not in BESIDE_THE_TOWN or _called(command) <= case.own_units


def _called(command: Any) -> set[int]:
    return {getattr(command, "unit", None) or command.lead, *getattr(command, "supporting", ())}
