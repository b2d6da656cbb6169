"""Writes the county's directory as the workbook that can be taken in again; an empty county gets a sample of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select
from xlsxwriter import Workbook

from service.directory.models import Appointment, Area, CatalogueRow, Category, Person, Unit
from service.exchange.directory_sheets import (
    AREAS,
    CATALOGUE,
    GUIDE,
    GUIDE_LINES,
    PEOPLE,
    SHEETS,
    UNITS,
    word_of,
)
from service.exchange.writing import OPTIONS, XlsxWriter, make_private
from service.masking import mask_name, mask_phone

Row = tuple[str, ...]
YES = "是"


def write_directory(session: Session, path: Path, *, with_personal_data: bool) -> int:
    """How many rows there are besides the examples. Names and numbers of people are masked unless asked for."""
    rows = _rows(session, with_personal_data)
    make_private(path)
    with Workbook(str(path), OPTIONS) as book:
        _write_guide(book)
        for sheet in SHEETS:
            writer = XlsxWriter(
                book, sheet.name, [each.heading for each in sheet.columns], [each.width for each in sheet.columns]
            )
            for row in rows[sheet.name] or [sheet.example]:
                writer.write(row)
    return sum(map(len, rows.values()))


def _write_guide(book: Workbook) -> None:
    guide = book.add_worksheet(GUIDE)
    guide.set_column(0, 0, 14)
    guide.set_column(1, 1, 100)
    lines = [("", line) for line in GUIDE_LINES] + [(sheet.name, sheet.explanation) for sheet in SHEETS]
    for place, (name, words) in enumerate(lines):
        guide.write_string(place, 0, name)
        guide.write_string(place, 1, words)


def _rows(session: Session, with_personal_data: bool) -> Mapping[str, Sequence[Row]]:
    areas = {area.id: area for area in session.exec(select(Area).order_by(col(Area.path))) if area.id is not None}
    units = {unit.id: unit for unit in session.exec(select(Unit).order_by(col(Unit.position), col(Unit.id)))}
    names = Ways(areas)
    return {
        AREAS.name: list(_areas(names)),
        UNITS.name: [_unit(unit, names) for unit in units.values()],
        PEOPLE.name: list(_people(session, units, with_personal_data)),
        CATALOGUE.name: list(_catalogue(session, units, names)),
    }


class Ways:
    """What each area is called so that nobody takes it for another: its name, or with those above it."""

    def __init__(self, areas: Mapping[int, Area]) -> None:
        self.areas = areas
        self._counts: dict[str, int] = {}
        for area in areas.values():
            self._counts[area.name] = self._counts.get(area.name, 0) + 1

    def to(self, area_id: int | None) -> str:
        area = self.areas.get(area_id or 0)
        if area is None:
            return ""
        if self._counts[area.name] == 1 or area.parent_id is None:
            return area.name
        return f"{self.to(area.parent_id)}/{area.name}"


def _areas(names: Ways) -> Iterator[Row]:
    """Those above before those below, in the order in which the county keeps them."""
    below: dict[int | None, list[Area]] = {}
    for area in names.areas.values():
        below.setdefault(area.parent_id, []).append(area)

    def down(parent_id: int | None) -> Iterator[Row]:
        for area in sorted(below.get(parent_id, []), key=lambda each: (each.position, each.id or 0)):
            yield names.to(parent_id), area.name, word_of(area.level)
            yield from down(area.id)

    return down(None)


def _unit(unit: Unit, names: Ways) -> Row:
    desks = [area for area in names.areas.values() if area.desk_unit_id == unit.id]
    is_own = [area.id for area in desks] == [unit.area_id]
    desk = YES if is_own else "、".join(names.to(area.id) for area in desks)
    return unit.name, unit.short_name, word_of(unit.unit_class), names.to(unit.area_id), unit.phone or "", desk


def _people(session: Session, units: Mapping[Any, Unit], with_personal_data: bool) -> Iterator[Row]:
    """A row for each post; several roles in one unit with the same title stand together."""
    wanted = (
        select(Person, Appointment)
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .where(col(Person.is_active))
        .order_by(col(Person.login), col(Appointment.unit_id), col(Appointment.id))
    )
    together: dict[tuple[str, int, str, bool], tuple[Person, list[Appointment]]] = {}
    for person, post in session.exec(wanted):
        key = (person.login, post.unit_id, post.title, post.is_head)
        together.setdefault(key, (person, []))[1].append(post)
    return (_person(person, posts, units, with_personal_data) for person, posts in together.values())


def _person(person: Person, posts: Sequence[Appointment], units: Mapping[Any, Unit], in_clear: bool) -> Row:
    name, phone, email = person.name, person.phone or "", person.email or ""
    if not in_clear:
        name, phone, email = mask_name(name), mask_phone(phone), "***" if email else ""
    post = posts[0]
    roles = "、".join(word_of(each.role) for each in posts)
    return person.login, name, units[post.unit_id].name, roles, post.title, YES if post.is_head else "", phone, email


def _catalogue(session: Session, units: Mapping[Any, Unit], names: Ways) -> Iterator[Row]:
    wanted = (
        select(Category.name, CatalogueRow.area_id, CatalogueRow.unit_id)
        .join(Category, col(Category.id) == col(CatalogueRow.category_id))
        .order_by(col(Category.position), col(CatalogueRow.id))
    )
    return ((name, names.to(area_id), units[unit_id].name) for name, area_id, unit_id in session.exec(wanted))
