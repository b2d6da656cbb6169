"""What the whistle's page shows: what, where, how many and by when first; then who has come, the plan, the story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.directory.models import Person
from service.local_words import LocalWords
from service.masking import mask_text
from service.tickets.desk_words import local_words
from service.tickets.models import Attachment, Ticket
from service.tickets.numbers import number_of
from service.tickets.timeline import Entry, Picture, Teller, names_of
from service.web import render
from service.whistles import listing, page_words
from service.whistles.casefile import calls_of, milestones_of, whistle_case_of
from service.whistles.consequences import lateness, rules_of, waiting
from service.whistles.models import Milestone, Whistle, WhistleCall
from service.whistles.page_words import Look
from service.whistles.plan_forms import empty_rows
from service.whistles.queries import events_of
from service.whistles.whistle_buttons import NOTHING_PRESSED, Pressed, actions_of, plan_units
from workflows.whistle_cases import WhistleCase
from workflows.whistle_duties import duties_of
from workflows.whistle_words import KIND_WORDS, OPEN_WHISTLE, REASON_WORDS, MilestoneState, WhistleStatus

WORDS_AT_ONCE = 100
"""More than this is read further down: what matters has to stand on a telephone's first screen."""

ICONS = {
    "report_in": "pin",
    "approve_whistle": "checked",
    "confirm_whistle": "checked",
    "accept_whistle": "checked",
    "refuse_whistle": "cross",
    "dismiss_whistle": "cross",
    "contest_call": "flag",
    "rule_on_call": "shield",
    "survey": "eye",
    "hold_site_meeting": "people",
    "plan_work": "list",
    "report_milestone": "flag",
    "change_milestone": "calendar",
    "hand_over_part": "send",
    "complete_whistle": "check",
    "refuse_acceptance": "undo",
    "score_call": "star",
    "call_more": "plus",
    "note_whistle": "lock",
}


@dataclass(frozen=True)
class CallLine:
    """`came` says who came, when and where."""

    unit: str
    phone: str | None
    is_lead: bool
    has_come: bool
    look: Look
    came: str


@dataclass(frozen=True)
class Step:
    """One milestone; the addresses open its form, where the reader may say something of it."""

    id: int
    title: str
    unit: str
    due_at: datetime
    look: Look
    is_public: bool
    url_report: str | None
    url_change: str | None


@dataclass(frozen=True)
class ScoreLine:
    unit: str
    is_scored: bool
    speed: int | None
    work: int | None
    result: int | None


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
        lates=[lateness(duty, visit.now, visit.known, local) for duty in duties_of(case) if duty.due_at < visit.now],
        **_called(visit, whistle, calls, local),
        **_planned(visit, whistle, steps, {action.verb for action in actions}, local),
        scores=_scores(visit, whistle, calls),
        entries=_entries(visit, whistle, local),
        actions=actions,
        rows=pressed.rows or empty_rows(),
        plan_error=pressed.errors.get("milestones", ""),
        units=plan_units(visit, case),
        kept_ids=[photo.id for photo in pressed.kept_photos],
        refusal=pressed.refusal,
        rules=rules_of(whistle.kind, visit.known, local),
        looks=ICONS,
        kind_words=KIND_WORDS,
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
        "reason": REASON_WORDS[whistle.reason],
        "ticket": ticket_line(ticket),
        "wishes": wishes_of(visit.session, ticket.id or 0, whistle.issue_id),
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


def wishes_of(session: Session, ticket_id: int, issue_id: int | None) -> int:
    """How many wishes say so: the one that it hangs on, those merged into it, and those of the issue."""
    in_issue = [col(Ticket.issue_id) == issue_id] if issue_id else []
    wanted = or_(col(Ticket.id) == ticket_id, col(Ticket.merged_into_id) == ticket_id, *in_issue)
    counted: int = session.execute(select(func.count()).select_from(Ticket).where(wanted)).scalar_one()
    return counted


def _own(visit: Visit, calls: Sequence[WhistleCall], whistle: Whistle, local: LocalWords) -> dict[str, Any] | None:
    """The duty of the reader's own unit, while it has not come."""
    mine = [call for call in calls if call.unit_id in visit.actor.units and call.state == "called"]
    if not mine or whistle.status not in listing.RUNNING:
        return None
    first = min(mine, key=lambda call: call.report_due_at)
    return {"due_at": first.report_due_at, "look": page_words.own_look(first, visit.now, local)}


def _called(visit: Visit, whistle: Whistle, calls: Sequence[WhistleCall], local: LocalWords) -> dict[str, Any]:
    counted = [call for call in calls if call.state in page_words.COUNTS]
    ranked = sorted(calls, key=lambda call: (not call.is_lead, call.id or 0))
    names = _names(visit, {call.reported_by_id for call in calls if call.reported_by_id})
    return {
        "calls": [_call(visit, whistle, call, names, local) for call in ranked],
        "arrived": sum(call.state in page_words.HAS_COME for call in counted),
        "expected": len(counted),
    }


def _call(visit: Visit, whistle: Whistle, call: WhistleCall, names: dict[int, str], local: LocalWords) -> CallLine:
    unit = visit.known.units.get(call.unit_id)
    is_blown = whistle.status is not WhistleStatus.raised
    return CallLine(
        unit=visit.known.unit_name(call.unit_id),
        phone=unit.phone if unit else None,
        is_lead=call.is_lead,
        has_come=call.reported_at is not None,
        look=page_words.call_look(call, visit.now, local, is_blown=is_blown),
        came=page_words.came(call, names.get(call.reported_by_id or 0, ""), local),
    )


def _names(visit: Visit, people: set[int]) -> dict[int, str]:
    rows = visit.session.exec(select(Person).where(col(Person.id).in_(people))).all() if people else []
    return {person.id: person.name for person in rows if person.id is not None}


def _planned(
    visit: Visit, whistle: Whistle, steps: Sequence[Milestone], verbs: set[str], local: LocalWords
) -> dict[str, Any]:
    kept = [step for step in steps if step.state is not MilestoneState.dropped]
    return {
        "steps": [_step(visit, whistle, step, verbs, local) for step in sorted(steps, key=lambda each: each.due_at)],
        "done": sum(step.state is MilestoneState.done for step in kept),
        "planned": len(kept),
    }


def _step(visit: Visit, whistle: Whistle, step: Milestone, verbs: set[str], local: LocalWords) -> Step:
    def opens(verb: str) -> str | None:
        is_offered = verb in verbs and step.state is MilestoneState.planned
        return f"{listing.url_of(whistle)}?open={verb}&milestone={step.id}#{verb}" if is_offered else None

    return Step(
        id=step.id or 0,
        title=step.title,
        unit=visit.known.unit_name(step.unit_id),
        due_at=step.due_at,
        look=page_words.milestone_look(step, visit.now, local),
        is_public=step.is_public,
        url_report=opens("report_milestone"),
        url_change=opens("change_milestone"),
    )


def _scores(visit: Visit, whistle: Whistle, calls: Sequence[WhistleCall]) -> list[ScoreLine]:
    """Once the town may score, or has scored, each unit stands there: also one that nobody has scored yet."""
    if whistle.status is not WhistleStatus.accepted and not any(call.scored_at for call in calls):
        return []
    return [
        ScoreLine(visit.known.unit_name(call.unit_id), call.scored_at is not None, call.speed, call.work, call.result)
        for call in calls
        if call.state in page_words.COUNTS
    ]


def _entries(visit: Visit, whistle: Whistle, local: LocalWords) -> list[Entry]:
    stories = events_of(visit.session, whistle.id or 0)

    def picture(photo: Attachment) -> Picture:
        """It hangs on the ticket that the whistle hung on at that moment."""
        ticket = visit.session.get_one(Ticket, photo.ticket_id)
        url = f"/desk/tickets/{number_of(ticket.id or 0, ticket.created_at)}/photos/{photo.id}"
        return Picture(url, f"{url}?small=1")

    return Teller(visit.known, names_of(visit.session, stories), local, mask_text, picture).entries(stories)
