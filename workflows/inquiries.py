"""问诉求人: a unit that lacks something asks her for it; while it waits, its own term stands still, and not for long.

What she was promised does not move: only an extension that was granted does that.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows import holds
from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import NO_CHANGES, Changes
from workflows.guards import guard
from workflows.time_limits import Urgency
from workflows.words import _


def waits_for_her(case: Case) -> bool:
    return case.inquired_at is not None and case.inquiry_ended_at is None


@guard(_("这一手已经问过一次了。还不清楚的，请打电话问，或者照已经知道的办。"))
def was_not_asked_before(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.inquired_at is None


@guard(_("突发的事等不得：请直接打电话问。"))
def can_wait(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.urgency is not Urgency.danger


@guard(_("现在没有等着诉求人回的话。"))
def she_is_asked(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return waits_for_her(case)


def ask_her(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes({"inquired_at": now, "inquiry_ended_at": None}, rearmed=frozenset({"inquiry_unanswered"}))


def go_on(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """She, or somebody for her, has said more: the holder's term runs on from where it stood."""
    if not waits_for_her(case):
        return NO_CHANGES
    return Changes({"inquiry_ended_at": now}, revised=holds.after_the_pause(case, now))


def leaving(case: Case, changes: Changes) -> Changes:
    """Who takes it next has not asked anything yet; of what ended nobody waits for a word."""
    if case.inquired_at is None or changes.ended is None:
        return changes
    return replace(changes, columns={**changes.columns, "inquired_at": None, "inquiry_ended_at": None})
