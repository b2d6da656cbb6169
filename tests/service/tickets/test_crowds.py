"""A village behind one address is let in; a flood is slowed down, wish for wish, and loses nothing."""

import hashlib
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from service.database import Database
from service.directory.models import Link
from service.tickets.crowds import LIFETIME, PATIENCE, SAME_WORDS, SPARE, ZERO_BITS, Crowd, Crowded, is_solved, new_task
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


def admit(database: Database, crowd: Crowd, words: str, address: str = "192.0.2.1", **also: object) -> None:
    with database.writing() as session:
        link = session.exec(select(Link).where(Link.token == TOKEN)).one()
        crowd.admit(session, link, address, words, later(), **also)  # type: ignore[arg-type]


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

    def is_taken(number: int) -> bool:
        try:
            admit(database, crowds[number % 2], f"wish {number}")
        except Crowded:
            return False
        return True

    taken = [is_taken(number) for number in range(120)].count(True)
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
    assert is_solved(task, solve(task), NOW)
    assert not is_solved(task, "", NOW) and not is_solved(task, "no number", NOW)
    assert not is_solved("00" * 40, solve("00" * 40), NOW) and not is_solved("", "1", NOW)
    assert is_solved(task, "", NOW + PATIENCE)
    assert not is_solved(task, solve(task), NOW + LIFETIME + timedelta(seconds=1))


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
    solution, words = (task, solve(task)), iter(["one", "two"])

    def send() -> bool:
        try:
            admit(database, crowd, next(words), solution=solution)
        except Crowded:
            return False
        return True

    assert sorted(at_once(send)) == [False, True]


def test_programs_are_told_when_to_come_again(villager: Villager) -> None:
    busy(villager, 1)
    address = f"/api/v1/links/{TOKEN}/wishes"
    answers = [villager.client.post(address, json={"text": f"第{number}户没有水"}) for number in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert "特别多" in answers[1].text
