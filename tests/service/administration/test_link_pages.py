"""Links: made for one's own area, found again, counted, printed, taken back."""

import io

import pypdfium2
import pytest
from PIL import Image
from sqlmodel import Session, select

from service.database import Database
from service.directory.models import Link, Person
from service.directory.posters import short_address
from service.tickets.links import Visits
from tests.factories import TOKEN, County, add, later, submit_wish
from tests.service.administration.conftest import As, changes, last_change
from tests.support.officials import Official
from tests.support.queries import counted

LINKS, LINK = "/desk/links", f"/desk/links/{TOKEN}"
HERE = "http://testserver"

FORM = {"label": "清溪镇微信群", "valid_until": "", "daily_cap": "", "fallback_unit": ""}


def link_of(database: Database, token: str = TOKEN) -> Link:
    with database.reading() as session:
        return session.exec(select(Link).where(Link.token == token)).one()


def many_links(session: Session, county: County, count: int) -> None:
    for number in range(count):
        row = Link(token=f"token{number:03}", area_id=county.town, label=f"第{number}组微信群", created_at=later())
        add(session, row)


def test_a_dispatcher_makes_a_link_for_her_town_and_gets_the_words_for_the_group(
    as_: As, database: Database, county: County
) -> None:
    dispatcher = as_("dispatcher")
    made = dispatcher.sends(
        LINKS, area=str(county.village), **FORM | {"daily_cap": "３０", "valid_until": "2026-12-31"}
    )
    page = dispatcher.follow(made)
    token = made.goes_to.rpartition("/")[2]
    link = link_of(database, token)
    assert (link.area_id, link.label, link.daily_cap, str(link.valid_until)) == (
        *(county.village, "清溪镇微信群", 30, "2026-12-31"),
    )
    assert link.pushed_by_id == county.dispatcher
    for words in (short_address(token, HERE), "清溪镇双喜村", "12 月 31 日", "30 件", "张玉梅", "链接建好了"):
        assert words in page.words.replace("\u00a0", " ")
    what, who, details = last_change(database)
    assert (what, who, details["about"]) == ("create_link", county.dispatcher, "清溪镇微信群")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("area", "{county.county}", "这个地方不归您管"),
        ("area", "999999999999999999999", "所在地|哪个地方"),
        ("label", " ", "请至少写 1 个字"),
        ("label", "长" * 61, "最多写 60 个字"),
        ("label", "双喜村村民群", "已经有一个叫“双喜村村民群”的链接"),
        ("daily_cap", "0", "每天最多收几件填得不对"),
        ("daily_cap", "很多", "每天最多收几件填得不对"),
        ("valid_until", "2026-10-11", "有效期不能早于今天"),
        ("valid_until", "明年", "请写成 2026-11-21 这样的日期"),
        ("fallback_unit", "77", "没有这个单位"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(
    as_: As, database: Database, county: County, field: str, value: str, sentence: str
) -> None:
    typed = {"area": str(county.village), **FORM, "daily_cap": "5"} | {field: value.format(county=county)}
    page = as_("dispatcher").sends(LINKS, **typed)
    assert page.status == 422 and any(words in page.words for words in sentence.split("|"))
    assert 'class="open-form" open' in page.source and "has-error" in page.source
    assert page.value_of("daily_cap") == typed["daily_cap"] and page.value_of("label") == typed["label"]
    assert changes(database) == []


def test_the_list_counts_visits_and_wishes_in_always_the_same_number_of_queries(
    as_: As, database: Database, county: County
) -> None:
    dispatcher = as_("dispatcher")
    with database.writing() as session:
        session.exec(select(Link)).one().visits = 12
        submit_wish(session, county)
        submit_wish(session, county)
    dispatcher.opens(LINKS)
    with counted() as with_one:
        words = dispatcher.opens(LINKS).words
    assert "双喜村村民群 清溪镇双喜村 12 2 不限 能用" in words
    with database.writing() as session:
        many_links(session, county, 3)
    with counted() as with_four:
        dispatcher.opens(LINKS)
    assert len(with_one) == len(with_four)


def test_a_long_list_goes_on_and_a_search_finds_label_place_and_token(
    as_: As, database: Database, county: County
) -> None:
    dispatcher = as_("dispatcher")
    with database.writing() as session:
        many_links(session, county, 60)
    first = dispatcher.opens(LINKS)
    assert "第59组微信群" in first.words and "第9组微信群" not in first.words and "往后看" in first.words
    cursor = first.source.partition("cursor=")[2].partition('"')[0]
    assert "第9组微信群" in dispatcher.opens(f"{LINKS}?cursor={cursor}").words
    for asked in ("第7组", "双喜村", TOKEN, "%", "没有的"):
        page = dispatcher.opens(f"{LINKS}?q={asked}").words
        assert ("第7组微信群" in page, "双喜村村民群" in page) == (asked == "第7组", asked in {"双喜村", TOKEN})
    assert dispatcher.opens(f"{LINKS}?cursor=abc").status == 404


def test_another_towns_links_do_not_exist_here(as_: As, database: Database, county: County) -> None:
    with database.writing() as session:
        add(session, Link(token="elsewhere", area_id=county.county, label="全县大群", created_at=later()))
    town, whole = as_("dispatcher"), as_("county_dispatcher")
    assert "全县大群" not in town.opens(LINKS).words and "全县大群" in whole.opens(LINKS).words
    for path in ("", "/poster", "/poster.svg", "/qr.svg", "/qr.png"):
        assert (
            town.opens(f"/desk/links/elsewhere{path}").status,
            whole.opens(f"/desk/links/elsewhere{path}").status,
        ) == (*(404, 200),)
    assert town.sends("/desk/links/elsewhere/revoke_link").status == 404


def test_a_supervisor_may_look_and_change_nothing(as_: As) -> None:
    page = as_("supervisor").opens(LINK)
    assert page.status == 200 and "停用链接" not in page.words
    assert "新建一个链接" not in as_("supervisor").opens(LINKS).words


def test_a_link_is_changed_and_one_that_had_ended_works_again(as_: As, database: Database, county: County) -> None:
    with database.writing() as session:
        link = session.exec(select(Link)).one()
        link.valid_until, link.expired_at = later(days=-2).date(), later(days=-1)
    dispatcher = as_("dispatcher")
    assert "到期" in dispatcher.opens(LINK).words
    typed = FORM | {"label": "双喜村大群", "valid_until": "2027-01-31"}
    assert dispatcher.sends(f"{LINK}/change_link", **typed).status == 303
    link = link_of(database)
    assert (link.label, str(link.valid_until), link.expired_at) == ("双喜村大群", "2027-01-31", None)
    assert last_change(database)[2]["old"] == {"label": "双喜村村民群", "valid_until": "2026-10-10"}
    assert "能用" in dispatcher.opens(LINK).words


def test_a_change_that_changes_nothing_leaves_no_trace(as_: As, database: Database) -> None:
    assert as_("dispatcher").sends(f"{LINK}/change_link", **FORM | {"label": "双喜村村民群"}).status == 303
    assert changes(database) == []


def test_a_link_is_taken_back_with_whom_to_ask_instead(as_: As, database: Database, county: County) -> None:
    dispatcher = as_("dispatcher")
    done = dispatcher.sends(f"{LINK}/revoke_link", fallback_unit=str(county.village_unit))
    page = dispatcher.follow(done)
    assert "会看到该找双喜村村委会" in page.words and "改链接" not in page.words and "qr.svg" not in page.source
    assert as_("nobody").opens(f"/w/{TOKEN}").status == 410
    assert "双喜村村委会" in as_("nobody").opens(f"/w/{TOKEN}").words
    assert last_change(database)[0] == "revoke_link"
    assert dispatcher.sends(f"{LINK}/revoke_link").status == 303 and len(changes(database)) == 1
    assert dispatcher.sends(f"{LINK}/change_link", **FORM).status == 422
    assert link_of(database).label == "双喜村村民群"


def test_the_pictures_lead_to_the_link(as_: As) -> None:
    dispatcher = as_("dispatcher")
    svg, png = (dispatcher.opens(f"{LINK}/qr.{ending}").answer for ending in ("svg", "png"))
    assert svg.headers["content-type"] == "image/svg+xml" and svg.text.startswith("<?xml")
    assert Image.open(io.BytesIO(png.content)).format == "PNG"
    assert dispatcher.opens(f"{LINK}/qr.gif").status == 422


def test_the_poster_names_place_address_desk_and_telephone(as_: As, database: Database, county: County) -> None:
    page = as_("dispatcher").opens(f"{LINK}/poster")
    for words in ("清溪镇双喜村", short_address(TOKEN, HERE), "清溪镇受理台"):
        assert words in page.words
    sheet = as_("dispatcher").opens(f"{LINK}/poster.svg").answer
    assert "attachment" in sheet.headers["content-disposition"] and short_address(TOKEN, HERE) in sheet.text


def test_the_name_of_who_pushed_it_is_kept_when_he_leaves(as_: As, database: Database, county: County) -> None:
    with database.writing() as session:
        session.exec(select(Link)).one().pushed_by_id = county.dispatcher
        session.get_one(Person, county.dispatcher).is_active = False
    assert "张玉梅" in as_("county_dispatcher").opens(LINKS).words


def test_a_page_of_a_link_that_nobody_pushed_is_not_found(administrator: Official) -> None:
    assert administrator.opens("/desk/links/nothing-like-it").status == 404


def test_what_is_hung_up_handed_out_and_pasted_says_where_and_whom_to_call(as_: As) -> None:
    dispatcher = as_("dispatcher")
    page = dispatcher.opens(LINK)
    assert all(tone in page.words for tone in ("平实", "亲切", "简短")) and page.words.count(f"/w/{TOKEN}") >= 3
    for kind, copies in (("poster", 1), ("cards", 8)):
        answer = dispatcher.client.get(f"{LINK}/{kind}.pdf")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        document = pypdfium2.PdfDocument(answer.content)
        printed = document[0].get_textpage().get_text_range()
        assert len(document) == 1 and printed.count(f"/w/{TOKEN}") == copies
        assert "清溪镇双喜村" in printed and "清溪镇受理台" in printed and "扫一扫" in printed
    card = Image.open(io.BytesIO(dispatcher.client.get(f"{LINK}/card.png").content))
    assert card.size == (1080, 720) and len(card.convert("RGB").getcolors(99) or []) > 2
    assert dispatcher.opens(f"{LINK}/other.pdf").status in {404, 422}


def test_without_chinese_letters_there_is_no_picture_for_the_group_and_the_page_says_how_to_get_one(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher = as_("dispatcher")
    assert "card.png" in dispatcher.opens(LINK).source
    monkeypatch.setattr("service.letters.FONTS", ())
    page = dispatcher.opens(LINK)
    assert "card.png" not in page.source and "apt-get install fonts-noto-cjk" in page.words
    refused = dispatcher.opens(f"{LINK}/card.png")
    assert refused.status == 503 and "没有中文字体" in refused.words


def test_the_pusher_sees_day_by_day_who_came_and_who_wrote(as_: As, database: Database, county: County) -> None:
    with database.writing() as session:
        link = session.exec(select(Link)).one()
        submit_wish(session, county)
    visits = Visits(database, flush_after=3600)
    for _time in range(3):
        visits.count(link.id or 0)
    visits.flush()
    visits.count(link.id or 0)
    visits.flush()
    words = as_("dispatcher").opens(LINK).words
    assert "哪一天 点开 心愿 10 月 12 日（周一） 4 1" in words
