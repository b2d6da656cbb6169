"""What others read of endorsements: how many neighbours have said the same, and nothing of who they are."""

from datetime import datetime

from sqlmodel import Session

from service.accounts.visits import Visit
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.models import Ticket
from service.tickets.panels import Panel
from workflows.cases import Case


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    return Panel("endorsements/_beside.html", {"count": ticket.endorsements}) if ticket.endorsements else None


def told_to_villager(
    session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> Panel | None:
    return Panel("endorsements/_told.html", {"count": ticket.endorsements}) if ticket.endorsements else None
