"""One wish as its villager sees it: her words, where it stands, who has it, what was answered and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, select

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.masking import mask_name, mask_phone, mask_text
from service.tickets.casefile import case_of
from service.tickets.main_ticket import main_of
from service.tickets.models import Attachment, PictureState, Ticket
from service.tickets.numbers import number_of
from service.tickets.queries import Story, story_of
from service.tickets.resident_story import Answer, Entry, Picture, Reader, entries, last_answer
from service.tickets.resident_words import (
    FIVE_STEPS,
    Standing,
    headline,
    is_discontent,
    is_rated,
    nearness,
    promise_word,
)
from service.tickets.told_when import by_her
from service.tickets.tracked_parts import HerWords, Whereabouts
from service.tickets.without_her import without_her, without_her_name
from workflows.actors import resident_of
from workflows.cases import Case
from workflows.commands import CommandBase, Expedite, Rate
from workflows.decide import available
from workflows.explanations import in_words
from workflows.statuses import Status

MOVES = frozenset({"contact", "verify", "report_progress"})


@dataclass(frozen=True)
class Tracked:
    """Of a wish that was merged into another, everything but her own words is the other one's."""

    ticket_id: int
    main: Ticket
    version: int
    wish: HerWords
    where: Whereabouts
    answer: Answer | None
    timeline: Sequence[Entry]
    is_discontent: bool
    commands: Sequence[type[CommandBase]]

    @property
    def photo_ids(self) -> frozenset[int]:
        """All that stand on the page, and no others."""
        shown = [self.wish.photos, *(entry.photos for entry in self.timeline)]
        answered = self.answer.photos if self.answer else ()
        return frozenset(photo.id for photos in (*shown, answered) for photo in photos)


@dataclass(frozen=True)
class Teller:
    """Tells one wish. `address` is the page's own path."""

    session: Session
    known: Reference
    local: LocalWords
    now: datetime
    address: str

    def tell(self, ticket: Ticket) -> Tracked:
        assert ticket.id is not None
        main = main_of(self.session, ticket)
        own = story_of(self.session, ticket.id)
        stories = own if main is ticket else story_of(self.session, main.id or 0)
        case = case_of(self.session, main, self.known)
        reader = self._reader(main, is_neighbour=main is not ticket)
        answer = last_answer(stories, reader)
        timeline = self._timeline(own, stories, reader)
        return Tracked(
            ticket_id=ticket.id,
            main=main,
            version=ticket.version,
            wish=self._her_words(ticket, own),
            where=self._whereabouts(ticket, main, case, stories),
            answer=answer if answer and answer.round == main.round else None,
            timeline=_without_repetition(timeline, answer, main),
            is_discontent=ticket.status is Status.follow_up and is_discontent(Standing(ticket, self.now)),
            commands=self._commands(ticket, case) if main is ticket else self._of_a_follower(ticket, case),
        )

    def tell_neighbour(self, ticket: Ticket) -> Tracked:
        """The same wish for somebody who has one like it: what is done, and of its villager only masked words and the
        photographs that everybody may see."""
        assert ticket.id is not None
        main = main_of(self.session, ticket)
        stories = story_of(self.session, main.id or 0)
        case = case_of(self.session, main, self.known)
        reader = replace(self._reader(main, is_neighbour=True), may_see=lambda photo: photo.id in _on_the_wall(main))
        answer = last_answer(stories, reader)
        text = without_her_name(ticket.public_text, ticket)
        return Tracked(
            ticket_id=ticket.id,
            main=main,
            version=ticket.version,
            wish=replace(self._her_words(ticket, ()), text=text, phone="", name="", has_place=False, photos_lost=0),
            where=replace(self._whereabouts(main, main, case, stories), urged_at=None),
            answer=answer if answer and answer.round == main.round else None,
            timeline=_without_repetition(entries(stories, reader), answer, main),
            is_discontent=False,
            commands=(),
        )

    def picture(self, attachment: Attachment) -> Picture:
        url = f"{self.address}/photos/{attachment.id}"
        return Picture(attachment.id or 0, url, f"{url}?size=small")

    def _reader(self, main: Ticket, is_neighbour: bool) -> Reader:
        sees_words = not (is_neighbour and main.is_private)
        reader = Reader(self.known, self.local._, self.picture, is_neighbour, sees_words, self.local.day)
        return replace(reader, masked=lambda words: without_her(words, main)) if is_neighbour else reader

    def _her_words(self, ticket: Ticket, own: Sequence[Story]) -> HerWords:
        """Without the pictures of an official who wrote it down: on a meeting's list stand her neighbours, too."""
        hers = (story for story in own if story.event.verb == "submit" and by_her(story.event, {}))
        photos = [self.picture(photo) for story in hers for photo in story.photos]
        return HerWords(
            number=number_of(ticket.id or 0, ticket.created_at),
            kind=ticket.kind,
            created_at=ticket.created_at,
            text=ticket.public_text,
            photos=photos,
            photos_lost=self._photos_lost(ticket),
            area_name=self.known.place_name(ticket.area_id),
            phone=mask_phone(ticket.phone),
            name=mask_name(ticket.name),
            has_place=bool(ticket.place),
            is_private=ticket.is_private,
        )

    def _photos_lost(self, ticket: Ticket) -> int:
        """Her own that turned out to be none; an official's are no concern of hers."""
        lost = select(func.count()).where(
            Attachment.ticket_id == ticket.id,
            Attachment.state == PictureState.refused,
            Attachment.person_id == None,  # noqa: E711
        )
        return self.session.exec(lost).one()

    def _whereabouts(self, ticket: Ticket, main: Ticket, case: Case, stories: Sequence[Story]) -> Whereabouts:
        first, beneath = self._headline(ticket, main, case, stories)
        is_answered = main.status is Status.follow_up
        due_at = (case.hold_due if is_answered else main.due_at) if case.is_open else None
        return Whereabouts(
            status=ticket.status,
            headline=first,
            beneath=beneath,
            steps=[self.local._(step) for step in FIVE_STEPS],
            stage=len(FIVE_STEPS) + 1 if main.status is Status.closed else main.stage,
            is_open=case.is_open,
            is_late=self._standing(main, case, stories).is_late,
            unit=self.known.units.get((main.unit_id if case.is_open else main.lead_unit_id or main.unit_id) or 0),
            due_at=due_at,
            nearness=nearness(due_at, self.now, self.local),
            due_was=main.original_due_at if main.round == 1 and main.original_due_at != main.due_at else None,
            is_provisional=case.hold_is_provisional if is_answered else main.due_is_provisional,
            why="" if is_answered else self._why(case),
            urged_at=main.resident_expedited_at if main is ticket and case.is_open else None,
            main_number=number_of(main.id or 0, main.created_at) if main is not ticket else None,
            promise=promise_word(main),
        )

    def _headline(self, ticket: Ticket, main: Ticket, case: Case, stories: Sequence[Story]) -> tuple[str, str]:
        there = headline(self._standing(main, case, stories), self.known, self.local)
        if main is ticket:
            return there
        return headline(Standing(ticket, self.now), self.known, self.local)[0], there[0]

    def _standing(self, main: Ticket, case: Case, stories: Sequence[Story]) -> Standing:
        has_moved = any(story.event.verb in MOVES and story.event.round == main.round for story in stories)
        window = case.limits.term("reopen")
        reopen_by = case.calendar.add(main.closed_at, window) if main.closed_at else None
        return Standing(main, self.now, has_moved, reopen_by)

    def _why(self, case: Case) -> str:
        """Empty where the day was set by other limits than those in force now: it is never explained wrongly."""
        if not case.is_open or case.created_at is None:
            return ""
        is_new = case.status is Status.submitted
        term = case.limits.dispatch(case.urgency) if is_new else case.limits.reply(case.urgency)
        since = case.hold_since if is_new else case.round_started_at
        explained = case.calendar.explain(since or case.created_at, term)
        return in_words(explained, self.local._) if explained.due == case.due_at else ""

    def _timeline(self, own: Sequence[Story], stories: Sequence[Story], reader: Reader) -> list[Entry]:
        """Her own story; and where it was merged, what has been done in the other one besides."""
        if not reader.is_neighbour:
            return entries(stories, reader)
        hers = entries(own, replace(reader, is_neighbour=False, sees_words=True, masked=mask_text))
        return sorted([*hers, *entries(stories, reader)], key=lambda entry: entry.at, reverse=True)

    def _of_a_follower(self, ticket: Ticket, main: Case) -> list[type[CommandBase]]:
        """Hers was merged: she may say what she thinks of the answer that hers got with the other."""
        own = case_of(self.session, ticket, self.known).changed(target=main)
        return list(available(own, resident_of(ticket.id or 0), self.now))

    def _commands(self, ticket: Ticket, case: Case) -> list[type[CommandBase]]:
        """Without what is allowed and makes no sense to her: to rate again what can be reopened, to urge herself."""
        is_settled = ticket.status is Status.closed and is_rated(Standing(ticket, self.now))
        senseless = {Rate} if is_settled else {Expedite} if ticket.status is Status.follow_up else set()
        found = available(case, resident_of(ticket.id or 0), self.now)
        return [command for command in found if command not in senseless]


def _on_the_wall(ticket: Ticket) -> frozenset[int | None]:
    """What an official has chosen for everybody's eyes, as long as it stands there."""
    return frozenset({ticket.wall_before_id, ticket.wall_after_id}) if ticket.published_at else frozenset()


def _without_repetition(timeline: Sequence[Entry], answer: Answer | None, main: Ticket) -> list[Entry]:
    """The present answer stands in full above: the line that tells of it does not say it again."""
    if answer is None or answer.round != main.round:
        return list(timeline)
    return [
        replace(entry, words="", photos=())
        if entry.at == answer.at and entry.verb in {"reply", "approve_reply"}
        else entry
        for entry in timeline
    ]
