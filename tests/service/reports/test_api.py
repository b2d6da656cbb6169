"""The figures for programs: each with its parts and its time, and nobody's but one's own."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.reports.figures import refresh_figures
from tests.factories import County, add, build_county, later, submit_wish, wish_in
from tests.support.programs import is_problem, program_of
from workflows.measures import BY_KEY
from workflows.rates import MEASURES
from workflows.statuses import Status


@pytest.fixture
def county(client: TestClient, database: Database) -> County:
    """Two closed and satisfied, one waiting at its desk; and a town next to theirs where nobody has wished."""
    with database.writing() as session:
        built = build_county(session)
        next_town = Area(name="白河镇", level=AreaLevel.town, parent_id=built.county, path="new", desk_unit_id=None)
        next_town.path = f"/{built.county}/{add(session, next_town)}/"
        session.add(next_town)
        for _wish in range(2):
            wish_in(session, built, Status.closed)
        submit_wish(session, built)
    return built


@pytest.fixture
def figures(client: TestClient, database: Database, county: County) -> Callable[..., Any]:
    """`figures("supervisor", area=4)`: the answer to that person."""
    return lambda who, **query: program_of(client, database, getattr(county, who)).gets("/figures", **query)


def next_town(database: Database) -> int:
    with database.reading() as session:
        return max(area.id or 0 for area in session.exec(select(Area)))


def test_the_countys_figures_come_with_their_parts_and_each_towns(figures: Callable[..., Any]) -> None:
    told = figures("supervisor").json()
    assert (told["area"], told["collected"], told["concluded"], told["open"]) == ("青岭县", 3, 2, 1)
    assert [(town["area"], town["collected"]) for town in told["towns"]] == [("清溪镇", 3), ("白河镇", 0)]
    assert set(told["rates"]) == {measure.key for measure in MEASURES}
    satisfaction = told["rates"]["satisfaction_rate"]
    assert (satisfaction["numerator"], satisfaction["denominator"], satisfaction["rate"]) == (2, 2, 1)
    assert 0 < satisfaction["low"] < 1 == satisfaction["high"]


def test_where_there_is_nothing_to_divide_by_there_is_no_rate(figures: Callable[..., Any], database: Database) -> None:
    told = figures("supervisor", area=next_town(database)).json()
    assert told["collected"] == 0
    assert told["rates"]["satisfaction_rate"] == {
        "numerator": 0,
        "denominator": 0,
        "rate": None,
        "low": None,
        "high": None,
    }


def test_they_are_as_of_the_moment_at_which_they_were_counted(
    figures: Callable[..., Any], database: Database, county: County
) -> None:
    refresh_figures(database, later(minutes=1))
    with database.writing() as session:
        submit_wish(session, county)
    told = figures("supervisor").json()
    assert told["as_of"].startswith(f"{later(minutes=1):%Y-%m-%dT%H:%M:%S}") and told["collected"] == 3
    refresh_figures(database, later(minutes=2))
    assert figures("supervisor").json()["collected"] == 4


def test_who_works_for_one_town_sees_that_town_and_what_lies_in_it(
    figures: Callable[..., Any], database: Database, county: County
) -> None:
    own = figures("dispatcher").json()
    assert (own["area"], own["area_id"], own["towns"]) == ("清溪镇", county.town, [])
    assert figures("dispatcher", area=county.village).json()["area"] == "双喜村"
    for area in (county.county, next_town(database), 999_999):
        assert is_problem(figures("dispatcher", area=area), 403)
    assert "白河镇" not in figures("dispatcher").text


def test_who_only_handles_tickets_sees_no_figures(figures: Callable[..., Any]) -> None:
    assert all(is_problem(figures(who), 403) for who in ("handler", "administrator", "village_secretary"))


def test_a_place_that_is_no_number_is_refused_in_a_sentence(figures: Callable[..., Any]) -> None:
    assert all(is_problem(figures("supervisor", area=area), 422) for area in ("x", "0", "9" * 30))


def test_every_figure_carries_what_belongs_to_it(figures: Callable[..., Any]) -> None:
    told = figures("supervisor").json()
    satisfied, days = told["figures"]["satisfaction_rate"], told["figures"]["answer_days_median"]
    assert (satisfied["n"], satisfied["numerator"], satisfied["denominator"], satisfied["value"]) == (2, 2, 2, 1)
    assert (satisfied["not_yet_due"], satisfied["unreachable"], satisfied["excluded"]) == (0, 0, 0)
    assert satisfied["raw"]["denominator"] == 2 and satisfied["as_of"] and not satisfied["is_rankable"]
    assert satisfied["definition"] == "/board/measures#satisfaction_rate"
    assert days["n"] == 2 and days["value"] >= 1 and days["numerator"] is None
    told_keys = {*told["figures"], *told["elsewhere"]}
    assert told_keys == set(BY_KEY) and set(told["elsewhere"]) == {"report_in_on_time", "claims_delivered"}
    assert told["elsewhere"]["claims_delivered"]["value"] is None, "nothing to divide by"
    assert all(place["ranks"]["satisfaction_rate"] is None for place in told["towns"]), "too few to compare"
