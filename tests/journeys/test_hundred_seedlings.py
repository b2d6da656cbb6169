"""The hundred seedlings, as it happened: a herb grower is promised them for next February, is asked whether that suits
him, gets them on the day, and says so; on the way a visit finds what else he needs.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.tickets.models import Ticket
from service.tickets.numbers import id_of
from tests.factories import PHONE, TOKEN
from tests.support.programs import Program
from tests.support.stories import Story, ok, told
from workflows.ask_words import PromiseState
from workflows.statuses import Status

WISH = "想种药材，镇上买不到好苗，能不能帮忙找一百株。"
PROMISED = "2027-02-24"
ANSWER = "苗圃的苗开春才能起，二月二十四日前把一百株壮苗送到您家。"
CAPTIONS = "想学给卖药材的短视频加字幕。"


@pytest.fixture(params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    with told(str(request.getfixturevalue(f"{request.param}_url")), tmp_path) as begun:
        yield begun


def is_promised(story: Story) -> tuple[str, str]:
    """Number and secret token: the village secretary has brought the answer to his door."""
    county = story.county
    body = {"text": WISH, "kind": "development", "category": "seedlings", "phone": PHONE, "name": "老周"}
    receipt = ok(Program(story.client).sends(f"/links/{TOKEN}/wishes", body), 201)
    number = receipt["number"]
    ok(story.as_(county.dispatcher).says(number, "assign", unit=county.village_unit))
    secretary = story.as_(county.village_secretary)
    ok(secretary.says(number, "acknowledge"))
    ok(secretary.says(number, "contact", way="visit", is_reached=True, words="到家里问了要什么苗"))
    ok(secretary.says(number, "reply", outcome="for_now", words=ANSWER, promised_for=PROMISED))
    return number, receipt["tracking_token"]


def verbs(story: Story, number: str) -> list[str]:
    shown = ok(story.as_(story.county.dispatcher).gets(f"/tickets/{number}"))
    return [event["verb"] for event in shown["events"]]


def ticket(story: Story, number: str) -> Any:
    return story.one(Ticket, id_of(number) or 0)


def comes_to(story: Story, year: int, month: int, day: int) -> None:
    story.clock.move_to(datetime(year, month, day, 2, 0, tzinfo=UTC))
    story.runs()


def test_the_hundred_seedlings(story: Story) -> None:
    county, villager = story.county, Program(story.client)
    number, token = is_promised(story)
    hers = ok(villager.gets(f"/wishes/{token}"))
    assert (hers["answer"], hers["stage"]) == (ANSWER, 5)
    assert ticket(story, number).promise_state is PromiseState.open

    # Somebody from outside visits: does the plan suit him? It does, and he needs one thing more.
    story.goes_on(days=2)
    visited = {
        "result": "answered",
        "way": "visit",
        "was_contacted": True,
        "is_resolved": True,
        "satisfaction": "satisfied",
        "words": "明年开春有苗就行",
        "new_need": CAPTIONS,
    }
    ok(story.as_(county.follow_up_officer).says(number, "follow_up", **visited))
    assert ticket(story, number).status is Status.closed
    rows = ok(story.as_(county.dispatcher).gets("/tickets", open="true"))["tickets"]
    child = next(row["number"] for row in rows if row["text"] == CAPTIONS)
    assert ticket(story, child).parent_id == id_of(number)
    assert ticket(story, child).unit_id == county.town_desk and ticket(story, child).due_at is not None
    is_done_within_the_hour(story, child)

    # The promise is watched on the closed wish: nothing in winter, a reminder three working days before.
    comes_to(story, 2027, 1, 15)
    assert "remind_promise" not in verbs(story, number)
    comes_to(story, 2027, 2, 19)
    story.runs()
    assert verbs(story, number).count("remind_promise") == 1
    assert ticket(story, number).promise_state is PromiseState.open

    # Kept the day before, and he says so himself.
    comes_to(story, 2027, 2, 23)
    kept = story.as_(county.village_secretary).says(number, "keep_promise", words="一百株壮苗送到家，教了怎么栽。")
    ok(kept)
    assert ticket(story, number).promise_state is PromiseState.kept
    ok(villager.answers(token, "confirm_promise", is_kept=True, words="苗子壮，都栽上了。"))
    assert ticket(story, number).promise_confirmed is True
    comes_to(story, 2027, 2, 26)
    assert "break_promise" not in verbs(story, number)
    assert story.breaches() == []


def is_done_within_the_hour(story: Story, child: str) -> None:
    """加字幕: shown to him at his own telephone."""
    county = story.county
    ok(story.as_(county.dispatcher).says(child, "assign", unit=county.village_unit))
    secretary = story.as_(county.village_secretary)
    ok(secretary.says(child, "acknowledge"))
    ok(secretary.says(child, "contact", way="visit", is_reached=True))
    ok(secretary.says(child, "reply", outcome="resolved", words="当场教会了加字幕，他自己发了一条。"))
    if ticket(story, child).status is Status.replied:
        ok(story.as_(county.reviewer).says(child, "approve_reply"))
    happy = {"result": "answered", "was_contacted": True, "is_resolved": True, "satisfaction": "satisfied"}
    ok(story.as_(county.follow_up_officer).says(child, "follow_up", **happy))
    assert ticket(story, child).status is Status.closed


def test_a_promise_that_nobody_keeps_is_broken_by_itself_and_can_only_be_kept_late(story: Story) -> None:
    county, villager = story.county, Program(story.client)
    number, token = is_promised(story)
    ok(villager.answers(token, "rate", satisfaction="satisfied"))
    comes_to(story, 2027, 2, 25)
    story.runs()
    assert verbs(story, number).count("break_promise") == 1
    assert ticket(story, number).promise_state is PromiseState.broken
    ok(story.as_(county.village_secretary).says(number, "keep_promise", words="晚了几天，苗已经送到。"))
    assert ticket(story, number).promise_state is PromiseState.broken
    ok(villager.answers(token, "confirm_promise", is_kept=True))
    assert story.breaches() == []
