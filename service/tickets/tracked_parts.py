"""What a villager's page is made of: her own words, and where her wish stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.directory.models import Unit
from service.tickets.resident_story import Picture
from workflows.statuses import Kind, Status


@dataclass(frozen=True)
class HerWords:
    """What she said, as it may be shown: whoever holds the address may not be she."""

    number: str
    kind: Kind
    created_at: datetime
    text: str
    photos: Sequence[Picture]
    photos_lost: int
    area_name: str
    phone: str
    name: str
    has_place: bool
    is_private: bool


@dataclass(frozen=True)
class Whereabouts:
    """Where it stands. `due_was` is the promise before it was moved; `why` says how the day was counted; `promise` is
    what became of the dated promise in the answer (resident_words.promise_word)."""

    status: Status
    headline: str
    beneath: str
    steps: Sequence[str]
    stage: int
    is_open: bool
    is_late: bool
    unit: Unit | None
    due_at: datetime | None
    nearness: str
    due_was: datetime | None
    is_provisional: bool
    why: str
    urged_at: datetime | None
    main_number: str | None
    promise: str
