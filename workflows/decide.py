"""decide() says what a command does to a case, or refuses with a sentence; available() says what may be asked now."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from workflows import claimable, inquiries, wall
from workflows.actors import NOBODY, Actor
from workflows.cases import Case, standing
from workflows.changes import Changes, Duty, Hold
from workflows.commands import COMMANDS, CommandBase
from workflows.escalations import OF_THE_HOLD
from workflows.pending_asks import PendingAsk, lapsing
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import Role, Status
from workflows.transitions import Row, rows_of
from workflows.words import _

HANDLING_VERBS = frozenset({"acknowledge", "contact", "verify", "report_progress", "reply"})
"""Whoever did one of these has handled the ticket and steps aside at the follow-up."""


@dataclass(frozen=True)
class Decision:
    """What the rules answer: nothing has happened yet. `after` is the case as it will be."""

    verb: str
    role: Role
    status_from: Status | None
    status_to: Status
    changes: Changes
    after: Case


def decide(case: Case, command: CommandBase, actor: Actor, now: datetime) -> Decision:
    """Raise WrongStatus, NotPermitted or Refused; otherwise say what changes. Pure: nothing is read or written."""
    chosen, role = _choose(case, command, actor, now)
    _hold_guards(chosen, case, command, actor, now)
    status_to = chosen.to or case.status
    assert status_to is not None
    changes = with_what_follows(case, chosen.changes(case, command, actor, now), status_to)
    after = _apply(case, changes, status_to, chosen.verb, actor, now)
    return Decision(chosen.verb, role, case.status, status_to, changes, after)


def stays(case: Case, verb: str, role: Role, changes: Changes, now: datetime) -> Decision:
    """What another table has decided about something that hangs on this ticket: the ticket keeps its status."""
    assert case.status is not None
    changes = with_what_follows(case, changes, case.status)
    after = _apply(case, changes, case.status, verb, NOBODY, now)
    return Decision(verb, role, case.status, case.status, changes, after)


def available(case: Case, actor: Actor, now: datetime) -> tuple[type[CommandBase], ...]:
    """The buttons: commands whose row fits and which no guard refuses before a word is typed."""
    roles = standing(actor, case)
    found: dict[type[CommandBase], None] = {}
    for rows in _ALL_ROWS:
        if any(_is_offered(each, case, roles, actor, now) for each in rows):
            found[rows[0].command] = None
    return tuple(found)


def _choose(case: Case, command: CommandBase, actor: Actor, now: datetime) -> tuple[Row, Role]:
    in_status = [each for each in rows_of(command.verb) if case.status in each.start]
    if not in_status:
        raise WrongStatus(_("现在这一步不能做这件事，请刷新页面看看最新的情况。"))
    roles = standing(actor, case)
    for each in in_status:
        if each.who & roles and all(guard.holds(case, command, actor, now) for guard in each.when):
            return each, _role_used(each, roles)
    raise NotPermitted(_("您没有做这件事的权限。"))


def _hold_guards(chosen: Row, case: Case, command: CommandBase, actor: Actor, now: datetime) -> None:
    for guard in chosen.guards:
        if not guard.holds(case, command, actor, now):
            raise Refused(guard.sentence)


def _is_offered(each: Row, case: Case, roles: frozenset[Role], actor: Actor, now: datetime) -> bool:
    return (
        case.status in each.start
        and bool(each.who & roles)
        and all(guard.reads_command or guard.holds(case, None, actor, now) for guard in each.guards)
    )


def _role_used(each: Row, roles: frozenset[Role]) -> Role:
    return next(role for role in Role if role in each.who and role in roles)


def _apply(case: Case, changes: Changes, status: Status, verb: str, actor: Actor, now: datetime) -> Case:
    """The case as it will be, in one step: making one costs more than deciding."""
    after = {name: value for name, value in changes.columns.items() if name in _CASE_FIELDS}
    after["status"] = status
    if "round" in after:
        after["fired"] = frozenset()
    elif changes.rearmed:
        after["fired"] = case.fired - changes.rearmed
    if changes.asked is not None or changes.settled:
        after["asks"] = _asks_after(case, changes)
    if actor.person is not None and verb in HANDLING_VERBS:
        after["handled_by"] = case.handled_by | {actor.person}
    return case.changed(**after, **_holds_after(case, changes, now))


def with_what_follows(case: Case, changes: Changes, status_to: Status) -> Changes:
    """What every row brings along that ends a ticket, or the hold of its unit."""
    left = inquiries.leaving(case, claimable.leaving(case, changes, status_to))
    return _with_asks(case, _with_a_new_watch(case, wall.leaving(case, left, status_to)))


def _with_a_new_watch(case: Case, changes: Changes) -> Changes:
    """What has pressed one holder has not yet pressed the next."""
    pressed = case.fired & OF_THE_HOLD
    return replace(changes, rearmed=changes.rearmed | pressed) if pressed and changes.hold is not None else changes


def _with_asks(case: Case, changes: Changes) -> Changes:
    """What was asked under a hold ends with it, undecided; the ticket knows how many asks still wait."""
    if case.asks and changes.ended is not None:
        changes = replace(changes, settled=(*changes.settled, *lapsing(case.asks, changes.settled)))
    if changes.asked is None and not changes.settled:
        return changes
    count = len(_asks_after(case, changes))
    return replace(changes, columns={**changes.columns, "pending_asks": count})


def _asks_after(case: Case, changes: Changes) -> tuple[PendingAsk, ...]:
    settled = {each.kind for each in changes.settled}
    left = tuple(ask for ask in case.asks if ask.kind not in settled)
    return left if changes.asked is None else (*left, changes.asked)


def _holds_after(case: Case, changes: Changes, now: datetime) -> dict[str, Any]:
    after: dict[str, Any] = {}
    lead = changes.hold or changes.revised
    if lead is not None:
        since = now if changes.hold else case.hold_since
        after |= {"limits_of_hold": case.limits if changes.hold else case.limits_of_hold}
        after |= {"hold_since": since, "hold_due": lead.due_at, "hold_is_provisional": lead.is_provisional}
    elif changes.ended is not None:
        after |= {"hold_since": None, "hold_due": None, "hold_is_provisional": False}
    if changes.supporting is not None:
        after["supporting"] = frozenset(hold.unit for hold in changes.supporting)
    elif changes.released or changes.joined:
        after["supporting"] = (case.supporting | {hold.unit for hold in changes.joined}) - changes.released
    began = {hold.unit for hold in began_by(changes) if hold.duty is Duty.handle}
    return {**after, "handling_units": case.handling_units | began} if began else after


def began_by(changes: Changes) -> tuple[Hold, ...]:
    """The holds that begin with these changes."""
    return tuple(hold for hold in (changes.hold, *(changes.supporting or ()), *changes.joined) if hold is not None)


_CASE_FIELDS = frozenset(each.name for each in fields(Case))
_ALL_ROWS: tuple[tuple[Row, ...], ...] = tuple(rows_of(verb) for verb in COMMANDS)
