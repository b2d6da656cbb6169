"""Time limits: the county's own number beside the default; what runs already stays as it was promised."""

import pytest

from service.database import Database
from service.directory.models import TimeLimit
from service.directory.reference import reference
from tests.factories import County, act, submit_wish, ticket_of
from tests.service.administration.conftest import As, changes, last_change
from tests.support.officials import Official
from workflows.commands import Assign
from workflows.terms import working_days
from workflows.time_limits import TIME_LIMITS

LIMITS = "/desk/time-limits"


def test_everybody_inside_reads_every_limit_in_chinese(as_: As) -> None:
    words = as_("village_secretary").opens(LIMITS).words
    assert all(limit.words in words and limit.source in words for limit in TIME_LIMITS)
    assert "5 个工作日" in words and "改了以后" in words and "保存" not in words


def test_a_new_limit_holds_for_new_wishes_and_running_clocks_stay(
    administrator: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        before = submit_wish(session, county)
        act(session, before, Assign(unit=county.bureau), county.dispatcher)
        promised = ticket_of(session, before).due_at
    page = administrator.follow(
        administrator.sends(f"{LIMITS}/reply_ordinary/set_limit", amount="３", unit="working_days")
    )
    assert "已经答应的日子不动" in page.words
    assert "默认 5 个工作日；周磊 10 月 12 日改的" in page.words.replace("\u00a0", " ")
    with database.writing() as session:
        after = submit_wish(session, county)
        act(session, after, Assign(unit=county.bureau), county.dispatcher)
        assert ticket_of(session, before).due_at == promised
        assert ticket_of(session, after).due_at != promised
        assert reference(session).limits.terms["reply_ordinary"] == working_days(3)
    what, who, details = last_change(database)
    assert (what, who, details["about"]) == ("set_limit", county.administrator, "一般事项答复")
    assert details["old"]["term"]["amount"] == 5 and details["new"]["term"]["amount"] == 3


def test_the_default_comes_back(administrator: Official, database: Database) -> None:
    administrator.sends(f"{LIMITS}/dispatch/set_limit", amount="8", unit="working_hours")
    assert "恢复默认" in administrator.opens(LIMITS).words
    page = administrator.follow(administrator.sends(f"{LIMITS}/dispatch/reset_limit"))
    assert "本县改过" not in page.words
    with database.reading() as session:
        assert session.get(TimeLimit, "dispatch") is None
    assert last_change(database)[0] == "reset_limit"


@pytest.mark.parametrize(
    ("amount", "unit", "sentence"),
    [
        ("0", "hours", "多久填得不对"),
        ("-1", "hours", "多久填得不对"),
        ("半", "hours", "多久填得不对"),
        ("", "hours", "多久填得不对"),
        ("999999", "days", "太长了，最多 366 天"),
        ("251", "working_days", "太长了，最多 250 个工作日"),
        ("5", "fortnights", "请从列表里选一个"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_refused_and_comes_back_as_typed(
    administrator: Official, database: Database, amount: str, unit: str, sentence: str
) -> None:
    page = administrator.sends(f"{LIMITS}/reply_ordinary/set_limit", amount=amount, unit=unit)
    assert page.status == 422 and sentence in page.words
    assert page.source.count('class="row-form" open') == 1 and f'name="amount" value="{amount}"' in page.source
    assert changes(database) == []


def test_a_limit_that_the_table_does_not_have_is_not_found(administrator: Official) -> None:
    assert administrator.sends(f"{LIMITS}/tea_break/set_limit", amount="5", unit="days").status == 404
    assert administrator.sends(f"{LIMITS}/tea_break/reset_limit").status == 404
