"""Looking back (回头看) and inspecting in turn (轮流互查): the table, the draw and the ring. Nobody inspects himself."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflows.actors import Actor
from workflows.cases import Case
from workflows.command_fields import CommandBase, Photos, Text, field, photos, words
from workflows.inspection_words import FINDING_WORDS, Finding
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Status
from workflows.words import _

TOGETHER_MOST = 500
"""A round is looked at by people, one by one."""


class RecordInspection(CommandBase):
    verb: Literal["record_inspection"] = "record_inspection"
    finding: Finding = field(_("核查结果"), widget="choice")
    words: Text = words(_("核查的情况"), hint=_("找到了谁、看到了什么；不属实的会重新办理"), least=5)
    photos: Photos = photos()


class PressInspection(CommandBase):
    """The round is late: said by the clock alone, once. `unit` inspects, `left` tickets were not looked at."""

    verb: Literal["press_inspection"] = "press_inspection"
    unit: int = field(_("谁去查"), widget="unit")
    left: int = field(_("还没查的件数"), widget="number", ge=1)


INSPECTION_COMMANDS: dict[str, type[CommandBase]] = {
    "record_inspection": RecordInspection,
    "press_inspection": PressInspection,
}


@dataclass(frozen=True)
class Round:
    """Whose closed tickets are drawn, from when to when, how many in a hundred, by which published seed."""

    area_path: str
    inspector_unit: int
    inspector_area_path: str
    closed_from: date
    closed_until: date
    percent: int
    seed: str
    due: date


@dataclass(frozen=True)
class Item:
    """One drawn ticket, as its case stands now. `lead_is_active`: the unit that handled it still exists."""

    case: Case
    inspector_unit: int
    finding: Finding | None = None
    is_round_open: bool = True
    lead_is_active: bool = True


# Who may look, and when.

Test = Callable[[Item, Actor], bool]


@dataclass(frozen=True)
class InspectionGuard:
    name: str
    sentence: str
    test: Test


def guard(sentence: str) -> Callable[[Test], InspectionGuard]:
    return lambda test: InspectionGuard(test.__name__, sentence, test)


@guard(_("这一轮已经结束了。"))
def round_is_open(item: Item, actor: Actor) -> bool:
    return item.is_round_open


@guard(_("这一件已经核查过了。"))
def is_not_inspected_yet(item: Item, actor: Actor) -> bool:
    return item.finding is None


@guard(_("自己办过的事不能自己核查，请换一位同事。"))
def did_not_handle_it(item: Item, actor: Actor) -> bool:
    return not (actor.units & item.case.handling_units or actor.person in item.case.handled_by)


@guard(_("这一件已经撤回或者并入别的件，不用核查了。"))
def was_not_taken_away(item: Item, actor: Actor) -> bool:
    return item.case.status not in {Status.withdrawn, Status.merged}


GUARDS = (round_is_open, is_not_inspected_yet, was_not_taken_away, did_not_handle_it)


@dataclass(frozen=True)
class Row:
    """What follows from a finding. `when` reads the item; of the rows of a finding the first that holds counts."""

    finding: Finding
    when: str
    holds: Callable[[Item], bool]
    consequence: str


def always(item: Item) -> bool:
    return True


def its_unit_can_do_it_again(item: Item) -> bool:
    return item.case.status is Status.closed and item.case.lead_unit_id is not None and item.lead_is_active


def its_unit_is_gone(item: Item) -> bool:
    return item.case.status is Status.closed


NOTHING, REOPEN, NEW_WISH = "nothing", "reopen", "new_wish"

# fmt: off
CONSEQUENCES: tuple[Row, ...] = (
    # finding             when                                      holds                      consequence
    Row(Finding.confirmed, "always",                                 always,                   NOTHING),
    Row(Finding.partly,    "always",                                 always,                   NOTHING),
    Row(Finding.untrue,    "closed, and its unit can do it again",   its_unit_can_do_it_again, REOPEN),
    Row(Finding.untrue,    "closed, and its unit is gone",           its_unit_is_gone,         NEW_WISH),
    Row(Finding.untrue,    "taken up again by somebody else",        always,                   NOTHING),
)
# fmt: on


def decide(item: Item, command: RecordInspection, actor: Actor) -> str:
    """What follows from this finding. Raises NotPermitted and Refused; pure."""
    if item.inspector_unit not in actor.units:
        raise NotPermitted(_("您没有做这件事的权限。"))
    for each in GUARDS:
        if not each.test(item, actor):
            raise Refused(each.sentence)
    return next(row.consequence for row in CONSEQUENCES if row.finding is command.finding and row.holds(item))


def may_record(item: Item, actor: Actor) -> bool:
    return item.inspector_unit in actor.units and all(each.test(item, actor) for each in GUARDS)


# Opening a round.


def check(planned: Round, today: date) -> None:
    """Raise Refused for a round that nobody could carry out, or in which somebody would inspect himself."""
    if planned.inspector_area_path.startswith(planned.area_path):
        raise Refused(_("不能自己查自己：核查的单位要在被查的地方以外。"), field="unit")
    if planned.closed_until < planned.closed_from:
        raise Refused(_("结束的日子不能早于开始的日子。"), field="closed_until")
    if planned.closed_from > today:
        raise Refused(_("还没有到的日子里没有办结的件。"), field="closed_from")
    if planned.due <= today:
        raise Refused(_("查完的期限要在今天之后。"), field="due")


def draw(ticket_ids: Iterable[int], percent: int, seed: str) -> tuple[int, ...]:
    """So many in a hundred, at least one: the same seed draws the same ones, whoever draws and in whatever order."""
    known = set(ticket_ids)
    ranked = sorted(known, key=lambda ticket: (_lot(seed, ticket), ticket))
    return tuple(sorted(ranked[: min(-(-len(known) * percent // 100), TOGETHER_MOST)]))


def _lot(seed: str, ticket: int) -> bytes:
    return hashlib.sha256(f"{seed}/{ticket}".encode()).digest()


def ring(places: Sequence[int], turn: int) -> tuple[tuple[int, int], ...]:
    """(who inspects, who is inspected): each the one `turn` places further on, in a circle, and never himself.

    Raises Refused where there are fewer than two.
    """
    if len(places) < 2:
        raise Refused(_("至少要有两个地方，才能轮流互查。"))
    step = 1 + turn % (len(places) - 1)
    return tuple((place, places[(at + step) % len(places)]) for at, place in enumerate(places))


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| finding | 核查结果 | when | what follows |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.finding}` | {FINDING_WORDS[row.finding]} | {row.when} | `{row.consequence}` |\n"
        for row in CONSEQUENCES
    )
