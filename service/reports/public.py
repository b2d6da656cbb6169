"""The figures of a place as anybody may read them on the public wall: with their definitions, and no ranking."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session

from service.directory.models import Area
from service.reports.figures import figures_of
from service.reports.measure_pages import definitions
from service.tickets.panels import Panel
from workflows.rates import (
    Rate,
    Tally,
    conclusion_rate,
    on_time_rate,
    resolution_rate,
    response_rate,
    satisfaction_rate,
)
from workflows.words import _

SHOWN: tuple[tuple[str, Callable[[Tally], Rate]], ...] = (
    ("conclusion_rate", conclusion_rate),
    ("on_time_rate", on_time_rate),
    ("response_rate", response_rate),
    ("resolution_rate", resolution_rate),
    ("satisfaction_rate", satisfaction_rate),
)
"""What weighs or repeats the others says nothing to a villager."""

COUNTS = (("collected", _("征集")), ("concluded", _("办结")), ("open", _("在办")))


def for_everybody(request: Request, session: Session, place: Area, now: datetime) -> Panel:
    """As the scheduler last counted them: the same numbers as on the supervisors' board."""
    figures = figures_of(session, place, now)
    defined = {each["key"]: each for each in definitions(request)}
    values = {
        "as_of": figures.as_of,
        "counts": [(words, getattr(figures.tally, name)) for name, words in COUNTS],
        "measures": [{**defined[key], **_parts(of(figures.tally))} for key, of in SHOWN],
    }
    return Panel("reports/_public.html", values)


def _parts(rate: Rate) -> dict[str, Any]:
    return {"part": rate.numerator, "whole": rate.denominator, "rate": rate.value}
