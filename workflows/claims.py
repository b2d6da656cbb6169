"""The table of the claim (认领): which verb moves it from where to where, by whom, if what holds.

The wish stays with its unit, whose deadline does not move: a claim is help besides, and is counted apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows import claim_commands as c
from workflows.actors import Actor
from workflows.changes import NO_CHANGES, Changes
from workflows.claim_guards import (
    ClaimCase,
    ClaimGuard,
    claimant_has_not_claimed_it_yet,
    contact_is_overdue,
    day_of_delivery_has_passed,
    day_of_delivery_is_in_reach,
    day_of_delivery_is_not_past,
    nobody_else_has_claimed_it,
    somebody_has_claimed_it,
    was_given_since_it_was_claimed,
    was_not_pressed_yet,
    wish_is_in_the_pool,
)
from workflows.claim_words import CLAIM_VERB_WORDS, CLAIM_WORDS, RUNNING, ClaimState, PoolRank
from workflows.claim_words import ClaimState as S
from workflows.command_fields import CommandBase
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import ROLE_WORDS, Role
from workflows.statuses import Role as R
from workflows.words import _


@dataclass(frozen=True)
class ClaimDecision:
    """`columns` are the claim's own; `changes` are what the wish hears of it: its place in the pool."""

    verb: str
    role: Role
    state_from: ClaimState | None
    state_to: ClaimState
    columns: dict[str, Any]
    changes: Changes


Effect = Callable[[ClaimCase, Any, datetime], dict[str, Any]]


def start_contact_term(case: ClaimCase, command: Any, now: datetime) -> dict[str, Any]:
    """认领之后七天: natural time, for the villager waits on Sundays too."""
    return {"claimed_at": now, "contact_due_at": case.calendar.add(now, case.limits.term("claim_contact"))}


def note_contact(case: ClaimCase, command: Any, now: datetime) -> dict[str, Any]:
    return {"contacted_at": now, "deliver_by": command.deliver_by}


def note_delivery(case: ClaimCase, command: Any, now: datetime) -> dict[str, Any]:
    """Who has given something has talked with her."""
    return {"contacted_at": case.contacted_at or now, "delivered_on": command.given_on, "ended_at": now}


def nothing(case: ClaimCase, command: Any, now: datetime) -> dict[str, Any]:
    return {}


def end(case: ClaimCase, command: Any, now: datetime) -> dict[str, Any]:
    return {"ended_at": now}


@dataclass(frozen=True)
class Row:
    command: type[CommandBase]
    start: frozenset[ClaimState | None]
    to: ClaimState
    who: frozenset[Role]
    changes: Effect
    guards: tuple[ClaimGuard, ...] = ()

    @property
    def verb(self) -> str:
        return c.verb_of(self.command)


def row(
    command: type[CommandBase],
    start: Iterable[ClaimState | None],
    to: ClaimState,
    who: set[Role],
    changes: Effect,
    *guards: ClaimGuard,
) -> Row:
    return Row(command, frozenset(start), to, frozenset(who), changes, guards)


CLAIMANTS = {R.dispatcher, R.handler}

# fmt: off
CLAIMS: tuple[Row, ...] = (
    # command             from          to           who                    changes             refused unless
    row(c.Claim,          {None},       S.claimed,   CLAIMANTS,             start_contact_term, wish_is_in_the_pool, nobody_else_has_claimed_it, claimant_has_not_claimed_it_yet),
    row(c.JoinClaim,      {None},       S.claimed,   CLAIMANTS,             start_contact_term, wish_is_in_the_pool, somebody_has_claimed_it, claimant_has_not_claimed_it_yet),
    row(c.ContactClaimed, {S.claimed},  S.contacted, CLAIMANTS,             note_contact,       day_of_delivery_is_not_past, day_of_delivery_is_in_reach),
    row(c.DeliverClaim,   RUNNING,      S.delivered, CLAIMANTS,             note_delivery,      was_given_since_it_was_claimed),
    row(c.WithdrawClaim,  RUNNING,      S.withdrawn, CLAIMANTS | {R.system}, end),
    row(c.LapseClaim,     {S.claimed},  S.lapsed,    {R.system},            end,                contact_is_overdue),
    row(c.PressClaim,     {S.contacted}, S.contacted, {R.system},           nothing,            day_of_delivery_has_passed, was_not_pressed_yet),
)
# fmt: on
"""Handlers and dispatchers of any unit may claim: that is what a pool is for. Later on act those of the unit that
claimed, whoever entered it for somebody else, and the dispatchers of the wish's area."""

BY_VERB: dict[str, Row] = {each.verb: each for each in CLAIMS}


def decide_claim(case: ClaimCase, command: CommandBase, actor: Actor, now: datetime) -> ClaimDecision:
    """Raise WrongStatus, NotPermitted or Refused; otherwise say what changes. Pure: nothing is read or written."""
    chosen = BY_VERB[command.verb]
    if case.state not in chosen.start:
        raise WrongStatus(_("现在这一步不能做这件事，请刷新页面看看最新的情况。"))
    role = next((role for role in Role if role in chosen.who & standing_with(actor, case)), None)
    if role is None:
        raise NotPermitted(_("您没有做这件事的权限。"))
    for each in chosen.guards:
        if not each.test(case, command, actor, now):
            raise Refused(each.sentence)
    columns = {"state": chosen.to, **chosen.changes(case, command, now)}
    return ClaimDecision(chosen.verb, role, case.state, chosen.to, columns, _place_in_pool(case, chosen.to))


def available_on_claim(case: ClaimCase, actor: Actor, now: datetime) -> tuple[type[CommandBase], ...]:
    """The buttons: commands whose row fits and which no guard refuses before a word is typed."""
    roles = standing_with(actor, case)
    return tuple(each.command for each in CLAIMS if _is_offered(each, case, roles, actor, now))


def _is_offered(each: Row, case: ClaimCase, roles: frozenset[Role], actor: Actor, now: datetime) -> bool:
    return (
        case.state in each.start
        and bool(each.who & roles)
        and all(guard.reads_command or guard.test(case, None, actor, now) for guard in each.guards)
    )


def standing_with(actor: Actor, case: ClaimCase) -> frozenset[Role]:
    """What this actor is to the claim."""
    if actor.rule is not None:
        return frozenset({Role.system})
    posts = [post for post in actor.posts if post.role in CLAIMANTS]
    if case.state is None or (actor.person is not None and actor.person == case.entered_by):
        return frozenset(post.role for post in posts)
    return frozenset(
        post.role
        for post in posts
        if (case.unit_id is not None and post.unit == case.unit_id)
        or (post.role is R.dispatcher and post.covers(case.area_path))
    )


def _place_in_pool(case: ClaimCase, to: ClaimState) -> Changes:
    """退回来的优先: who was let down by one claimant is offered first to the next. Nothing, once it has left the pool."""
    if not case.is_claimable:
        return NO_CHANGES
    places = {S.delivered: PoolRank.delivered, S.lapsed: PoolRank.returned, S.withdrawn: PoolRank.returned}
    rank = PoolRank.claimed if case.others or to in RUNNING else places[to]
    return NO_CHANGES if rank == case.pool_rank else Changes({"pool_rank": int(rank)})


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| verb | 动作 | from | to | who | refused unless |\n|---|---|---|---|---|---|\n"
    return head + "".join(_line(each) for each in CLAIMS)


def _line(each: Row) -> str:
    cells = (
        f"`{each.verb}`",
        CLAIM_VERB_WORDS[each.verb],
        " ".join(CLAIM_WORDS[state] for state in S if state in each.start) or "–",
        CLAIM_WORDS[each.to],
        " ".join(ROLE_WORDS[role] for role in Role if role in each.who),
        ", ".join(guard.name.replace("_", " ") for guard in each.guards),
    )
    return "| " + " | ".join(cells) + " |\n"
