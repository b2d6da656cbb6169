"""A villager's story from the link in the chat to the last tap: over HTTP, and on an old phone that runs no scripts."""

import re
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select

from service import clock
from service.database import Database
from service.sealing import tracking_code, tracking_token
from service.tickets.models import Attachment, Ticket
from tests.factories import PHONE, TOKEN, County, act, build_county
from tests.service.tickets.photographs import phone_photo
from tests.support.browser import PHONE as PHONE_SCREEN
from tests.support.browser import NewPage
from workflows.commands import Acknowledge, ApproveReply, Assign, Outcome, Reply, ReportProgress
from workflows.statuses import Status

WISH = "三组路灯坏了两盏，晚上不敢出门。"


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(phone_photo())
    return path


def the_wish(database: Database) -> Ticket:
    with database.reading() as session:
        return session.exec(select(Ticket).order_by(col(Ticket.id))).one()


def officials_answer(database: Database, county: County) -> None:
    """Everything that the county does between her wish and her rating."""
    ticket_id, now = the_wish(database).id or 0, clock.now()

    def handled(session: Session) -> None:
        act(session, ticket_id, Assign(unit=county.bureau), county.dispatcher, now)
        act(session, ticket_id, Acknowledge(), county.handler, now)
        act(session, ticket_id, ReportProgress(words="材料星期三到。"), county.handler, now)
        act(session, ticket_id, Reply(outcome=Outcome.resolved, words="两盏都换了，请您看看。"), county.handler, now)
        act(session, ticket_id, ApproveReply(), county.reviewer, now)

    with database.writing() as session:
        handled(session)


def test_over_http_a_wish_goes_from_the_link_to_the_last_tap(address: str, database: Database, county: County) -> None:
    with httpx.Client(base_url=address, follow_redirects=True, trust_env=False) as browser:
        form = browser.get(f"/w/{TOKEN}").text
        fields = {"text": WISH, "phone": PHONE, "area": str(county.village), "form_key": value_of(form, "form_key")}
        receipt = browser.post(f"/w/{TOKEN}", data=fields, files={"photos": ("a.jpg", phone_photo())})
        assert receipt.url.path.startswith("/r/") and "您的话，我们收到了" in receipt.text
        mine = f"/t/{tracking_token(the_wish(database).id or 0)}"
        assert mine in receipt.text
        officials_answer(database, county)
        page = browser.get(mine).text
        assert "两盏都换了，请您看看。" in page and "材料星期三到。" in page
        rating = {"version": value_of(page, "version"), "satisfaction": "satisfied"}
        assert "这件事办完了" in browser.post(f"{mine}/rate", data=rating).text
    ticket = the_wish(database)
    assert (ticket.status, ticket.satisfaction) == (Status.closed, "satisfied")


def value_of(source: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', source)
    assert found, name
    return found[1]


def says(page: Page, address: str, picture: Path | None = None) -> None:
    page.goto(f"{address}/w/{TOKEN}")
    page.get_by_label("您想说什么？").fill(WISH)
    page.get_by_label("电话", exact=True).fill(PHONE)
    if picture:
        page.locator("#photos").set_input_files(picture)
    page.get_by_role("button", name="说出去").click()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()


def test_on_an_old_phone_without_scripts(
    plain_phone: Page, address: str, database: Database, county: County, picture: Path
) -> None:
    page = plain_phone
    says(page, address, picture)
    page.get_by_role("link", name="看看办到哪一步").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("清溪镇受理台收到了")
    expect(page.get_by_text("138****5678")).to_be_visible()
    with database.reading() as session:
        assert session.exec(select(Attachment.ticket_id)).one() == the_wish(database).id

    page.locator("#supplement summary").click()
    page.get_by_label("想补充什么").fill("第三盏也坏了。")
    page.locator("#supplement button").click()
    expect(page.get_by_text("您补充的话收到了。")).to_be_visible()
    page.locator("#expedite summary").click()
    page.locator("#expedite button").click()
    expect(page.get_by_text("已经替您催了")).to_be_visible()

    officials_answer(database, county)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("有答复了，请您评一评")
    expect(page.get_by_text("两盏都换了，请您看看。")).to_be_visible()
    page.get_by_role("button", name="不满意").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您说没办好，请说说哪里不对")
    page.get_by_label("您的话").fill("第二天又灭了")
    page.get_by_role("button", name="请重新办").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("县交通运输局重新在办")
    assert the_wish(database).round == 2


def test_number_and_code_from_the_receipt_find_the_wish_again(
    plain_phone: Page, address: str, database: Database, county: County
) -> None:
    page = plain_phone
    says(page, address)
    number, code = (text.strip() for text in page.locator(".slip dd").all_inner_texts())
    assert code.replace(" ", "") == tracking_code(the_wish(database).id or 0)
    page.goto(f"{address}/track")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查进度").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("清溪镇受理台收到了")


def test_what_was_typed_is_still_there_when_something_is_wrong(
    plain_phone: Page, address: str, county: County, tmp_path: Path
) -> None:
    page = plain_phone
    no_picture = tmp_path / "账本.jpg"
    no_picture.write_text("not a picture")
    page.goto(f"{address}/w/{TOKEN}")
    page.get_by_label("您想说什么？").fill(WISH)
    page.get_by_text("发展建议").click()
    page.locator("#photos").set_input_files(no_picture)
    page.get_by_role("button", name="说出去").click()
    expect(page.get_by_text("第 1 张“账本.jpg”不是照片")).to_be_visible()
    expect(page.get_by_label("您想说什么？")).to_have_value(WISH)
    expect(page.get_by_label("发展建议")).to_be_checked()
    page.get_by_role("button", name="说出去").click()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_a_double_press_is_one_wish(
    new_page: NewPage, address: str, database: Database, county: County, has_scripts: bool
) -> None:
    page = new_page(PHONE_SCREEN, java_script_enabled=has_scripts)
    page.goto(f"{address}/w/{TOKEN}")
    page.get_by_label("您想说什么？").fill(WISH)
    page.get_by_role("button", name="说出去").dblclick()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    assert the_wish(database).wish == WISH


def test_large_type_stays_and_nothing_spills_over(plain_phone: Page, address: str, county: County) -> None:
    page = plain_phone
    page.goto(f"{address}/w/{TOKEN}")
    page.get_by_role("link", name="大字").click()
    expect(page.locator("html")).to_have_class("large")
    says(page, address)
    expect(page.locator("html")).to_have_class("large")
    page.get_by_role("link", name="看看办到哪一步").click()
    expect(page.locator("html")).to_have_class("large")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_everybody_can_read_and_press_it(phone: Page, address: str, database: Database, county: County) -> None:
    says(phone, address)
    token = tracking_token(the_wish(database).id or 0)
    officials_answer(database, county)
    for path in (f"/w/{TOKEN}", f"/r/{token}", f"/t/{token}", "/track", "/w/nosuch", "/mine"):
        phone.goto(address + path)
        found = Axe().run(phone, options={"resultTypes": ["violations"]})
        assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]] == [], path
        assert phone.evaluate(TOO_SMALL) == [], path
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, path


TOO_SMALL = """() => {
  const seen = (node) => node.offsetParent !== null && !node.closest('.unseen') && !node.classList.contains('unseen');
  const inside = (node) => node.matches('p a, li a, .soft a') || ['hidden', 'radio', 'checkbox'].includes(node.type);
  const small = [...document.querySelectorAll('a, button, input, select, textarea, summary')]
    .filter((node) => seen(node) && !inside(node) && node.getBoundingClientRect().height < 44)
    .map((node) => 'target: ' + node.outerHTML.slice(0, 90));
  const tiny = [...document.querySelectorAll('body *')]
    .filter((node) => seen(node) && [...node.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim()))
    .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 16)
    .map((node) => 'type: ' + node.outerHTML.slice(0, 90));
  return small.concat(tiny);
}"""
