"""Reminders in a ticket's story: those that follow each other are one line, which opens to each of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from service.local_words import LocalWords
from service.tickets.timeline import Entry
from workflows.words import _n

REMINDERS = frozenset(
    {"expedite", "escalate_whistle", "press_decision", "remind_promise", "press_claim", "press_inspection"}
)
"""Verbs that only say once more what was said before: by the villager, by an official, by the clock."""

TOGETHER = _n("催办 {n} 次，最近 {at}")


def folded(entries: Iterable[Entry], local: LocalWords) -> list[Entry]:
    """Newest first, as they came. What lies between two reminders keeps them apart: what she urged after an answer is
    not what she urged before it."""
    return list(_folded(entries, local))


def _folded(entries: Iterable[Entry], local: LocalWords) -> Iterator[Entry]:
    for is_reminder, run in groupby(entries, key=lambda entry: entry.verb in REMINDERS):
        found = list(run)
        if is_reminder and len(found) > 1:
            yield _as_one(found, local)
        else:
            yield from found


def _as_one(run: list[Entry], local: LocalWords) -> Entry:
    """How often each of them was said stands beside; the villager sees the line if she sees one of them."""
    newest = run[0]
    counted = Counter(entry.label for entry in run)
    return replace(
        newest,
        label=local._(TOGETHER, len(run)).format(n=len(run), at=local.time(newest.at)),
        who="",
        words="",
        facts=[(label, local._(TIMES, n).format(n=n)) for label, n in counted.items()] if len(counted) > 1 else [],
        photos=[],
        is_public=any(entry.is_public for entry in run),
        each=tuple(run),
    )


TIMES = _n("{n} 次")
