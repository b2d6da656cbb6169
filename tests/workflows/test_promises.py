"""A dated promise: it begins with the answer, is kept or broken, and the villager has her word on it."""

from datetime import date
from typing import Any

import pytest

from tests.cast import HANDLER, RESIDENT, REVIEWER, SYSTEM
from tests.workflows.cases import NOW, PROMISE, SAMPLES, case_in
from tests.workflows.china import at
from workflows import commands as c
from workflows import promises
from workflows.ask_words import PromiseState
from workflows.commands import Outcome
from workflows.decide import decide
from workflows.refusals import Refused
from workflows.statuses import Status as S

FOR_NOW = {"outcome": Outcome.for_now, "promised_for": date(2027, 2, 20)}
WATCHED = pytest.mark.parametrize("status", sorted(promises.WATCHED))


def refusal(case: Any, verb: str, actor: Any, now: Any = NOW) -> str | None:
    try:
        decide(case, SAMPLES[verb], actor, now)
    except Refused as refused:
        return refused.sentence
    return None


def test_the_promise_begins_when_the_villager_reads_it() -> None:
    reply = c.Reply(**FOR_NOW, words="明年二月送一百株好苗")
    replied = decide(case_in(S.in_progress), reply, HANDLER, NOW).after
    assert replied.promise_state is None
    assert decide(replied, c.ApproveReply(), REVIEWER, NOW).after.promise_state == PromiseState.open
    at_once = decide(case_in(S.in_progress, needs_review=False), reply, HANDLER, NOW).after
    assert (at_once.promise_state, at_once.promised_for) == (PromiseState.open, date(2027, 2, 20))


def test_another_answer_replaces_an_open_promise_and_leaves_a_settled_one() -> None:
    for before, after in ((PromiseState.open, None), (PromiseState.broken, PromiseState.broken)):
        case = case_in(S.replied, promise_state=before, promised_for=date(2027, 2, 20))
        assert decide(case, c.ApproveReply(), REVIEWER, NOW).after.promise_state == after


@pytest.mark.parametrize("needs_review", [True, False])
def test_a_promise_stands_with_its_day_until_another_answer_has_gone_out(needs_review: bool) -> None:
    done = c.Reply(outcome=Outcome.resolved, words="苗子已经送到，也栽好了。")
    replied = decide(case_in(S.in_progress, needs_review=needs_review, **PROMISE), done, HANDLER, NOW).after
    if needs_review:
        assert (replied.promise_state, replied.promised_for) == (PromiseState.open, PROMISE["promised_for"])
        replied = decide(replied, c.ApproveReply(), REVIEWER, NOW).after
    assert (replied.promise_state, replied.promised_for) == (None, None)


@WATCHED
def test_a_promise_is_kept_broken_or_kept_late(status: S) -> None:
    case = case_in(status, **PROMISE)
    kept = decide(case, SAMPLES["keep_promise"], HANDLER, NOW).after
    assert (kept.promise_state, kept.promise_settled_at, kept.status) == (PromiseState.kept, NOW, status)
    assert refusal(kept, "keep_promise", HANDLER) == promises.a_promise_stands.sentence
    assert refusal(kept, "break_promise", SYSTEM) == promises.a_promise_is_open.sentence
    broken = decide(case, SAMPLES["break_promise"], SYSTEM, NOW).after
    assert (broken.promise_state, broken.promise_settled_at) == (PromiseState.broken, None)
    late = decide(broken, SAMPLES["keep_promise"], HANDLER, NOW).after
    assert (late.promise_state, late.promise_settled_at) == (PromiseState.broken, NOW), "late stays late"


def test_without_a_promise_there_is_nothing_to_keep() -> None:
    assert refusal(case_in(S.closed), "keep_promise", HANDLER) == promises.a_promise_stands.sentence
    assert refusal(case_in(S.closed), "remind_promise", SYSTEM) == promises.a_promise_is_open.sentence
    assert refusal(case_in(S.closed), "confirm_promise", RESIDENT) == promises.the_promise_has_come.sentence


@WATCHED
def test_her_word_counts_from_the_day_or_once_it_is_said_to_be_kept(status: S) -> None:
    early = case_in(status, promise_state=PromiseState.open, promised_for=date(2026, 3, 7))
    assert refusal(early, "confirm_promise", RESIDENT) == promises.the_promise_has_come.sentence
    assert refusal(early, "confirm_promise", RESIDENT, at("2026-03-07 08:00")) is None
    kept = early.changed(promise_state=PromiseState.kept, promise_settled_at=NOW)
    said = decide(kept, c.ConfirmPromise(is_kept=False, words="苗子没有来"), RESIDENT, NOW).after
    assert (said.promise_confirmed, said.promise_state) == (False, PromiseState.kept)
    assert refusal(said, "confirm_promise", RESIDENT) == promises.she_has_not_said_it_yet.sentence
