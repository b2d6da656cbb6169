"""What may stand on the public wall (公示墙), in which words, in which column, and what takes it down again."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflows import claimable
from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import Changes
from workflows.guards import guard
from workflows.statuses import OPEN, Status
from workflows.words import _

SHOWABLE = OPEN | {Status.closed}
"""What was declined, withdrawn or merged stands on no wall."""

OFF_THE_WALL: dict[str, Any] = {
    "wall_text": None,
    "published_at": None,
    "wall_before_id": None,
    "wall_after_id": None,
}


@dataclass(frozen=True)
class Column:
    """One of the three columns; `key` stands in addresses."""

    key: str
    words: str
    explained: str
    statuses: frozenset[Status]


COLUMNS: tuple[Column, ...] = (
    Column("wished", _("有人说了"), _("收到了，还没有单位接手"), frozenset({Status.submitted, Status.assigned})),
    Column(
        "doing",
        _("正在办"),
        _("有单位在办，或者先记着、到日子再看"),
        frozenset({Status.in_progress, Status.replied, Status.deferred}),
    ),
    Column(
        "done",
        _("有结果了"),
        _("已经答复；结果怎样，每一件都写着，没办成的也写"),
        frozenset({Status.follow_up, Status.closed}),
    ),
)


@guard(_("只让干部看到的、没有告诉过诉求人乡亲会看到的，不能上公示墙。"))
def neighbours_may_read_it(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.is_shared


@guard(_("这件心愿不在公示墙上。"))
def is_on_the_wall(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.published_at is not None


@guard(_("这类心愿说出来会让人难堪，不能上公示墙。"), reads_command=True)
def shames_nobody(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return claimable.shames_nobody.holds(case, command, actor, now)


@guard(_("公示墙谁都看得到，请不要写姓名、电话和比村更细的地方（几组、几号）。"), reads_command=True)
def tells_not_who_she_is(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return claimable.tells_not_who_she_is.holds(case, command, actor, now)


def put_up(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """A second time only the words are new: the wish keeps its place."""
    return Changes({"wall_text": command.words, "published_at": case.published_at or now})


def take_down(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes(dict(OFF_THE_WALL))


def leaving(case: Case, changes: Changes, status_to: Status) -> Changes:
    """Whatever is withdrawn, declined or merged comes off the wall in the same moment."""
    if case.published_at is None or status_to in SHOWABLE:
        return changes
    return replace(changes, columns={**changes.columns, **OFF_THE_WALL})
