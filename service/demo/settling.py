"""Writes the demo county's directory: areas, units, people, catalogue and links."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session, select

from service.administration.today import today_here
from service.demo.cast import county_office, town_office
from service.demo.county import AreaPlan, county
from service.demo.people import officials
from service.demo.sign_ins import PASSWORD
from service.directory.defaults import CATEGORIES
from service.directory.lifecycle import LinkTerms, create_link, revoke_link
from service.directory.models import Appointment, Area, AreaLevel, CatalogueRow, Category, Link, Person, Unit
from service.directory.reference import touch
from service.security import hash_password
from service.tickets.models import LinkDay, Ticket

GIVEN_OUT = timedelta(days=63)
VILLAGES_WITH_LINK = 3
LOOKERS = {AreaLevel.town: (90, 420), AreaLevel.village: (15, 110)}
"""How many opened a group chat's link and said nothing."""
DAYS_LOOKED, LOOKS_A_LINK = 14, 12
"""And of the last days: on how many of them somebody looked, how often on one link."""

# Offices of the county that share a category with the one in service/directory/defaults.py.
SECOND_OFFICES = {
    "road": "bureau.police",
    "water": "bureau.environment",
    "housing": "bureau.land",
    "health": "bureau.medical_insurance",
    "pension": "bureau.civil_affairs",
    "rubbish": "bureau.environment",
    "safety": "bureau.emergency",
    "sales": "bureau.market",
    "seedlings": "bureau.forestry",
    "industry": "bureau.commerce",
}


@dataclass(frozen=True)
class Ids:
    """The rows behind the keys that plans and stories use."""

    areas: dict[str, int]
    units: dict[str, int]
    people: dict[str, int]


def settle(session: Session, now: datetime) -> Ids:
    """The county as it was when the first link was given out."""
    began = now - GIVEN_OUT
    areas = _areas(session)
    units = _units(session, _ids(areas))
    for plan in county().areas:
        area = areas[plan.key]
        area.path = f"{areas[plan.parent].path}{area.id}/" if plan.parent is not None else f"/{area.id}/"
        area.desk_unit_id = units[plan.desk].id if plan.desk else None
    session.flush()
    ids = Ids(_ids(areas), _ids(units), _people(session, _ids(units), began))
    _catalogue(session, ids)
    _links(session, ids, began)
    touch(session)
    return ids


def _ids(rows: dict[str, Area] | dict[str, Unit]) -> dict[str, int]:
    return {key: row.id for key, row in rows.items() if row.id is not None}


def _areas(session: Session) -> dict[str, Area]:
    """Level by level, because a row needs its parent's id; until it has its own, its key stands in for the path."""
    rows: dict[str, Area] = {}
    for level in AreaLevel:
        for position, plan in enumerate(each for each in county().areas if each.level is level):
            rows[plan.key] = _area(plan, rows, position)
            session.add(rows[plan.key])
        session.flush()
    return rows


def _area(plan: AreaPlan, rows: dict[str, Area], position: int) -> Area:
    parent = rows[plan.parent].id if plan.parent is not None else None
    return Area(parent_id=parent, name=plan.name, level=plan.level, path=f"~{plan.key}", position=position)


def _units(session: Session, areas: dict[str, int]) -> dict[str, Unit]:
    rows = {
        plan.key: Unit(
            name=plan.name,
            short_name=plan.short_name,
            unit_class=plan.unit_class,
            area_id=areas[plan.area],
            phone=plan.phone,
            position=position,
        )
        for position, plan in enumerate(county().units)
    }
    session.add_all(rows.values())
    session.flush()
    return rows


def _people(session: Session, units: dict[str, int], began: datetime) -> dict[str, int]:
    """One password for all, so that the slow hash is made once."""
    password_hash = hash_password(PASSWORD)
    rows = {
        plan.login: Person(
            login=plan.login, name=plan.name, phone=plan.phone, password_hash=password_hash, created_at=began
        )
        for plan in officials()
    }
    session.add_all(rows.values())
    session.flush()
    people = {login: row.id for login, row in rows.items() if row.id is not None}
    session.add_all(
        Appointment(
            person_id=people[plan.login],
            unit_id=units[plan.unit],
            role=plan.role,
            title=plan.title,
            is_head=plan.is_head,
        )
        for plan in officials()
    )
    session.flush()
    return people


def _catalogue(session: Session, ids: Ids) -> None:
    """派单目录: in a town its own office, in the whole county the bureau."""
    rows = session.exec(select(Category.key, Category.id)).all()
    categories = {key: category_id for key, category_id in rows if category_id is not None}
    for category in CATEGORIES:
        usual = [("", county_office(category.key))]
        usual += [("", SECOND_OFFICES[category.key])] if category.key in SECOND_OFFICES else []
        usual += [(town.key, town_office(town.key, category.key)) for town in county().towns]
        session.add_all(
            CatalogueRow(category_id=categories[category.key], area_id=ids.areas[area], unit_id=ids.units[unit])
            for area, unit in usual
        )
    session.flush()


def _links(session: Session, ids: Ids, began: datetime) -> None:
    """One for each town's group chat, some for villages, and an old one that was taken back."""
    for town in county().towns:
        desk = ids.units[f"{town.key}.desk"]
        pushed_by = ids.people[f"{town.key}-dispatch"]
        for area in (town, *county().villages_of(town.key)[:VILLAGES_WITH_LINK]):
            terms = LinkTerms(f"{area.name}微信群", pushed_by_id=pushed_by, fallback_unit_id=desk)
            create_link(session, ids.areas[area.key], terms, began)
    old = create_link(session, ids.areas[county().towns[0].key], LinkTerms("旧群（已停用）"), began)
    revoke_link(session, old.token, began + timedelta(days=20), ids.units[f"{county().towns[0].key}.desk"])
    session.flush()


def count_visits(session: Session, now: datetime) -> None:
    """Once all has been told: each who handed in a wish opened the link several times, and many only looked."""
    sent: dict[int | None, list[datetime]] = defaultdict(list)
    for link_id, moment in session.execute(select(Ticket.link_id, Ticket.created_at)).all():
        sent[link_id].append(moment)
    levels = dict(session.execute(select(Area.id, Area.level)).all())
    for link in session.exec(select(Link)):
        lots = Random(f"visits/{link.label}")
        days = Counter(today_here(moment) for moment in sent[link.id] for _time in range(lots.randint(2, 9)))
        days.update(today_here(now - timedelta(days=lots.randrange(DAYS_LOOKED))) for _look in range(LOOKS_A_LINK))
        link.visits = lots.randint(*LOOKERS[levels[link.area_id]]) + sum(days.values())
        since = today_here(now) - timedelta(days=DAYS_LOOKED)
        of_late = [(day, visits) for day, visits in days.items() if day > since]
        session.add_all(LinkDay(link_id=link.id or 0, day=day, visits=visits) for day, visits in of_late)


def links_by_area(session: Session) -> dict[int, Link]:
    """The links in use, by the area they are for."""
    return {link.area_id: link for link in session.exec(select(Link)).all() if link.revoked_at is None}
