"""The public wall: what may stand there, in which words, and what takes it down."""

from typing import Any

import pytest

from tests.cast import DISPATCHER, HANDLER
from tests.workflows.cases import NOW, SAMPLES, WISH, case_in, ready_case
from workflows import commands as c
from workflows.decide import available, decide
from workflows.refusals import Refused
from workflows.statuses import OPEN, Status
from workflows.wall import COLUMNS, SHOWABLE
from workflows.wall_commands import Publish, TakeDown

WORDS = "村口的路灯三个月不亮了"


def open_case(**wish: Any) -> Any:
    return case_in(Status.in_progress, is_shared=True).changed(extra={"submission": WISH.model_copy(update=wish)})


def refusal(case: Any, words: str = WORDS) -> str:
    with pytest.raises(Refused) as refused:
        decide(case, Publish(words=words), DISPATCHER, NOW)
    return refused.value.sentence


def test_an_official_puts_it_up_in_words_of_the_walls_own() -> None:
    after = decide(open_case(), Publish(words=WORDS), DISPATCHER, NOW).after
    assert (after.wall_text, after.published_at) == (WORDS, NOW)


def test_new_words_leave_it_in_its_place() -> None:
    case = open_case().changed(published_at=case_in(Status.in_progress).created_at, wall_text=WORDS)
    after = decide(case, Publish(words="三盏路灯都不亮"), DISPATCHER, NOW).after
    assert (after.wall_text, after.published_at) == ("三盏路灯都不亮", case.published_at)


def test_what_only_officials_may_read_gets_no_button_and_is_refused() -> None:
    hidden = open_case().changed(is_shared=False)
    assert "publish" not in {command.model_fields["verb"].default for command in available(hidden, DISPATCHER, NOW)}
    assert "只让干部看到" in refusal(hidden)


@pytest.mark.parametrize(
    "words", ["三组的路灯不亮", "王大爷家门口的路灯不亮", "路灯不亮，找 13800001234", "5 号楼前的路灯不亮"]
)
def test_words_that_tell_who_or_where_she_is_are_refused(words: str) -> None:
    assert "比村更细" in refusal(open_case(), words)


@pytest.mark.parametrize("wish", [{"category": "pension"}, {"text": "我家是低保户，路灯不亮"}])
def test_what_shames_somebody_stands_on_no_wall(wish: dict[str, Any]) -> None:
    assert "难堪" in refusal(open_case(**wish))


def test_the_units_own_people_do_not_publish() -> None:
    with pytest.raises(Refused):
        decide(open_case(), Publish(words=WORDS), HANDLER, NOW)


def test_taken_down_nothing_of_it_stays() -> None:
    up = open_case().changed(wall_text=WORDS, published_at=NOW)
    after = decide(up, TakeDown(reason="她改了主意"), DISPATCHER, NOW).after
    assert (after.wall_text, after.published_at) == (None, None)
    with pytest.raises(Refused):
        decide(after, TakeDown(reason="再撤一次"), DISPATCHER, NOW)


@pytest.mark.parametrize("verb", ["decline", "merge"])
def test_whatever_ends_without_an_answer_comes_off_the_wall(verb: str) -> None:
    case = ready_case(Status.submitted, wall_text=WORDS)
    after = decide(case, SAMPLES[verb], DISPATCHER, NOW).after
    assert (after.wall_text, after.published_at) == (None, None)


def test_an_answer_leaves_it_there() -> None:
    case = ready_case(Status.in_progress, wall_text=WORDS)
    after = decide(case, c.Reply(outcome=c.Outcome.resolved, words="路灯已经修好"), HANDLER, NOW).after
    assert (after.wall_text, after.published_at) == (WORDS, case.published_at)


def test_every_status_that_may_be_shown_stands_in_one_column() -> None:
    columns = [status for column in COLUMNS for status in column.statuses]
    assert sorted(columns) == sorted(SHOWABLE) == sorted(OPEN | {Status.closed})
