"""An administrator sets a county up in a browser: a link for a group, a colleague, next year's holidays, a limit."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Screen
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.models import Appointment, DirectoryEvent, Link, Person
from service.directory.reference import reference
from service.security import hash_password
from tests.factories import TOKEN, County, add, build_county, sign_in, submit_wish
from tests.service.administration.test_year_sheets import as_excel
from tests.support.browser import DESKTOP, NewPage
from tests.support.browser import PHONE as A_PHONE
from workflows.statuses import Role

Browse = Callable[..., Screen]

PASSWORD = "zwei-lampen-2026"


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def county(database: Database, password_hash: str) -> County:
    with database.writing() as session:
        built = build_county(session)
        for who in ("administrator", "dispatcher"):
            session.get_one(Person, getattr(built, who)).password_hash = password_hash
        submit_wish(session, built)
    return built


@pytest.fixture
def browse(new_page: NewPage, address: str, county: County) -> Browse:
    """A screen of one's own, signed in through the door."""

    def sign_in(who: str, device: dict[str, object] = DESKTOP, **options: object) -> Screen:
        screen = new_page(device, base_url=address, **options)
        screen.goto("/desk")
        through_the_door(screen, who, PASSWORD)
        expect(screen).to_have_url(re.compile("/desk$"))
        return screen

    return sign_in


def through_the_door(screen: Screen, who: str, password: str) -> None:
    screen.get_by_label("用户名").fill(who)
    screen.get_by_label("密码").fill(password)
    screen.get_by_role("button", name="登录").click()


def opened(screen: Screen, button: str) -> Locator:
    """The form behind a button."""
    screen.locator("summary", has_text=button).click()
    return screen.locator("details[open]", has_text=button).locator("form").first


def sent(form: Locator) -> None:
    form.locator("> button.button").click()


def told(screen: Screen, sentence: str) -> None:
    expect(screen.locator(".flash").first).to_contain_text(sentence)


def test_a_dispatcher_pushes_a_link_from_her_phone_and_takes_it_back(
    browse: Browse, new_page: NewPage, address: str, database: Database, county: County
) -> None:
    screen = browse("dispatcher", A_PHONE)
    screen.get_by_role("link", name="入口链接").click()
    form = opened(screen, "新建一个链接")
    form.get_by_label("哪个地方的").select_option(label="清溪镇双喜村")
    form.get_by_label("发到哪个群").fill("双喜村一组微信群")
    sent(form)
    told(screen, "链接建好了")
    with database.reading() as session:
        token = session.exec(select(Link.token).order_by(col(Link.id).desc())).first()
    expect(screen.locator(".copy").first).to_contain_text(f"/w/{token}")
    expect(screen.locator("img.qr")).to_have_js_property("complete", True)
    assert screen.locator("img.qr").evaluate("picture => picture.naturalWidth") > 100
    villager = new_page(A_PHONE)
    villager.goto(f"{address}/w/{token}")
    expect(villager.locator("body")).to_contain_text("双喜村")
    form = opened(screen, "停用链接")
    form.get_by_label("告诉群众改找谁").select_option(label="双喜村村委会")
    sent(form)
    told(screen, "已停用")
    villager.reload()
    expect(villager.locator("body")).to_contain_text("双喜村村委会")


def test_a_new_colleague_signs_in_with_what_was_shown_once(
    browse: Browse, new_page: NewPage, address: str, database: Database, county: County
) -> None:
    screen = browse("administrator")
    screen.get_by_role("link", name="设置").click()
    screen.get_by_role("link", name="人员", exact=True).first.click()
    form = opened(screen, "加一个人")
    form.get_by_label("登录名").fill("handler")
    form.get_by_label("姓名").fill("王丽")
    form.get_by_label("单位", exact=True).select_option(label="县交通运输局")
    form.get_by_label("做哪一步").select_option(label="承办人")
    sent(form)
    expect(screen.locator(".has-error")).to_contain_text("这个登录名已经有人用了")
    form = screen.locator(".open-form form")
    expect(form.get_by_label("姓名")).to_have_value("王丽")
    form.get_by_label("登录名").fill("wang-li")
    sent(form)
    password = screen.locator("kbd.secret").inner_text()
    colleague = new_page(DESKTOP, base_url=address)
    colleague.goto("/desk")
    through_the_door(colleague, "wang-li", password)
    expect(colleague.locator(".who")).to_contain_text("王丽")
    sent(opened(screen, "停用这个人"))
    told(screen, "已停用")
    colleague.reload()
    expect(colleague.get_by_label("密码")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_next_years_holidays_are_mended_until_they_are_right(
    browse: Browse, database: Database, county: County, tmp_path: Path, has_scripts: bool
) -> None:
    screen = browse("administrator", java_script_enabled=has_scripts)
    screen.get_by_role("link", name="设置").click()
    screen.get_by_role("link", name="工作日").first.click()
    form = opened(screen, "上传放假安排")
    form.get_by_label("哪一年").select_option(label="2027")
    form.get_by_label("依据").fill("国务院办公厅关于 2027 年部分节假日安排的通知")
    file = tmp_path / "放假.csv"
    file.write_bytes("日期,类型,名称\n2027-02-30,休息,春节".encode("gb18030"))
    form.get_by_label("表格文件").set_input_files(file)
    sent(form)
    expect(screen.locator(".mistakes")).to_contain_text("第 2 行：看不懂日期“2027-02-30”")
    form = screen.locator(".sheet-form form")
    expect(form.get_by_label("或者直接粘贴")).to_have_value("日期,类型,名称\n2027-02-30,休息,春节")
    excel = tmp_path / "放假.xlsx"
    excel.write_bytes(as_excel())
    form.get_by_label("表格文件").set_input_files(excel)
    sent(form)
    told(screen, "2027 年的放假安排启用了")
    expect(screen.get_by_role("heading", name="2027 年的工作日")).to_be_visible()
    expect(screen.locator(".month").first.locator(".holiday")).to_contain_text("休")
    with database.reading() as session:
        assert 2027 in reference(session).calendar.official_years


def test_a_limit_is_changed_and_the_record_shows_it(browse: Browse, county: County) -> None:
    screen = browse("administrator")
    screen.get_by_role("link", name="设置").click()
    screen.get_by_role("link", name="时限").first.click()
    row = screen.locator("tr", has_text="一般事项答复")
    row.locator("summary").click()
    row.get_by_label("多久").fill("3")
    row.get_by_role("button", name="保存").click()
    told(screen, "已经答应的日子不动")
    expect(screen.locator("tr", has_text="一般事项答复")).to_contain_text("本县改过")
    screen.get_by_role("link", name="变更记录").click()
    expect(screen.locator("tbody tr").first).to_contain_text("5 个工作日 → 3 个工作日")


def test_a_unit_with_work_in_its_hands_stays_and_an_empty_one_goes(browse: Browse, county: County) -> None:
    screen = browse("administrator")
    screen.goto(f"/desk/units/{county.town_desk}")
    sent(opened(screen, "停用单位"))
    told(screen, "它是清溪镇的受理台")
    screen.goto(f"/desk/units/{county.bureau}")
    sent(opened(screen, "停用单位"))
    told(screen, "单位停用了")
    expect(screen.locator("summary", has_text="重新启用单位")).to_be_visible()


def many_rows(session: Session, county: County) -> None:
    """Enough of everything that the lists are full, and one row of each kind that is seldom."""
    for number in range(60):
        person = Person(
            login=f"p{number:02}", name=f"赵{number}", is_active=number > 2, created_at=county.link.created_at
        )
        post = Appointment(person_id=add(session, person), unit_id=county.bureau, role=Role.handler, title="干事")
        post.is_head = number < 4
        add(session, post)
    details = {"about": "青岭县", "old": {"name": "旧名"}, "new": {"name": "新名"}}
    event = DirectoryEvent(at=county.link.created_at, what="change_area", area_path="/1/", details=details)
    add(session, event)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("device", [DESKTOP, A_PHONE], ids=["county PC", "phone"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_every_page_can_be_read_by_everybody(
    new_page: NewPage, address: str, database: Database, county: County, device: dict[str, object], size: str
) -> None:
    with database.writing() as session:
        many_rows(session, county)
        secret = sign_in(session, county.administrator)
    screen = new_page(device, base_url=address, bypass_csp=True)
    cookies = {"weiyuan_session": secret, "type": size}
    screen.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    for path in pages(county):
        screen.goto(path)
        for summary in screen.locator("main summary").all()[:3]:
            summary.click()
        breaches = Axe().run(screen, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in breaches] == [], path
        assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def pages(county: County) -> tuple[str, ...]:
    return (
        "/desk/links",
        f"/desk/links/{TOKEN}",
        f"/desk/links/{TOKEN}/poster",
        "/desk/people",
        f"/desk/people/{county.handler}",
        "/desk/units",
        f"/desk/units/{county.town_desk}",
        f"/desk/areas/{county.county}",
        f"/desk/areas/{county.village}",
        "/desk/categories",
        f"/desk/categories/{county.lamps}",
        "/desk/calendar?year=2027",
        "/desk/time-limits",
        "/desk/changes",
    )
