"""All pages of this slice behind one router."""

from fastapi import APIRouter

from service.administration import (
    area_pages,
    calendar_pages,
    category_pages,
    change_pages,
    limit_pages,
    link_pages,
    people_pages,
    unit_pages,
)

router = APIRouter()

for part in (
    link_pages,
    people_pages,
    unit_pages,
    area_pages,
    category_pages,
    calendar_pages,
    limit_pages,
    change_pages,
):
    router.include_router(part.router)
