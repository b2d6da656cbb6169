"""The table of the claim (认领): which verb moves it from where to where, by whom, if what holds.

The wish stays with its unit, whose deadline does not move: a claim is help besides, and is counted apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workflows import claim_commands as c
from workflows.actors import Actor
from workflows.changes import NO_CHANGES, Changes
from workflows.claim_words import CLAIM_VERB_WORDS, CLAIM_WORDS, RUNNING, ClaimState, PoolRank
from workflows.claim_words import ClaimState as S
from workflows.command_fields import CommandBase
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import ROLE_WORDS, Role
from workflows.statuses import Role as R
from workflows.time_limits import Limits
from workflows.words import _
from workflows.workdays import WorkCalendar


@dataclass(frozen=True)
class ClaimCase:
    """One claim with its wish, or, with `state` None, one that is about to be made.

    `unit_id` is the unit that claims, `entered_by` who entered it for somebody else. `others` counts the claims of the
    same wish that run besides; `is_taken` says that this very claimant has one of them. `deliver_by` is the day that
    the claimant has named; `was_pressed` says that he was reminded of it once it had passed.
    """

    area_path: str
    is_claimable: bool
    limits: Limits
    calendar: WorkCalendar
    state: ClaimState | None = None
    unit_id: int | None = None
    entered_by: int | None = None
    claimed_at: datetime | None = None
    contact_due_at: datetime | None = None
    contacted_at: datetime | None = None
    deliver_by: date | None = None
    was_pressed: bool = False
    pool_rank: int | None = None
    others: int = 0
    is_taken: bool = False


@dataclass(frozen=True)
class ClaimDecision:
    """`columns` are the claim's own; `changes` are what the wish hears of it: its place in the pool."""

    verb: str
    role: Role
    state_from: ClaimState | None
    state_to: ClaimState
    columns: dict[str, Any]
    changes: Changes


Test = Callable[[ClaimCase, Any, Actor, datetime], bool]
Effect = Callable[[ClaimCase, Any, datetime], dict[str, Any]]


@dataclass(frozen=True)
class ClaimGuard:
    """As in workflows/guards.py."""

    name: str
    sentence: str
    test: Test
    reads_command: bool = False


def guard(sentence: str, *, reads_command: bool = False) -> Callable[[Test], ClaimGuard]:
    return lambda test: ClaimGuard(test.__name__, sentence, test, reads_command)


@guard(_("这件心愿已经不在认领池里了，请看看别的。"))
def wish_is_in_the_pool(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.is_claimable


@guard(_("刚才已经有人认领了，您可以选“一起认领”。"))
def nobody_else_has_claimed_it(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.others == 0


@guard(_("现在还没有别人认领，请选“认领”。"))
def somebody_has_claimed_it(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.others > 0


@guard(_("这个认领人已经认领了这一件，不用再认领一次。"), reads_command=True)
def claimant_has_not_claimed_it_yet(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.is_taken


@guard(_("兑现的日子不能早于今天。"), reads_command=True)
def day_of_delivery_is_not_past(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(command.deliver_by >= _today(case, now))


@guard(_("兑现的日子不能晚于今天，也不能早于认领的那天。"), reads_command=True)
def was_given_since_it_was_claimed(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    assert case.claimed_at is not None
    return bool(_today(case, case.claimed_at) <= command.given_on <= _today(case, now))


@guard(_("联系的期限还没有过。"))
def contact_is_overdue(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.contact_due_at is not None and case.contact_due_at <= now


@guard(_("说好的日子还没有过。"))
def day_of_delivery_has_passed(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.deliver_by is not None and case.deliver_by < _today(case, now)


@guard(_("已经催过了。"))
def was_not_pressed_yet(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.was_pressed


def _today(case: ClaimCase, now: datetime) -> date:
    return now.astimezone(case.calendar.zone).date()


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
    row(c.ContactClaimed, {S.claimed},  S.contacted, CLAIMANTS,             note_contact,       day_of_delivery_is_not_past),
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
