"""What the follow-ups show elsewhere: a panel beside the ticket in the workbench, and rows among the registers."""

from service.accounts.visits import Visit
from service.follow_ups.call_page import url_of
from service.follow_ups.draws import draw_of
from service.follow_ups.queries import Wanted, count_calls
from service.local_words import LocalWords
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.panels import Panel, Register
from workflows.cases import Case
from workflows.statuses import Role, Stage
from workflows.words import _

LOOKS_ON = frozenset({Role.follow_up_officer, Role.supervisor})


def panel_of(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """Once she has been answered; before that there is nothing to ask about."""
    if ticket.stage != Stage.follow_up or ticket.id is None:
        return None
    values = {
        "url": url_of(number_of(ticket.id, ticket.created_at)) if ticket.call_at and looks_on(visit) else "",
        "attempts": ticket.follow_up_attempts,
        "last": ticket.attempt_result,
        "call_at": ticket.call_at,
        "call_back_at": ticket.call_back_at,
        "first": ticket.first_satisfaction,
        "final": ticket.satisfaction,
        "is_groundless": ticket.is_groundless,
        "draw": draw_of(visit.session, ticket, visit.known),
    }
    return Panel("follow_ups/_ticket_panel.html", values)


def looks_on(visit: Visit) -> bool:
    return any(visit.actor.has(role) for role in LOOKS_ON)


def waiting(visit: Visit) -> int:
    return count_calls(visit.session, visit.actor, Wanted(), visit.now)


REGISTER = Register(
    "follow_ups",
    "/desk/follow-ups",
    _("回访"),
    _("答复过的心愿，现在该问一问诉求人的。约好的时间到了的排在最前面，其余按期限排。"),
    waiting,
    LOOKS_ON,
)
SAMPLING = Register(
    "sampling",
    "/desk/follow-ups/sampling",
    _("抽样回访的规则"),
    _("哪些心愿件件回访，哪些按公布的种子抽样；任何人都可以照着再抽一遍。"),
    None,
    LOOKS_ON | {Role.administrator},
)
