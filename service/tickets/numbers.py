"""Ticket numbers: the year and the row's own number, so nothing needs to be stored or counted."""

import re
from datetime import datetime

from service.clock import local
from service.settings import settings
from workflows.commands import LARGEST_ID

NUMBER = re.compile(r"^([0-9]{4})-([0-9]{6,12})$")


def number_of(ticket_id: int, created_at: datetime) -> str:
    """`2026-000123`: what a villager reads on the telephone."""
    return f"{local(created_at, settings().time_zone):%Y}-{ticket_id:06d}"


def id_of(number: str) -> int | None:
    """The row behind a number as typed; None when it is no number of ours."""
    found = NUMBER.match(number.strip())
    return int(found[2]) if found and int(found[2]) <= LARGEST_ID else None
