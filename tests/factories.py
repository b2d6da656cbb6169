"""The smallest county in which every verb can be said, and short ways to bring a wish to where a test needs it.

county = build_county(session)
wish = submit_wish(session, county)                              -> the ticket's id
act(session, wish, Assign(unit=county.bureau), county.dispatcher, later(hours=1))
wish = wish_in(session, county, Status.follow_up)                by real transitions
client.cookies["weiyuan_session"] = sign_in(session, county.handler)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel

from service import clock
from service.accounts import sessions
from service.accounts.actors import actor_of
from service.directory.models import (
    Appointment,
    Area,
    AreaLevel,
    CalendarYear,
    CatalogueRow,
    Category,
    Link,
    Person,
    Unit,
    UnitClass,
)
from service.directory.reference import reference, touch
from service.tickets import lifecycle, numbers
from service.tickets.lifecycle import Performed
from service.tickets.models import Ticket
from service.tickets.records import Origin
from workflows.actors import NEW_RESIDENT, Actor, resident_of
from workflows.ask_words import AskKind
from workflows.commands import (
    Acknowledge,
    ApproveReply,
    Assign,
    CommandBase,
    Decline,
    DeclineGround,
    Grant,
    Merge,
    Outcome,
    Rate,
    Reply,
    RequestDeferral,
    Satisfaction,
    Submit,
    Withdraw,
)
from workflows.statuses import FollowUpRule, Kind, Role, Status
from workflows.time_limits import Urgency

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
"""Monday, 12 October 2026, ten in the morning on the county's clock; no holiday is near."""

TEXT = "村口的路灯坏了三个月，晚上孩子放学看不见路。"
PHONE = "13812345678"
TOKEN = "k3Vb9QxA"


@dataclass(frozen=True)
class County:
    """Ids of rows, by what they are in a story: one county, one town, one village, two desks, two bureaus.

    People: `dispatcher` and `reviewer` at the town's desk; `county_dispatcher`, `county_reviewer`,
    `follow_up_officer`, `supervisor` and `administrator` at the county's desk; `handler` and `head` in the bureau;
    `wrong_handler` in the other bureau; `village_secretary` in the village's unit.
    """

    county: int
    town: int
    village: int
    county_desk: int
    town_desk: int
    village_unit: int
    bureau: int
    other_bureau: int
    lamps: int
    seedlings: int
    link: Link
    dispatcher: int
    reviewer: int
    county_dispatcher: int
    county_reviewer: int
    follow_up_officer: int
    supervisor: int
    administrator: int
    handler: int
    head: int
    wrong_handler: int
    village_secretary: int


POSTS: tuple[tuple[str, str, str, Role, bool], ...] = (
    # who, name, unit, role, is_head
    ("dispatcher", "张玉梅", "town_desk", Role.dispatcher, False),
    ("reviewer", "李国强", "town_desk", Role.reviewer, False),
    ("county_dispatcher", "王建华", "county_desk", Role.dispatcher, False),
    ("county_reviewer", "赵敏", "county_desk", Role.reviewer, False),
    ("follow_up_officer", "陈秀兰", "county_desk", Role.follow_up_officer, False),
    ("supervisor", "杨志明", "county_desk", Role.supervisor, True),
    ("administrator", "周磊", "county_desk", Role.administrator, False),
    ("handler", "吴海涛", "bureau", Role.handler, False),
    ("head", "郑卫东", "bureau", Role.handler, True),
    ("wrong_handler", "孙丽", "other_bureau", Role.handler, False),
    ("village_secretary", "马德才", "village_unit", Role.handler, True),
)


def build_county(session: Session) -> County:
    areas = _areas(session)
    units = _units(session, areas)
    people = _added(session, {who: _person(who, name) for who, name, *_post in POSTS})
    session.add_all(
        Appointment(person_id=people[who], unit_id=units[unit], role=role, is_head=is_head)
        for who, _name, unit, role, is_head in POSTS
    )
    link = Link(token=TOKEN, area_id=areas["village"], label="双喜村村民群", created_at=NOW - timedelta(days=30))
    session.add(link)
    categories = _categories(session, areas, units)
    session.add(CalendarYear(year=2026, source="国务院办公厅通知", uploaded_at=NOW - timedelta(days=300)))
    touch(session)
    session.flush()
    session.expunge(link)
    return County(**areas, **units, **categories, **people, link=link)


def _areas(session: Session) -> dict[str, int]:
    """Paths end with the area's own id, which the database gives first."""
    found: dict[str, int] = {}
    path, parent = "/", None
    for key, name, level in (
        ("county", "青岭县", AreaLevel.county),
        ("town", "清溪镇", AreaLevel.town),
        ("village", "双喜村", AreaLevel.village),
    ):
        area = Area(name=name, level=level, parent_id=parent, path=f"new {key}")
        parent = found[key] = add(session, area)
        area.path = path = f"{path}{parent}/"
    return found


def _units(session: Session, areas: dict[str, int]) -> dict[str, int]:
    rows = {
        "county_desk": ("县受理中心", UnitClass.county_desk, "county"),
        "town_desk": ("清溪镇受理台", UnitClass.town_desk, "town"),
        "village_unit": ("双喜村村委会", UnitClass.village, "village"),
        "bureau": ("县交通运输局", UnitClass.bureau, "county"),
        "other_bureau": ("县农业农村局", UnitClass.bureau, "county"),
    }
    made = {
        key: Unit(name=name, short_name=name[-4:], unit_class=unit_class, area_id=areas[area])
        for key, (name, unit_class, area) in rows.items()
    }
    found = _added(session, made)
    session.get_one(Area, areas["county"]).desk_unit_id = found["county_desk"]
    session.get_one(Area, areas["town"]).desk_unit_id = found["town_desk"]
    return found


def _categories(session: Session, areas: dict[str, int], units: dict[str, int]) -> dict[str, int]:
    """Lamps: an ordinary wish, reviewed, called when unrated. Seedlings: neither reviewed nor called."""
    lamps = Category(key="lamps", name="路灯", kind=Kind.trouble, urgency=Urgency.ordinary)
    seedlings = Category(
        key="seedlings",
        name="种苗",
        kind=Kind.development,
        urgency=Urgency.development,
        needs_review=False,
        follow_up_rule=FollowUpRule.never,
    )
    found = _added(session, {"lamps": lamps, "seedlings": seedlings})
    session.add_all(
        CatalogueRow(category_id=found[category], area_id=areas["county"], unit_id=units[unit])
        for category, unit in (("lamps", "bureau"), ("seedlings", "other_bureau"))
    )
    return found


def _person(login: str, name: str) -> Person:
    return Person(login=login, name=name, email=f"{login}@example.com", created_at=NOW)


def _added(session: Session, rows: Mapping[str, SQLModel]) -> dict[str, int]:
    """Written in one go, in this order; their ids."""
    session.add_all(rows.values())
    session.flush()
    return {key: row.id for key, row in rows.items()}  # type: ignore[attr-defined]


def add(session: Session, row: SQLModel) -> int:
    """Write the row now; its id (0 for a row whose key is not called id)."""
    session.add(row)
    session.flush()
    return int(getattr(row, "id", 0) or 0)


def later(**span: float) -> datetime:
    """`later(hours=3)`: that long after NOW."""
    return NOW + timedelta(**span)


def wish(county: County, **fields: Any) -> Submit:
    return Submit(**{"text": TEXT, "area": county.village, "category": "lamps", "phone": PHONE} | fields)


def submit_wish(session: Session, county: County, now: datetime = NOW, **fields: Any) -> int:
    """A villager's wish through the link, waiting for the town's desk; `fields` are those of Submit."""
    return lifecycle.submit(session, wish(county, **fields), NEW_RESIDENT, now, Origin(link=county.link)).ticket_id


def act(
    session: Session, ticket_id: int, command: CommandBase, who: int | Actor | None = None, now: datetime = NOW
) -> Performed:
    """`who` is a person's id, an actor, or nobody named: the villager herself."""
    return lifecycle.perform(session, ticket_id, command, actor(session, ticket_id, who), now)


def actor(session: Session, ticket_id: int, who: int | Actor | None) -> Actor:
    if who is None:
        return resident_of(ticket_id)
    return actor_of(session, who, reference(session)) if isinstance(who, int) else who


def wish_in(session: Session, county: County, status: Status, now: datetime = NOW, **fields: Any) -> int:
    """A wish brought to this status by real transitions, all of them at `now`; the bureau handles it."""
    ticket_id = submit_wish(session, county, now, **fields)
    for command, who in _road_to(session, county, status, now):
        act(session, ticket_id, command, who, now)
    assert ticket_of(session, ticket_id).status is status
    return ticket_id


def _road_to(
    session: Session, county: County, status: Status, now: datetime
) -> list[tuple[CommandBase, int | Actor | None]]:
    decline = Decline(ground=DeclineGround.unlawful, words="这件事请到法院起诉。")
    road: list[tuple[CommandBase, int | Actor | None]] = [
        (Assign(unit=county.bureau), county.dispatcher),
        (Acknowledge(), county.handler),
        (Reply(outcome=Outcome.resolved, words="路灯已经修好，请您看看。"), county.handler),
        (ApproveReply(), county.reviewer),
        (Rate(satisfaction=Satisfaction.satisfied), None),
    ]
    if status is Status.merged:
        return [(Merge(into=number_of(session, submit_wish(session, county, now))), county.dispatcher)]
    steps = {Status.assigned: 1, Status.in_progress: 2, Status.replied: 3, Status.follow_up: 4, Status.closed: 5}
    put_off = RequestDeferral(
        until=(now + timedelta(days=30)).date(), reason="要等铁路完工以后改线", evidence="铁路项目部的函"
    )
    ends: dict[Status, list[tuple[CommandBase, int | Actor | None]]] = {
        Status.declined: [(decline, county.dispatcher)],
        Status.withdrawn: [(Withdraw(), None)],
        Status.deferred: [
            *road[:2],
            (put_off, county.handler),
            (Grant(ask=AskKind.deferral), county.dispatcher),
        ],
    }
    return ends.get(status, road[: steps.get(status, 0)])


def number_of(session: Session, ticket_id: int) -> str:
    return numbers.number_of(ticket_id, ticket_of(session, ticket_id).created_at)


def ticket_of(session: Session, ticket_id: int) -> Ticket:
    """The row as it stands now."""
    ticket = session.get_one(Ticket, ticket_id)
    session.refresh(ticket)
    return ticket


def sign_in(session: Session, person_id: int, now: datetime | None = None) -> str:
    """The secret for the cookie `weiyuan_session`; begins at the machine's own time, as requests do."""
    return sessions.begin(session, person_id, "test", now or clock.now())
