"""What the rules look at when somebody claims a wish, and conditions that read aloud, each with its refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from workflows.actors import Actor
from workflows.claim_words import ClaimState
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


A_YEAR = timedelta(days=366)
Test = Callable[[ClaimCase, Any, Actor, datetime], bool]


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


@guard(_("兑现的日子最远在一年以内：办不到的，请放弃，让给别人。"), reads_command=True)
def day_of_delivery_is_in_reach(case: ClaimCase, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(command.deliver_by <= _today(case, now) + A_YEAR)


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
