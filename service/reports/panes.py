"""What stands at the head of the board and along its time, ready for the template."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request

from service.accounts.visits import Visit
from service.reports.attention import NOTHING, count_concerns, moment_of
from service.reports.choices import Choice
from service.reports.kept import kept
from service.reports.series import Line, Point
from service.reports.ticket_pages import tickets_url
from service.reports.windows import Seen
from service.tickets.panels import Pressing, pressing_in
from workflows.definitions import Window
from workflows.measures import BY_KEY
from workflows.rates import DEFAULT_WEIGHTS, HEADLINE, Headline, Tally
from workflows.words import _

HEAD_ROWS = {"satisfaction": "satisfaction_rate"}
RATE_OF = {"concluded": "conclusion_rate", "satisfaction": "satisfaction_rate"}
"""By the key of a headline: its row in the catalogue, and that of the rate beside it."""
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "collected": ((_("办结"), "concluded"), (_("在办"), "open")),
    "open": ((_("超期"), "open_overdue"), (_("没超期"), "not_yet_due")),
}
"""What a figure is the sum of, where it is no share of anything."""


STALE_AFTER = timedelta(minutes=5)
"""The figures are brought up to date every minute; older ones are shown with their age."""


def stale_for(as_of: datetime, now: datetime) -> timedelta | None:
    """How old the figures are, where nobody should take them for those of now."""
    return now - as_of if now - as_of > STALE_AFTER else None


# The four figures


def headline(seen: Seen, choice: Choice) -> list[dict[str, Any]]:
    return [_head(each, seen.windows[window_of(each.key)], choice) for each in HEADLINE]


def window_of(key: str) -> Window:
    return BY_KEY[HEAD_ROWS.get(key, key)].window


def _head(each: Headline, tally: Tally, choice: Choice) -> dict[str, Any]:
    window = window_of(each.key)
    return {
        "key": each.key,
        "definition": HEAD_ROWS.get(each.key, each.key),
        "rate_key": RATE_OF.get(each.key),
        "words": each.words,
        "explained": each.explained,
        "window": window,
        "count": each.count(tally) if each.count else None,
        "rate": each.rate(tally, DEFAULT_WEIGHTS) if each.rate else None,
        "parts": [
            {"words": words, "count": getattr(tally, name), "url": tickets_url(choice, count=name, window=window)}
            for words, name in PARTS.get(each.key, ())
        ],
        "url": tickets_url(choice, count="valid" if each.key == "satisfaction" else each.key, window=window),
    }


# What needs a hand


def attention(visit: Visit, choice: Choice) -> list[dict[str, Any]]:
    there = kept(visit.session, choice)
    known = there.concerns() if there else NOTHING
    found = count_concerns(visit.session, choice.place.path, moment_of(visit), choice.kind, known)
    return [
        {
            "words": concern.words,
            "explained": concern.explained,
            "tone": concern.tone,
            "count": count,
            "url": tickets_url(choice, concern=concern.key),
        }
        for concern, count in found
    ]


def pressing(request: Request, visit: Visit, choice: Choice) -> list[Pressing]:
    """What other slices count: they know places, and neither themes nor sources."""
    return pressing_in(request, visit, choice.place) if choice.is_any_kind else []


# Time


def timeline(found: Iterable[Point], choice: Choice, now: datetime) -> list[dict[str, Any]]:
    """Each number with the address of exactly its tickets."""
    return [
        {
            "days": point.days,
            "is_running": point.days.moments[1] > now,
            "answered": point.answered,
            "median": point.median,
            "ninety": point.ninety,
            "answered_url": tickets_url(choice.within(point.days), count="answered", window=Window.creation),
            **{
                line: {"count": getattr(point, line), "url": tickets_url(choice.within(point.days), line=line)}
                for line in Line
            },
        }
        for point in found
    ]
