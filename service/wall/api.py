"""GET /api/v1/wall: the wall for programs, without signing in."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from service import clock, web
from service.api_docs import problems, shown
from service.dependencies import Reading
from service.directory.reference import reference
from service.tickets.posted import local_words
from service.wall.caching import kept
from service.wall.entries import PHOTO_TYPE, Entry, Photo, entries_of
from service.wall.queries import Asked, find_wishes, place_asked
from workflows.commands import LARGEST_ID
from workflows.wall import COLUMNS

router = APIRouter(prefix="/api/v1")

EXAMPLE: dict[str, Any] = {
    "area": "青岭县",
    "area_id": 1,
    "wishes": [
        {
            "key": "b7c1f02d9a4e6c8810f3aa",
            "words": "村里的路灯坏了两盏，晚上老人不敢出门。",
            "place": "清溪镇双喜村",
            "category": "路灯",
            "stage": "done",
            "said_on": "2026-10-07",
            "days": 5,
            "outcome": "resolved",
            "answer": "两盏路灯都换了新的，今晚起亮。",
            "answered_at": "2026-10-12T02:00:00Z",
            "promised_for": None,
            "promise": None,
            "endorsements": 3,
            "published_at": "2026-10-08T02:00:00Z",
            "photos": [
                {
                    "kind": "after",
                    "alt": "办好后的照片",
                    "url": "https://wish.example.com/wall/photos/AAAAAHvvJ1cVn5QxM2Zl0w",
                    "small_url": "https://wish.example.com/wall/photos/AAAAAHvvJ1cVn5QxM2Zl0w?size=small",
                    "media_type": "image/jpeg",
                }
            ],
        }
    ],
    "cursor": None,
}
AreaId = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="The county (also when left out) or a town")]


class PhotoTold(BaseModel):
    """One that an official approved. Its address is whole, and answers 404 once the wish has left the wall."""

    kind: str = Field(description="before or after")
    alt: str = Field(description="What it is, in the language of `Accept-Language`")
    url: str
    small_url: str
    media_type: str = PHOTO_TYPE


class WishTold(BaseModel):
    """Masked words that an official approved, the village and no finer. `days`: until the answer, or until now."""

    key: str = Field(description="Tells this wish from the others; it leads nowhere")
    words: str
    place: str
    category: str
    stage: str = Field(description="wished, doing or done")
    said_on: date = Field(description="The day on which it was said, by the county's clock")
    days: int
    outcome: str | None
    answer: str | None
    answered_at: datetime | None
    promised_for: date | None
    promise: str | None = Field(description="What became of it: open, kept, late, or denied by her who wished")
    endorsements: int
    published_at: datetime
    photos: list[PhotoTold]


class WallTold(BaseModel):
    """The newest first; `cursor` asks for the next page."""

    model_config = shown(EXAMPLE)
    area: str
    area_id: int
    wishes: list[WishTold]
    cursor: str | None


@router.get(
    "/wall",
    tags=["villagers"],
    response_model=WallTold,
    responses={**problems(404, 422), 304: {"description": "Unchanged since the `ETag` in `If-None-Match`"}},
)
def wall(
    request: Request,
    session: Reading,
    area: AreaId = None,
    stage: Annotated[Literal["wished", "doing", "done"] | None, Query()] = None,
    category: Annotated[str, Query(max_length=40, description="The key of a category")] = "",
    q: Annotated[str, Query(max_length=60, description="Words to look for")] = "",
    cursor: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """What stands on the public wall of the county or of one of its towns."""
    known = reference(session)
    place = place_asked(known, area)
    column = next((each for each in COLUMNS if each.key == stage), None)
    found = find_wishes(session, known, Asked(place, category, q), column, cursor)
    entries = entries_of(session, found.tickets, known, local_words(request), clock.now())
    told = WallTold(
        area=place.name, area_id=place.id or 0, wishes=[_told(request, each) for each in entries], cursor=found.cursor
    )
    return kept(request, Response(told.model_dump_json(), media_type="application/json"))


def _told(request: Request, entry: Entry) -> WishTold:
    answer = entry.answer
    return WishTold(
        key=entry.key,
        words=entry.words,
        place=entry.place,
        category=entry.category,
        stage=entry.column,
        said_on=clock.local(entry.said_at, request.app.state.face.zone).date(),
        days=entry.lasted.days,
        outcome=answer.outcome if answer else None,
        answer=answer.words if answer else None,
        answered_at=answer.at if answer else None,
        promised_for=answer.promised_for if answer else None,
        promise=entry.promise or None,
        endorsements=entry.endorsements,
        published_at=entry.published_at,
        photos=[_photo(request, each) for each in entry.photos],
    )


def _photo(request: Request, photo: Photo) -> PhotoTold:
    url = web.outside(request) + photo.url
    return PhotoTold(kind=photo.kind, alt=web.say(request, photo.words), url=url, small_url=f"{url}?size=small")
