"""Which of her events a row of her story is about: by whom, and what was said in it."""

from collections.abc import Callable

from service.tickets.heard import Said
from service.tickets.models import TicketEvent
from workflows.statuses import Role

Test = Callable[[TicketEvent, Said], bool]


def always(event: TicketEvent, said: Said) -> bool:
    return True


def by_her(event: TicketEvent, said: Said) -> bool:
    return event.role is Role.resident


def by_an_official(event: TicketEvent, said: Said) -> bool:
    return event.role not in {Role.resident, Role.system}


def she_may_see(event: TicketEvent, said: Said) -> bool:
    """Words that were erased by law took their permission with them."""
    return "words" in said and bool(said.get("is_public", True))


def grants(kind: str) -> Test:
    """What may be asked and is nothing to her (exclusion) has no row."""
    return lambda event, said: said.get("ask") == kind


def was_kept(event: TicketEvent, said: Said) -> bool:
    return said.get("is_kept") is True


def was_reached(event: TicketEvent, said: Said) -> bool:
    return bool(said.get("is_reached"))


def was_answered(event: TicketEvent, said: Said) -> bool:
    return said.get("result") == "answered"
