"""What a notice may say of an event: plain values in the county's language, with nothing in them that is personal."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from notifications.messages import Values, summary_of
from notifications.notices import ChannelName
from service.directory.models import Person
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.masking import mask_text
from service.settings import Settings, settings
from service.tickets.models import Ticket, TicketEvent
from service.tickets.numbers import number_of
from service.web import translations
from workflows.ask_words import AskKind, SupervisionLevel
from workflows.commands import CHOICE_WORDS, CallResult, Outcome, Satisfaction
from workflows.explanations import time_left_in_words
from workflows.statuses import ROLE_WORDS, Role, Status
from workflows.words import _

NOTE_LENGTH = 200
SAID_IN = ("text", "note", "reason", "words")
"""Fields of commands that hold what a person, or a rule, has to say; where a command has two, the first one counts."""

OUTCOMES = (
    ("outcome", Outcome),
    ("satisfaction", Satisfaction),
    ("result", CallResult),
    ("level", SupervisionLevel),
    ("ask", AskKind),
)
MAY_START_A_ROUND = frozenset({"rate", "follow_up", "reopen"})
PRIVATE = _("（只让干部看的心愿，请到工作台查看）")


@dataclass(frozen=True)
class Told:
    """An event, its words (empty when they were erased by law) and its ticket as it stands now."""

    event: TicketEvent
    details: dict[str, Any]
    ticket: Ticket


def values_of(session: Session, told: Told, known: Reference, now: datetime) -> Values:
    event, ticket = told.event, told.ticket
    said = _said(told)
    return Values(
        number=number_of(event.ticket_id, ticket.created_at),
        wish_summary=summary_of(ticket.public_text),
        area=known.place_name(ticket.area_id),
        unit=known.unit_name(ticket.unit_id),
        **_deadline(ticket.due_at, now),
        actor_name=_actor_name(session, event),
        actor_unit=known.unit_name(event.unit_id),
        url=_address(told, settings()),
        **_of_a_whistle(told.details, known),
        note="" if event.rule else said,
        rule=said if event.rule else "",
        outcome=_outcome(told.details),
        related=_related(session, told),
        answer_by=_moment(ticket.supervision_due_at) if event.verb == "supervise" else "",
        is_new_round=event.verb in MAY_START_A_ROUND and event.status_to is Status.in_progress,
    )


def fit_for(channel: ChannelName, values: Values, ticket: Ticket) -> Values:
    """A wish for officials' eyes only is not repeated where words leave the house."""
    leaves = ticket.is_private and channel is not ChannelName.inbox
    return replace(values, wish_summary=_translated(PRIVATE), note="") if leaves else values


def for_claimant(told: Told, values: Values) -> Values:
    """Whoever claims a wish reads of it what the whole county reads in the pool, and no word of hers."""
    pool_words = summary_of(mask_text(told.ticket.pool_words or ""), NOTE_LENGTH)
    page = f"{_root(settings())}{claim_page_of(told.event)}"
    return replace(values, wish_summary=pool_words, url=page, area="", note="", outcome="", related="")


def claim_page_of(event: TicketEvent) -> str:
    return f"/desk/claims/{(event.subject or '').partition(':')[2]}"


def address_of(number: str, chosen: Settings) -> str:
    """Where the ticket stands in the workbench."""
    return f"{_root(chosen)}/desk/tickets/{number}"


def her_page_of(token: str) -> str:
    """Where a villager lands who comes from a message: her own page, at what she may do there now."""
    return f"{_root(settings())}/t/{token}/news"


def _root(chosen: Settings) -> str:
    return chosen.base_url or chosen.here


def _address(told: Told, chosen: Settings) -> str:
    """What hangs on a ticket may have a page of its own, as the whistle has."""
    kind, _colon, found = (told.event.subject or "").partition(":")
    ticket = address_of(number_of(told.event.ticket_id, told.ticket.created_at), chosen)
    return ticket.partition("/desk/")[0] + PAGES[kind].format(id=found) if kind in PAGES else ticket


PAGES = {"whistle": "/desk/whistles/{id}", "inspection_round": "/desk/inspections/{id}"}


def _of_a_whistle(details: dict[str, Any], known: Reference) -> dict[str, str]:
    """Who was called, by whom, for what kind of thing, and until when somebody has to act."""
    if "whistle" not in details:
        return {}
    kind, until = details.get("whistle_kind"), details.get("until")
    return {
        "called": _translated(_("、")).join(known.unit_name(unit) for unit in details.get("called", ())),
        "town": known.unit_name(details.get("town")),
        "whistle_kind": _county_words().named(known.whistles.kinds[kind]) if kind else "",
        "until": _moment(datetime.fromisoformat(until)) if until else "",
    }


def _deadline(due_at: datetime | None, now: datetime) -> dict[str, str]:
    if due_at is None:
        return {"due": "", "left": ""}
    return {
        "due": _moment(due_at),
        "left": time_left_in_words(now, due_at, _translated),
    }


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    words = _county_words()
    return f"{words.weekday(at)} {words.hour(at)}"


def _county_words() -> LocalWords:
    return LocalWords(ZoneInfo(settings().time_zone), translations(settings().language))


def _said(told: Told) -> str:
    said = next((told.details[name] for name in SAID_IN if told.details.get(name)), "")
    return _translated(said) if told.event.rule and said else summary_of(mask_text(said), NOTE_LENGTH)


def _outcome(details: dict[str, Any]) -> str:
    found = next((kind(details[name]) for name, kind in OUTCOMES if details.get(name)), None)
    return _translated(CHOICE_WORDS[found]) if found is not None else ""


def _actor_name(session: Session, event: TicketEvent) -> str:
    if event.person_id is not None:
        return session.exec(select(Person.name).where(Person.id == event.person_id)).one()
    return _translated(ROLE_WORDS[Role.system if event.rule else Role.resident])


def _related(session: Session, told: Told) -> str:
    """The main ticket of a merge, or the wishes that were split off at this very event."""
    if told.event.verb != "split":
        return str(told.details.get("into", ""))
    children = select(Ticket.id, Ticket.created_at).where(
        Ticket.parent_id == told.event.ticket_id, Ticket.created_at == told.event.at
    )
    rows = session.execute(children.order_by(col(Ticket.id))).all()
    return _translated(_("、")).join(number_of(row.id, row.created_at) for row in rows)


def _translated(sentence: str, n: int | None = None) -> str:
    words = translations(settings().language)
    return words.gettext(sentence) if n is None else words.ngettext(sentence, sentence, n)
