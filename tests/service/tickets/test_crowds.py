"""A village behind one address is let in; a flood is slowed down, wish for wish, and loses nothing."""

import hashlib
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from service.database import Database
from service.directory.models import Link
from service.models import Attempt
from service.rate_limits import FROM_ONE_DEVICE, SAME_WORDS, SOLVED, WAITED
from service.tickets.crowds import (
    PATIENCE,
    SHARE,
    SPARE,
    ZERO_BITS,
    Crowd,
    Crowded,
    Sender,
    has_waited,
    has_worked,
    new_task,
    opened_now,
)
from tests.factories import NOW, TOKEN, County, later
from tests.service.at_once import at_once
from tests.service.tickets.conftest import Page, Villager
from workflows.refusals import Refused


def solve(task: str) -> str:
    return next(
        str(number)
        for number in count()
        if int.from_bytes(hashlib.sha256(f"{task}{number}".encode()).digest()[:4], "big") >> (32 - ZERO_BITS) == 0
    )


VILLAGE = "192.0.2.1"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.40 NetType/WIFI"

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def admit(
    database: Database, crowd: Crowd, words: str, address: str = VILLAGE, now: datetime | None = None, **also: str
) -> None:
    with database.writing() as session:
        link = session.exec(select(Link).where(Link.token == TOKEN)).one()
        crowd.admit(session, link, Sender(address, **also), words, now or later())


def is_let_in(database: Database, crowd: Crowd, words: str, **also: Any) -> bool:
    try:
        admit(database, crowd, words, **also)
    except Crowded:
        return False
    return True


def busy(villager: Villager, expected: int) -> None:
    villager.client.app.state.crowd = Crowd(expected)  # type: ignore[attr-defined]


def says(villager: Villager, number: int, **fields: Any) -> Page:
    return villager.says(text=f"第{number}户的水停了", form_key=f"form {number}", **fields)


def test_as_many_as_are_expected_come_in_without_any_work(database: Database, county: County) -> None:
    crowd = Crowd(expected=60)
    for number in range(60):
        admit(database, crowd, f"wish {number}")
    with pytest.raises(Crowded):
        admit(database, crowd, "one more")
    admit(database, crowd, "from elsewhere", "192.0.2.2")


def test_a_link_that_expects_more_lets_more_in(database: Database, county: County) -> None:
    with database.writing() as session:
        session.exec(select(Link).where(Link.token == TOKEN)).one().daily_cap = 40
    crowd = Crowd(expected=10)
    for number in range(40):
        admit(database, crowd, f"wish {number}")
    with pytest.raises(Crowded):
        admit(database, crowd, "one more")


def test_several_processes_count_together_beyond_what_each_may_spare(database: Database, county: County) -> None:
    crowds = [Crowd(expected=50), Crowd(expected=50)]
    taken = [is_let_in(database, crowds[number % 2], f"wish {number}") for number in range(120)].count(True)
    assert 50 <= taken <= 50 + len(crowds) * SPARE


def test_the_form_comes_back_with_a_task_and_all_that_was_typed(villager: Villager) -> None:
    busy(villager, 2)
    assert [says(villager, number).status for number in range(2)] == [303, 303]
    page = says(villager, 2, place="井边")
    assert page.status == 429 and "等一分钟再按一次就行" in page.words
    assert "第2户的水停了" in page.source and page.value_of("place") == "井边" and page.value_of("work_task")
    assert len(villager.tickets()) == 2


def test_a_little_work_opens_the_door_once(villager: Villager) -> None:
    busy(villager, 1)
    says(villager, 0)
    task = says(villager, 1).value_of("work_task")
    worked = {"work_task": task, "work_answer": solve(task)}
    assert says(villager, 1, **worked).status == 303
    assert says(villager, 2, **worked).status == 429
    assert len(villager.tickets()) == 2


def test_whoever_has_no_script_waits_a_minute(villager: Villager, monday: time_machine.Traveller) -> None:
    busy(villager, 1)
    says(villager, 0)
    task = says(villager, 1).value_of("work_task")
    assert says(villager, 1, work_task=task).status == 429
    monday.shift(PATIENCE + timedelta(seconds=1))
    assert says(villager, 1, work_task=task).status == 303


def test_a_task_is_ours_fresh_and_solved_or_worth_nothing() -> None:
    task = new_task(NOW)
    assert has_worked(task, solve(task), NOW)
    assert not has_worked(task, "", NOW) and not has_worked(task, "no number", NOW) and not has_waited(task, NOW)
    assert not has_worked("00" * 40, solve("00" * 40), NOW) and not has_worked("", "1", NOW)
    assert has_waited(task, NOW + PATIENCE) and not has_waited("00" * 40, NOW) and not has_waited("", NOW)
    too_late = NOW + SOLVED.within + timedelta(seconds=1)
    assert not has_worked(task, solve(task), too_late) and not has_waited(task, too_late)


def test_the_same_words_again_and_again_are_told_that_they_were_heard(database: Database, county: County) -> None:
    crowd = Crowd()
    for _ in range(SAME_WORDS.most):
        admit(database, crowd, "路灯坏了")
    with pytest.raises(Refused) as refused:
        admit(database, crowd, "路灯  坏了".replace("  ", "") + "\n")
    assert refused.value.field == "text"
    admit(database, crowd, "别的事")


def test_two_who_send_the_same_solution_at_once_get_one_place(database: Database, county: County) -> None:
    crowd, task = Crowd(expected=1), new_task(later())
    admit(database, crowd, "first")
    answer, words = solve(task), iter(["one", "two"])
    assert sorted(at_once(lambda: is_let_in(database, crowd, next(words), task=task, answer=answer))) == [False, True]


def test_a_task_pays_once_however_it_is_written_and_when_the_hour_ends(database: Database, county: County) -> None:
    crowd, given_at = Crowd(expected=1), NOW.replace(minute=58)
    task, another, next_hour = new_task(given_at), new_task(given_at), given_at + timedelta(minutes=20)
    admit(database, crowd, "first", now=given_at)
    assert is_let_in(database, crowd, "waited", task=task, now=given_at + PATIENCE)
    admit(database, crowd, "first of the next hour", now=next_hour)
    for again in (task, task.upper(), f"{task} ", f" {task}"):
        assert not is_let_in(database, crowd, f"again {again}", task=again, now=next_hour)
    assert is_let_in(database, crowd, "given in the same second", task=another, now=next_hour)


def test_who_hoards_tasks_and_waits_once_gets_in_with_a_few_a_minute_and_keeps_the_others(
    database: Database, county: County
) -> None:
    crowd, tasks = Crowd(expected=1), [new_task(later()) for _ in range(3 * WAITED.most)]
    admit(database, crowd, "first")
    when = later() + PATIENCE
    let_in = [is_let_in(database, crowd, f"wish {at}", task=task, now=when) for at, task in enumerate(tasks)]
    assert let_in.count(True) == WAITED.most
    left = tasks[let_in.index(False)]
    assert is_let_in(database, crowd, "one of the others", task=left, now=when + PATIENCE)


# One device


@on_one_database
def test_a_device_that_sends_and_sends_is_asked_for_a_little_work_and_others_behind_its_address_are_not(
    database: Database, county: County
) -> None:
    crowd = Crowd()
    let_in = [is_let_in(database, crowd, f"wish {number}", device=IPHONE) for number in range(FROM_ONE_DEVICE.most + 5)]
    assert let_in == [True] * FROM_ONE_DEVICE.most + [False] * 5
    assert is_let_in(database, crowd, "another telephone", device="Mozilla/5.0 (Linux; Android 10; V2001A)")
    assert is_let_in(database, crowd, "a program of the county")
    task = new_task(later())
    assert is_let_in(database, crowd, "worked for", device=IPHONE, task=task, answer=solve(task))


@on_one_database
def test_a_village_of_three_hundred_with_one_model_of_telephone_needs_nothing(
    database: Database, county: County
) -> None:
    """Each wrote for a minute; nothing tells these telephones apart but the forms that were opened on them."""
    crowd, opened_at = Crowd(), later() - PATIENCE
    with database.writing() as session:
        link = session.exec(select(Link).where(Link.token == TOKEN)).one()
        for number in range(300):
            sender = Sender(VILLAGE, IPHONE, opened_now(opened_at))
            crowd.admit(session, link, sender, f"wish {number}", later())
        with pytest.raises(Crowded):
            crowd.admit(session, link, Sender(VILLAGE, IPHONE, opened_now(opened_at)), "one more", later())


@on_one_database
def test_a_form_stands_for_its_device_once_after_a_minute_and_for_a_day(database: Database, county: County) -> None:
    crowd, now = Crowd(), later()
    for number in range(FROM_ONE_DEVICE.most):
        admit(database, crowd, f"wish {number}", device=IPHONE)
    good = opened_now(now - PATIENCE)
    worthless = {
        "just opened": opened_now(now - PATIENCE + timedelta(seconds=2)),
        "the day before yesterday": opened_now(now - timedelta(hours=25)),
        "from the future": opened_now(now + timedelta(hours=1)),
        "made up": good[:12] + "1" * 22,
        "of another form": opened_now(now)[:12] + good[12:],
        "none": "",
    }
    assert is_let_in(database, crowd, "good", device=IPHONE, opened=good)
    for name, opened in {**worthless, "used": good}.items():
        assert not is_let_in(database, crowd, name, device=IPHONE, opened=opened), name


@on_one_database
def test_what_is_expected_of_a_link_is_expected_of_a_device_in_part(database: Database, county: County) -> None:
    with database.writing() as session:
        session.exec(select(Link).where(Link.token == TOKEN)).one().daily_cap = 1000
    with database.writing() as session:
        link, crowd = session.exec(select(Link).where(Link.token == TOKEN)).one(), Crowd()
        for number in range(1000 // SHARE):
            crowd.admit(session, link, Sender(VILLAGE, IPHONE), f"wish {number}", later())
        with pytest.raises(Crowded):
            crowd.admit(session, link, Sender(VILLAGE, IPHONE), "one more", later())


def test_of_a_device_nothing_is_kept_that_names_it_or_finds_it_again(
    database: Database, county: County, villager: Villager
) -> None:
    crowd = Crowd()
    for hour in range(2):
        for number in range(SPARE + 1):
            when = later() + timedelta(hours=hour)
            admit(database, crowd, f"wish {number}", device=IPHONE, now=when)
        assert len(crowd._seen) == SPARE + 3, "an hour that is over is forgotten"
    with database.reading() as session:
        kept = session.exec(select(Attempt).where(Attempt.kind == FROM_ONE_DEVICE.kind)).all()
    assert len({row.who for row in kept}) == len(kept) == 2
    assert IPHONE not in str(kept) and VILLAGE not in str(kept)
    answer = villager.client.get(f"/w/{TOKEN}", headers={"user-agent": IPHONE})
    assert "weiyuan_device" not in answer.headers.get("set-cookie", "") and villager.says().status == 303


@on_one_database
def test_an_ordinary_wish_asks_the_database_nothing_about_its_device(database: Database, county: County) -> None:
    crowd = Crowd()
    for number in range(SPARE):
        admit(database, crowd, f"wish {number}", device=IPHONE)
    with database.reading() as session:
        assert session.exec(select(Attempt)).all() == []


@on_one_database
def test_the_form_of_a_busy_device_comes_back_with_its_task_and_goes_after_the_minute_that_she_wrote(
    villager: Villager, monday: time_machine.Traveller
) -> None:
    crowd = villager.client.app.state.crowd  # type: ignore[attr-defined]
    villager.client.headers["user-agent"] = IPHONE
    for number in range(FROM_ONE_DEVICE.most):
        admit(villager.database, crowd, f"wish {number}", "testclient", device=f"device testclient {IPHONE}")
    opened = villager.opens(f"/w/{TOKEN}").value_of("opened")
    page = says(villager, 1, opened=opened)
    assert page.status == 429 and page.value_of("work_task") and page.value_of("opened") == opened
    assert "第1户的水停了" in page.source and villager.tickets() == []
    monday.shift(PATIENCE + timedelta(seconds=1))
    assert says(villager, 1, opened=opened).status == 303
    assert says(villager, 2, opened=opened).status == 429


def test_programs_are_told_when_to_come_again(villager: Villager) -> None:
    busy(villager, 1)
    address = f"/api/v1/links/{TOKEN}/wishes"
    answers = [villager.client.post(address, json={"text": f"第{number}户没有水"}) for number in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert "特别多" in answers[1].text
