"""The notice table, tested by looping over itself."""

import pytest

from notifications.channels import CHANNELS
from notifications.channels.base import Addressee
from notifications.notices import (
    AUDIENCE_WORDS,
    CHANNEL_WORDS,
    NOTICES,
    Audience,
    ChannelName,
    Notice,
    NoticeUrgency,
    as_markdown,
    notices_for,
)
from workflows.every_command import EVERY_COMMAND
from workflows.statuses import Status
from workflows.transitions import TRANSITIONS

OFFICIAL = [notice for notice in NOTICES if notice.audience is not Audience.resident]


def test_no_notice_stands_twice() -> None:
    rows = [(notice.verb, notice.audience, notice.channel) for notice in NOTICES]
    assert len(rows) == len(set(rows))


def test_rows_of_one_verb_and_of_one_audience_stand_together() -> None:
    """The printed table has one line for each."""
    lines = [line for line in as_markdown().splitlines() if line.startswith("| `")]
    assert len(lines) == len({(notice.verb, notice.audience) for notice in NOTICES})
    verbs = [notice.verb for notice in NOTICES]
    assert verbs == sorted(verbs, key=verbs.index)


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: f"{notice.template}-{notice.channel}")
def test_every_notice_goes_by_a_channel_that_exists(notice: Notice) -> None:
    assert notice.channel in CHANNELS
    assert notice in notices_for(notice.verb)


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: f"{notice.template}-{notice.channel}")
def test_every_notice_tells_of_a_verb_and_of_a_status_that_it_can_lead_to(notice: Notice) -> None:
    rows = [row for row in TRANSITIONS if row.verb == notice.verb]
    assert rows or (notice.verb in EVERY_COMMAND and not notice.to)
    assert notice.to <= {status for row in rows for status in ([row.to] if row.to else row.start)}


def test_every_way_back_to_a_unit_rings_at_that_unit() -> None:
    """Whoever must act again is not left to find out by himself."""
    for verb in {row.verb for row in TRANSITIONS if row.to in {Status.assigned, Status.in_progress}} - {"acknowledge"}:
        for status in {row.to for row in TRANSITIONS if row.verb == verb} & {Status.assigned, Status.in_progress}:
            told = {(n.audience, n.channel) for n in notices_for(verb, status)}
            assert told & {(Audience.holder, ChannelName.wecom), (Audience.handling_unit, ChannelName.wecom)}, verb


def test_a_reply_that_needs_no_review_is_not_shown_to_reviewers() -> None:
    assert [notice.audience for notice in notices_for("reply", Status.replied)] == [Audience.reviewers]
    assert {notice.audience for notice in notices_for("reply", Status.follow_up)} == {Audience.resident}


def test_a_call_that_nobody_answered_is_told_to_nobody() -> None:
    assert notices_for("follow_up", Status.follow_up) == ()
    assert {notice.channel for notice in notices_for("follow_up", Status.closed)} == {ChannelName.inbox}


def test_a_declined_wish_that_is_taken_back_goes_to_the_dispatchers() -> None:
    told = {notice.audience for notice in notices_for("reopen", Status.submitted)}
    assert told == {Audience.dispatchers, Audience.resident}


@pytest.mark.parametrize("notice", OFFICIAL, ids=lambda notice: f"{notice.template}-{notice.channel}")
def test_whatever_is_sent_out_can_also_be_read_in_the_workbench(notice: Notice) -> None:
    in_workbench = [row for row in notices_for(notice.verb) if row.channel is ChannelName.inbox]
    (row,) = [row for row in in_workbench if row.audience is notice.audience]
    assert not row.to or (notice.to and notice.to <= row.to)


def test_villagers_hear_by_their_own_channels_and_nobody_else_does() -> None:
    for notice in NOTICES:
        is_hers = CHANNELS[notice.channel].addressee is Addressee.villager
        assert is_hers is (notice.audience is Audience.resident), notice


def test_every_audience_and_every_channel_has_words() -> None:
    assert set(AUDIENCE_WORDS) == set(Audience)
    assert set(CHANNEL_WORDS) == set(ChannelName) == set(CHANNELS)


def test_a_verb_without_rows_is_told_to_nobody() -> None:
    assert notices_for("note") == ()


def test_a_new_wish_is_told_to_the_dispatchers_and_to_the_robot_of_their_desk() -> None:
    assert [(notice.audience, notice.channel) for notice in notices_for("submit")] == [
        (Audience.dispatchers, ChannelName.inbox),
        (Audience.dispatchers, ChannelName.wecom),
    ]


def test_danger_makes_any_notice_an_emergency() -> None:
    notice = Notice("assign", Audience.holder, ChannelName.wecom)
    assert notice.urgency_when(in_danger=True) is NoticeUrgency.emergency
    assert notice.urgency_when(in_danger=False) is NoticeUrgency.normal


def test_the_printed_table_names_verb_audience_and_channels() -> None:
    printed = as_markdown()
    assert "| `assign` | 现在该办的单位 `holder` | `inbox`, `wecom`, `email` |" in printed
    assert "| `reply` | 审核员 `reviewers` | `inbox` if then `replied` 待审核 |" in printed
    emergency = Notice("assign", Audience.holder, ChannelName.wecom, urgency=NoticeUrgency.emergency)
    assert "`wecom` also at night" in as_markdown([emergency])
