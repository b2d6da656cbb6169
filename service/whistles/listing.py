"""The register of whistles: what is asked for stands in the address, the most pressing comes first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, exists, func, true, tuple_
from sqlmodel import col, select

from service.accounts import scope
from service.accounts.visits import Visit
from service.directory.models import Area
from service.local_words import LocalWords
from service.tickets.models import Ticket
from service.whistles import waits
from service.whistles.models import IS_OPEN, Whistle, WhistleCall
from service.whistles.page_words import HAS_COME, Look, is_absent, is_counted, own_look, status_look
from service.whistles.queries import visible_whistles
from workflows.command_fields import LARGEST_ID
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.whistle_words import OPEN_WHISTLE, CallState, WhistleStatus
from workflows.words import _

PAGE = 50
COUNTED_MOST = 1000
WORDS_SHOWN = 90
RUNNING = OPEN_WHISTLE - {WhistleStatus.raised}

Condition = Callable[[Visit], ColumnElement[bool]]


@dataclass(frozen=True)
class View:
    """One way to look at the register. `is_open`: in the order of time left; the others by their age."""

    name: str
    words: str
    condition: Condition
    who: frozenset[Role] = frozenset(Role)
    is_open: bool = True
    is_counted: bool = True


@dataclass(frozen=True)
class WhistleRow:
    """`own` is the reader's own call; `late` says who has not come in time."""

    url: str
    words: str
    kind: str
    look: Look
    place: str
    town: str
    units: str
    arrived: int
    expected: int
    due_at: datetime | None
    is_open: bool
    own: Look | None
    late: str


@dataclass(frozen=True)
class Listed:
    rows: Sequence[WhistleRow]
    cursor: str | None


def is_not_reported_in(visit: Visit) -> ColumnElement[bool]:
    return _running() & _called(col(WhistleCall.report_due_at) < visit.now)


def is_in(*statuses: WhistleStatus) -> Condition:
    return lambda visit: col(Whistle.status).in_(statuses)


def _running() -> ColumnElement[bool]:
    return col(Whistle.status).in_(RUNNING)


def _called(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Somebody is called and has not come, and more is true of his call."""
    return exists().where(
        col(WhistleCall.whistle_id) == col(Whistle.id), col(WhistleCall.state) == CallState.called, condition
    )


HEADS = frozenset(Role) - {Role.administrator}
HANDLERS = frozenset({Role.handler})
IN_CHARGE = frozenset({Role.dispatcher, Role.reviewer, Role.supervisor})

# fmt: off
VIEWS: tuple[View, ...] = (
    # name         words          what is asked for                    for whom
    View("todo",      _("待我办"),   waits.for_anything),
    View("approve",   _("待我批准"), waits.for_approval,                  HEADS),
    View("rule",      _("待我裁定"), waits.for_ruling,                    frozenset({Role.dispatcher})),
    View("mine",      _("待我报到"), waits.for_report_in,                 HANDLERS),
    View("work",      _("待我做的"), waits.for_work,                      HANDLERS),
    View("accept",    _("待我验收"), waits.for_acceptance,                waits.IN_TOWN),
    View("score",     _("待我打分"), waits.for_scores,                    waits.IN_TOWN, is_open=False),
    View("missing",   _("未报到"),   is_not_reported_in),
    View("raised",    _("待批准"),   is_in(WhistleStatus.raised),         IN_CHARGE),
    View("blown",     _("待报到"),   is_in(WhistleStatus.blown)),
    View("at_work",   _("办理中"),   is_in(WhistleStatus.at_work)),
    View("completed", _("待验收"),   is_in(WhistleStatus.completed)),
    View("all",       _("全部"),     lambda visit: true(),                is_open=False, is_counted=False),
)
# fmt: on


def views_for(visit: Visit) -> list[View]:
    shown = [view for view in VIEWS if view.who == frozenset(Role) or any(visit.actor.has(role) for role in view.who)]
    hidden = {"approve"} if not waits.principals(visit.actor) else set()
    hidden |= {"rule"} if not waits.may_rule(visit.actor) else set()
    return [view for view in shown if view.name not in hidden]


def view_named(visit: Visit, name: str) -> View:
    """Names that mean nothing are passed over: an old bookmark still shows a list."""
    return next((view for view in views_for(visit) if view.name == name), usual_view(visit))


def usual_view(visit: Visit) -> View:
    """What opens first: what waits for the reader, and for who only supervises those that nobody came to."""
    if waits.principals(visit.actor):
        return VIEWS[0]
    usual = next((name for role, name in OPENS_WITH if visit.actor.has(role)), "all")
    return next(view for view in VIEWS if view.name == usual)


OPENS_WITH = ((Role.handler, "todo"), (Role.dispatcher, "todo"), (Role.supervisor, "missing"))


def count(visit: Visit, view: View, area: Area | None = None) -> int:
    """No further than a thousand: more is said no more exactly."""
    found = select(col(Whistle.id)).where(*_asked_for(visit, view, area)).limit(COUNTED_MOST)
    counted: int = visit.session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    return counted


def _asked_for(visit: Visit, view: View, area: Area | None) -> list[ColumnElement[bool]]:
    conditions = [visible_whistles(visit.actor), view.condition(visit)]
    conditions += [scope.in_areas(col(Whistle.area_path), [area.path])] if area else []
    return [IS_OPEN, *conditions] if view.is_open else conditions


def list_whistles(visit: Visit, view: View, area: Area | None, cursor: str | None, local: LocalWords) -> Listed:
    """Always the same number of queries, however long the list is. Raises Refused for a cursor that is none of ours."""
    conditions = _asked_for(visit, view, area)
    if cursor is not None:
        conditions.append(_after(cursor, view.is_open))
    order = (col(Whistle.due_at), col(Whistle.id)) if view.is_open else (col(Whistle.id).desc(),)
    found = visit.session.exec(select(Whistle).where(*conditions).order_by(*order).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    return Listed(rows_of(visit, shown, local), _cursor(shown[-1], view.is_open) if len(found) > PAGE else None)


def rows_of(visit: Visit, whistles: Sequence[Whistle], local: LocalWords) -> list[WhistleRow]:
    ids = [whistle.id or 0 for whistle in whistles]
    calls = visit.session.exec(
        select(WhistleCall).where(col(WhistleCall.whistle_id).in_(ids)).order_by(col(WhistleCall.id))
    ).all()
    tickets = [whistle.ticket_id for whistle in whistles]
    areas: dict[int, int] = dict(
        visit.session.execute(select(col(Ticket.id), col(Ticket.area_id)).where(col(Ticket.id).in_(tickets))).all()
    )
    return [
        _row(visit, whistle, [call for call in calls if call.whistle_id == whistle.id], areas, local)
        for whistle in whistles
    ]


def _row(
    visit: Visit, whistle: Whistle, calls: Sequence[WhistleCall], areas: dict[int, int], local: LocalWords
) -> WhistleRow:
    known, counted = visit.known, [call for call in calls if is_counted(call)]
    own = next((call for call in calls if call.unit_id in visit.actor.units and call.state is CallState.called), None)
    is_running = whistle.status in RUNNING
    return WhistleRow(
        url=url_of(whistle),
        words=shortened(whistle.public_text),
        kind=whistle.kind,
        look=status_look(whistle.status, local),
        place=known.place_name(areas[whistle.ticket_id]),
        town=known.unit_name(whistle.town_unit_id),
        units=local._(_("、")).join(known.unit_name(call.unit_id) for call in counted),
        arrived=sum(call.state in HAS_COME for call in counted),
        expected=len(counted),
        due_at=whistle.due_at,
        is_open=whistle.status in OPEN_WHISTLE,
        own=own_look(own, visit.now, local) if own and is_running else None,
        late=missing_words([call for call in calls if is_running and is_absent(call, visit.now)], visit, local),
    )


def missing_words(calls: Sequence[WhistleCall], visit: Visit, local: LocalWords) -> str:
    """县水利局、县交通运输局没按时报到; empty when nobody is late."""
    if not calls:
        return ""
    names = local._(_("、")).join(visit.known.unit_name(call.unit_id) for call in calls)
    return local._(_("{units}到时间还没报到")).format(units=names)


def url_of(whistle: Whistle) -> str:
    return f"/desk/whistles/{whistle.id}"


def shortened(text: str, most: int = WORDS_SHOWN) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1] + "…"


def _cursor(whistle: Whistle, by_time_left: bool) -> str:
    assert whistle.due_at is not None or not by_time_left
    return f"{whistle.due_at.isoformat()}~{whistle.id}" if by_time_left and whistle.due_at else str(whistle.id)


def _after(cursor: str, by_time_left: bool) -> ColumnElement[bool]:
    due_at, _tilde, whistle_id = cursor.rpartition("~")
    try:
        number = int(whistle_id)
        if not 0 <= number <= LARGEST_ID:
            raise ValueError(cursor)
        if not by_time_left:
            return col(Whistle.id) < number
        return tuple_(col(Whistle.due_at), col(Whistle.id)) > (datetime.fromisoformat(due_at).astimezone(UTC), number)
    except (ValueError, OverflowError):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor") from None
