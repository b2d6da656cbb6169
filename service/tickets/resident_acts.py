"""What a villager may do to her own wish, what she is told when it is done, and the short forms for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, select
from starlette.datastructures import FormData

from service import clock
from service.database import Database
from service.errors import Conflict
from service.fields import Action, Field, fields_of
from service.rate_limits import SUPPLEMENT, spend_within
from service.tickets import lifecycle, rating_marks
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.models import TicketEvent, TicketEventDetails
from service.tickets.tracked_wish import Tracked
from service.tickets.uploads import Uploads
from workflows.actors import resident_of
from workflows.commands import COMMANDS, VERB_WORDS, CommandBase, Supplement
from workflows.statuses import Role
from workflows.words import _

DONE: dict[str, str] = {
    "rate": _("您的评价记下了，谢谢。"),
    "confirm_promise": _("您说的记下了，谢谢。"),
    "expedite": _("已经替您催了，他们马上就会看到。"),
    "supplement": _("您补充的话收到了。"),
    "reopen": _("收到，这件事重新办。"),
    "withdraw": _("已经撤回，不再办这件事。"),
}
"""In the order of the buttons on her page."""

LABELS: dict[tuple[str, str], str] = {
    ("supplement", "text"): _("想补充什么"),
    ("withdraw", "reason"): _("为什么不用办了"),
    ("expedite", "note"): _("想说的话"),
    ("reopen", "reason"): _("哪里没有办好"),
    ("confirm_promise", "words"): _("想说的话"),
}
"""The rules' own labels speak of her; these speak to her."""


ENOUGH = _("这件事今天补充得够多了，请明天再写；急的话，打电话找办事的单位。您写的都还在。")


def count_supplement(session: Session, ticket_id: int, command: CommandBase, now: datetime) -> None:
    """Whoever has a wish may add to it without end, photographs too: so often a day. Raise TooMany."""
    if isinstance(command, Supplement):
        spend_within(session, SUPPLEMENT, str(ticket_id), now, ENOUGH)


def perform(
    ticket_id: int,
    verb: str,
    form: FormData,
    uploads: Uploads,
    database: Database,
    mark: tuple[str, bool],
) -> None:
    """`mark` says from which device a rating comes.

    Raise Refused and its family, or Conflict when her page was not the latest any more.
    """
    command, now, version = _command(verb, form, uploads), clock.now(), _version(form)

    def act(session: Session) -> None:
        asked = command
        if isinstance(command, Supplement):
            asked = command.model_copy(update={"photos": uploads.attach(session, now)})
        performed = lifecycle.perform(session, ticket_id, asked, resident_of(ticket_id), now, version)
        count_supplement(session, ticket_id, command, now)
        rating_marks.note(session, command, performed.event_id, mark, now)

    try:
        database.together(act)
    except Conflict:
        with database.reading() as session:
            if not _was_done_already(session, ticket_id, version, command):
                raise


def _command(verb: str, form: FormData, uploads: Uploads) -> CommandBase:
    given = {"photos": uploads.kept} if verb == "supplement" else {}
    try:
        command = command_from_form(COMMANDS[verb], form, **given)
    except Mistaken as mistaken:
        raise Mistaken([*mistaken.mistakes, *uploads.mistakes]) from None
    if uploads.mistakes:
        raise Mistaken(uploads.mistakes)
    return command


def _version(form: FormData) -> int:
    typed = form.get("version")
    if not isinstance(typed, str) or not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise Conflict()
    return int(typed)


def _was_done_already(session: Session, ticket_id: int, version: int, command: CommandBase) -> bool:
    """A second press of one button: the event that followed her page is this very act of hers."""
    wanted = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id, TicketEvent.number == version + 1)
    event = session.exec(wanted).one_or_none()
    if event is None or event.role is not Role.resident or event.verb != command.verb:
        return False
    words = session.get(TicketEventDetails, event.id)
    return words is not None and _without_photos(words.details) == _without_photos(command.details())


def _without_photos(details: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in details.items() if name != "photos"}


# Forms


def actions(
    tracked: Tracked,
    address: str,
    asked: str = "",
    values: Mapping[str, object] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Action]:
    """A button for each thing that she may do now; the one that was asked for comes back filled and open."""
    return [
        Action(
            verb,
            VERB_WORDS[verb],
            f"{address}/{verb}",
            _fields(verb, values or {}, errors or {}) if verb == asked else _fields(verb, {}, {}),
            tone="danger" if verb == "withdraw" else "primary",
            is_open=verb == asked,
            version=tracked.version,
        )
        for verb in DONE
        if COMMANDS[verb] in tracked.commands
    ]


def _fields(verb: str, values: Mapping[str, object], errors: Mapping[str, str]) -> list[Field]:
    fields = fields_of(COMMANDS[verb], values=values, errors=errors)
    return [replace(each, label=LABELS.get((verb, each.name), each.label)) for each in fields]
