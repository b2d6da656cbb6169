"""A hundred books for the reading room: put into the pool with her consent, claimed on a telephone, given, and told."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import clock
from service.database import Database
from service.directory.models import Person
from service.oversight.checks import breaches
from service.sealing import tracking_token
from tests.factories import County, add, build_county, number_of, submit_wish, ticket_of
from tests.support.browser import DESKTOP, PHONE, NewPage
from tests.support.programs import quick_hash

PASSWORD = "zwei-lampen-2026"
SENTENCE = "文化室想要一百本农技书"


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        built = build_county(session)
        for who in ("dispatcher", "wrong_handler", "administrator"):
            person = session.get_one(Person, getattr(built, who))
            person.password_hash = quick_hash(PASSWORD)
            add(session, person)
    return built


def signs_in(page: Page, address: str, login: str, to: str) -> None:
    page.goto(f"{address}{to}")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(re.escape(to)))


def is_within_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_from_the_pool_to_the_books_on_a_telephone(
    address: str, database: Database, county: County, new_page: NewPage, tmp_path: Path
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, clock.now(), text="村文化室的书都旧了，想看种金银花的书。")
        number, due = number_of(session, wish), ticket_of(session, wish).due_at
    desk = new_page(DESKTOP)
    signs_in(desk, address, "dispatcher", f"/desk/tickets/{number}")
    desk.locator("#mark_claimable > summary").click()
    form = desk.locator("#mark_claimable")
    form.get_by_label("写进认领池的一句话").fill(SENTENCE)
    form.get_by_text("是", exact=True).click()
    form.get_by_label("怎么征得同意的").fill("今天打电话，本人愿意")
    form.get_by_role("button", name="放进认领池").click()
    expect(desk.locator("section.claims")).to_contain_text(SENTENCE)

    phone = new_page(PHONE)
    signs_in(phone, address, "wrong_handler", "/desk/claims")
    assert is_within_its_window(phone)
    phone.get_by_role("link", name=SENTENCE).click()
    expect(phone.locator("main")).to_contain_text("清溪镇双喜村")
    expect(phone.locator("main")).not_to_contain_text("金银花")
    phone.get_by_label("打算怎么帮").fill("月底送书下乡")
    phone.get_by_role("button", name="认领", exact=True).click()
    expect(phone.locator(".flash.done")).to_contain_text("认领好了")
    assert is_within_its_window(phone)

    phone.locator("#contact_claimed > summary").click()
    phone.get_by_role("button", name="认领人联系了诉求人").click()
    expect(phone.locator("main")).to_contain_text("说好哪天兑现")
    phone.locator("#deliver_claim > summary").click()
    phone.get_by_label("给了什么").fill("农技书一百本")
    phone.get_by_role("button", name="兑现", exact=True).click()
    expect(phone.locator("main")).to_contain_text("农技书一百本")

    phone.goto(f"{address}/t/{tracking_token(wish)}")
    expect(phone.locator("section.claims")).to_contain_text(re.compile("县农业农村局.*给了您：农技书一百本"))
    assert is_within_its_window(phone)
    desk.goto(f"{address}/desk/claims?show=delivered")
    expect(desk.locator(".figures")).to_contain_text("1 / 1")
    assert Axe().run(desk).violations_count == 0
    with database.reading() as session:
        assert ticket_of(session, wish).due_at == due and list(map(str, breaches(session))) == []


def test_pairings_are_kept_on_a_telephone(address: str, database: Database, county: County, new_page: NewPage) -> None:
    phone = new_page(PHONE)
    signs_in(phone, address, "administrator", "/desk/pairings")
    phone.get_by_text("登记双报到").first.click()
    phone.get_by_label("哪个单位").select_option(label="县农业农村局")
    phone.get_by_label("到哪个社区（村）报到").select_option(label="清溪镇双喜村")
    phone.get_by_label("报到的党员人数").fill("12")
    phone.get_by_role("button", name="登记双报到").click()
    expect(phone.locator("main")).to_contain_text("现在有 1 对，12 名党员")
    assert is_within_its_window(phone)
    assert Axe().run(phone).violations_count == 0
