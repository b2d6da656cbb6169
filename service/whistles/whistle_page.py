"""What the whistle's page shows: what, where, how many and by when first; then who has come, the plan, the story."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from service.accounts.visits import Visit
from service.directory.models import Person
from service.local_words import LocalWords
from service.masking import mask_text
from service.tickets.desk_words import local_words
from service.tickets.how_many import of_matter
from service.tickets.models import Attachment, Ticket
from service.tickets.numbers import number_of
from service.tickets.timeline import Entry, Picture, Teller, names_of
from service.web import render
from service.whistles import listing, page_words
from service.whistles.casefile import calls_of, milestones_of, whistle_case_of
from service.whistles.consequences import lateness, rules_of, waiting
from service.whistles.models import Whistle, WhistleCall
from service.whistles.plan_forms import empty_rows
from service.whistles.queries import events_of
from service.whistles.whistle_buttons import NOTHING_PRESSED, Pressed, actions_of, plan_units
from service.whistles.whistle_lines import called, planned, scores
from workflows.whistle_cases import DutyName, WhistleCase
from workflows.whistle_duties import duties_of
from workflows.whistle_words import OPEN_WHISTLE

WORDS_AT_ONCE = 60
"""More than this is read further down: what matters has to stand on a telephone's first screen."""


def whistle_page(
    request: Request, visit: Visit, whistle: Whistle, pressed: Pressed = NOTHING_PRESSED, *, status: int = 200
) -> Response:
    assert whistle.id is not None
    local = local_words(request)
    case = whistle_case_of(visit.session, whistle, visit.known)
    ticket = visit.session.get_one(Ticket, whistle.ticket_id)
    calls = calls_of(visit.session, whistle.id)
    steps = milestones_of(visit.session, whistle.id)
    actions = actions_of(visit, whistle, case, local, pressed)
    return render(
        request,
        "whistles/whistle.html",
        status,
        whistle=_shown(visit, whistle, ticket, case, local),
        own=_own(visit, calls, whistle, local),
        lates=_lates(visit, case, local),
        **called(visit, whistle, calls, local),
        **planned(visit, whistle, steps, actions, local),
        scores=scores(visit, whistle, calls),
        entries=_entries(visit, whistle, local),
        actions=actions,
        rows=pressed.rows or empty_rows(),
        plan_error=pressed.errors.get("milestones", ""),
        units=plan_units(visit, case),
        kept_ids=[photo.id for photo in pressed.kept_photos],
        refusal=pressed.refusal,
        rules=rules_of(case.book.kinds[whistle.kind], case.limits, local),
        kinds=visit.known.whistles.kinds,
    )


def _shown(visit: Visit, whistle: Whistle, ticket: Ticket, case: WhistleCase, local: LocalWords) -> dict[str, Any]:
    duties = duties_of(case)
    blown_by = visit.session.get(Person, whistle.blown_by_id) if whistle.blown_by_id else None
    return {
        **{name: getattr(whistle, name) for name in AS_THEY_ARE},
        "look": page_words.status_look(whistle.status, local),
        "text": whistle.public_text,
        "short": listing.shortened(whistle.public_text, WORDS_AT_ONCE),
        "is_long": len(whistle.public_text) > WORDS_AT_ONCE or "\n" in whistle.public_text,
        "place": visit.known.place_name(ticket.area_id),
        "town": visit.known.unit_name(whistle.town_unit_id),
        "reason": local.named(visit.known.whistles.reasons[whistle.reason]),
        "ticket": ticket_line(ticket),
        "counted": of_matter(visit.session, ticket.id or 0, whistle.issue_id),
        "blown_by": blown_by.name if blown_by else "",
        "waits_for": waiting(duties[0], visit.known, local) if duties else "",
        "is_open": whistle.status in OPEN_WHISTLE,
    }


AS_THEY_ARE = ("id", "version", "kind", "status", "raised_at", "blown_at", "due_at", "is_provisional", "was_needed")


def ticket_line(ticket: Ticket) -> dict[str, str]:
    number = number_of(ticket.id or 0, ticket.created_at)
    return {
        "number": number,
        "url": f"/desk/tickets/{number}",
        "words": listing.shortened(ticket.public_text, 200),
    }


def _lates(visit: Visit, case: WhistleCase, local: LocalWords) -> list[str]:
    """What is late. Of his own report-in the reader is told beside its date."""
    late = [duty for duty in duties_of(case) if duty.due_at < visit.now]
    others = [duty for duty in late if duty.name is not DutyName.report_in or duty.unit not in visit.actor.units]
    return [lateness(duty, visit.now, visit.known, local) for duty in others]


def _own(visit: Visit, calls: Sequence[WhistleCall], whistle: Whistle, local: LocalWords) -> dict[str, Any] | None:
    """The duty of the reader's own unit, while it has not come."""
    mine = [call for call in calls if call.unit_id in visit.actor.units and call.state == "called"]
    if not mine or whistle.status not in listing.RUNNING:
        return None
    first = min(mine, key=lambda call: call.report_due_at)
    return {"due_at": first.report_due_at, "look": page_words.own_look(first, visit.now, local)}


def _entries(visit: Visit, whistle: Whistle, local: LocalWords) -> list[Entry]:
    stories = events_of(visit.session, whistle.id or 0)

    def picture(photo: Attachment) -> Picture:
        """It hangs on the ticket that the whistle hung on at that moment."""
        ticket = visit.session.get_one(Ticket, photo.ticket_id)
        url = f"/desk/tickets/{number_of(ticket.id or 0, ticket.created_at)}/photos/{photo.id}"
        return Picture(url, f"{url}?small=1")

    return Teller(visit.known, names_of(visit.session, stories), local, mask_text, picture).entries(stories)
