"""台账: all lists that somebody keeps an eye on, with how many rows wait in each."""

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Looking
from service.tickets.panels import registers_of
from service.web import render

router = APIRouter(prefix="/desk", include_in_schema=False)


@router.get("/registers")
def registers(request: Request, visit: Looking) -> Response:
    return render(request, "tickets/registers.html", registers=registers_of(request, visit))
