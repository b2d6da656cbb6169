"""Asks and promises of the demo county: steps that are woven into the stories of some wishes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from service.demo.data import read
from service.demo.pace import LIMITS
from service.demo.telling import RESIDENT, Step, Story
from service.demo.whistling import in_town, one_after_the_other
from workflows.terms import working_hours
from workflows.time_limits import Urgency
from workflows.workdays import WorkCalendar

OF_THE_TALE = frozenset({"who", "verb", "after", "days", "until_after_due", "until_in"})
ELSEWHERE = frozenset({"blow_whistle", "claim", "reassign", "reopen", "supervise"})
"""Where more than one thing goes on already, nothing is asked besides."""

Weave = Callable[[Story, dict[str, Any], datetime, WorkCalendar], Story]


def with_asks(stories: Sequence[Story], now: datetime, calendar: WorkCalendar) -> list[Story]:
    """A tale whose wish is not told this time is left out, and so is what lies ahead of now."""
    told = read("asks.toml")
    found = _woven(stories, told["tale"], _asked, "acknowledge", now, calendar)
    return _woven(found, told["promise"], _promised, "reply", now, calendar)


def _woven(
    stories: Sequence[Story],
    tales: Sequence[dict[str, Any]],
    weave: Weave,
    begins: str,
    now: datetime,
    calendar: WorkCalendar,
) -> list[Story]:
    found = list(stories)
    for tale in tales:
        place = next((place for place, story in enumerate(found) if _is_about(story, tale["wish"], begins)), None)
        if place is not None:
            found[place] = weave(found[place], tale, now, calendar)
    return found


def _is_about(story: Story, words: str, begins: str) -> bool:
    verbs = {step.verb for step in story.steps}
    return begins in verbs and not verbs & ELSEWHERE and words in str(story.steps[0].fields["text"])


def _asked(story: Story, tale: dict[str, Any], now: datetime, calendar: WorkCalendar) -> Story:
    """While the unit has the wish in its hands; an extension is asked for before the term is over."""
    received = _first(story, "acknowledge")
    due = calendar.add(story.steps[0].at, LIMITS.reply(Urgency(_first(story, "assign").fields["urgency"])))
    answered = next((step.at for step in story.steps if step.verb == "reply"), now)
    start = received.at
    if "before_now" in tale:
        start = max(start, calendar.subtract(now, working_hours(tale["before_now"])))
    steps = [_ask(each, story, received.who, start, due, calendar) for each in tale["step"]]
    if steps[-1].at >= due and any("until_after_due" in each for each in tale["step"]):
        return story
    return _with(story, [step for step in steps if step.at < min(answered, now)], ends=tale.get("ends", False))


def _ask(
    told: dict[str, Any], story: Story, handler: str, start: datetime, due: datetime, calendar: WorkCalendar
) -> Step:
    at = calendar.next_opening(calendar.add(start, working_hours(told.get("after", 1))))
    step = _step(told, story, handler, at)
    if "until_after_due" in told:
        day = (due + timedelta(days=told["until_after_due"])).astimezone(calendar.zone).date()
    elif "until_in" in told:
        day = (at + timedelta(days=told["until_in"])).astimezone(calendar.zone).date()
    else:
        return step
    return replace(step, fields={**step.fields, "until": day})


def _promised(story: Story, tale: dict[str, Any], now: datetime, calendar: WorkCalendar) -> Story:
    """Days after the answer; officials keep office hours."""
    answer = _first(story, "reply")
    steps = [_step(each, story, answer.who, answer.at + timedelta(days=each["days"])) for each in tale["step"]]
    opened = [step if step.who == RESIDENT else replace(step, at=calendar.next_opening(step.at)) for step in steps]
    return _with(story, [step for step in opened if step.at < now])


def _step(told: dict[str, Any], story: Story, handler: str, at: datetime) -> Step:
    town = str(story.steps[0].fields["area"]).partition("/")[0]
    who = handler if told["who"] == "unit-handler" else in_town(told["who"], town)
    fields = {name: value for name, value in told.items() if name not in OF_THE_TALE}
    return Step(at, who, told["verb"], fields)


def _with(story: Story, told: Sequence[Step], *, ends: bool = False) -> Story:
    if not told:
        return story
    kept = [step for step in story.steps if step.at < told[0].at] if ends else story.steps
    return replace(story, steps=one_after_the_other([*kept, *told]))


def _first(story: Story, verb: str) -> Step:
    return next(step for step in story.steps if step.verb == verb)
