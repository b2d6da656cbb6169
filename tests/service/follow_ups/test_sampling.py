"""Drawing whom to ask: rules that the county's administrator publishes, tickets that follow them, draws made again."""

from collections.abc import Callable

import pytest
import time_machine
from sqlmodel import select

from service.database import Database
from service.directory.models import DirectoryEvent, SampleRule
from service.oversight.checks import breaches
from service.oversight.sweep import fire_next
from service.tickets.models import Ticket
from tests.factories import County, later
from tests.service.follow_ups.conftest import SignIn
from tests.support.officials import Official, Page
from workflows.sampling import lot
from workflows.statuses import Status

Answered = Callable[..., int]
PAGE = "/desk/follow-ups/sampling"


def publishes(somebody: Official, county: County, **fields: object) -> Page:
    given = {"area": str(county.county), "category": "", "percent": "50", "seed": "2026-10", "reason": "人手不够"}
    return somebody.sends(f"{PAGE}/add_sample_rule", **{**given, **fields})


def test_an_administrator_publishes_a_rule_and_ends_it(as_: SignIn, county: County, database: Database) -> None:
    administrator = as_("administrator")
    page = administrator.follow(publishes(administrator, county))
    assert "种子已经公布" in page.words and "2026-10" in page.words and "50%" in page.words
    again = administrator.follow(publishes(administrator, county, percent="20", seed=""))
    with database.reading() as session:
        first, second = session.exec(select(SampleRule).order_by(SampleRule.id)).all()  # type: ignore[arg-type]
        written = [event.what for event in session.exec(select(DirectoryEvent))]
    assert first.ended_at is not None and second.ended_at is None and len(second.seed) == 16
    assert written == ["add_sample_rule", "end_sample_rule", "add_sample_rule"]
    assert second.seed in again.words and "2026-10" in again.words, "an old draw can still be repeated"
    ended = administrator.sends(f"{PAGE}/{second.id}/end_sample_rule")
    assert "件件回访" in administrator.follow(ended).words
    assert administrator.sends(f"{PAGE}/{second.id}/end_sample_rule").status == 404
    assert "定抽样回访的规则" in administrator.opens("/desk/changes").words


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"percent": "0"}, ""),
        ({"percent": "101"}, ""),
        ({"percent": "half"}, ""),
        ({"area": "999999"}, "没有这个地方"),
        ({"category": "moon"}, "没有这个事项"),
        ({"reason": ""}, "为什么抽样"),
        ({"seed": "长" * 41}, "最多写 40 个字"),
    ],
)
def test_a_rule_that_makes_no_sense_comes_back(
    as_: SignIn, county: County, fields: dict[str, object], said: str
) -> None:
    page = publishes(as_("administrator"), county, **fields)
    assert page.status == 422 and said in page.words


@pytest.mark.parametrize(("who", "reads"), [("follow_up_officer", 200), ("supervisor", 200), ("handler", 403)])
def test_others_read_the_rules_and_change_nothing(as_: SignIn, county: County, who: str, reads: int) -> None:
    somebody = as_(who)
    assert somebody.opens(PAGE).status == reads
    assert publishes(somebody, county).status == 403


def test_a_wish_that_is_not_drawn_is_closed_by_the_clock_and_says_why(
    as_: SignIn, answered: Answered, county: County, database: Database, clock: time_machine.Traveller
) -> None:
    clock.move_to(later(hours=-1))
    publishes(as_("administrator"), county, percent="40")
    tickets = [answered() for _ in range(12)]
    clock.move_to(later(days=7, minutes=1))
    officer = as_("follow_up_officer")
    spared = [each for each in tickets if officer.ticket(each).is_drawn is False]
    drawn = [each for each in tickets if officer.ticket(each).is_drawn]
    assert drawn == [each for each in tickets if lot("2026-10", officer.number(each)) < 0.4]
    assert spared and drawn
    queue = officer.opens("/desk/follow-ups").source
    assert [officer.number(each) in queue for each in (*spared, *drawn)] == [False] * len(spared) + [True] * len(drawn)
    with database.writing() as session:
        fire_next(session, spared[0], later(days=7, minutes=1))
    with database.reading() as session:
        closed = session.get_one(Ticket, spared[0])
        assert (closed.status, closed.satisfaction, closed.follow_up_attempts) == (Status.closed, None, 0)
        assert list(breaches(session)) == []
    page = officer.opens(f"/desk/follow-ups/{officer.number(spared[0])}").words
    assert "没有抽到" in page and "2026-10" in page
    assert f"{lot('2026-10', officer.number(spared[0])):.4f}" in page


def test_anybody_inside_draws_again(as_: SignIn, county: County) -> None:
    publishes(as_("administrator"), county)
    officer = as_("follow_up_officer")
    page = officer.opens(f"{PAGE}?number=2026-000123")
    assert f"签 {lot('2026-10', '2026-000123'):.6f}" in page.words
    assert "请写完整的编号" in officer.opens(f"{PAGE}?number=123").words


def test_what_was_answered_before_a_rule_keeps_its_call(as_: SignIn, answered: Answered, county: County) -> None:
    wish = answered()
    publishes(as_("administrator"), county, percent="1")
    officer = as_("follow_up_officer")
    assert officer.ticket(wish).is_drawn is None
    assert officer.number(wish) in officer.opens("/desk/follow-ups").source


def test_what_was_handed_in_before_a_rule_keeps_its_call(
    as_: SignIn, answered: Answered, county: County, clock: time_machine.Traveller
) -> None:
    """Its number was known when the seed was chosen: whoever wanted to spare a wish could have looked for a seed."""
    clock.move_to(later(hours=1))
    publishes(as_("administrator"), county, percent="1")
    known_by_then = answered()
    clock.move_to(later(days=7, hours=2))
    officer = as_("follow_up_officer")
    assert officer.ticket(known_by_then).is_drawn is None
    assert officer.number(known_by_then) in officer.opens("/desk/follow-ups").source
