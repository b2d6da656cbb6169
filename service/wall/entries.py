"""One wish as anybody may read it: masked words, the village and no finer, how long it took, what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.masking import mask_text
from service.sealing import blind_index
from service.tickets.models import Attachment, Ticket
from service.tickets.queries import Story
from service.tickets.resident_story import Answer, Picture, Reader, last_answer
from service.tickets.resident_words import promise_word
from service.tickets.without_her import without_her
from service.wall.photos import photo_url
from service.wall.queries import SHOW_PHOTOS, answers_to
from workflows.claimable import FINER_THAN_A_VILLAGE
from workflows.wall import COLUMNS
from workflows.words import _

PHOTO_TYPE = "image/jpeg"
"""Every picture is drawn anew as one before anybody can choose it."""
PROMISES = {
    "kept": _("办到了"),
    "late": _("过了日子，还没有办到"),
    "denied": _("说是办到了，本人说没有"),
}
"""An old promise is not left standing as if its day were still to come."""
VILLAGE = 4
"""How many strokes the path of a village has: /county/town/village/."""


@dataclass(frozen=True)
class Told:
    """What was answered in the round that counts."""

    at: datetime
    words: str
    outcome: str | None
    promised_for: date | None


@dataclass(frozen=True)
class Photo:
    """One that an official has approved. `kind` is before or after, `caption` and `words` say it, `url` is a path."""

    kind: str
    caption: str
    words: str
    url: str


@dataclass(frozen=True)
class Entry:
    """`key` names it in feeds and leads nowhere. `lasted`: until the answer, or until now. `promise` is what became of
    the dated promise in the answer. `amended_at` is when photographs were chosen or the promise was settled."""

    key: str
    words: str
    place: str
    category: str
    column: str
    said_at: datetime
    published_at: datetime
    lasted: timedelta
    answer: Told | None
    endorsements: int
    photos: Sequence[Photo] = ()
    promise: str = ""
    amended_at: datetime | None = None

    @property
    def promise_words(self) -> str:
        return PROMISES.get(self.promise, "")

    @property
    def changed_at(self) -> datetime:
        return max(filter(None, (self.published_at, self.amended_at, self.answer.at if self.answer else None)))


def entries_of(
    session: Session, tickets: Sequence[Ticket], known: Reference, local: LocalWords, now: datetime
) -> list[Entry]:
    """Always two queries, however many wishes there are."""
    stories = answers_to(session, [ticket.id or 0 for ticket in tickets])
    return [_entry(ticket, stories.get(ticket.id or 0, []), known, local, now) for ticket in tickets]


def _entry(ticket: Ticket, stories: Sequence[Story], known: Reference, local: LocalWords, now: datetime) -> Entry:
    column = next(each.key for each in COLUMNS if ticket.status in each.statuses)
    answer = _answer(ticket, stories, known, local) if column == "done" else None
    until = answer.at if answer else (ticket.answered_at if column == "done" else None) or now
    return Entry(
        key=blind_index(f"wall {ticket.id}")[:22],
        words=mask_text(ticket.wall_text or ""),
        place=_village(ticket.area_id, known),
        category=known.category_name(ticket.category_id),
        column=column,
        said_at=ticket.created_at,
        published_at=ticket.published_at or now,
        lasted=until - ticket.created_at,
        answer=answer,
        endorsements=ticket.endorsements,
        photos=_photos(ticket, column),
        promise=promise_word(ticket) if answer and answer.promised_for else "",
        amended_at=_amended_at(ticket, stories),
    )


def _amended_at(ticket: Ticket, stories: Sequence[Story]) -> datetime | None:
    shown = [each.event.at for each in stories if each.event.verb == SHOW_PHOTOS]
    return max(filter(None, (*shown, ticket.promise_settled_at)), default=None)


def _photos(ticket: Ticket, column: str) -> list[Photo]:
    """What it looks like afterwards is shown once there is an answer to say so."""
    before, after = photo_url(ticket.wall_before_id), photo_url(ticket.wall_after_id) if column == "done" else ""
    told = (
        Photo("before", _("办之前"), _("办之前的照片"), before),
        Photo("after", _("办好后"), _("办好后的照片"), after),
    )
    return [each for each in told if each.url]


def _village(area_id: int, known: Reference) -> str:
    lineage = known.lineage(area_id)
    nearest = next((area for area in lineage if area.path.count("/") <= VILLAGE), None)
    return known.place_name(nearest.id or area_id) if nearest else ""


def _answer(ticket: Ticket, stories: Sequence[Story], known: Reference, local: LocalWords) -> Told | None:
    """That of an earlier round was not enough, and is not shown as if it were."""
    found: Answer | None = last_answer(stories, Reader(known, local._, _no_picture, is_neighbour=True))
    if found is None or found.round != ticket.round:
        return None
    return Told(found.at, _for_the_wall(found.words, ticket), found.outcome, found.promised_for)


def _for_the_wall(words: str, ticket: Ticket) -> str:
    """The number of her group is nobody's business here, either."""
    return FINER_THAN_A_VILLAGE.sub(r"某\1", without_her(words, ticket))


def _no_picture(attachment: Attachment) -> Picture:
    """Those of an answer stand on no wall by themselves: a picture shows faces, houses and number plates."""
    return Picture(attachment.id or 0, "", "")
