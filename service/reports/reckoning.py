"""How the tickets of a list make the number that opened it, where they are not just counted one by one."""

from collections.abc import Sequence
from dataclasses import asdict

from fastapi import Request
from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from service import web
from service.accounts.visits import Visit
from service.reports.choices import Choice, in_window
from service.reports.windows import conditions_of
from service.tickets.models import Ticket
from workflows.definitions import Measure
from workflows.formulas import DEFAULT_WEIGHTS
from workflows.tallies import Tally
from workflows.words import _

SEVERAL = _("这个数是 {n}：一件里的每一个被叫单位、每一个认领各算一次，所以比件数多。")


def weighed(request: Request, visit: Visit, choice: Choice, row: Measure) -> str:
    """As numbers in a sentence: so many of these, and so many of those with their weight; empty where none has one."""
    if not row.adds_up:
        return ""
    tally = _tally(visit, choice, row)
    counts = {name: f"{getattr(tally, name):,}" for name in row.above}
    total = f"{row.of(tally, DEFAULT_WEIGHTS).numerator:,.10g}"
    return web.say(request, row.adds_up, **counts, **asdict(DEFAULT_WEIGHTS), total=total)


def _tally(visit: Visit, choice: Choice, row: Measure) -> Tally:
    names = tuple(dict.fromkeys((*row.above, *row.below)))
    conditions = conditions_of(visit.now)
    inside = in_window(row.window, choice.period, conditions["open"])
    wanted = select(*(func.count().filter(conditions[name]) for name in names)).select_from(Ticket)
    found = visit.session.execute(wanted.where(choice.condition, inside)).one()
    return Tally(**dict(zip(names, found, strict=True)))


def said_of_several(
    request: Request, visit: Visit, condition: ColumnElement[bool], ids: Select[int], total: int
) -> str:
    """Of a figure over what is no ticket; empty where every ticket stands for one."""
    counted = ids.subquery()
    wanted = select(func.count()).select_from(counted).join(Ticket, col(Ticket.id) == counted.c[0])
    n: int = visit.session.execute(wanted.where(condition)).scalar_one()
    return web.say(request, SEVERAL, n=f"{n:,}") if n != total else ""


def times_of(visit: Visit, ids: Select[int], tickets: Sequence[int]) -> dict[int, int]:
    """How often each of these tickets is counted."""
    counted = ids.subquery()
    wanted = select(counted.c[0], func.count()).where(counted.c[0].in_(tickets)).group_by(counted.c[0])
    return {row[0]: row[1] for row in visit.session.execute(wanted)}
