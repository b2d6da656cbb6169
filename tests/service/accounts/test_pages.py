"""The door: who gets in, how often one may try, and where one lands; and a person's own sessions."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlmodel import col, select
from starlette.testclient import TestClient

from service import clock
from service.accounts.browsers import browser_in_words
from service.accounts.models import SignInSession
from service.database import Database
from service.directory.models import Person
from service.models import Attempt
from service.rate_limits import SIGN_IN, SIGN_IN_OF
from service.security import hash_password
from tests.factories import County, build_county, submit_wish
from tests.support.app import app_on
from tests.support.officials import BROWSER, Official, Page, official, stranger

PASSWORD = "一盏路灯-2026"
WRONG = "用户名或密码不对"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def county(client: TestClient, database: Database, password_hash: str) -> County:
    """`client` opened the application's own database."""
    with database.writing() as session:
        built = build_county(session)
        session.get_one(Person, built.handler).password_hash = password_hash
    return built


@pytest.fixture
def somebody(app: FastAPI, county: County, database: Database) -> Official:
    return stranger(app, database)


def signs_in(somebody: Official, login: str = "handler", password: str = PASSWORD, **fields: str) -> Page:
    return somebody.sends("/sign-in", login=login, password=password, **fields)


def test_the_right_password_opens_the_workbench(somebody: Official) -> None:
    page = signs_in(somebody)
    assert (page.status, page.goes_to) == (303, "/desk")
    assert "吴海涛" in somebody.opens("/desk").words


def test_the_bare_address_leads_villagers_to_their_wishes_and_officials_to_their_work(somebody: Official) -> None:
    page = somebody.opens("/")
    assert (page.status, page.goes_to) == (303, "/track")
    assert '<a href="/desk">工作人员登录</a>' in somebody.opens("/track").source
    signs_in(somebody)
    assert somebody.opens("/").goes_to == "/desk"


def test_the_cookie_is_for_our_pages_only_and_not_for_scripts(somebody: Official) -> None:
    cookie = signs_in(somebody).answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "max-age=43200" in cookie


def test_secure_cookies_travel_only_over_https(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path, password_hash: str
) -> None:
    app = app_on(sqlite_url, tmp_path, secure_cookies=True)
    with TestClient(app, headers=BROWSER, follow_redirects=False), sqlite_database.writing() as session:
        session.get_one(Person, build_county(session).handler).password_hash = password_hash
    with TestClient(app, headers=BROWSER, follow_redirects=False) as client:
        page = Page(client.post("/sign-in", data={"login": "handler", "password": PASSWORD}))
    assert "; secure" in page.answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("handler", "falsch"),
        ("handler", ""),
        ("", ""),
        ("nobody-of-this-name", PASSWORD),
        ("handler\x00", PASSWORD + "x"),
        ("dispatcher", ""),
        ("handler", "长" * 5000),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_anything_else_gets_the_same_sentence_and_the_login_back(somebody: Official, login: str, password: str) -> None:
    page = signs_in(somebody, login, password)
    assert page.status == 401
    assert WRONG in page.words
    assert "set-cookie" not in page.answer.headers or "weiyuan_session" not in page.answer.headers["set-cookie"]


def test_who_has_left_stays_outside(somebody: Official, database: Database, county: County) -> None:
    with database.writing() as session:
        session.get_one(Person, county.handler).is_active = False
    assert signs_in(somebody).status == 401


def test_after_some_tries_one_has_to_wait_even_with_the_right_password(somebody: Official) -> None:
    tries = [signs_in(somebody, password="falsch") for _ in range(SIGN_IN.most)]
    assert "还可以试 0 次" in tries[-1].words
    page = signs_in(somebody)
    assert page.status == 429
    assert "分钟" in page.words


def from_elsewhere(app: FastAPI, database: Database, number: int = 9) -> Official:
    client = TestClient(app, headers=BROWSER, client=(f"203.0.113.{number}", 50000), follow_redirects=False)
    return Official(client, database)


def test_who_guesses_from_elsewhere_locks_himself_out_and_not_the_owner(
    app: FastAPI, database: Database, somebody: Official
) -> None:
    guesser = from_elsewhere(app, database)
    tries = [signs_in(guesser, password="falsch").status for _ in range(SIGN_IN.most + 1)]
    assert tries == [401] * SIGN_IN.most + [429]
    assert signs_in(guesser).status == 429
    assert signs_in(somebody).status == 303


def test_who_guesses_from_many_places_locks_strangers_out_and_not_the_browser_of_the_owner(
    app: FastAPI, database: Database, somebody: Official
) -> None:
    signs_in(somebody)
    somebody.sends("/sign-out")
    assert signs_in(from_elsewhere(app, database), password="falsch").status == 401
    with database.writing() as session:
        session.execute(update(Attempt).where(col(Attempt.kind) == SIGN_IN_OF.kind).values(count=SIGN_IN_OF.most))
    assert signs_in(from_elsewhere(app, database, 200)).status == 429
    assert signs_in(somebody, password="falsch").status == 401
    assert signs_in(somebody).status == 303
    assert signs_in(somebody, login="dispatcher").status == 401, "known for one login only"


def test_a_known_browser_may_not_guess_for_ever_and_a_made_up_one_is_not_known(
    app: FastAPI, database: Database, somebody: Official
) -> None:
    signs_in(somebody)
    assert [signs_in(somebody, password="falsch").status for _ in range(SIGN_IN.most + 1)][-1] == 429
    guesser = from_elsewhere(app, database)
    guesser.client.cookies["weiyuan_known"] = "1" * 22
    assert [signs_in(guesser, password="falsch").status for _ in range(SIGN_IN.most + 1)][-1] == 429
    assert signs_in(from_elsewhere(app, database)).status == 429, "counted with its address"


def test_success_forgives_the_tries_before_it(somebody: Official) -> None:
    for _ in range(SIGN_IN.most - 1):
        signs_in(somebody, password="falsch")
    assert signs_in(somebody).status == 303
    assert f"还可以试 {SIGN_IN.most - 1} 次" in signs_in(somebody, password="falsch").words


def test_who_is_not_signed_in_is_led_to_the_door_and_on_from_there(somebody: Official) -> None:
    asked = somebody.opens("/desk?view=all&q=路灯")
    door = somebody.follow(asked)
    assert door.status == 200
    page = signs_in(somebody, next=door.value_of("next"))
    assert page.goes_to == "/desk?view=all&q=%E8%B7%AF%E7%81%AF"


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "", "/sign-out"]
)
def test_the_door_never_leads_to_another_site(somebody: Official, address: str) -> None:
    assert signs_in(somebody, next=address).goes_to == "/desk"


def test_programs_are_told_in_json(client: TestClient, county: County) -> None:
    answer = client.get("/desk", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (401, "请先登录。")


def test_signing_out_ends_the_session_on_the_server(somebody: Official) -> None:
    signs_in(somebody)
    kept = dict(somebody.client.cookies)
    assert somebody.sends("/sign-out").goes_to == "/sign-in"
    somebody.client.cookies.update(kept)
    assert somebody.opens("/desk").goes_to == "/sign-in"


def test_signing_in_again_ends_the_session_before(somebody: Official, database: Database) -> None:
    signs_in(somebody)
    signs_in(somebody)
    with database.reading() as session:
        rows = session.exec(select(SignInSession).order_by(SignInSession.id)).all()  # type: ignore[arg-type]
    assert [row.revoked_at is None for row in rows] == [False, True]


def test_a_session_ends_by_itself(somebody: Official, database: Database) -> None:
    signs_in(somebody)
    with database.writing() as session:
        session.exec(select(SignInSession)).one().expires_at = clock.now() - timedelta(seconds=1)
    assert somebody.opens("/desk").status == 303


def test_no_other_site_presses_a_button_in_ones_name(somebody: Official, app: FastAPI) -> None:
    signs_in(somebody)
    foreign = TestClient(app, cookies=dict(somebody.client.cookies), follow_redirects=False)
    assert foreign.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert foreign.post("/sign-out").status_code == 403
    token = somebody.opens("/desk").value_of("csrf_token")
    assert foreign.post("/sign-out", data={"csrf_token": token}).status_code == 303


@pytest.mark.parametrize("is_demo", [True, False])
def test_demo_accounts_are_shown_in_a_demo_only(sqlite_url: str, tmp_path: Path, is_demo: bool) -> None:
    app = app_on(sqlite_url, tmp_path, demo=is_demo)
    app.state.demo_people = [("wang", "weiyuan-demo", "派单员")]
    with TestClient(app, headers=BROWSER) as client:
        assert ("weiyuan-demo" in client.get("/sign-in").text) is is_demo


# Words of somebody who was signed out while he wrote


@pytest.fixture
def wish(database: Database, county: County) -> int:
    with database.writing() as session:
        return submit_wish(session, county)


def test_words_that_came_too_late_are_on_the_page_after_signing_in(
    somebody: Official, wish: int, database: Database, county: County, password_hash: str
) -> None:
    with database.writing() as session:
        session.get_one(Person, county.dispatcher).password_hash = password_hash
    typed = {"words": "已经给<王师傅>打过电话，\r\n他后天来修。", "version": "1", "verb": "note"}
    late = somebody.sends(f"{somebody.address_of(wish)}/note", **typed)
    assert late.status == 401
    assert "刚才写的都还在" in late.words

    page = signs_in(somebody, "dispatcher", **fields_of(late))
    assert (page.status, page.goes_to) == (307, f"{somebody.address_of(wish)}/note?again=1")
    back = somebody.sends(page.goes_to, **fields_of(late))
    assert (back.status, back.open_form) == (200, "note")
    assert back.value_of("words", "note").splitlines() == ["已经给<王师傅>打过电话，", "他后天来修。"]
    assert somebody.verbs_of(wish) == ["submit"], "nothing is done before another press"


def test_a_look_that_came_too_late_leads_to_the_door(somebody: Official, wish: int) -> None:
    late = somebody.sends(f"{somebody.address_of(wish)}/reveal")
    assert (late.status, "您离开得久了" in late.words) == (401, True)


def test_a_wrong_password_at_that_moment_loses_nothing(somebody: Official, wish: int) -> None:
    late = somebody.sends(f"{somebody.address_of(wish)}/note", words="不要丢了这句话", version="1")
    again = signs_in(somebody, password="falsch", **fields_of(late))
    assert again.status == 401
    assert again.value_of("words") == "不要丢了这句话"
    assert again.value_of("next") == f"{somebody.address_of(wish)}/note"


@pytest.mark.parametrize("hung_on", ["?x=1", "?", "?again=", "#there"])
def test_whatever_hangs_on_the_address_nothing_is_done_before_another_press(
    somebody: Official, wish: int, hung_on: str
) -> None:
    address = f"{somebody.address_of(wish)}/note"
    page = signs_in(somebody, next=address + hung_on, again="1", words="x", version="1")
    assert (page.status, page.goes_to) == (307, f"{address}?again=1")


def test_no_form_of_another_kind_is_sent_on(somebody: Official) -> None:
    page = signs_in(somebody, next="/sign-out", again="1", verb="x")
    assert (page.status, page.goes_to) == (303, "/desk")


def fields_of(door: Page) -> dict[str, str]:
    names = re.findall(r'<input type="hidden" name="(\w+)"', door.source)
    return {name: door.value_of(name) for name in names if name != "csrf_token"}


# One's own sessions


def test_one_sees_where_one_is_signed_in_and_ends_what_is_not_his(
    app: FastAPI, database: Database, county: County
) -> None:
    here, there = official(app, database, county.handler), official(app, database, county.handler)
    page = here.opens("/desk/sessions")
    assert page.source.count('/revoke"') == 1
    assert "就是这里" in page.words
    revoke = re.findall(r'action="(/desk/sessions/\d+/revoke)"', page.source)[0]
    assert here.sends(revoke).goes_to == "/desk/sessions"
    assert there.opens("/desk").status == 303
    assert here.opens("/desk").status == 200


def test_all_others_end_at_once(app: FastAPI, database: Database, county: County) -> None:
    here, *others = [official(app, database, county.handler) for _ in range(3)]
    stays = official(app, database, county.dispatcher)
    assert "其他 2 处都已退出" in here.follow(here.sends("/desk/sessions/revoke-others")).words
    assert [each.opens("/desk").status for each in (here, *others, stays)] == [200, 303, 303, 200]


# One's own password

NEW_PASSWORD = "一盏新路灯-2027"


def changes(somebody: Official, current: str = PASSWORD, password: str = NEW_PASSWORD, repeated: str = "") -> Page:
    return somebody.sends("/desk/account/password", current=current, password=password, repeated=repeated or password)


def test_who_changes_his_password_stays_here_is_out_elsewhere_and_it_stands_in_the_record(
    app: FastAPI, somebody: Official, database: Database, county: County
) -> None:
    elsewhere, admin = official(app, database, county.handler), official(app, database, county.administrator)
    signs_in(somebody)
    assert "我的账号" in somebody.opens("/desk").words
    page = somebody.opens("/desk/account")
    assert "吴海涛" in page.words and "handler" in page.words
    done = somebody.follow(changes(somebody))
    assert done.status == 200 and "密码改好了" in done.words and "其他 1 处" in done.words
    assert (somebody.opens("/desk").status, elsewhere.opens("/desk").status) == (200, 303)
    assert signs_in(stranger(app, database)).status == 401
    assert signs_in(stranger(app, database), password=NEW_PASSWORD).status == 303
    record = admin.opens("/desk/changes").words
    assert "改自己的密码" in record and NEW_PASSWORD not in record


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"current": "falsch"}, "现在的密码不对，还可以试 7 次"),
        ({"password": "kurz"}, "密码至少要 10 个字符"),
        ({"password": "长" * 201}, "密码最多 200 个字符"),
        ({"password": PASSWORD}, "新密码和现在的一样"),
        ({"repeated": "etwas anderes"}, "两次写的新密码不一样"),
    ],
)
def test_a_new_password_that_cannot_be_is_explained_and_the_old_one_stays(
    app: FastAPI, somebody: Official, database: Database, typed: dict[str, str], sentence: str
) -> None:
    signs_in(somebody)
    page = changes(somebody, **typed)
    assert page.status == 422 and sentence in page.words
    assert all(words not in page.source for words in (PASSWORD, NEW_PASSWORD, "falsch"))
    assert signs_in(stranger(app, database)).status == 303


def test_a_browser_that_was_left_open_is_no_way_to_guess_the_password(somebody: Official) -> None:
    signs_in(somebody)
    for _ in range(SIGN_IN.most):
        assert changes(somebody, current="falsch").status == 422
    page = changes(somebody)
    assert page.status == 429 and "分钟" in page.words


def test_nobody_changes_a_password_without_being_signed_in(somebody: Official) -> None:
    assert changes(somebody).status == 401
    assert somebody.opens("/desk/account").goes_to.startswith("/sign-in")


def test_nobody_ends_the_session_of_somebody_else(
    app: FastAPI, database: Database, county: County, signed: Callable[[int], int]
) -> None:
    mine = official(app, database, county.handler)
    others = signed(county.dispatcher)
    assert mine.sends(f"/desk/sessions/{others}/revoke").status == 404


@pytest.fixture
def signed(app: FastAPI, database: Database) -> Callable[[int], int]:
    def sign_in_as(person: int) -> int:
        official(app, database, person)
        with database.reading() as session:
            return session.exec(select(SignInSession.id).where(SignInSession.person_id == person)).one() or 0

    return sign_in_as


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/138.0 Safari/537.36 Edg/138.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 9) Chrome/86 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_the_name_that_a_person_knows(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words
