"""What the ticket's page shows: the wish first, then the clocks, who has it, its story, and the buttons allowed now."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session, col

from service.accounts.visits import Visit
from service.directory.models import Link, Person
from service.local_words import LocalWords
from service.masking import mask_name, mask_phone, mask_text
from service.phones import normalise_phone
from service.tickets import looks, queue, search, views
from service.tickets.buttons import NOTHING_PRESSED, Pressed, actions_of
from service.tickets.casefile import case_of
from service.tickets.desk_words import clocks, hold_lines, local_words
from service.tickets.models import Attachment, Looked, Ticket
from service.tickets.numbers import number_of
from service.tickets.panels import panels_of
from service.tickets.queries import Story, holds_of, photos_of, story_of
from service.tickets.reminders import folded
from service.tickets.scope import visible_tickets
from service.tickets.suggestions import Like, suggestions
from service.tickets.timeline import Entry, Picture, Teller, names_of
from service.tickets.voices import voice_of
from service.web import render
from workflows.cases import Case
from workflows.positions import position_from
from workflows.statuses import Status

SIMILAR_MOST = 5


def ticket_page(
    request: Request,
    visit: Visit,
    ticket: Ticket,
    pressed: Pressed = NOTHING_PRESSED,
    *,
    status: int = 200,
    is_revealed: bool = False,
) -> Response:
    """`is_revealed` shows names and numbers whole: the caller has written down who looked."""
    assert ticket.id is not None
    session, local, asked = visit.session, local_words(request), views.asked_of(request, visit.actor)
    case = case_of(session, ticket, visit.known)
    story = story_of(session, ticket.id)
    similar = _similar(visit, ticket)
    alike = [Like(row.category_id, row.lead_unit_id) for row in similar]
    suggested = suggestions(ticket.category_id, ticket.area_path, alike, visit.known, local, ticket.public_text)
    number = number_of(ticket.id, ticket.created_at)
    timeline = folded(_teller(visit, story, local, number, is_revealed).entries(story), local)
    return render(
        request,
        "tickets/ticket.html",
        status,
        ticket=_shown(visit, ticket, case, story, is_revealed),
        clocks=clocks(case, visit.known.unit_name(ticket.unit_id), local),
        holds=hold_lines(holds_of(session, ticket.id), visit.known, visit.now, local),
        timeline=timeline,
        answer=_answer(ticket, timeline),
        similar=queue.rows_of(session, visit.known, similar),
        suggested=suggested,
        actions=actions_of(visit, ticket, case, local, suggested, pressed, queue.url_of(number), asked.query),
        kept_photos=[_picture(number, photo) for photo in pressed.kept_photos],
        kept_ids=[photo.id for photo in pressed.kept_photos],
        queue=queue.queue_of(visit, asked, ticket.id),
        refusal=pressed.refusal,
        search=asked.text,
        panels=panels_of(request, visit, ticket, case, local),
    )


def _similar(visit: Visit, ticket: Ticket) -> list[Any]:
    others = visible_tickets(visit.actor) & (col(Ticket.id) != ticket.id)
    found = search.nearest(visit.session, ticket.public_text, others, SIMILAR_MOST)
    return queue.summaries(visit.session, found)


def _answer(ticket: Ticket, timeline: Sequence[Entry]) -> Entry | None:
    """What the unit wrote last, while somebody has to judge it or to ask whether it is true."""
    if ticket.status not in {Status.replied, Status.follow_up, Status.closed}:
        return None
    return next((entry for entry in timeline if entry.verb == "reply"), None)


def _teller(visit: Visit, story: Sequence[Story], local: LocalWords, number: str, is_revealed: bool) -> Teller:
    return Teller(
        known=visit.known,
        names=names_of(visit.session, story),
        local=local,
        shown=str if is_revealed else mask_text,
        picture=lambda photo: _picture(number, photo),
    )


def _picture(number: str, photo: Attachment) -> Picture:
    url = f"{queue.url_of(number)}/photos/{photo.id}"
    return Picture(url, f"{url}?small=1")


def _shown(visit: Visit, ticket: Ticket, case: Case, story: Sequence[Story], is_revealed: bool) -> dict[str, Any]:
    """The ticket's own columns, and what the page says in their place."""
    assert ticket.id is not None
    known, number = visit.known, number_of(ticket.id, ticket.created_at)
    unit = known.units.get(ticket.unit_id or 0)
    return {
        **{name: getattr(ticket, name) for name in AS_THEY_ARE},
        **_person(ticket, is_revealed),
        **_surroundings(visit.session, ticket),
        **_besides_words(visit, ticket, number),
        "number": number,
        "photos": [_picture(number, photo) for photo in story[0].photos] if story else [],
        "area_name": known.place_name(ticket.area_id),
        "category_name": known.category_name(ticket.category_id),
        "unit_name": known.unit_name(ticket.unit_id),
        "unit_phone": unit.phone if unit else None,
        "lead_unit_name": known.unit_name(ticket.lead_unit_id),
        "supporting": [known.unit_name(unit) for unit in sorted(case.supporting)],
        "is_open": case.is_open,
        "is_supervised": ticket.supervised_at is not None,
        "reveal_url": f"{queue.url_of(number)}/reveal",
        "is_revealed": is_revealed,
    }


AS_THEY_ARE = (
    *(
        "version",
        "status",
        "stage",
        "urgency",
        "kind",
        "source",
        "meeting",
        "is_nameless",
        "is_private",
        "is_for_other",
        "created_at",
    ),
    *("round", "due_at", "original_due_at", "due_is_provisional", "outcome", "promised_for", "answered_at"),
    *("answered_on_time", "closed_at", "satisfaction", "is_resolved", "reopen_count"),
)


def _person(ticket: Ticket, is_revealed: bool) -> dict[str, Any]:
    """Masked until somebody looks, and looking is written down."""
    if is_revealed:
        dialled = normalise_phone(ticket.phone or "") or ticket.phone
        said = {"text": ticket.wish, "name": ticket.name, "phone": ticket.phone, "place": ticket.place}
        return {**said, "dialled": dialled}
    return {
        "text": ticket.public_text,
        "name": mask_name(ticket.name),
        "phone": mask_phone(ticket.phone),
        "place": mask_text(ticket.place or ""),
        "dialled": None,
        "hides": bool(ticket.phone or ticket.name or ticket.public_text != ticket.wish),
    }


def _besides_words(visit: Visit, ticket: Ticket, number: str) -> dict[str, Any]:
    """Her voice with its length, and the places that telephone and pictures named, each with its datum.

    A voice plays at once for whoever has the ticket; a place is shown to who asked for it today.
    """
    session, who, ticket_id = visit.session, visit.actor, ticket.id or 0
    voice = voice_of(session, ticket_id)
    written = [ticket.position, *(photo.position for photo in photos_of(session, ticket_id))]
    found = [each for each in (position_from(each) for each in written if each) if each]
    is_shown = bool(found) and looks.has_looked(session, who, ticket_id, Looked.position, visit.now)
    return {
        "voice": {"url": f"{queue.url_of(number)}/voice", "seconds": voice.seconds} if voice else None,
        "may_hear": voice is not None and looks.may_hear(session, who, ticket_id, visit.now),
        "positions": [(each.written(), each.on_chinese_maps().written()) for each in found] if is_shown else [],
        "hidden_positions": 0 if is_shown else len(found),
    }


def _surroundings(session: Session, ticket: Ticket) -> dict[str, Any]:
    """What else the ticket hangs on: its link, who entered it, the one it was merged into or split from."""
    link = session.get(Link, ticket.link_id) if ticket.link_id else None
    entered_by = session.get(Person, ticket.entered_by_id) if ticket.entered_by_id else None
    others = [other for other in (ticket.merged_into_id, ticket.parent_id) if other]
    numbers = {row.id: number_of(row.id, row.created_at) for row in queue.summaries(session, others)} if others else {}
    return {
        "link_label": link.label if link else "",
        "entered_by": entered_by.name if entered_by else "",
        "main_number": numbers.get(ticket.merged_into_id or 0, ""),
        "parent_number": numbers.get(ticket.parent_id or 0, ""),
    }
