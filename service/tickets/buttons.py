"""The buttons of a ticket: those that the rules offer now, each with its short form, the likeliest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.accounts.visits import Visit
from service.fields import Action, Choice, Field, fields_of
from service.local_words import LocalWords
from service.tickets import views
from service.tickets.consequences import consequence
from service.tickets.desk_choices import for_ticket
from service.tickets.models import Attachment, Ticket
from service.tickets.suggestions import Suggestion
from workflows.ask_words import ASK_WORDS, AskKind
from workflows.asks import decidable
from workflows.cases import Case
from workflows.commands import COMMANDS, VERB_WORDS, CommandBase
from workflows.decide import available
from workflows.statuses import Status

ENDS_THE_TICKET = frozenset({"decline", "merge", "withdraw", "close"})
LIKELIEST_FIRST = (
    *("assign", "acknowledge", "approve_reply", "answer_supervision", "follow_up", "reply", "send_back", "contact"),
    "report_progress",
    *("verify", "reassign", "expedite", "supervise", "supplement", "note", "close", "reopen", "split", "merge"),
    *("grant", "refuse", "rule", "resume", "review_deferral", "keep_promise"),
    *("request_return", "request_extension", "request_deferral", "request_consultation", "request_exclusion"),
    "decline",
)
"""A verb that is not named here stands at the end: a new one needs no line."""


@dataclass(frozen=True)
class Pressed:
    """A form that came back: which button, what was typed, what is wrong with which field, and why nothing was done.

    `chosen` is filled into a form that is opened for the first time.
    """

    verb: str = ""
    values: Mapping[str, Any] | None = None
    chosen: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: str | None = None
    kept_photos: Sequence[Attachment] = ()


NOTHING_PRESSED = Pressed()


def actions_of(
    visit: Visit,
    ticket: Ticket,
    case: Case,
    local: LocalWords,
    suggested: Sequence[Suggestion],
    pressed: Pressed,
    url: str,
    query: str,
) -> list[Action]:
    """What the rules offer now; a form that came back stays, even when the button is gone, so that its words do."""
    choices = {**for_ticket(visit.known, ticket.area_path, suggested, local), **_asks_to_decide(case, visit)}
    offered = list(available(case, visit.actor, visit.now))
    came_back = COMMANDS.get(pressed.verb) if pressed.values is not None else None
    if came_back is not None and came_back not in offered:
        offered.append(came_back)
    unneeded = _unneeded(case, visit)
    ranked = sorted(offered, key=lambda command: _rank(_verb(command), case.status))

    def action(command: type[CommandBase]) -> Action:
        verb = _verb(command)
        is_open = verb == pressed.verb
        fresh = {**_first_values(verb, visit, ticket, case, suggested), **(pressed.chosen if is_open else {})}
        values = pressed.values if is_open and pressed.values is not None else fresh
        errors = pressed.errors if is_open else {}
        return Action(
            verb=verb,
            label=VERB_WORDS[verb],
            url=f"{url}/{verb}?{query}",
            fields=_without(unneeded, verb, fields_of(command, choices=choices, values=values, errors=errors)),
            tone=_tone(verb, case.status),
            explanation=consequence(verb, case, visit.actor, visit.now, visit.known, local),
            is_open=is_open,
            version=ticket.version,
        )

    return [action(command) for command in ranked]


def _verb(command: type[CommandBase]) -> str:
    return str(command.model_fields["verb"].default)


def _rank(verb: str, status: Status | None) -> tuple[bool, int]:
    place = LIKELIEST_FIRST.index(verb) if verb in LIKELIEST_FIRST else len(LIKELIEST_FIRST)
    return (status is None or views.NEXT_STEP.get(status) != verb, place)


def _tone(verb: str, status: Status | None) -> str:
    if status is not None and views.NEXT_STEP.get(status) == verb:
        return "primary"
    return "danger" if verb in ENDS_THE_TICKET else "plain"


def _asks_to_decide(case: Case, visit: Visit) -> dict[str, Sequence[Choice]]:
    return {"ask": [Choice(ask.kind, ASK_WORDS[ask.kind]) for ask in decidable(case, visit.actor)]}


def _without(unneeded: set[tuple[str, str]], verb: str, fields: Sequence[Field]) -> list[Field]:
    return [field for field in fields if (verb, field.name) not in unneeded]


def _unneeded(case: Case, visit: Visit) -> set[tuple[str, str]]:
    """Only a return needs a unit: a list of a hundred helps nobody to grant more time."""
    asked = {ask.kind for ask in decidable(case, visit.actor)}
    return set() if AskKind.giving_back in asked else {("grant", "unit")}


def _first_values(
    verb: str, visit: Visit, ticket: Ticket, case: Case, suggested: Sequence[Suggestion]
) -> dict[str, Any]:
    """What the catalogue says of this category, or the unit that asked, is filled in for a person to look at."""
    if verb in {"grant", "refuse"}:
        return _as_asked(case, visit)
    if verb == "publish":
        return {"words": ticket.wall_text or ticket.public_text}
    if verb != "assign":
        return {}
    category = visit.known.categories.get(ticket.category_id or 0)
    return {
        "unit": next((str(each.unit_id) for each in suggested[:1] if each.is_firm), None),
        "category": category.key if category else None,
    }


def _as_asked(case: Case, visit: Visit) -> dict[str, Any]:
    ask = next(iter(decidable(case, visit.actor)), None)
    if ask is None:
        return {}
    unit, until = ask.suggested_unit, ask.until
    return {"ask": ask.kind, "unit": str(unit) if unit else None, "until": until.isoformat() if until else None}
