"""On the page of her wish: her own recording, which nobody hears but she and the officials who handle it."""

from datetime import datetime

from sqlmodel import Session

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.sealing import tracking_token
from service.tickets.models import Ticket
from service.tickets.panels import Panel
from service.tickets.voices import voice_of


def told_to_villager(
    session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> Panel | None:
    voice = voice_of(session, ticket.id or 0)
    if voice is None:
        return None
    heard = {"url": f"/t/{tracking_token(ticket.id or 0)}/voice", "seconds": voice.seconds}
    return Panel("tickets/_her_voice.html", heard, is_hers=True)
