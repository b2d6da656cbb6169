"""The page from which an officer calls: whom, what to say and to ask, what was tried, and what the rules allow now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request, Response

from service.accounts.visits import Visit
from service.fields import Action, fields_of
from service.follow_ups.draws import draw_of
from service.follow_ups.script import PARTS, Line
from service.local_words import LocalWords
from service.masking import mask_name, mask_phone, mask_text
from service.phones import normalise_phone
from service.tickets import queue
from service.tickets.casefile import case_of
from service.tickets.consequences import consequence
from service.tickets.desk_words import local_words
from service.tickets.models import Attachment, Ticket
from service.tickets.numbers import number_of
from service.tickets.queries import Story, story_of
from service.tickets.timeline import Picture, Teller, names_of
from service.web import render
from workflows import follow_ups, guards
from workflows.cases import Case
from workflows.commands import VERB_WORDS, Close, FollowUp
from workflows.decide import available
from workflows.statuses import Role, Status
from workflows.words import _

TOLD = frozenset({"follow_up", "rate", "reopen", "close"})
NOT_HIS = _("回访由回访员来做，您可以看，不能记。")
NOT_NOW = _("这件事现在不在回访这一步，不用打电话。")


@dataclass(frozen=True)
class Pressed:
    """A form that came back: which button, what was typed, what is wrong with which field, why nothing was done."""

    verb: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: str | None = None


NOTHING_PRESSED = Pressed()


def url_of(number: str) -> str:
    return f"/desk/follow-ups/{number}"


def call_page(
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
    local, number = local_words(request), number_of(ticket.id, ticket.created_at)
    case = case_of(visit.session, ticket, visit.known)
    story = story_of(visit.session, ticket.id)
    told = _teller(visit, story, local, number, is_revealed).entries(story)
    return render(
        request,
        "follow_ups/call.html",
        status,
        ticket=_shown(visit, ticket, case, number, is_revealed),
        why_not=_why_not(visit, case),
        version=ticket.version,
        parts=_parts(visit, ticket, case, pressed, local),
        consequence=consequence("follow_up", case, visit.actor, visit.now, visit.known, local),
        answer=next((entry for entry in told if entry.verb == "reply"), None),
        tried=[entry for entry in told if entry.verb in TOLD],
        closing=_closing(visit, ticket, case, pressed, number),
        rule={"attempts": follow_ups.ATTEMPTS, "half_days": ticket.follow_up_half_days},
        draw=draw_of(visit.session, ticket, visit.known),
        refusal=pressed.refusal,
    )


def _why_not(visit: Visit, case: Case) -> str:
    """Empty when this reader may record a call."""
    if FollowUp in available(case, visit.actor, visit.now):
        return ""
    if case.status is not Status.follow_up:
        return NOT_NOW
    outside = guards.acts_from_outside_the_handling_units
    is_officer = visit.actor.has(Role.follow_up_officer)
    if is_officer and not outside.holds(case, None, visit.actor, visit.now):
        return outside.sentence
    return NOT_HIS


def _parts(
    visit: Visit, ticket: Ticket, case: Case, pressed: Pressed, local: LocalWords
) -> list[tuple[str, list[tuple[Line, list[Any]]]]]:
    """The script, with names in place of the holes, and each question's fields below it."""
    is_open = pressed.verb == "follow_up"
    given = {"values": pressed.values, "errors": pressed.errors} if is_open else {}
    fields = {each.name: each for each in fields_of(FollowUp, **given)}
    names = {
        "unit": visit.known.unit_name(_own_unit(visit)),
        "day": local.day(ticket.created_at),
        "lead": visit.known.unit_name(ticket.lead_unit_id),
        "reopen": case.limits.term("reopen").in_words(local._),
    }
    return [
        (
            heading,
            [(replace(line, say=_said(line, names, local)), [fields[name] for name in line.fields]) for line in lines],
        )
        for heading, lines in PARTS
    ]


def _said(line: Line, names: Mapping[str, str], local: LocalWords) -> str:
    return local._(line.say).format(**names) if line.say else ""


def _own_unit(visit: Visit) -> int | None:
    posts = visit.actor.posts_as(Role.follow_up_officer)
    return posts[0].unit if posts else None


def _closing(visit: Visit, ticket: Ticket, case: Case, pressed: Pressed, number: str) -> Action | None:
    """The button for her who could not be reached, once the rule allows it."""
    if Close not in available(case, visit.actor, visit.now):
        return None
    is_open = pressed.verb == "close"
    given = {"values": pressed.values, "errors": pressed.errors} if is_open else {}
    fields = fields_of(Close, **given)
    return Action("close", VERB_WORDS["close"], f"{url_of(number)}/close", fields, "plain", "", is_open, ticket.version)


def _teller(visit: Visit, story: Sequence[Story], local: LocalWords, number: str, is_revealed: bool) -> Teller:
    shown = str if is_revealed else mask_text
    return Teller(visit.known, names_of(visit.session, story), local, shown, lambda photo: _picture(number, photo))


def _picture(number: str, photo: Attachment) -> Picture:
    url = f"{queue.url_of(number)}/photos/{photo.id}"
    return Picture(url, f"{url}?small=1")


def _shown(visit: Visit, ticket: Ticket, case: Case, number: str, is_revealed: bool) -> dict[str, Any]:
    known = visit.known
    return {
        **{name: getattr(ticket, name) for name in AS_THEY_ARE},
        **_person(ticket, is_revealed),
        "number": number,
        "url": queue.url_of(number),
        "here": url_of(number),
        "area_name": known.place_name(ticket.area_id),
        "category_name": known.category_name(ticket.category_id),
        "lead_unit_name": known.unit_name(ticket.lead_unit_id),
        "due_at": case.hold_due,
        "is_open": ticket.status is Status.follow_up,
        "is_revealed": is_revealed,
    }


AS_THEY_ARE = (
    *("status", "round", "created_at", "call_at", "call_back_at", "follow_up_attempts", "first_satisfaction"),
    *("satisfaction", "is_groundless", "outcome", "closed_at"),
)


def _person(ticket: Ticket, is_revealed: bool) -> dict[str, Any]:
    """Masked until somebody looks, and looking is written down."""
    if is_revealed:
        dialled = normalise_phone(ticket.phone or "") or ticket.phone
        said = {"text": ticket.wish, "name": ticket.name, "phone": ticket.phone, "place": ticket.place}
        return {**said, "dialled": dialled, "hides": False}
    return {
        "text": ticket.public_text,
        "name": mask_name(ticket.name),
        "phone": mask_phone(ticket.phone),
        "place": mask_text(ticket.place or ""),
        "dialled": None,
        "hides": bool(ticket.phone or ticket.name or ticket.public_text != ticket.wish),
    }
