"""All pages of this slice behind one router."""

from fastapi import APIRouter

from service.administration import (
    area_pages,
    calendar_pages,
    category_pages,
    change_pages,
    emergency_pages,
    limit_pages,
    link_pages,
    people_pages,
    unit_pages,
    whistle_kind_pages,
    whistle_step_pages,
)

PARTS: tuple[APIRouter, ...] = (
    link_pages.router,
    people_pages.router,
    unit_pages.router,
    area_pages.router,
    category_pages.router,
    calendar_pages.router,
    limit_pages.router,
    whistle_kind_pages.router,
    whistle_step_pages.router,
    emergency_pages.router,
    change_pages.router,
)

router = APIRouter()
for part in PARTS:
    router.include_router(part)
