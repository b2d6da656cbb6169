"""The sheets 人员 and 派单目录 of a directory workbook."""

import re
from collections.abc import Mapping, Sequence

from sqlmodel import select

from service.administration.commands import AddPerson
from service.directory.models import Appointment, Area, CatalogueRow, Category, Person, Unit
from service.exchange.cells import NO, YES
from service.exchange.directory_book import UNCHANGED, Book
from service.exchange.directory_rows import DirectoryRow
from service.exchange.directory_sheets import ROLES, choice
from service.exchange.several import Several
from workflows.statuses import Role
from workflows.words import _

POST = "岗位"
BETWEEN_ROLES = re.compile(r"[、,，;；/ ]+")
YES_OR_NO = _("请写“是”或者“否”。")
TWO_NAMES = _("“{login}”在前面的行里是另一个人：登录名不能重复。")
Posts = dict[tuple[int | None, int | None, Role], Appointment]

NO_SUCH_CATEGORY = _("没有“{name}”这个事项，请先在“事项”页面里加上，或者改成已有的：{known}。")


def take_people(book: Book, rows: Sequence[DirectoryRow], hashes: Mapping[str, str]) -> list[str]:
    """The logins that are new; `hashes` are the passwords made up for them (empty while it is only tried)."""
    people = {person.login: person for person in book.session.exec(select(Person))}
    posts: Posts = {(post.person_id, post.unit_id, post.role): post for post in book.session.exec(select(Appointment))}
    named: dict[str, str] = {}
    new: list[str] = []
    for row in rows:
        login, unit = row.get("login"), book.unit(row, "unit")
        there = people.get(login)
        asked = [
            each for role in _roles(book, row) if unit and (each := _asked(book, row, unit, role, there)) is not None
        ]
        if unit is None or not asked or not _is_one_person(book, row, named):
            continue
        if there is None:
            new.append(login)
            there = people[login] = _add_person(book, row, asked[0], unit, hashes.get(login, ""))
        else:
            _change_person(book, row, there, asked[0], unit)
        for each in asked:
            _appoint(book, row, there, unit, each, posts)
    return new


def _roles(book: Book, row: DirectoryRow) -> list[Role]:
    found: list[Role] = []
    for word in filter(None, BETWEEN_ROLES.split(row.get("role"))):
        role: Role | None = choice(ROLES, word)
        if role is None:
            book.unknown(row, "role", word, ROLES)
        else:
            found.append(role)
    return found


def _asked(book: Book, row: DirectoryRow, unit: Unit, role: Role, there: Person | None) -> AddPerson | None:
    said = row.get("is_head").lower()
    if said and said not in YES | NO:
        book.problems.append(row.problem("is_head", YES_OR_NO))
        return None
    values = {name: row.get(name) for name in ("login", "name", "title", "phone", "email")}
    values["name"] = values["name"] or (there.name if there else "")
    return book.problems.checked(row, AddPerson, {**values, "unit": unit.id, "role": role, "is_head": said in YES})


def _is_one_person(book: Book, row: DirectoryRow, named: dict[str, str]) -> bool:
    if named.setdefault(row.get("login"), row.get("name")) == row.get("name"):
        return True
    book.problems.append(row.problem("login", TWO_NAMES, login=row.get("login")))
    return False


def _add_person(book: Book, row: DirectoryRow, asked: AddPerson, unit: Unit, password_hash: str) -> Person:
    person = Person(
        login=asked.login,
        name=asked.name,
        phone=asked.phone,
        email=asked.email,
        password_hash=password_hash,
        created_at=book.now,
    )
    book.add(row.sheet.name, person)
    book.write_down("add_person", person.name, book.areas[unit.area_id].path, asked.details())
    return person


def _change_person(book: Book, row: DirectoryRow, there: Person, asked: AddPerson, unit: Unit) -> None:
    about, new = there.name, {"name": asked.name, "phone": asked.phone, "email": asked.email}
    book.write_down("change_person", about, book.areas[unit.area_id].path, new, book.change(row.sheet.name, there, new))


def _appoint(book: Book, row: DirectoryRow, person: Person, unit: Unit, asked: AddPerson, posts: Posts) -> None:
    """A post that is there gets its title and whether it leads, as far as the row says so."""
    there = posts.get((person.id, unit.id, asked.role))
    path = book.areas[unit.area_id].path
    post = {"unit": unit.id, "role": asked.role, "title": asked.title or "", "is_head": asked.is_head}
    if there is None:
        assert person.id is not None and unit.id is not None
        made = Appointment(
            person_id=person.id, unit_id=unit.id, role=asked.role, title=asked.title or "", is_head=asked.is_head
        )
        book.add(POST, made)
        posts[person.id, unit.id, asked.role] = made
        book.write_down("appoint", person.name, path, post)
        return
    new = {"title": asked.title, "is_head": asked.is_head if row.get("is_head") else None}
    book.write_down("appoint", person.name, path, {**post, **new}, book.change(POST, there, new))


def take_catalogue(book: Book, rows: Sequence[DirectoryRow]) -> None:
    categories = {word: each for each in book.session.exec(select(Category)) for word in (each.key, each.name)}
    there = {(each.category_id, each.area_id, each.unit_id) for each in book.session.exec(select(CatalogueRow))}
    for row in rows:
        category = categories.get(row.get("category"))
        area, unit = book.area(row, "area"), book.unit(row, "unit")
        if category is None:
            known = Several(dict.fromkeys(each.name for each in categories.values()))
            book.problems.append(row.problem("category", NO_SUCH_CATEGORY, name=row.get("category"), known=known))
        elif area is not None and unit is not None:
            _suggest(book, row, (category, area, unit), there)


def _suggest(
    book: Book, row: DirectoryRow, entry: tuple[Category, Area, Unit], there: set[tuple[int, int, int]]
) -> None:
    category, area, unit = entry
    assert category.id is not None and area.id is not None and unit.id is not None
    ids = (category.id, area.id, unit.id)
    if ids in there:
        book.counts[row.sheet.name, UNCHANGED] += 1
        return
    there.add(ids)
    book.add(row.sheet.name, CatalogueRow(category_id=ids[0], area_id=ids[1], unit_id=ids[2]))
    book.write_down("add_catalogue_row", category.name, area.path, {"area": ids[1], "unit": ids[2]})
