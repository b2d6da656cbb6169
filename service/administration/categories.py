"""Categories and the dispatch catalogue (派单目录): what a kind of wish is promised, and who is suggested for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from service.accounts.visits import Visit
from service.administration.changes import write_down
from service.administration.commands import (
    AddCatalogueRow,
    AddCategory,
    CategoryTerms,
    ChangeCategory,
    RemoveCatalogueRow,
)
from service.directory.models import CatalogueRow, Category
from service.errors import NotFound
from workflows.refusals import Refused
from workflows.words import _

KEY_OF_OUR_OWN = "own_{number}"


@dataclass(frozen=True)
class CategoryRow:
    category: Category
    url: str
    suggestions: int


@dataclass(frozen=True)
class CatalogueLine:
    """In this area and below, this unit is suggested; not while it is out of service."""

    id: int
    area: str
    unit: str
    is_active: bool


def url_of(category_id: int) -> str:
    return f"/desk/categories/{category_id}"


def rows(visit: Visit) -> list[CategoryRow]:
    counted = select(CatalogueRow.category_id, func.count()).group_by(col(CatalogueRow.category_id))
    counts: dict[int, int] = dict(visit.session.exec(counted).all())
    return [
        CategoryRow(each, url_of(each.id or 0), counts.get(each.id or 0, 0)) for each in visit.known.categories.values()
    ]


def category_there(session: Session, category_id: int) -> Category:
    category = session.get(Category, category_id)
    if category is None:
        raise NotFound()
    return category


def lines_of(visit: Visit, category: Category) -> Sequence[CatalogueLine]:
    """The whole county first, then the towns in their order."""
    found = visit.session.exec(select(CatalogueRow).where(CatalogueRow.category_id == category.id)).all()
    areas, units = visit.known.areas, visit.known.units
    ordered = sorted(found, key=lambda row: (areas[row.area_id].path.count("/"), areas[row.area_id].position, row.id))
    return [
        CatalogueLine(
            id=row.id or 0,
            area=visit.known.place_name(row.area_id),
            unit=visit.known.unit_name(row.unit_id),
            is_active=units[row.unit_id].is_active,
        )
        for row in ordered
    ]


# Writes


def add(visit: Visit, asked: AddCategory) -> Category:
    _check_name(visit, asked)
    newest = max(visit.known.categories, default=0)
    category = Category(
        key=KEY_OF_OUR_OWN.format(number=newest + 1),
        name=asked.name,
        kind=asked.kind,
        urgency=asked.urgency,
        needs_review=asked.needs_review,
        follow_up_rule=asked.follow_up_rule,
        prompts=asked.prompts or "",
        position=max((each.position for each in visit.known.categories.values()), default=0) + 1,
    )
    visit.session.add(category)
    visit.session.flush()
    write_down(visit, asked, asked.name, visit.known.county.path)
    return category


def change(visit: Visit, category: Category, asked: ChangeCategory) -> None:
    """Wishes that are under way keep what they were promised. Raises Refused when no category would be left."""
    _check_name(visit, asked, category.id)
    others = [each for each in visit.known.categories.values() if each.is_active and each.id != category.id]
    if not asked.is_active and not others:
        raise Refused(_("这是最后一个在用的事项，停了群众就没有可选的了。"), field="is_active")
    write_down(visit, asked, category.name, visit.known.county.path, as_it_is(category))
    category.name, category.urgency, category.needs_review = asked.name, asked.urgency, asked.needs_review
    category.follow_up_rule, category.prompts = asked.follow_up_rule, asked.prompts or ""
    category.is_active = asked.is_active
    visit.session.add(category)


def as_it_is(category: Category) -> ChangeCategory:
    return ChangeCategory.model_construct(
        name=category.name,
        urgency=category.urgency,
        needs_review=category.needs_review,
        follow_up_rule=category.follow_up_rule,
        prompts=category.prompts or None,
        is_active=category.is_active,
    )


def add_line(visit: Visit, category: Category, asked: AddCatalogueRow) -> None:
    if asked.area not in visit.known.areas:
        raise Refused(_("没有这个地方，请重新选择。"), field="area")
    unit = visit.known.units.get(asked.unit)
    if unit is None or not unit.is_active:
        raise Refused(_("没有这个单位，请重新选择。"), field="unit")
    row = CatalogueRow(category_id=category.id or 0, area_id=asked.area, unit_id=asked.unit)
    same = select(CatalogueRow.id).where(
        CatalogueRow.category_id == row.category_id,
        CatalogueRow.area_id == row.area_id,
        CatalogueRow.unit_id == row.unit_id,
    )
    if visit.session.exec(same).first() is not None:
        raise Refused(_("目录里已经有这一行了。"), field="unit")
    visit.session.add(row)
    write_down(visit, asked, category.name, visit.known.county.path)


def remove_line(visit: Visit, category: Category, line_id: int, asked: RemoveCatalogueRow) -> None:
    """A second press finds nothing to remove. Raises NotFound."""
    wanted = select(CatalogueRow).where(CatalogueRow.id == line_id, CatalogueRow.category_id == category.id)
    row = visit.session.exec(wanted).one_or_none()
    if row is None:
        raise NotFound()
    visit.session.delete(row)
    write_down(visit, asked, category.name, visit.known.county.path, area=row.area_id, unit=row.unit_id)


def _check_name(visit: Visit, asked: CategoryTerms, category_id: int | None = None) -> None:
    same = select(Category.id).where(Category.name == asked.name)
    if any(found != category_id for found in visit.session.exec(same)):
        raise Refused(_("已经有一个叫“{name}”的事项了。"), field="name", name=asked.name)
