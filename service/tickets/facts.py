"""What a timeline tells beneath the words of an event: which of its fields, by which labels, in which words."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from workflows.commands import CHOICE_WORDS
from workflows.whistle_commands import GROUND_WORDS, RULING_WORDS
from workflows.whistle_steps import RUNG_WORDS
from workflows.words import _

FACTS: dict[str, tuple[str, ...]] = {
    "decline": ("ground",),
    "assign": ("supporting", "category", "urgency"),
    "contact": ("way",),
    "reply": ("outcome", "promised_for", "referred_to"),
    "request_extension": ("until",),
    "request_deferral": ("until", "evidence"),
    "request_exclusion": ("evidence",),
    "request_consultation": ("units",),
    "grant": ("ask", "until"),
    "refuse": ("ask",),
    "rule": ("supporting",),
    "review_deferral": ("until",),
    "confirm_promise": ("is_kept",),
    "supervise": ("level",),
    "record_inspection": ("finding",),
    "create_issue": ("title",),
    "join_issue": ("title",),
    "leave_issue": ("title",),
    "describe_issue": ("title", "public_text", "expected_on"),
    "answer_issue": ("outcome", "promised_for", "referred_to"),
    "rate": ("satisfaction", "is_resolved"),
    "mark_claimable": ("consent",),
    "claim": ("kind",),
    "join_claim": ("kind",),
    "contact_claimed": ("deliver_by",),
    "deliver_claim": ("given_on",),
    "report_in": ("is_on_site", "place"),
    "contest_call": ("ground", "suggested_unit"),
    "rule_on_call": ("decision", "replacement", "was_needed"),
    "hold_site_meeting": ("held_on", "place", "attendance", "decisions"),
    "plan_work": ("milestones",),
    "report_milestone": ("about",),
    "change_milestone": ("about", "due"),
    "escalate_whistle": ("owes", "about", "to"),
    "score_call": ("speed", "work", "result"),
    "follow_up": (
        *("result", "way", "call_back_at", "was_contacted", "is_resolved", "satisfaction", "attitude", "speed"),
        *("done_on_the_spot", "new_need", "explained"),
    ),
}
"""What stands beneath the words, by the labels that the form has."""

DATED: dict[str, Callable[[str], date]] = {
    **dict.fromkeys(
        ("until", "promised_for", "expected_on", "deliver_by", "given_on", "held_on", "due"), date.fromisoformat
    ),
    "call_back_at": datetime.fromisoformat,
}
"""What an event keeps as text and a timeline says as a day."""

UNITS_NAMED = frozenset({"suggested_unit", "replacement", "owes"})
"""Fields of a single unit."""


def _any(words: Mapping[Any, str]) -> Mapping[StrEnum, str]:
    return words


CHOSEN: dict[StrEnum, str] = {**_any(RUNG_WORDS), **CHOICE_WORDS, **_any(GROUND_WORDS), **_any(RULING_WORDS)}

FACT_WORDS = {
    "call_back_at": _("约好的时间"),
    "owes": _("该办的单位"),
    "about": _("哪一步"),
    "to": _("提醒到"),
    "milestones": _("分几步做"),
    "satisfaction": _("满意程度"),
    "is_resolved": _("是否解决"),
    "was_contacted": _("是否联系过"),
}
"""Questions in a form, facts in a story."""
