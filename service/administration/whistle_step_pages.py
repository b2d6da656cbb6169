"""逐级提醒: who hears when nobody comes or work runs late, as the county has it; each step can be edited or added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.administration import whistle_steps
from service.administration.limit_pages import UNITS
from service.administration.permissions import allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.whistle_kind_commands import AddWhistleStep, SetWhistleStep
from service.errors import Conflict, NotFound
from service.fields import Action, Choice
from service.local_words import LocalWords
from service.tickets.desk_words import local_words
from service.typed import Typed
from workflows.refusals import Refused
from workflows.whistle_steps import RUNG_WORDS, LadderStep
from workflows.whistle_words import DUTY_WORDS
from workflows.words import _

router = APIRouter(prefix="/desk/whistle-ladder")

HERE = "/desk/whistle-ladder"
CHANGED = _("改好了。一分钟内，没有结束的哨都照新的来；提醒过的不再提醒。")
AT_PERCENT = _("时限走到 {percent}%")
BEFORE, AFTER, WHEN_DUE = _("到期前 {term}"), _("到期后 {term}"), _("到期的时候")
EVERY_KIND = _("每一类")


@dataclass(frozen=True)
class StepLine:
    step: LadderStep
    is_on: bool
    duty: str
    kinds: str
    moment: str
    rung: str
    action: Action | None


@router.get("")
def show_ladder(request: Request, visit: Looking) -> Response:
    allow(visit, "see_whistle_ladder")
    return _list(request, visit)


@router.post("")
def add_step(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "add_whistle_step")
    local = local_words(request)
    try:
        tried(visit, typed, AddWhistleStep, lambda asked: whistle_steps.add_step(visit, asked, local))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("add_whistle_step", typed, refused))
    return told(request, HERE, CHANGED)


@router.post("/{name}/set_whistle_step")
def set_step(request: Request, name: str, typed: Typed, visit: Acting) -> Response:
    allow(visit, "set_whistle_step")
    row = whistle_steps.every_step(visit.session, visit.known).get(name)
    if row is None:
        raise NotFound(_("没有这一级提醒。"))
    local = local_words(request)
    try:
        tried(visit, typed, SetWhistleStep, lambda asked: whistle_steps.set_step(visit, row, asked, local))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("set_whistle_step", typed, refused), name)
    return told(request, HERE, CHANGED)


def _list(request: Request, visit: Visit, pressed: Pressed | None = None, changed: str = "") -> Response:
    """`changed` names the step whose form comes back; none means one that is added."""
    every = whistle_steps.every_step(visit.session, visit.known)
    in_order = sorted(every.values(), key=lambda row: list(DUTY_WORDS).index(row.step.duty))
    lines = [_line(request, visit, row, pressed if row.step.name == changed else None) for row in in_order]
    adds = None
    if may(visit, "add_whistle_step"):
        choices = _choices(visit, local_words(request))
        adds = button(request, AddWhistleStep, HERE, None if changed else pressed, choices=choices, tone="primary")
    may_change = may(visit, "set_whistle_step")
    return page(request, visit, "whistle_ladder.html", pressed, lines=lines, adds=adds, may_change=may_change)


def _line(request: Request, visit: Visit, row: whistle_steps.StepRow, pressed: Pressed | None) -> StepLine:
    local, step, action = local_words(request), row.step, None
    if may(visit, "set_whistle_step"):
        url, now = f"{HERE}/{step.name}/set_whistle_step", whistle_steps.step_now(row)
        action = button(request, SetWhistleStep, url, pressed, choices=_choices(visit, local), now=now)
    return StepLine(
        step=step,
        is_on=row.is_on,
        duty=DUTY_WORDS[step.duty],
        kinds=_kinds_in_words(visit, step, local),
        moment=moment_in_words(step, local),
        rung=RUNG_WORDS[step.rung],
        action=action,
    )


def _kinds_in_words(visit: Visit, step: LadderStep, local: LocalWords) -> str:
    named = [local.named(row) for key, row in visit.known.whistles.kinds.items() if key in step.kinds]
    return local._(_("、")).join(named) or local._(EVERY_KIND)


def moment_in_words(step: LadderStep, local: LocalWords) -> str:
    if step.percent is not None:
        return local._(AT_PERCENT).format(percent=step.percent)
    term = step.before or step.after
    if term is None:
        return local._(WHEN_DUE)
    return local._(BEFORE if step.before else AFTER).format(term=term.in_words(local._))


def _choices(visit: Visit, local: LocalWords) -> Mapping[str, Sequence[Choice]]:
    kinds = [Choice(key, local.named(row)) for key, row in visit.known.whistles.kinds.items()]
    return {"amount_unit": UNITS, "kinds": kinds}
