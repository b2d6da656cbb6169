"""Nobody decides about what his own unit did or left undone: who rules, accepts and scores, and whom one suggests."""

from datetime import datetime, timedelta
from typing import Any

from workflows.actors import Actor
from workflows.whistle_cases import WhistleCase
from workflows.whistle_effects import spoken_for
from workflows.whistle_guards import guard
from workflows.whistle_roles import WhistleRole, standing_at
from workflows.words import _

PLANNED_AHEAD = timedelta(days=730)


@guard(_("建议的单位不能是您自己的单位。"), reads_command=True)
def suggests_another(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = spoken_for(case, command, actor)
    return command.suggested_unit is None or call is None or command.suggested_unit != call.unit_id


@guard(_("提异议的是您自己的单位，要由别的裁定人或者县分管领导来裁定。"), reads_command=True)
def rules_on_others(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """Where the ruling desk itself was called there is nobody else of that rank."""
    return command.unit not in actor.units or command.unit == case.ruling_unit_id


@guard(_("事情是您自己的单位做的，要由别人来验收。"))
def accepts_work_of_others(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """What a ruling has sent back to the town's own desk the desk accepts as well."""
    lead = case.lead
    return lead is None or lead.unit_id not in actor.units or lead.unit_id == case.town_unit_id


@guard(_("不能给自己的单位打分。"), reads_command=True)
def scores_others(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return command.unit not in actor.units


@guard(_("过了期的节点由吹哨的镇来改，不能自己往后挪。"), reads_command=True)
def moves_no_missed_date(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """As with an extension: asked for before it is late, or decided by somebody else."""
    milestone = case.milestone(command.milestone)
    return milestone is None or now <= milestone.due_at or WhistleRole.town in standing_at(actor, case)


@guard(_("节点最远排到两年以内：先排近的，远的到时候再排。"), reads_command=True)
def dates_are_in_reach(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """A date of which nobody living will be reminded is no date."""
    last = now.astimezone(case.calendar.zone).date() + PLANNED_AHEAD
    dates = [draft.due for draft in getattr(command, "milestones", ())] + [getattr(command, "due", None)]
    return all(due is None or due <= last for due in dates)
