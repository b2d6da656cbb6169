"""回访 in one story: she says how it was, or is asked, or is never reached; and what is done a second time."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from service.demo.telling import RESIDENT
from service.directory.defaults import BY_KEY
from service.simulation import working
from service.simulation.fates import Again, Heard, Stays
from service.simulation.speaking import say
from service.simulation.stories import Teller
from workflows.commands import CallResult, Outcome, Satisfaction
from workflows.statuses import FollowUpRule

RATING_TERM = timedelta(days=7)
EVENING = time(17)
IN_VAIN, REPEATED = 0.18, 3
KEPT, CONFIRMED = 0.88, 0.4
ABOUT = {Satisfaction.satisfied: "praise", Satisfaction.basically_satisfied: "fair"}


def hear(teller: Teller) -> None:
    """From the answer on. In the first round she may complain; the second one ends with her last word."""
    fate = teller.fate
    if fate.again is Again.at_her_rating or fate.stays is Stays.complained:
        _complain(teller)
        if fate.stays is Stays.complained:
            return
        _second_round(teller)
    elif fate.again is Again.reopened:
        _rate(teller, Satisfaction.satisfied)
        _reopen(teller)
        _second_round(teller)
    elif fate.heard is Heard.rates:
        _rate(teller, fate.word)
        if fate.is_called_anyway:
            _call(teller, waits=timedelta(hours=1))
    elif fate.heard is Heard.is_called:
        _call(teller, waits=RATING_TERM)
    elif fate.is_drawn:
        _try_in_vain(teller)
    else:
        teller.concluded_at = teller.at + RATING_TERM
        return
    teller.concluded_at = teller.at
    _keep_promise(teller)


def _rate(teller: Teller, word: Satisfaction) -> None:
    at = teller.pace.awake(teller.at + teller.pace.minutes(60, 6000))
    words = say(ABOUT[word], teller.lots) or None
    is_resolved = True if _outcome(teller) is Outcome.resolved else None
    teller.add(at, RESIDENT, "rate", satisfaction=word, is_resolved=is_resolved, words=words)


def _complain(teller: Teller) -> None:
    at = teller.pace.awake(teller.at + teller.pace.minutes(60, 3000))
    words = say("complaint", teller.lots)
    teller.add(at, RESIDENT, "rate", satisfaction=Satisfaction.dissatisfied, is_resolved=False, words=words)


def _reopen(teller: Teller) -> None:
    at = teller.pace.awake(teller.at + teller.pace.minutes(600, 15_000))
    teller.add(at, RESIDENT, "reopen", reason=say("complaint", teller.lots))


def _second_round(teller: Teller) -> None:
    """重办: what is done again is asked about every time."""
    fate = teller.fate
    until = teller.at + teller.pace.days_to_answer(teller.urgency) * 0.5
    working.contact(teller, teller.at, until)
    working.reply(teller, max(until, teller.at + working.MORE_WORK), say("redone", teller.lots))
    if fate.heard is Heard.nobody:
        _try_in_vain(teller)
    elif fate.heard is Heard.rates:
        _rate(teller, fate.word)
        if _is_always_called(teller):
            _call(teller, waits=timedelta(hours=1))
    else:
        _call(teller, waits=RATING_TERM)


def _is_always_called(teller: Teller) -> bool:
    return BY_KEY[teller.fate.matter.category].follow_up_rule is FollowUpRule.always


def _call(teller: Teller, waits: timedelta) -> None:
    at = teller.pace.in_office(teller.at + waits, 20, 700)
    if teller.happens(IN_VAIN):
        teller.add(at, teller.cast.caller, "follow_up", result=CallResult.unreachable)
        at = teller.pace.in_office(teller.at + timedelta(hours=3), 10, 200)
    teller.add(at, teller.cast.caller, "follow_up", result=CallResult.answered, **_said(teller))


def _said(teller: Teller) -> dict[str, Any]:
    fate = teller.fate
    if not fate.is_groundless:
        return {
            "was_contacted": True,
            "is_resolved": True,
            "satisfaction": fate.word,
            "words": say("heard", teller.lots),
        }
    explained = say("explained", teller.lots)
    words = say("groundless", teller.lots)
    is_so = {"was_contacted": True, "is_resolved": True, "is_groundless": True}
    return {**is_so, "satisfaction": Satisfaction.dissatisfied, "words": words, "explained": explained}


def _try_in_vain(teller: Teller) -> None:
    """On three working half-days, by the published rule."""
    at = teller.at + RATING_TERM
    for _attempt in range(REPEATED):
        at = teller.pace.in_office(at + timedelta(hours=20), 10, 300)
        teller.add(at, teller.cast.caller, "follow_up", result=CallResult.unreachable)
    reason = say("unreachable", teller.lots)
    teller.add(at + timedelta(minutes=5), teller.cast.caller, "close", reason=reason)


def _keep_promise(teller: Teller) -> None:
    """Nine in ten are kept before their day; what the others come to, the clock says."""
    day = next((step.fields["promised_for"] for step in teller.steps if "promised_for" in step.fields), None)
    if day is None or teller.fate.again is not None or not teller.happens(KEPT):
        return
    ahead = timedelta(days=teller.lots.randint(1, 6))
    due = datetime.combine(day, EVENING, teller.frame.span.zone).astimezone(UTC) - ahead
    at = max(teller.pace.in_office(due, 10, 200), teller.at + timedelta(hours=1))
    teller.add(at, teller.cast.handler, "keep_promise", is_attempt=True, words=say("kept", teller.lots))
    if teller.happens(CONFIRMED):
        later = teller.pace.awake(teller.at + teller.pace.minutes(100, 4000))
        teller.add(later, RESIDENT, "confirm_promise", is_attempt=True, is_kept=True)


def _outcome(teller: Teller) -> Outcome:
    """An answer to many at once settles the matter."""
    replies = (step.fields["outcome"] for step in reversed(teller.steps) if step.verb == "reply")
    return next(replies, Outcome.resolved)
