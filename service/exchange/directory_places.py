"""The sheets 区划 and 单位 of a directory workbook."""

from collections.abc import Iterator, Sequence

from service.administration.commands import AddArea, AddUnit
from service.directory.models import Area, AreaLevel, Unit, UnitClass
from service.exchange.cells import NO, YES
from service.exchange.directory_book import Book
from service.exchange.directory_rows import DirectoryRow
from service.exchange.directory_sheets import CLASSES, LEVELS, choice
from workflows.words import _

ORDER = list(AreaLevel)
PATH_MOST = 120

SEVERAL_COUNTIES = _("县只能有一个，已经有“{county}”了。请填写上级。")
TOO_DEEP = _("这里分得太细了，不能再往下加。")
NOT_BELOW = _("“{parent}”下面不能再分这一级。")
TWO_DESKS = _("“{area}”的受理台已经写了“{unit}”，只能有一个。")
NO_DESK = _("县里一定要有一个受理台：请在县级的一个单位里，“受理台”写“是”。")


def take_areas(book: Book, rows: Sequence[DirectoryRow]) -> None:
    for row in rows:
        parent = book.area(row, "parent") if row.get("parent") else None
        if row.get("parent") and parent is None:
            continue
        level = _level(book, row, parent)
        there = book.beside(row.get("name"), parent)
        if level is None or not _fits(book, row, parent, there, level):
            continue
        if there is None:
            _add_area(book, row, parent, level)
        else:
            old = book.change(row.sheet.name, there, {"level": level})
            book.write_down("change_area", there.name, there.path, {"level": level}, old)


def _level(book: Book, row: DirectoryRow, parent: Area | None) -> AreaLevel | None:
    """As written; one below the parent's where nothing is written, but what is there keeps its own."""
    typed = row.get("level")
    if typed:
        found: AreaLevel | None = choice(LEVELS, typed)
        if found is None:
            book.unknown(row, "level", typed, LEVELS)
        return found
    there = book.beside(row.get("name"), parent)
    if there is not None:
        return there.level
    return ORDER[min(ORDER.index(parent.level) + 1, len(ORDER) - 1)] if parent else AreaLevel.county


def _fits(book: Book, row: DirectoryRow, parent: Area | None, there: Area | None, level: AreaLevel) -> bool:
    if parent is None and there is None and book.county is not None:
        book.problems.append(row.problem("parent", SEVERAL_COUNTIES, county=book.county.name))
    elif parent is not None and ORDER.index(level) <= ORDER.index(parent.level):
        book.problems.append(row.problem("level", NOT_BELOW, parent=parent.name))
    else:
        return book.problems.checked(row, AddArea, {"name": row.get("name"), "level": level}) is not None
    return False


def _add_area(book: Book, row: DirectoryRow, parent: Area | None, level: AreaLevel) -> None:
    """A path ends with the area's own id, which the database gives first."""
    above = parent.path if parent else "/"
    area = Area(
        parent_id=parent.id if parent else None,
        name=row.get("name"),
        level=level,
        path=f"new {row.number}",
        position=row.number,
    )
    book.add(row.sheet.name, area)
    assert area.id is not None
    area.path = f"{above}{area.id}/"
    if len(area.path) > PATH_MOST:
        book.problems.append(row.problem("name", TOO_DEEP))
    book.session.flush()
    book.remember(area)
    book.write_down("add_area", area.name, area.path, {"name": area.name, "level": level})


def take_units(book: Book, rows: Sequence[DirectoryRow]) -> None:
    named: dict[int, str] = {}
    for row in rows:
        unit = _take_unit(book, row)
        for area in _desk_of(book, row, unit):
            _set_desk(book, row, area, unit, named)
    if book.county is not None and book.county.desk_unit_id is None and rows:
        book.problems.append(rows[0].problem("desk", NO_DESK))


def _take_unit(book: Book, row: DirectoryRow) -> Unit | None:
    there, area = book.units.get(row.get("name")), book.area(row, "area")
    unit_class: UnitClass | None = choice(CLASSES, row.get("unit_class"))
    if unit_class is None:
        book.unknown(row, "unit_class", row.get("unit_class"), CLASSES)
    if area is None or unit_class is None:
        return None
    values = {
        "name": row.get("name"),
        "short_name": row.get("short_name") or (there.short_name if there else row.get("name")[:30]),
        "unit_class": unit_class,
        "phone": row.get("phone"),
    }
    asked = book.problems.checked(row, AddUnit, {**values, "area": area.id})
    if asked is None:
        return None
    if there is None:
        return _add_unit(book, row, asked, area)
    new = {**values, "phone": asked.phone, "area_id": area.id}
    book.write_down("change_unit", there.name, area.path, new, book.change(row.sheet.name, there, new))
    return there


def _add_unit(book: Book, row: DirectoryRow, asked: AddUnit, area: Area) -> Unit:
    unit = Unit(
        name=asked.name,
        short_name=asked.short_name,
        unit_class=asked.unit_class,
        area_id=asked.area,
        phone=asked.phone,
        position=row.number,
    )
    book.add(row.sheet.name, unit)
    book.units[unit.name] = unit
    book.write_down("add_unit", unit.name, area.path, asked.details())
    return unit


def _desk_of(book: Book, row: DirectoryRow, unit: Unit | None) -> Iterator[Area]:
    """是 is the unit's own place; otherwise the places are named."""
    typed = row.get("desk")
    if unit is None or not typed or typed.lower() in NO:
        return
    if typed.lower() in YES:
        yield book.areas[unit.area_id]
        return
    for name in filter(None, typed.split("、")):
        area = book.area(row, "desk", name)
        if area is not None:
            yield area


def _set_desk(book: Book, row: DirectoryRow, area: Area, unit: Unit | None, named: dict[int, str]) -> None:
    assert unit is not None and area.id is not None
    if area.id in named and named[area.id] != unit.name:
        book.problems.append(row.problem("desk", TWO_DESKS, area=area.name, unit=named[area.id]))
        return
    named[area.id] = unit.name
    if area.desk_unit_id != unit.id:
        before = area.desk_unit_id
        area.desk_unit_id = unit.id
        book.session.add(area)
        book.write_down("change_area", area.name, area.path, {"desk_unit": unit.id}, {"desk_unit": before})
        book.counts["受理台", "changed"] += 1
