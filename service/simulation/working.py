"""What a unit does with a wish of the year: it takes it on, sees for itself, and answers."""

from datetime import datetime, timedelta
from typing import Any

from service.demo.telling import RESIDENT, WAYS, phrases
from service.directory.defaults import BY_KEY
from service.simulation import passing_on
from service.simulation.speaking import fill_in
from service.simulation.stories import Teller
from workflows.commands import Outcome

MORE_WORK = timedelta(minutes=12)
OUTCOMES = (*[Outcome.resolved] * 16, Outcome.partly_resolved, Outcome.partly_resolved, Outcome.explained)


def receive(teller: Teller) -> None:
    """Dispatched, perhaps more than once, and taken on."""
    passing_on.dispatch(teller)
    teller.add(teller.later(6, 200), teller.cast.handler, "acknowledge")
    teller.answer_held = teller.fate.at + teller.pace.days_to_answer(teller.urgency)
    if teller.fate.not_before is not None:
        teller.answer_held = max(teller.answer_held, teller.fate.not_before)


def target(teller: Teller) -> datetime:
    """When the answer is to come."""
    assert teller.answer_held is not None
    return max(teller.answer_held, teller.at + MORE_WORK)


def work(teller: Teller, until: datetime) -> None:
    """Everything between taking the wish and answering it."""
    start, pace, handler = teller.at, teller.pace, teller.cast.handler
    contact(teller, start, until)
    passing_on.ask_for_time(teller, start, until)
    if teller.happens(0.4):
        at = pace.within(start, until, 0.4, teller.urgency)
        teller.add(at, handler, "verify", words=teller.lots.choice(phrases()["verify"]))
    if teller.happens(0.3):
        words = fill_in(teller.lots.choice(teller.fate.matter.did or phrases()["progress"]), teller.lots)
        teller.add(pace.within(start, until, 0.65, teller.urgency), handler, "report_progress", words=words)
    if teller.fate.is_excluded:
        passing_on.leave_out(teller)
    _is_pressed(teller, start, until)


def contact(teller: Teller, start: datetime, until: datetime) -> None:
    handler = teller.cast.handler
    if teller.happens(0.08):
        at = teller.pace.within(start, until, 0.05, teller.urgency)
        teller.add(at, handler, "contact", is_reached=False, words=teller.lots.choice(phrases()["unreached"]))
    if teller.happens(0.93):
        at, way = teller.pace.within(start, until, 0.12, teller.urgency), teller.lots.choice(WAYS)
        words = teller.lots.choice(phrases()[f"contact_{way}"])
        teller.add(at, handler, "contact", way=way, is_reached=True, words=words)


def _is_pressed(teller: Teller, start: datetime, until: datetime) -> None:
    """She adds a word, or asks how long it will take."""
    if not teller.happens(0.07):
        return
    at = teller.pace.awake(teller.pace.within(start, until, 0.8, teller.urgency))
    if teller.happens(0.5):
        words = teller.lots.choice(phrases()["supplement"])
        teller.add(at, RESIDENT, "supplement", is_attempt=True, text=words)
    else:
        words = teller.lots.choice(phrases()["expedite"])
        teller.add(at, RESIDENT, "expedite", is_attempt=True, note=words)


def reply(teller: Teller, at: datetime, words: str | None = None) -> None:
    """The answer, and what the reviewer says of it where the category asks for one. `words` are those of a redo."""
    moment = max(teller.pace.at_desk(at, teller.urgency, 0, 30), teller.at + timedelta(minutes=5))
    fields = {"outcome": Outcome.resolved, "words": words} if words else _answer(teller, moment)
    teller.add(moment, teller.cast.handler, "reply", **fields)
    if not BY_KEY[teller.fate.matter.category].needs_review:
        return
    if teller.happens(0.04):
        teller.add(teller.later(15, 200), teller.cast.reviewer, "send_back", reason=_sent_back(teller))
        teller.add(teller.later(30, 200), teller.cast.handler, "reply", **fields)
    approve(teller)


def approve(teller: Teller) -> None:
    note = teller.lots.choice(phrases()["approve"]) if teller.happens(0.2) else None
    teller.add(teller.later(12, 220), teller.cast.reviewer, "approve_reply", note=note)


def _sent_back(teller: Teller) -> str:
    return str(teller.lots.choice(phrases()["send_back"]))


def _answer(teller: Teller, at: datetime) -> dict[str, Any]:
    """An answer that names a day is a promise."""
    matter, lots = teller.fate.matter, teller.lots
    pattern = lots.choice(matter.reply)
    if matter.promise is None or "{promised}" not in pattern:
        outcome = matter.outcome if matter.outcome in OUTCOMES else lots.choice(OUTCOMES)
        return {"outcome": outcome, "words": fill_in(pattern, lots, promised="近日")}
    day = (at + timedelta(days=round(matter.promise * lots.uniform(0.4, 1.2)))).astimezone(teller.frame.span.zone)
    said = f"{day.year} 年 {day.month} 月 {day.day} 日"
    words = fill_in(pattern, lots, promised=said)
    return {"outcome": Outcome.for_now, "words": words, "promised_for": day.date()}
