"""The rollups counted again, ticket by ticket, by the pure rules and without a word of what folds them."""

from collections import Counter, defaultdict
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.tickets.models import Ticket
from tests.support.recount import every_fact
from workflows.tallies import Tally, tally

CHINA = ZoneInfo("Asia/Shanghai")
NO_DAY = date(1970, 1, 1)
Row = tuple[str, int, str, date, str]
Recount = tuple[dict[Row, Tally], dict[Row, dict[int, int]]]


def recounted(session: Session, now: datetime) -> Recount:
    """Every row that must be there, and for each how many were answered after how many days."""
    tallies: dict[Row, Tally] = defaultdict(Tally)
    answers: dict[Row, Counter[int]] = defaultdict(Counter)
    for ticket, main, facts in every_fact(session):
        counted = tally(facts, now)
        days = ceil((main.answered_at - ticket.created_at).total_seconds() / 86400) if main.answered_at else 0
        for row in rows_of(ticket, main, bool(counted.open)):
            tallies[row] += counted
            if counted.answered and row[0] in {"standing", "creation"} and (row[2] == "whole" or row[1] == 1):
                answers[row][max(days, 1)] += 1
    return dict(tallies), {row: dict(found) for row, found in answers.items()}


def rows_of(ticket: Ticket, main: Ticket, is_open: bool) -> list[Row]:
    created = ticket.created_at.astimezone(CHINA).date()
    ended = main.closed_at.astimezone(CHINA).date() if main.closed_at else NO_DAY
    last = ("open", created) if is_open else ("conclusion", ended)
    areas = [int(part) for part in ticket.area_path.split("/") if part]
    members = (
        ("whole", ""),
        ("unit", str(ticket.lead_unit_id or 0)),
        ("category", str(ticket.category_id or 0)),
        ("source", ticket.source.value),
    )
    return [
        (window, area, dimension, day, member)
        for window, day in (("standing", NO_DAY), ("creation", created), last)
        for depth, area in enumerate(areas)
        for dimension, member in (members if depth < 2 else members[:1])
    ]
