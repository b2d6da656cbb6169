"""The plan of the last sixty days: the same every time, in order, and at hours when people are awake."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.demo.ages import LAST_DAY
from service.demo.pace import AT_ONCE
from service.demo.people import officials
from service.demo.story import plan
from service.demo.telling import RESIDENT, Story
from tests.workflows.china import CHINA
from workflows.every_command import EVERY_COMMAND

MOMENTS = [
    datetime(2026, 11, 23, 1, 30, tzinfo=UTC),  # Monday morning
    datetime(2026, 6, 10, 19, 15, tzinfo=UTC),  # in the night
    datetime(2026, 2, 18, 4, 0, tzinfo=UTC),  # at the Spring Festival
    datetime(2027, 1, 2, 8, 0, tzinfo=UTC),  # in a year without a calendar
]
NOW = MOMENTS[0]
LOCAL = ZoneInfo("Asia/Shanghai")


at_any_moment = pytest.mark.parametrize("now", MOMENTS, ids=[f"{moment:%Y-%m-%d}" for moment in MOMENTS])


def last_verbs(stories: list[Story]) -> list[str]:
    return [story.steps[-1].verb for story in stories]


def test_the_plan_is_the_same_every_time() -> None:
    assert plan(NOW, CHINA) == plan(NOW, CHINA)


@at_any_moment
def test_steps_follow_each_other_and_none_lies_ahead(now: datetime) -> None:
    for story in plan(now, CHINA):
        moments = [step.at for step in story.steps]
        assert moments == sorted(set(moments))
        assert now - timedelta(days=62) < moments[0] <= moments[-1] <= now


@at_any_moment
def test_stories_begin_in_order_and_most_are_concluded(now: datetime) -> None:
    stories = plan(now, CHINA)
    assert [story.steps[0].at for story in stories] == sorted(story.steps[0].at for story in stories)
    ended = [
        verb for verb in last_verbs(stories) if verb in {"rate", "follow_up", "close", "withdraw", "decline", "merge"}
    ]
    assert 380 <= len(stories) <= 420
    assert len(ended) > 0.65 * len(stories)


@at_any_moment
def test_some_answers_wait_for_their_reviewer_on_any_day(now: datetime) -> None:
    assert last_verbs(plan(now, CHINA)).count("reply") >= 4


@at_any_moment
def test_everybody_who_acts_is_there_and_does_what_can_be_done(now: datetime) -> None:
    logins = {person.login for person in officials()} | {RESIDENT}
    steps = [step for story in plan(now, CHINA) for step in story.steps]
    assert {step.who for step in steps} <= logins
    # Said to whoever plays it: the wishes of that road become one issue first.
    told = {"for_all"}
    assert all(set(step.fields) - told <= set(EVERY_COMMAND[step.verb].model_fields) for step in steps)


@at_any_moment
def test_officials_ask_and_decide_in_office_hours(now: datetime) -> None:
    """In whatever season the demo is filled, there is something of each kind."""
    said = {"request_return", "request_extension", "request_deferral", "request_exclusion", "request_consultation"}
    asked = [step for story in plan(now, CHINA) for step in story.steps if step.verb in {*said, "grant", "refuse"}]
    assert {step.verb for step in asked} >= said
    assert [step for step in asked if not CHINA.is_working(step.at)] == []


@at_any_moment
def test_villagers_sleep_at_night(now: datetime) -> None:
    """Only the last day counts back from this very hour."""
    spoken = [story.steps[0].at for story in plan(now, CHINA) if story.steps[0].at < now - timedelta(days=LAST_DAY)]
    assert {moment.astimezone(LOCAL).hour for moment in spoken} <= set(range(7, 22))


def test_reviewers_read_in_office_hours_what_is_not_urgent() -> None:
    """A reading that begins before the office closes may end after it, but not in the night."""
    stories = [story for story in plan(NOW, CHINA) if urgency_of(story) not in AT_ONCE]
    read = [step.at for story in stories for step in story.steps if step.verb == "approve_reply"]
    assert len(read) > 150
    assert {moment.astimezone(LOCAL).hour for moment in read} <= set(range(9, 23))


@at_any_moment
def test_only_danger_keeps_officials_up_at_night(now: datetime) -> None:
    stories = [story for story in plan(now, CHINA) if urgency_of(story) not in {"", "danger"}]
    nightly = [
        (story.steps[0].fields["text"][:12], step.verb, step.at.astimezone(LOCAL).strftime("%H:%M"))
        for story in stories
        for step in story.steps[1:]
        if not 7 <= step.at.astimezone(LOCAL).hour < 23
    ]
    assert nightly == []


def urgency_of(story: Story) -> str:
    return next((str(step.fields["urgency"]) for step in story.steps if step.verb == "assign"), "")
