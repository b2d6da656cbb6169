"""What the command line and the pages write into the directory, and what they are refused."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from service.database import Database
from service.directory import lifecycle
from service.directory.lifecycle import LinkTerms, NewPost
from service.directory.models import Appointment, CalendarDay, Link, TimeLimit
from service.directory.reference import reference
from service.errors import NotFound
from service.security import verify_password
from tests.factories import NOW, TOKEN, build_county
from workflows.calendar_years import parse_year
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.terms import DayKind, hours

PASSWORD = "eine-lange-nacht"


def test_a_link_gets_a_token_that_can_be_read_out(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        links = [lifecycle.create_link(session, county.town, LinkTerms("大群"), NOW) for _each in range(20)]
    tokens = {link.token for link in links}
    assert len(tokens) == 20 and all(len(token) == 8 and not set(token) & set("0O1lI") for token in tokens)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (LinkTerms("大群", daily_cap=0), "每天的上限至少是 1"),
        (LinkTerms("大群", valid_until=date(2026, 10, 11)), "有效期不能早于今天"),
    ],
)
def test_a_link_that_takes_nothing_is_not_made(database: Database, terms: LinkTerms, sentence: str) -> None:
    with database.writing() as session:
        county = build_county(session)
        with pytest.raises(Refused, match=sentence):
            lifecycle.create_link(session, county.town, terms, NOW)
        with pytest.raises(NotFound):
            lifecycle.create_link(session, 999, LinkTerms("大群"), NOW)


def test_today_is_the_countys_day(database: Database) -> None:
    """Six in the evening in London is past midnight in the county."""
    evening = datetime(2026, 10, 12, 18, 0, tzinfo=UTC)
    with database.writing() as session:
        county = build_county(session)
        with pytest.raises(Refused, match="有效期不能早于今天"):
            lifecycle.create_link(session, county.town, LinkTerms("大群", valid_until=date(2026, 10, 12)), evening)
        lifecycle.create_link(session, county.town, LinkTerms("大群", valid_until=date(2026, 10, 13)), evening)


def test_a_link_is_taken_back_once(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        lifecycle.revoke_link(session, TOKEN, NOW, county.village_unit)
        again = lifecycle.revoke_link(session, TOKEN, NOW.replace(year=2027))
        assert (again.revoked_at, again.fallback_unit_id) == (NOW, county.village_unit)
        with pytest.raises(NotFound):
            lifecycle.revoke_link(session, "nothing", NOW)
    with database.reading() as session:
        assert session.exec(select(Link).where(Link.token == TOKEN)).one().revoked_at == NOW


def test_a_person_with_posts_can_sign_in(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        posts = [NewPost(county.bureau, role, "科长", is_head=True) for role in (Role.handler, Role.reviewer)]
        person = lifecycle.add_person(session, "wang-li", "王丽", PASSWORD, posts, NOW)
        rows = session.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
    assert verify_password(PASSWORD, person.password_hash)
    assert [(row.role, row.title, row.is_head) for row in rows] == [(post.role, "科长", True) for post in posts]


@pytest.mark.parametrize(
    ("login", "password", "unit", "sentence"),
    [
        ("handler", PASSWORD, 1, "这个登录名已经有人用了"),
        ("new", "too short", 1, "密码至少要 10 个字符"),
        ("new", PASSWORD, 99, "没有这个单位"),
    ],
)
def test_a_person_who_could_not_work_is_not_added(
    database: Database, login: str, password: str, unit: int, sentence: str
) -> None:
    with database.writing() as session:
        build_county(session)
        with pytest.raises(Refused) as refused:
            lifecycle.add_person(session, login, "王丽", password, [NewPost(unit, Role.handler)], NOW)
        assert sentence in str(refused.value)
        session.rollback()


def test_a_new_password_replaces_the_old_one(database: Database) -> None:
    with database.writing() as session:
        build_county(session)
        person = lifecycle.set_password(session, "handler", PASSWORD)
        assert verify_password(PASSWORD, person.password_hash)
        with pytest.raises(NotFound):
            lifecycle.set_password(session, "nobody", PASSWORD)


def test_a_limit_is_the_countys_until_it_is_the_default_again(database: Database) -> None:
    with database.writing() as session:
        build_county(session)
        for amount in (8, 6):
            lifecycle.set_limit(session, "dispatch", hours(amount), None, NOW)
    with database.reading() as session:
        assert reference(session).limits.terms["dispatch"] == hours(6)
        assert len(session.exec(select(TimeLimit)).all()) == 1
    with database.writing() as session:
        lifecycle.reset_limit(session, "dispatch")
        with pytest.raises(NotFound):
            lifecycle.set_limit(session, "tea_break", hours(1), None, NOW)
    with database.reading() as session:
        assert reference(session).limits.terms["dispatch"] != hours(6)


def test_a_year_that_is_published_again_replaces_itself_and_the_december_days_that_it_names(database: Database) -> None:
    first = parse_year(
        2027, [("2027-01-01", "休息", "元旦"), ("2026-12-31", "上午", ""), ("2027-01-09", "上班", "元旦")]
    )
    second = parse_year(2027, [("2027-01-01", "休息", "元旦"), ("2026-12-31", "休息", "元旦")])
    for year in (first, second):
        with database.writing() as session:
            lifecycle.publish_year(session, year, "通知", None, NOW)
    with database.reading() as session:
        days = {row.day: (row.kind, row.name) for row in session.exec(select(CalendarDay))}
        calendar = reference(session).calendar
    assert days == {date(2027, 1, 1): (DayKind.off, "元旦"), date(2026, 12, 31): (DayKind.off, "元旦")}
    assert calendar.official_years == {2027}
