"""What is in store for each wish of the year: where and when it is spoken, of what, and how it ends. Drawn by lot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from service.demo.county import county
from service.demo.pace import HOURS
from service.directory.defaults import BY_KEY
from service.simulation.matters import Matter, matters, year
from workflows.commands import Satisfaction
from workflows.statuses import FollowUpRule, Source

COUNTY_TOWN, ITS_WEIGHT = "lingcheng", 1.9
AT_WEEKENDS = 0.85
WHOLE = 0.14
RATES_HERSELF = {Source.link: 0.68}
RATES_AFTER_A_CALL_IN = 0.42
NEVER_REACHED = 0.05
JUST_NOW = timedelta(minutes=20)


class Ending(StrEnum):
    answered = "answered"
    declined = "declined"
    withdrawn = "withdrawn"
    merged = "merged"


class Heard(StrEnum):
    """Who says how it was: she herself, she on the telephone, or nobody."""

    rates = "rates"
    is_called = "is_called"
    nobody = "nobody"


class Stays(StrEnum):
    """Why a wish is still open on the last day."""

    slow = "slow"
    complained = "complained"
    deferred = "deferred"
    with_others = "with_others"
    whistled = "whistled"


class Again(StrEnum):
    """Why it is done a second time."""

    at_her_rating = "at_her_rating"
    reopened = "reopened"


@dataclass(slots=True)
class Fate:
    """`place` is its rank in the year, and what its lots are drawn with. `partner` is the place of the wish that it is
    merged into, `issue` the number of its issue, `tale` of its whistle; `not_before` holds back its answer."""

    place: int
    at: datetime
    town: str
    village: str
    area: str
    matter: Matter
    source: Source
    transfers: int
    heard: Heard
    is_drawn: bool = True
    ending: Ending = Ending.answered
    stays: Stays | None = None
    word: Satisfaction = Satisfaction.satisfied
    is_groundless: bool = False
    again: Again | None = None
    is_excluded: bool = False
    speed: float = 1.0
    partner: int | None = None
    has_twin: bool = False
    issue: int | None = None
    tale: int | None = None
    endorsed: int = 0
    not_before: datetime | None = None
    said: str | None = None

    @property
    def is_plain(self) -> bool:
        """Nothing but its own story so far."""
        return self.ending is Ending.answered and not (self.stays or self.again or self.is_excluded or self.is_woven)

    @property
    def is_woven(self) -> bool:
        """Others have a part in its story, too."""
        woven = (self.partner, self.issue, self.tale)
        return self.has_twin or self.endorsed > 0 or any(part is not None for part in woven)

    @property
    def meets_others(self) -> bool:
        """Officials of several units act on it in turns: an issue, a whistle."""
        return self.issue is not None or self.tale is not None

    @property
    def is_called_anyway(self) -> bool:
        return BY_KEY[self.matter.category].follow_up_rule is FollowUpRule.always and self.is_drawn

    @property
    def has_a_word(self) -> bool:
        return self.ending is Ending.answered and self.stays is None and self.heard is not Heard.nobody


@dataclass(frozen=True)
class Span:
    """The days that are played, on the county's wall clock; nothing happens after `end`."""

    first: date
    last: date
    zone: ZoneInfo
    end: datetime = field(compare=False)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def of_year(number: int, zone: ZoneInfo) -> Span:
    """From New Year to the last second of the last day."""
    first, last = date(number, 1, 1), date(number, 12, 31)
    return Span(first, last, zone, datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC))


def up_to(now: datetime, zone: ZoneInfo) -> Span:
    """The 365 days that end now."""
    last = now.astimezone(zone).date()
    return Span(last - timedelta(days=364), last, zone, now)


def draw(wishes: int, span: Span, seed: int) -> list[Fate]:
    """In the order in which they are spoken."""
    lots = Random(f"year/{seed}")
    return [_fate(place, at, Random(f"{seed}/fate/{place}")) for place, at in enumerate(_moments(wishes, span, lots))]


def _moments(wishes: int, span: Span, lots: Random) -> list[datetime]:
    by_month = year().months.weights
    weights = [by_month[day.month - 1] * (AT_WEEKENDS if day.weekday() >= 5 else 1) for day in span.days]
    latest = span.end - JUST_NOW
    return sorted(min(_moment(day, span, lots), latest) for day in lots.choices(span.days, weights, k=wishes))


def _moment(day: date, span: Span, lots: Random) -> datetime:
    said = time(lots.choice(HOURS), lots.randrange(60), lots.randrange(60))
    return datetime.combine(day, said, span.zone).astimezone(UTC)


def _fate(place: int, at: datetime, lots: Random) -> Fate:
    towns = [town.key for town in county().towns]
    town = lots.choices(towns, [ITS_WEIGHT if key == COUNTY_TOWN else 1.0 for key in towns])[0]
    village, area = whereabouts(town, lots)
    source = Source(_weighted(year().sources, lots))
    return Fate(
        place=place,
        at=at,
        town=town,
        village=village,
        area=area,
        matter=_matter(_weighted(year().themes, lots), lots),
        source=source,
        transfers=int(_weighted(year().transfers, lots)),
        heard=_heard(source, lots),
    )


def _matter(category: str, lots: Random) -> Matter:
    """Patterns mostly, which seldom come out alike; now and then a wish of the demo county, in its own words."""
    is_whole = lots.random() < WHOLE
    fitting = [matter for matter in matters()[category] if matter.is_whole == is_whole]
    return lots.choice(fitting or matters()[category])


def whereabouts(town: str, lots: Random) -> tuple[str, str]:
    """A village's name, and the key of the area: one of its groups in most cases."""
    village = lots.choice(county().villages_of(town))
    group = lots.choice(county().groups_of(village.key))
    return village.name, group.key if lots.random() < 0.7 else village.key


def _heard(source: Source, lots: Random) -> Heard:
    if lots.random() < RATES_HERSELF.get(source, RATES_AFTER_A_CALL_IN):
        return Heard.rates
    return Heard.nobody if lots.random() < NEVER_REACHED else Heard.is_called


def _weighted(table: dict[str, float] | dict[int, float], lots: Random) -> str:
    return str(lots.choices(list(table), list(table.values()))[0])


def plain(fates: Iterable[Fate]) -> list[Fate]:
    return [fate for fate in fates if fate.is_plain]


def between(fates: Sequence[Fate], since: datetime, until: datetime) -> list[Fate]:
    return [fate for fate in fates if since <= fate.at < until]
