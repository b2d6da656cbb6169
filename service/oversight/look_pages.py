"""谁看过: the register of looks at numbers, voices and exact places, and the same beside each ticket, for supervisors."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.accounts.visits import Looking, Visit
from service.local_words import LocalWords
from service.oversight.looked import FILTERS, looks_at, page_of
from service.tickets.models import Ticket
from service.tickets.panels import Panel, Register
from service.web import render
from workflows.cases import Case
from workflows.commands import LARGEST_ID
from workflows.statuses import Role
from workflows.words import _

router = APIRouter(prefix="/desk/looks", include_in_schema=False)

HERE = "/desk/looks"
Cursor = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.get("")
def show_looks(request: Request, visit: Looking, show: str = "", cursor: Cursor = None) -> Response:
    """An address that means nothing shows all."""
    visit.must_be(Role.supervisor)
    which = next((each for each in FILTERS if each.name == show), FILTERS[0])
    page = page_of(visit, which, cursor)
    return render(
        request,
        "oversight/looks.html",
        filters=[(each.name, each.words, f"?show={each.name}") for each in FILTERS],
        which=which.name,
        rows=page.rows,
        total=page.total,
        cursor=page.cursor,
    )


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """For a supervisor of her place, once somebody has looked."""
    if not visit.actor.has(Role.supervisor):
        return None
    found = looks_at(visit, ticket.id or 0)
    return Panel("oversight/_looks_beside.html", {"looks": found, "url": HERE}) if found else None


REGISTER = Register(
    "looks",
    HERE,
    _("查看记录"),
    _("谁在什么时候看了诉求人的全号、听了录音、看了准确位置。为办事看是应该的；事情不在他单位手里却看了的，请问一问。"),
    roles=frozenset({Role.supervisor}),
)
