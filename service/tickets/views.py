"""Ways to look at the list of the workbench, whose turn a ticket is, and what the address asks for."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request

from service.directory.reference import Reference
from service.errors import TooMany
from service.tickets.queries import Wanted
from workflows.actors import Actor
from workflows.statuses import Role, Status
from workflows.transitions import rows_of
from workflows.words import _

NEXT_STEP: dict[Status, str] = {
    Status.submitted: "assign",
    Status.assigned: "acknowledge",
    Status.in_progress: "reply",
    Status.replied: "approve_reply",
    Status.follow_up: "follow_up",
}
"""The verb that a ticket waits for: it says whose turn it is."""
IN_BULK = {"acknowledge": (Role.handler, Status.assigned), "assign": (Role.dispatcher, Status.submitted)}
"""What may be done to several at once, who is offered it and where; each ticket is still judged by itself."""


@dataclass(frozen=True)
class View:
    """One way to look at the list, for those whom it concerns; what it asks for is joined by the filters."""

    name: str
    words: str
    wanted: Wanted
    who: frozenset[Role] = frozenset(Role)
    is_counted: bool = True
    is_late: bool = False


HOLDERS = frozenset({Role.dispatcher, Role.handler, Role.reviewer})
CALLERS = frozenset({Role.follow_up_officer})

# fmt: off
VIEWS = (
    # name         words          what is asked for                                                          for whom
    View("mine",    _("待我办"),  Wanted(is_mine=True, is_open=True),                                         HOLDERS),
    View("calls",   _("待回访"),  Wanted(is_open=True, statuses=frozenset({Status.follow_up})),               CALLERS),
    View("overdue", _("超期"),    Wanted(is_open=True),                                                       is_late=True),
    View("open",    _("在办"),    Wanted(is_open=True)),
    View("all",     _("全部"),    Wanted(),                                                     is_counted=False),
)
# fmt: on
"""A follow-up is nobody's own: whoever calls looks at his whole area, and the rules keep the handling unit out."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `query` is the part that links carry on, `refused` why it is not looked for."""

    view: View
    status: Status | None
    category: str
    area: int | None
    text: str
    cursor: str | None
    refused: TooMany | None = None

    @property
    def query(self) -> str:
        return self.with_view(self.view.name)

    def with_view(self, name: str) -> str:
        filters = {"status": self.status, "category": self.category, "area": self.area, "q": self.text}
        kept = {key: str(value) for key, value in filters.items() if value}
        return urlencode({"view": name, **kept})

    @property
    def has_filters(self) -> bool:
        return bool(self.status or self.category or self.area)

    def wanted(self, known: Reference, actor: Actor, now: datetime) -> Wanted:
        category = known.categories_by_key.get(self.category)
        area = known.areas.get(self.area or 0)
        return replace(
            self.view.wanted,
            status=self.status,
            statuses=turns_of(actor) if self.view.wanted.is_mine else self.view.wanted.statuses,
            category=category.id if category else None,
            area_path=area.path if area else None,
            text=self.text,
            late_at=now if self.view.is_late else None,
        )


def asked_of(request: Request, actor: Actor) -> Asked:
    """Values that mean nothing are passed over: an old bookmark still shows a list."""
    query = request.query_params
    text = query.get("q", "").strip()
    usual = next(view for view in VIEWS if view.name == "open" or (view.who < frozenset(Role) and is_for(view, actor)))
    views = {view.name: view for view in VIEWS if is_for(view, actor)}
    status, area = query.get("status", ""), query.get("area", "")
    return Asked(
        view=views.get(query.get("view", ""), views["all"] if text else usual),
        status=Status(status) if status in set(Status) else None,
        category=query.get("category", ""),
        area=int(area) if area.isascii() and area.isdigit() and len(area) < 10 else None,
        text=text,
        cursor=query.get("cursor") or None,
        refused=getattr(request.state, "refused_search", None),
    )


def is_for(view: View, actor: Actor) -> bool:
    return view.who == frozenset(Role) or any(actor.has(role) for role in view.who)


def turns_of(actor: Actor) -> frozenset[Status]:
    """The statuses in which a ticket waits for somebody like this actor: he may do what comes next."""
    return frozenset(
        status
        for status, verb in NEXT_STEP.items()
        if any(actor.has(role) for row in rows_of(verb) for role in row.who)
    )


def offered_in_bulk(actor: Actor) -> list[str]:
    return [verb for verb, (role, _status) in IN_BULK.items() if actor.has(role)]
