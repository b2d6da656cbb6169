"""The ticket that answers for another one: where a chain of mergers ends."""

from sqlmodel import Session

from service.tickets.models import Ticket

CHAIN_MOST = 10


def main_of(session: Session, ticket: Ticket) -> Ticket:
    """The ticket that answers for this one; itself, when it was not merged."""
    main = ticket
    for _step in range(CHAIN_MOST):
        further = session.get(Ticket, main.merged_into_id) if main.merged_into_id else None
        if further is None:
            break
        main = further
    return main
