"""All pages of this slice behind one router, and its registers."""

from fastapi import APIRouter

from service.oversight import inspection_item_pages, inspection_pages, look_pages, register_pages
from service.tickets.panels import Register

PARTS: tuple[APIRouter, ...] = (
    register_pages.router,
    inspection_pages.router,
    inspection_item_pages.router,
    look_pages.router,
)
REGISTERS: tuple[Register, ...] = (
    register_pages.SUPERVISION_REGISTER,
    register_pages.WARNING_REGISTER,
    inspection_pages.REGISTER,
    look_pages.REGISTER,
)

router = APIRouter()
for part in PARTS:
    router.include_router(part)
