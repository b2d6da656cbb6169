"""Who works where. Names are sealed, so a search opens them one by one; a county has some hundreds of officials."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, exists, true
from sqlmodel import Session, col, select

from service.accounts.scope import in_areas
from service.accounts.visits import Visit
from service.administration.permissions import allow
from service.directory.models import Appointment, Area, Person, Unit
from service.errors import NotFound
from service.masking import mask_phone
from service.phones import normalise_phone
from workflows.statuses import Role

PAGE = 50
READ_AT_ONCE = 200


@dataclass(frozen=True)
class PostLine:
    id: int
    unit_id: int
    unit: str
    area_path: str
    role: Role
    title: str
    is_head: bool


@dataclass(frozen=True)
class PersonRow:
    id: int
    url: str
    login: str
    name: str
    phone: str
    is_active: bool
    posts: Sequence[PostLine]


@dataclass(frozen=True)
class People:
    rows: Sequence[PersonRow]
    cursor: str | None


@dataclass(frozen=True)
class Found:
    """One person with all posts, those elsewhere too; `area_path` says whom a change of his concerns."""

    person: Person
    posts: Sequence[PostLine]
    area_path: str


def people_seen(visit: Visit, search: str = "", cursor: str | None = None, most: int = PAGE) -> People:
    """In the order of their sign-in names."""
    rows = list(islice(_matching(visit, search, cursor or ""), most + 1))
    return People(rows[:most], rows[most - 1].login if len(rows) > most else None)


def _matching(visit: Visit, search: str, after: str) -> Iterator[PersonRow]:
    while batch := _batch(visit, after):
        posts = posts_of(visit, (person.id or 0 for person in batch))
        rows = (_row(person, posts.get(person.id or 0, [])) for person in batch)
        for person, row in zip(batch, rows, strict=True):
            if not search or _fits(person, row, search):
                yield row
        after = batch[-1].login


def _batch(visit: Visit, after: str) -> Sequence[Person]:
    wanted = select(Person).where(_seen(visit), col(Person.login) > after)
    return visit.session.exec(wanted.order_by(col(Person.login)).limit(READ_AT_ONCE)).all()


def _seen(visit: Visit) -> ColumnElement[bool]:
    """Whoever has a post in one's area; who has none anywhere is for the county to look after."""
    paths = allow(visit, "see_people")
    if visit.known.county.path in paths:
        return true()
    here = (
        select(Appointment.id)
        .join(Unit, col(Unit.id) == col(Appointment.unit_id))
        .join(Area, col(Area.id) == col(Unit.area_id))
        .where(Appointment.person_id == Person.id, in_areas(col(Area.path), paths))
    )
    return exists(here)


def _fits(person: Person, row: PersonRow, search: str) -> bool:
    words = [person.name, person.login, *(f"{post.unit} {post.title}" for post in row.posts)]
    number = normalise_phone(search)
    is_called = number is not None and person.phone is not None and normalise_phone(person.phone) == number
    return is_called or any(search.lower() in each.lower() for each in words)


def _row(person: Person, posts: Sequence[PostLine]) -> PersonRow:
    return PersonRow(
        id=person.id or 0,
        url=url_of(person.id or 0),
        login=person.login,
        name=person.name,
        phone=mask_phone(person.phone),
        is_active=person.is_active,
        posts=posts,
    )


def url_of(person_id: int) -> str:
    return f"/desk/people/{person_id}"


def posts_of(visit: Visit, people: Iterable[int]) -> Mapping[int, list[PostLine]]:
    wanted = select(Appointment).where(col(Appointment.person_id).in_(list(people))).order_by(col(Appointment.id))
    found: dict[int, list[PostLine]] = {}
    for row in visit.session.exec(wanted):
        unit = visit.known.units[row.unit_id]
        line = PostLine(
            id=row.id or 0,
            unit_id=row.unit_id,
            unit=unit.name,
            area_path=visit.known.areas[unit.area_id].path,
            role=row.role,
            title=row.title,
            is_head=row.is_head,
        )
        found.setdefault(row.person_id, []).append(line)
    return found


def person_seen(visit: Visit, person_id: int) -> Found:
    """Raises NotFound for somebody who works outside of one's area."""
    person = visit.session.exec(select(Person).where(Person.id == person_id, _seen(visit))).one_or_none()
    if person is None:
        raise NotFound()
    posts = posts_of(visit, [person_id]).get(person_id, [])
    paths = sorted((post.area_path for post in posts), key=len)
    return Found(person, posts, paths[0] if paths else visit.known.county.path)


def post_seen(session: Session, found: Found, post_id: int) -> Appointment:
    wanted = select(Appointment).where(Appointment.id == post_id, Appointment.person_id == found.person.id)
    post = session.exec(wanted).one_or_none()
    if post is None:
        raise NotFound()
    return post
