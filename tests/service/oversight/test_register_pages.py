"""The registers of supervision and of early warning: everybody sees his own, and what is asked for."""

import pytest
from fastapi import FastAPI

from service.database import Database
from service.oversight.early_warning import raise_warnings
from service.oversight.sweep import sweep_escalations
from tests.factories import County, act, later, submit_wish, wish_in
from tests.service.oversight.conftest import Around
from tests.support.officials import Official, official
from tests.support.queries import counted
from workflows.ask_words import SupervisionLevel
from workflows.commands import Supervise
from workflows.statuses import Status

HERE, WARNED = "/desk/supervision", "/desk/warnings"


@pytest.fixture
def supervisor(app: FastAPI, client: object, database: Database, county: County) -> Official:
    return official(app, database, county.supervisor)


def as_(app: FastAPI, database: Database, person: int) -> Official:
    return official(app, database, person)


def supervised(database: Database, county: County, text: str, level: SupervisionLevel = SupervisionLevel.notice) -> int:
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress, text=text)
        act(session, wish, Supervise(note="请抓紧", level=level), county.supervisor)
    return wish


def test_unanswered_ones_stand_first_and_the_answer_moves_them(
    app: FastAPI, supervisor: Official, database: Database, county: County
) -> None:
    wish = supervised(database, county, "村口的桥要修")
    words = supervisor.opens(HERE).words
    assert "村口的桥要修" in words and "督办通知" in words and "到期不答复，自动升一级" in words
    handler = as_(app, database, county.handler)
    assert "请在" in handler.reads(wish).words and "answer_supervision" in handler.reads(wish).buttons
    done = handler.follow(handler.presses(wish, "answer_supervision", words="材料已到，周五前修好"))
    assert "已答复督办" in done.words and "已答复" in done.words
    assert "村口的桥要修" not in supervisor.opens(HERE).words
    assert "村口的桥要修" in supervisor.opens(f"{HERE}?show=answered").words


def test_silence_ends_on_the_listed_register(
    supervisor: Official, database: Database, county: County, around: Around
) -> None:
    supervised(database, county, "村口的桥要修")
    for days in (4, 9):
        sweep_escalations(around(later(days=days)))
    words = supervisor.opens(f"{HERE}?show=listed").words
    assert "村口的桥要修" in words and "挂牌督办" in words
    assert "一件也没有" in supervisor.opens(f"{HERE}?show=answered").words
    assert "没有答复的" in supervisor.opens(f"{HERE}?show=no_such_filter").words


def test_units_see_their_own_and_nobody_else_does(
    app: FastAPI, client: object, database: Database, county: County
) -> None:
    supervised(database, county, "村口的桥要修")
    assert "村口的桥要修" in as_(app, database, county.head).opens(HERE).words
    assert "村口的桥要修" not in as_(app, database, county.wrong_handler).opens(HERE).words


def test_a_level_that_nobody_knows_is_refused_and_the_words_stay(
    supervisor: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
    page = supervisor.presses(wish, "supervise", level="thunder", note="快办")
    assert page.status == 422 and page.value_of("note", "supervise") == "快办"


def test_warnings_are_listed_by_their_rows_and_stand_beside_the_ticket(
    supervisor: Official, database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, text="有人被困在河对岸")
        submit_wish(session, county, text="路灯坏了")
    raise_warnings(around())
    words = supervisor.opens(WARNED).words
    assert "有人被困在河对岸" in words and "路灯坏了" not in words and "话里有险情" in words
    assert "有人被困在河对岸" in supervisor.opens(f"{WARNED}?show=danger").words
    assert "有人被困在河对岸" not in supervisor.opens(f"{WARNED}?show=returned_twice").words
    beside = supervisor.reads(wish).words
    assert "话里有险情" in beside and "预警只提醒人看" in beside


def test_the_page_of_registers_counts_what_waits(supervisor: Official, database: Database, county: County) -> None:
    supervised(database, county, "村口的桥要修")
    words = supervisor.opens("/desk/registers").words
    assert "督办台账 1 件" in words and "预警台账" in words


@pytest.mark.parametrize("path", [HERE, WARNED])
def test_a_long_register_has_pages_and_asks_as_often_as_a_short_one(
    supervisor: Official, database: Database, county: County, around: Around, path: str
) -> None:
    supervised(database, county, "第一件，有人触电", SupervisionLevel.listed)
    raise_warnings(around())
    supervisor.opens(path)
    with counted() as few:
        supervisor.opens(path)
    for number in range(2, 54):
        supervised(database, county, f"第{number}件，有人触电")
    raise_warnings(around())
    with counted() as many:
        page = supervisor.opens(path)
    assert len(few) == len(many)
    assert "第53件" in page.words and "第一件" not in page.words
    cursor = page.source.partition("cursor=")[2].partition('"')[0]
    assert "第一件" in supervisor.opens(f"{path}?cursor={cursor}").words
    assert supervisor.opens(f"{path}?cursor=-1").status == 422
