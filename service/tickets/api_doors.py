"""What both doors of the API ask of whatever comes in: its keys, its numbers, and what no program can have sent."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Query
from sqlmodel import Session

from service.directory.models import Link
from service.directory.reference import Reference
from service.errors import Failure
from service.tickets import links
from service.tickets.lifecycle import Performed
from service.tickets.links import LinkClosed, Reason
from service.tickets.models import Ticket
from workflows.commands import LARGEST_ID, Submit
from workflows.refusals import Refused
from workflows.words import _

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=80, description="Of your own choice, another for each wish"
    ),
]
Version = Annotated[
    int | None,
    Query(ge=1, le=LARGEST_ID, description="The version that you saw; 409 when somebody else was quicker"),
]


CLOSED: dict[Reason, str] = {
    Reason.unknown: _("没有找到这个入口：链接可能没有复制完整，请回到群里再点一次，或者直接找{unit}。"),
    Reason.revoked: _("这个入口停用了，请在群里问一声新的链接，或者直接找{unit}。"),
    Reason.expired: _("这个入口到期了，请在群里问一声新的链接，或者直接找{unit}。"),
    Reason.full: _("今天这个入口收满了，请明天早上再来，或者直接找{unit}。"),
}


class Closed(Failure):
    """A link that takes no wishes now, in a sentence that says whom to ask instead."""

    def __init__(self, closed: LinkClosed, known: Reference) -> None:
        unit = links.whom_to_ask(closed.link, known)
        said = " ".join(filter(None, (unit.name, unit.phone))) if unit else known.county.name
        super().__init__(CLOSED[closed.reason], unit=said)
        self.http_status = closed.http_status


def link_for(session: Session, token: str, known: Reference, now: datetime, key: str | None = None) -> Link:
    """Raise Closed."""
    try:
        return links.open_link(session, token, now, key)
    except LinkClosed as closed:
        raise Closed(closed, known) from None


def check_category(category: str | None, known: Reference) -> None:
    """Raise Refused for one that the county does not have."""
    if category is not None and category not in known.categories_by_key:
        raise Refused(_("没有这个事项，请重新选择。"), field="category")


def refuse_photos(command: Any) -> None:
    """A picture is named by a row that its sender made: through this door nobody can have made one."""
    if getattr(command, "photos", ()):
        raise Refused(_("照片请在网页上传，这里收不了。"), field="photos")
    if getattr(command, "voice", None):
        raise Refused(_("录音请在网页上传，这里收不了。"), field="voice")


def must_be_the_same(session: Session, performed: Performed, command: Submit) -> None:
    """A key that was used for another wish is a mistake of the program: were it answered, this wish would be lost.

    Nor is a receipt given to who guesses a key and repeats the words of his neighbour: the same person has to say them.
    """
    if not performed.is_repeat:
        return
    before = session.get_one(Ticket, performed.ticket_id)
    said_before = (before.wish, before.area_id, before.name, before.phone, before.place, before.position)
    if said_before != (command.text, command.area, command.name, command.phone, command.place, command.position):
        raise Refused(_("这个 Idempotency-Key 已经用在另一件心愿上，请换一个再交。"))
