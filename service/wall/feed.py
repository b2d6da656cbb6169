"""/wall/feed: the same wishes as an Atom feed (RFC 4287), for readers and for the village's own page."""

from datetime import UTC, datetime
from typing import Annotated
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from fastapi import APIRouter, Query, Request, Response

from service import clock, web
from service.dependencies import Reading
from service.directory.models import Area
from service.directory.reference import reference
from service.tickets.posted import local_words
from service.wall.caching import kept
from service.wall.entries import PHOTO_TYPE, Entry, entries_of
from service.wall.queries import Asked, find_wishes, place_asked
from workflows.commands import CHOICE_WORDS, LARGEST_ID
from workflows.wall import COLUMNS
from workflows.words import _

router = APIRouter(include_in_schema=False)

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
MOST = 40
NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)
TITLE_LENGTH = 40
COLUMN_WORDS = {column.key: column.words for column in COLUMNS}
OUTCOMES = {str(choice.value): words for choice, words in CHOICE_WORDS.items()}


@router.get("/wall/feed")
def feed(
    request: Request, session: Reading, area: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None
) -> Response:
    known, now = reference(session), clock.now()
    place = place_asked(known, area)
    found = find_wishes(session, known, Asked(place), most=MOST)
    entries = entries_of(session, found.tickets, known, local_words(request), now)
    body = ElementTree.tostring(_feed(request, place, entries), encoding="utf-8", xml_declaration=True)
    return kept(request, Response(body, media_type="application/atom+xml; charset=utf-8"))


def _feed(request: Request, place: Area, entries: list[Entry]) -> Element:
    path = "/wall" if place.parent_id is None else f"/wall/{place.id}"
    address = web.outside(request) + path
    root = Element("feed", {"xmlns": ATOM, "xml:lang": web.LANGUAGES[web.language_of(request)]})
    _say(root, "id", address)
    _say(root, "title", web.say(request, _("{place}的公示墙"), place=place.name))
    _say(root, "updated", max((each.changed_at for each in entries), default=NOTHING_YET).isoformat())
    SubElement(root, "link", {"href": address})
    SubElement(SubElement(root, "author"), "name").text = place.name
    for each in entries:
        _entry(request, SubElement(root, "entry"), each, address)
    return root


def _entry(request: Request, node: Element, entry: Entry, address: str) -> None:
    _say(node, "id", f"urn:weiyuan:wall:{entry.key}")
    _say(node, "title", entry.words if len(entry.words) <= TITLE_LENGTH else entry.words[: TITLE_LENGTH - 1] + "…")
    _say(node, "published", entry.published_at.isoformat())
    _say(node, "updated", entry.changed_at.isoformat())
    SubElement(node, "link", {"href": f"{address}?stage={entry.column}"})
    if entry.category:
        SubElement(node, "category", {"term": web.say(request, entry.category)})
    for photo in entry.photos:
        told = {"type": PHOTO_TYPE, "href": web.outside(request) + photo.url, "title": web.say(request, photo.words)}
        SubElement(node, "link", {"rel": "enclosure", **told})
    _content(request, SubElement(node, "content", {"type": "xhtml"}), entry)


def _content(request: Request, node: Element, entry: Entry) -> None:
    """Paragraphs, and the photographs with their words: not every reader shows what is enclosed."""
    body = SubElement(node, "div", {"xmlns": XHTML})
    said = web.say(request, _("{day}说的"), day=local_words(request).day(entry.said_at))
    for line in [f"{entry.place}：{entry.words}", said, *_what_came_of_it(request, entry)]:
        _say(body, "p", line)
    for photo in entry.photos:
        url, words = web.outside(request) + photo.url, web.say(request, photo.words)
        SubElement(SubElement(body, "p"), "img", {"src": f"{url}?size=small", "alt": words})


def _what_came_of_it(request: Request, entry: Entry) -> list[str]:
    stands = web.say(request, COLUMN_WORDS[entry.column])
    if entry.answer is None:
        return [stands]
    outcome = web.say(request, OUTCOMES.get(entry.answer.outcome or "", ""))
    return [f"{stands} · {outcome}", entry.answer.words, *_promise(request, entry)]


def _promise(request: Request, entry: Entry) -> list[str]:
    if entry.answer is None or entry.answer.promised_for is None:
        return []
    due = local_words(request).weekday(entry.answer.promised_for)
    became = web.say(request, entry.promise_words) if entry.promise_words else ""
    return [" · ".join(filter(None, (web.say(request, _("答应：{day}前办到"), day=due), became)))]


def _say(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
