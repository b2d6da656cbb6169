"""People: added with a password shown once, given posts, taken out of service; an administrator always stays."""

import re
import threading
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from service.administration import people_pages
from service.database import Database
from service.directory.models import Appointment, Person
from service.security import verify_password
from tests.factories import County, add
from tests.service.administration.conftest import As, add_official, changes, last_change, row
from tests.support.officials import Official, Page, official
from workflows.statuses import Role

PEOPLE = "/desk/people"
FORM = {"login": "wang-li", "name": "王丽", "phone": "13812345678", "email": "wangli@example.com", "title": "干事"}


def posts_of(database: Database, person: int) -> dict[tuple[int, str], int]:
    """The ids of the posts, by unit and role."""
    with database.reading() as session:
        rows = session.exec(select(Appointment).where(Appointment.person_id == person)).all()
        return {(post.unit_id, str(post.role)): post.id or 0 for post in rows}


def person_called(database: Database, login: str) -> Person:
    with database.reading() as session:
        return session.exec(select(Person).where(Person.login == login)).one()


def password_on(page: Page) -> str:
    found = re.search(r'<kbd class="secret">([^<]+)</kbd>', page.source)
    assert found, page.words
    return found[1]


def test_somebody_new_can_sign_in_with_the_password_that_is_shown_once(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    page = administrator.sends(PEOPLE, **FORM, unit=str(county.bureau), role="handler", is_head="true")
    password = password_on(page)
    person = person_called(database, "wang-li")
    assert verify_password(password, person.password_hash) and len(password) == 14
    assert password not in administrator.opens(f"{PEOPLE}/{person.id}").source
    assert (person.name, person.phone, person.email) == ("王丽", "13812345678", "wangli@example.com")
    assert posts_of(database, person.id or 0).keys() == {(county.bureau, "handler")}
    entered = as_("nobody").sends("/sign-in", login="wang-li", password=password)
    assert (entered.status, entered.goes_to) == (303, "/desk")


def test_the_record_keeps_no_telephone_number_and_no_password(
    administrator: Official, database: Database, county: County
) -> None:
    page = administrator.sends(PEOPLE, **FORM, unit=str(county.bureau), role="handler")
    what, who, details = last_change(database)
    assert (what, who, details["about"]) == ("add_person", county.administrator, "王丽")
    assert not any(secret in str(details) for secret in ("138", "@", password_on(page)))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("login", "handler", "这个登录名已经有人用了"),
        ("login", "王 丽", "登录名只用字母、数字、横线和点"),
        ("login", "", "请填写登录名"),
        ("name", "  ", "请至少写 1 个字"),
        ("phone", "不知道", "看起来不对"),
        ("email", "wangli", "邮箱看起来不对"),
        ("unit", "", "单位请从列表里选一个"),
        ("unit", "999", "没有这个单位"),
        ("role", "king", "请从列表里选一个"),
        ("role", "resident", "请从列表里选一个岗位"),
        ("title", "长" * 41, "最多写 40 个字"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nobody_is_added(
    administrator: Official, database: Database, county: County, field: str, value: str, sentence: str
) -> None:
    typed = FORM | {"unit": str(county.bureau), "role": "handler"} | {field: value}
    page = administrator.sends(PEOPLE, **typed)
    assert page.status == 422 and sentence in page.words
    assert page.value_of("title") == typed["title"] and page.value_of("name") == typed["name"]
    assert changes(database) == []


def test_the_list_finds_by_name_login_unit_title_and_number_and_masks_the_number(
    administrator: Official, county: County
) -> None:
    administrator.sends(PEOPLE, **FORM, unit=str(county.bureau), role="handler")
    for asked in ("王丽", "WANG-LI", "干事", "138 1234 5678"):
        words = administrator.opens(f"{PEOPLE}?q={asked}").words
        assert "王丽" in words and "138****5678" in words and "张玉梅" not in words
    assert "吴海涛" in administrator.opens(f"{PEOPLE}?q=交通").words
    assert "没有找到人" in administrator.opens(f"{PEOPLE}?q=没有这个人").words


def test_a_long_list_goes_on_where_it_ended(administrator: Official, database: Database, county: County) -> None:
    with database.writing() as session:
        for number in range(60):
            add_official(session, f"z{number:02}", f"赵{number}", county.village_unit, Role.handler)
    first = administrator.opens(PEOPLE)
    cursor = first.source.partition("cursor=")[2].partition('"')[0]
    second = administrator.opens(f"{PEOPLE}?cursor={cursor}")
    seen = re.findall(r'href="/desk/people/(\d+)"', first.source + second.source)
    assert len(seen) == len(set(seen)) == 12 + 60
    searched = administrator.opens(f"{PEOPLE}?q=赵&cursor={cursor}").source
    assert len(re.findall(r'href="/desk/people/\d+"', searched)) < 60


def test_posts_come_and_go_and_hold_at_once(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    url = f"{PEOPLE}/{county.wrong_handler}"
    handler = as_("wrong_handler")
    assert handler.opens(PEOPLE).status == 403
    given = administrator.sends(f"{url}/appoint", unit=str(county.county_desk), role="administrator", title="")
    assert given.status == 303 and handler.opens(PEOPLE).status == 200
    post = posts_of(database, county.wrong_handler)[(county.county_desk, "administrator")]
    assert administrator.sends(f"{url}/posts/{post}/dismiss").status == 303
    assert handler.opens(PEOPLE).status == 403
    assert [event.what for event in changes(database)] == ["appoint", "dismiss"]
    assert last_change(database)[2]["new"] == {"unit": county.county_desk, "role": "administrator"}
    assert administrator.sends(f"{url}/posts/{post}/dismiss").status == 404


def test_a_post_is_given_once(administrator: Official, county: County) -> None:
    page = administrator.sends(f"{PEOPLE}/{county.handler}/appoint", unit=str(county.bureau), role="handler")
    assert page.status == 422 and "已经有这个岗位了" in page.words


def test_who_may_give_no_password_has_none_made(as_: As, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are few places at the hash: with its slow work anybody who is signed in could keep the others out."""
    made: list[str] = []
    monkeypatch.setattr(people_pages, "hash_password", made.append)
    for who, status in (("handler", 403), ("supervisor", 403), ("nobody", 401)):
        assert as_(who).sends(PEOPLE, **FORM).status == status
        assert as_(who).sends(f"{PEOPLE}/{county.handler}/reset_password").status == status
    assert made == []


def test_who_is_out_of_service_is_signed_out_and_stays_out_until_he_is_back(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    handler, url = as_("handler"), f"{PEOPLE}/{county.handler}"
    assert handler.opens("/desk").status == 200
    assert administrator.sends(f"{url}/deactivate_person").status == 303
    assert handler.opens("/desk").goes_to == "/sign-in" and not row(database, Person, county.handler).is_active
    assert "重新启用这个人" in administrator.opens(url).words
    assert administrator.sends(f"{url}/reactivate_person").status == 303
    assert row(database, Person, county.handler).is_active and handler.opens("/desk").goes_to == "/sign-in"


def test_a_new_password_signs_him_out_everywhere(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    handler = as_("handler")
    page = administrator.sends(f"{PEOPLE}/{county.handler}/reset_password")
    assert verify_password(password_on(page), row(database, Person, county.handler).password_hash)
    assert handler.opens("/desk").goes_to == "/sign-in"


def test_who_resets_his_own_password_stays_where_he_is(administrator: Official, as_: As, county: County) -> None:
    elsewhere = as_("administrator")
    password_on(administrator.sends(f"{PEOPLE}/{county.administrator}/reset_password"))
    assert administrator.opens(PEOPLE).status == 200 and elsewhere.opens(PEOPLE).goes_to.startswith("/sign-in")


def test_nobody_shuts_himself_out(administrator: Official, database: Database, county: County) -> None:
    url = f"{PEOPLE}/{county.administrator}"
    out = administrator.sends(f"{url}/deactivate_person")
    assert out.status == 422 and "不能停用自己" in out.words and "停用这个人" not in out.words
    post = posts_of(database, county.administrator)[(county.county_desk, "administrator")]
    taken = administrator.sends(f"{url}/posts/{post}/dismiss")
    assert taken.status == 422 and "不能撤掉自己的管理员岗位" in taken.words
    assert changes(database) == [] and row(database, Person, county.administrator).is_active


def test_two_administrators_cannot_shut_out_each_other(
    app: FastAPI, client: TestClient, database: Database, county: County
) -> None:
    with database.writing() as session:
        second = add_official(session, "second", "何守信", county.county_desk, Role.administrator)
    sides = [(county.administrator, second), (second, county.administrator)]
    ready, answers = threading.Barrier(2), []

    def shut_out(who: int, whom: int) -> None:
        person = official(app, database, who)
        ready.wait()
        answers.append(person.sends(f"{PEOPLE}/{whom}/deactivate_person").status)

    threads = [threading.Thread(target=shut_out, args=side) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = [who for who, _whom in sides if row(database, Person, who).is_active]
    assert len(left) == 1 and answers.count(303) == 1


def test_the_last_one_of_a_town_may_go_because_the_county_looks_after_it(
    administrator: Official, database: Database, town_administrator: int
) -> None:
    assert administrator.sends(f"{PEOPLE}/{town_administrator}/deactivate_person").status == 303
    assert not row(database, Person, town_administrator).is_active


def test_a_town_looks_after_its_own_people_only(as_: As, database: Database, county: County) -> None:
    town = as_("town_administrator")
    words = town.opens(PEOPLE).words
    assert "张玉梅" in words and "马德才" in words and "吴海涛" not in words
    refused = town.sends(f"{PEOPLE}/{county.dispatcher}/appoint", unit=str(county.bureau), role="handler")
    assert refused.status == 422 and "没有这个单位" in refused.words
    with database.writing() as session:
        add(session, Appointment(person_id=county.dispatcher, unit_id=county.county_desk, role=Role.dispatcher))
    page = town.opens(f"{PEOPLE}/{county.dispatcher}")
    assert "他在别处还有岗位" in page.words and "重设密码" not in page.words
    for verb in ("reset_password", "deactivate_person", "change_person"):
        assert town.sends(f"{PEOPLE}/{county.dispatcher}/{verb}", name="张玉梅").status == 403
    elsewhere = posts_of(database, county.dispatcher)[(county.county_desk, "dispatcher")]
    assert town.sends(f"{PEOPLE}/{county.dispatcher}/posts/{elsewhere}/dismiss").status == 404
    assert changes(database) == []


def test_who_has_no_post_at_all_is_found_by_the_county(as_: As, database: Database, county: County) -> None:
    with database.writing() as session:
        person = add(session, Person(login="new", name="新来的", created_at=county.link.created_at))
    assert "没有岗位" in as_("administrator").opens(f"{PEOPLE}/{person}").words
    assert as_("town_administrator").opens(f"{PEOPLE}/{person}").status == 404


def test_a_changed_name_is_recorded_and_a_changed_number_only_as_changed(
    administrator: Official, database: Database, county: County
) -> None:
    typed: dict[str, Any] = {"name": "吴海波", "phone": "13900001111", "email": "handler@example.com"}
    assert administrator.sends(f"{PEOPLE}/{county.handler}/change_person", **typed).status == 303
    assert last_change(database)[2] == {
        "about": "吴海涛",
        "old": {"name": "吴海涛"},
        "new": {"name": "吴海波", "phone": None},
    }
    assert row(database, Person, county.handler).phone == "13900001111"
