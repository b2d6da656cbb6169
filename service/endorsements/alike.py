"""Wishes like hers, shown before she sends it: open ones and those of the last months, with what was answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.sealing import secret_address
from service.tickets import search
from service.tickets.models import Ticket
from service.tickets.queries import story_of
from service.tickets.resident_story import Reader, last_answer
from service.tickets.resident_words import Standing, to_a_neighbour
from service.tickets.scope import in_area
from service.tickets.without_her import without_her, without_her_name
from workflows.statuses import OPEN, Status

MOST = 3
LOOKS_BACK = timedelta(days=120)
WORDS_LEAST = 4
SUMMARY = 120
ALIKE_ADDRESS = "alike"
ANSWERED = (Status.follow_up, Status.closed)


@dataclass(frozen=True)
class Alike:
    """One wish as its neighbours may see it; `token` names it in her form and nowhere else."""

    token: str
    place: str
    words: str
    standing: str
    answer: str
    endorsements: int
    is_open: bool


@dataclass(frozen=True)
class Hers:
    """What she is about to say: her words, where it is, and what kind of thing, if she has chosen one."""

    words: str
    area_path: str
    category_id: int | None = None


def alike(session: Session, hers: Hers, known: Reference, local: LocalWords, now: datetime) -> list[Alike]:
    """At most three, of the same town, the most similar first, and of equal ones those of her place or category; none
    for words too few to compare."""
    if len(hers.words.strip()) < WORDS_LEAST:
        return []
    recent = or_(col(Ticket.status).in_(OPEN), col(Ticket.closed_at) > now - LOOKS_BACK)
    readable = col(Ticket.is_shared) & in_area(town_path(hers.area_path)) & recent
    closer = or_(in_area(hers.area_path), col(Ticket.category_id) == (hers.category_id or 0))
    found = search.said_before(session, hers.words, readable, closer, MOST)
    rows = {row.id: row for row in session.exec(select(Ticket).where(col(Ticket.id).in_(found)))}
    return [_told(session, rows[each], known, local, now) for each in found if each in rows]


def town_path(area_path: str) -> str:
    """`/1/4/` of `/1/4/17/`: who lives in the next village may have the same road."""
    return "/" + "/".join(area_path.strip("/").split("/")[:2]) + "/"


def _told(session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime) -> Alike:
    place = known.lineage(ticket.area_id)
    village = next((area for area in reversed(place) if area.path.count("/") == 4), place[0])
    return Alike(
        token=secret_address(ALIKE_ADDRESS, ticket.id or 0),
        place=known.place_name(village.id or ticket.area_id),
        words=shortened(without_her_name(ticket.public_text, ticket)),
        standing=to_a_neighbour(Standing(ticket, now), known, local),
        answer=_answer(session, ticket, known, local),
        endorsements=ticket.endorsements,
        is_open=ticket.status in OPEN,
    )


def _answer(session: Session, ticket: Ticket, known: Reference, local: LocalWords) -> str:
    if ticket.status not in ANSWERED:
        return ""
    reader = Reader(known, local._, lambda photo: None, is_neighbour=True)  # type: ignore[arg-type,return-value]
    answer = last_answer(story_of(session, ticket.id or 0), reader)
    return shortened(without_her(answer.words, ticket)) if answer else ""


def shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1] + "…"
