"""The two tables of what a villager reads: complete for every status and verb, and silent about the rest."""

from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.models import Attachment, Ticket, TicketEvent
from service.tickets.queries import Story
from service.tickets.resident_story import INSIDE, SHOWN, Picture, Reader, entries, last_answer
from service.tickets.resident_words import MOMENTS, Standing, moment_of, nearness
from workflows.commands import COMMANDS, Satisfaction
from workflows.every_command import EVERY_COMMAND
from workflows.statuses import Role, Status
from workflows.time_limits import Limits
from workflows.workdays import WorkCalendar

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
LOCAL = LocalWords(ZoneInfo("Asia/Shanghai"), NullTranslations())
KNOWN = Reference(1, {}, {}, {}, (), Limits.defaults(), WorkCalendar({}, frozenset()))
READER = Reader(KNOWN, LOCAL._, lambda photo: Picture(photo.id or 0, "", ""))


def ticket(**columns: object) -> Ticket:
    return Ticket(**{"status": Status.in_progress, "round": 1, "due_at": NOW + timedelta(days=3)} | columns)


def story(verb: str, role: Role = Role.handler, number: int = 1, **said: object) -> Story:
    status_to = said.pop("status_to", Status.in_progress)
    event = TicketEvent(
        id=number, number=number, round=1, verb=verb, role=role, unit_id=None, status_to=status_to, at=NOW
    )
    return Story(event, dict(said), [Attachment(id=number)])


def read(*stories: Story, reader: Reader = READER) -> list[str]:
    return [f"{entry.label} {entry.words}".strip() for entry in entries(stories, reader)]


@pytest.mark.parametrize("status", Status, ids=str)
def test_every_status_has_words_whatever_else_holds(status: Status) -> None:
    last = [moment for moment in MOMENTS if moment.status is status][-1]
    assert last.when(Standing(ticket(status=status, satisfaction=None), NOW))


@pytest.mark.parametrize("verb", COMMANDS)
def test_for_every_verb_it_is_decided_whether_she_hears_of_it(verb: str) -> None:
    is_shown = any(row.verb == verb for row in SHOWN)
    assert is_shown is not (verb in INSIDE)


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: f"{row.verb}: {row.when.__name__}")
def test_a_row_reads_fields_that_its_command_has(row: object) -> None:
    fields = EVERY_COMMAND[row.verb].model_fields  # type: ignore[attr-defined]
    speaks_with_its_reply = row.verb in {"approve_reply", "grant"}  # type: ignore[attr-defined]
    named = {row.words, row.choice} - {""}  # type: ignore[attr-defined]
    assert speaks_with_its_reply or named <= fields.keys()
    assert not row.has_photos or speaks_with_its_reply or "photos" in fields  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "{unit}已经看到"),
        ({"round": 2}, "{unit}重新在办"),
        ({"due_at": NOW - timedelta(minutes=1)}, "{unit}还在办，答复晚了"),
        ({"status": Status.submitted, "due_at": NOW - timedelta(days=1)}, "还没有交给管事的单位"),
        ({"status": Status.follow_up, "due_at": NOW - timedelta(days=1)}, "有答复了，请您评一评"),
        ({"status": Status.follow_up, "satisfaction": Satisfaction.satisfied, "rated_round": 1}, "谢谢您的评价"),
        ({"status": Status.follow_up, "satisfaction": Satisfaction.dissatisfied, "rated_round": 1}, "请说说哪里不对"),
        (
            {"status": Status.follow_up, "satisfaction": Satisfaction.dissatisfied, "rated_round": 1, "round": 2},
            "有答复了，请您评一评",
        ),
    ],
)
def test_the_first_row_that_fits_is_said(columns: dict[str, object], said: str) -> None:
    assert said in moment_of(Standing(ticket(**{"satisfaction": None, **columns}), NOW)).headline


def test_words_that_were_erased_take_progress_and_its_pictures_with_them() -> None:
    assert read(story("report_progress")) == []
    assert read(story("report_progress", words="换好了")) == ["受理的单位说了办的进展 换好了"]
    assert read(story("report_progress", words="换好了", is_public=False)) == []


def test_an_answer_that_was_erased_is_no_reason_to_break() -> None:
    answer = last_answer([story("reply", status_to=Status.replied), story("approve_reply", number=2)], READER)
    assert answer is not None and (answer.words, answer.promised_for, answer.outcome) == ("", None, None)


def test_a_reply_that_was_sent_back_is_never_the_one_that_is_read() -> None:
    stories = [
        story("reply", words="第一稿", status_to=Status.replied),
        story("send_back", Role.reviewer, 2, reason="太短"),
        story("reply", number=3, words="第二稿", status_to=Status.replied),
        story("approve_reply", Role.reviewer, 4, status_to=Status.follow_up),
    ]
    assert read(*stories) == ["受理的单位给了您答复 第二稿"]
    assert last_answer(stories[:3], READER) is None
    answer = last_answer(stories, READER)
    assert answer is not None and answer.words == "第二稿"


def test_her_own_words_and_an_officials_for_her_are_told_apart() -> None:
    assert read(story("supplement", Role.resident, text="还有一盏")) == ["您补充了几句 还有一盏"]
    assert read(story("supplement", Role.dispatcher, text="还有一盏")) == ["受理的单位替您补充了几句 还有一盏"]
    assert read(story("reopen", Role.supervisor, reason="领导要求")) == ["受理的单位要求重新办"]


def test_numbers_in_whatever_is_said_are_masked() -> None:
    assert read(story("report_progress", words="找小吴 13812345678")) == ["受理的单位说了办的进展 找小吴 138****5678"]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (timedelta(hours=6), "今天"),
        (timedelta(hours=20), "明天"),
        (timedelta(days=2), "后天"),
        (timedelta(days=7), "7 天后"),
        (timedelta(hours=-5), "晚了 5 小时"),
        (timedelta(days=-2), "晚了 2 天"),
    ],
)
def test_days_are_counted_as_on_a_calendar(due: timedelta, words: str) -> None:
    assert nearness(NOW + due, NOW, LOCAL) == words
