"""The table of early warnings: each at its very edge, none twice, and none of the words too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import warnings
from workflows.warnings import BY_NAME, DANGER_WORDS, WARNINGS, Facts, due_warnings

CALM = Facts(text="村口的路灯坏了三个月，请修一修。")
AT_THE_EDGE: dict[str, tuple[Facts, Facts]] = {
    # not yet, and now
    "danger": (CALM, Facts(text="河边的房子塌了，有人被困")),
    "returned_twice": (Facts(return_count=1), Facts(return_count=2)),
    "reopened": (Facts(reopen_count=0), Facts(reopen_count=1)),
    "overdue_twice": (Facts(overdue_count=1), Facts(overdue_count=2)),
    "same_household": (Facts(household_wishes=2), Facts(household_wishes=3)),
}


@pytest.mark.parametrize("row", WARNINGS, ids=lambda row: row.name)
def test_each_warning_holds_from_its_edge_on_and_not_before(row: warnings.Warning) -> None:
    before, then = AT_THE_EDGE[row.name]
    assert not row.holds(before) and row.holds(then)
    assert [each.name for each in due_warnings(then, ())] == [row.name]
    assert len(row.rule) <= 40 and row.rule == f"warning:{row.name}"


def test_every_row_has_its_edge_and_words() -> None:
    assert AT_THE_EDGE.keys() == BY_NAME.keys() and len(BY_NAME) == len(WARNINGS)
    assert all(row.words and row.explained for row in WARNINGS)


@pytest.mark.parametrize("word", DANGER_WORDS)
def test_every_danger_word_is_heard_even_with_blanks_in_it(word: str) -> None:
    assert due_warnings(Facts(text=f"快来，{word}了"), ()) == (BY_NAME["danger"],)
    assert due_warnings(Facts(text=f"快来，{' '.join(word)} 了"), ()) == (BY_NAME["danger"],)


def test_an_ordinary_wish_is_no_reason_to_warn() -> None:
    assert due_warnings(CALM, ()) == ()


@given(
    st.builds(
        Facts,
        text=st.text(max_size=30),
        return_count=st.integers(0, 4),
        reopen_count=st.integers(0, 4),
        overdue_count=st.integers(0, 4),
        household_wishes=st.integers(1, 6),
    )
)
def test_what_was_given_is_not_given_again(facts: Facts) -> None:
    first = due_warnings(facts, ())
    assert due_warnings(facts, (row.rule for row in first)) == ()


def test_the_printed_table_has_a_line_for_each_warning() -> None:
    _head, _rule, *lines = warnings.as_markdown().splitlines()
    assert [line.split("|")[1].strip() for line in lines] == [f"`{row.name}`" for row in WARNINGS]
