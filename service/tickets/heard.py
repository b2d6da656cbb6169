"""What reaches the villager of her wish's events: an approval speaks with its reply, a grant with what was asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.tickets.models import Attachment, TicketEvent
from service.tickets.queries import Story
from workflows.statuses import Status

Said = Mapping[str, Any]

ASKED_BY = {"extension": "request_extension", "deferral": "request_deferral"}
"""Of what is granted she hears why it was asked."""


@dataclass(frozen=True)
class Heard:
    """An event as she hears of it: an approval speaks with the words, the pictures and the unit of its reply."""

    event: TicketEvent
    unit_id: int | None
    said: Said
    photos: Sequence[Attachment]


def goes_straight_to_her(event: TicketEvent, said: Said) -> bool:
    """Most replies are reviewed first: then it is the review that tells her."""
    return event.status_to is Status.follow_up


def as_she_hears(stories: Iterable[Story]) -> list[Heard]:
    """A reply under review is silent until it is approved, and what is asked until it is granted."""
    heard: list[Heard] = []
    silent: dict[str, Story] = {}
    for story in stories:
        event = story.event
        if event.verb in ASKED_BY.values() or (event.verb == "reply" and not goes_straight_to_her(event, {})):
            silent[event.verb] = story
        elif event.verb == "approve_reply" and "reply" in silent:
            reply = silent["reply"]
            heard.append(Heard(event, reply.event.unit_id, reply.details, reply.photos))
        elif event.verb == "grant" and (asked := silent.get(ASKED_BY.get(story.details.get("ask", ""), ""))):
            heard.append(Heard(event, asked.event.unit_id, {**asked.details, **story.details}, ()))
        else:
            heard.append(Heard(event, event.unit_id, story.details, story.photos))
    return heard
