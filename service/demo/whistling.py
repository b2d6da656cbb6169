"""The whistles of the demo county: steps that are woven into the stories of some wishes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from service.demo.data import read
from service.demo.telling import Step, Story
from workflows.terms import working_hours
from workflows.workdays import WorkCalendar

NAMES_UNITS = ("lead", "unit")
VILLAGE = "{village}"
BETWEEN = timedelta(minutes=7)
"""Two things never happen at the same moment."""


def with_whistles(stories: Sequence[Story], now: datetime, calendar: WorkCalendar) -> list[Story]:
    """A tale whose wish is not told this time is left out, and so is what lies ahead of now."""
    found = list(stories)
    for tale in read("whistles.toml")["whistle"]:
        place = next((place for place, story in enumerate(found) if _is_about(story, tale)), None)
        if place is not None:
            found[place] = _woven(found[place], tale, now, calendar)
    return found


def _is_about(story: Story, tale: dict[str, Any]) -> bool:
    is_received = any(step.verb == "acknowledge" for step in story.steps)
    return is_received and tale["wish"] in str(story.steps[0].fields["text"])


def _woven(story: Story, tale: dict[str, Any], now: datetime, calendar: WorkCalendar) -> Story:
    """Until the wish is answered: then the town has what it needed."""
    until = next((step.at for step in story.steps if step.verb == "reply"), now)
    where = str(story.steps[0].fields["area"])
    start = _start(story, tale, now, calendar)
    steps = [_step(each, where, calendar.add(start, working_hours(each.get("after", 0)))) for each in tale["step"]]
    told = [step for step in steps if step.at < until]
    return replace(story, steps=one_after_the_other([*story.steps, *told]))


def _start(story: Story, tale: dict[str, Any], now: datetime, calendar: WorkCalendar) -> datetime:
    received = next(step.at for step in story.steps if step.verb == "acknowledge")
    first = calendar.add(received, working_hours(tale.get("after_receipt", 1)))
    return max(first, calendar.subtract(now, working_hours(tale["before_now"]))) if "before_now" in tale else first


def _step(told: dict[str, Any], where: str, at: datetime) -> Step:
    town, village = where.split("/")[:2]
    said = {name: _said_there(value, village) for name, value in told.items() if name not in {"after", "who", "verb"}}
    fields = {name: in_town(value, town) if name in NAMES_UNITS else value for name, value in said.items()}
    if "milestones" in said:
        fields["milestones"] = tuple(_milestone(each, town, at) for each in said["milestones"])
    if told["verb"] == "hold_site_meeting":
        fields["held_on"] = at.date()
    return Step(at, in_town(told["who"], town), told["verb"], fields)


def _said_there(value: Any, village: str) -> Any:
    """The same words may be spoken in another village another time."""
    return value.replace(VILLAGE, village) if isinstance(value, str) else value


def _milestone(told: dict[str, Any], town: str, at: datetime) -> dict[str, Any]:
    due = (at + timedelta(days=told["days"])).date()
    kept = {name: value for name, value in told.items() if name != "days"}
    return {**kept, "unit": in_town(told["unit"], town), "due": due}


def in_town(key: str, town: str) -> str:
    for mark in (".", "-"):
        if key.startswith(f"town{mark}"):
            return key.replace(f"town{mark}", f"{town}{mark}", 1)
    return key


def one_after_the_other(steps: Sequence[Step]) -> tuple[Step, ...]:
    ordered: list[Step] = []
    for step in sorted(steps, key=lambda each: each.at):
        earliest = ordered[-1].at + BETWEEN if ordered and step.at <= ordered[-1].at else step.at
        ordered.append(replace(step, at=earliest))
    return tuple(ordered)
