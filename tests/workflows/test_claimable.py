"""What may stand in the claim pool: only with her consent, only what shames nobody, and never who or where she is."""

from typing import Any

import pytest

from tests.cast import DISPATCHER
from tests.workflows.cases import NOW, SAMPLES, WISH, case_in, ready_case
from workflows import claimable
from workflows.cases import Case
from workflows.claim_commands import MarkClaimable
from workflows.claim_words import PoolRank
from workflows.decide import available, decide
from workflows.refusals import Refused
from workflows.statuses import ENDED, OPEN, Status

WORDS = "想要一百株金银花苗，开春栽"


def mark(**fields: Any) -> MarkClaimable:
    return MarkClaimable(**{"words": WORDS, "is_agreed": True, "consent": "三月二日打电话，本人愿意"} | fields)


def open_case(**wish: Any) -> Case:
    said = WISH.model_copy(update={"text": "家里想种金银花，缺一百株苗", **wish})
    return case_in(Status.in_progress, extra={"submission": said})


def refusal(case: Case, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        decide(case, mark(**fields), DISPATCHER, NOW)
    return str(refused.value)


def test_a_wish_is_put_into_the_pool_and_nothing_else_changes() -> None:
    decision = decide(open_case(), mark(), DISPATCHER, NOW)
    assert decision.changes.columns == {
        "is_claimable": True,
        "pool_words": WORDS,
        "pool_rank": PoolRank.free,
        "pooled_at": NOW,
    }
    assert (decision.after.unit_id, decision.after.due_at) == (open_case().unit_id, open_case().due_at)
    assert decision.changes.hold is None and decision.changes.ended is None


def test_a_second_time_only_the_words_are_new() -> None:
    case = ready_case(Status.in_progress, pool_rank=PoolRank.returned, pooled_at=case_in(Status.closed).closed_at)
    after = decide(case, mark(words="想要两百株苗，开春栽"), DISPATCHER, NOW).after
    assert (after.pool_words, after.pool_rank, after.pooled_at) == ("想要两百株苗，开春栽", 1, case.pooled_at)


def test_without_her_consent_it_stays_out() -> None:
    assert "本人同意" in refusal(open_case(), is_agreed=False)
    assert "只让干部看到" in refusal(open_case(is_private=True))


@pytest.mark.parametrize("category", sorted(claimable.NEVER_CLAIMABLE_CATEGORIES))
def test_some_matters_are_never_put_up(category: str) -> None:
    assert "难堪" in refusal(open_case(category=category))


@pytest.mark.parametrize("word", claimable.NEVER_CLAIMABLE_WORDS)
def test_words_that_shame_somebody_are_refused_in_the_wish_and_in_the_sentence(word: str) -> None:
    assert "难堪" in refusal(open_case(text=f"家里是{word}，想要一百株苗"))
    assert "难堪" in refusal(open_case(), words=f"一户{word}想要一百株苗")


@pytest.mark.parametrize(
    "words",
    [
        *("王大爷想要一百株苗", "打 13800001234 送一百株苗", "双喜村三组要一百株苗", "给老街 12 号送一百株苗"),
        *("5栋2单元要一百株苗", "请送到大槐树下的院子", "二社要一百株苗", "联系 2512345 要苗"),
    ],
)
def test_the_sentence_tells_not_who_she_is_nor_which_house_it_is(words: str) -> None:
    assert "姓名、电话" in refusal(open_case(place="大槐树下"), words=words)


@pytest.mark.parametrize(
    "words", ["三月五号前要一百株苗", "社区文化活动室要十把椅子", "要 100 株苗、20 袋肥", "3月12号前要苗"]
)
def test_amounts_and_days_may_be_said(words: str) -> None:
    assert decide(open_case(), mark(words=words), DISPATCHER, NOW).after.pool_words == words


@pytest.mark.parametrize("status", sorted(OPEN))
def test_taking_it_out_is_offered_only_while_it_is_in(status: Status) -> None:
    def offered(case: Case) -> set[str]:
        return {command.model_fields["verb"].default for command in available(case, DISPATCHER, NOW)}

    assert "unmark_claimable" not in offered(case_in(status))
    assert {"mark_claimable", "unmark_claimable"} <= offered(case_in(status, is_claimable=True))


def test_whatever_ends_the_ticket_takes_it_out_of_the_pool() -> None:
    pooled = {"is_claimable": True, "pool_words": WORDS, "pool_rank": PoolRank.free, "pooled_at": NOW}
    case = case_in(Status.submitted, **pooled)
    after = decide(case, SAMPLES["decline"], DISPATCHER, NOW).after
    assert after.status in ENDED and not after.is_claimable
    assert (after.pool_words, after.pool_rank, after.pooled_at) == (None, None, None)
    stays = decide(case, SAMPLES["note"], DISPATCHER, NOW)
    assert stays.changes.columns == {} and stays.after.is_claimable
