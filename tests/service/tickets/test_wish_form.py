"""What the form tells her before she sends, what it asks besides her words, and what her phone remembers of it."""

import io
from datetime import timedelta

import pytest
import time_machine
from PIL import Image

from service import web
from service.sealing import tracking_code, tracking_token
from service.security import SESSION_COOKIE
from service.tickets.models import PictureState
from service.tickets.numbers import number_of
from service.tickets.receipt_picture import Slip, receipt_picture
from tests.factories import NOW, TOKEN, later, sign_in
from tests.factories import number_of as number_in
from tests.service.tickets.conftest import PHONE_OF_THE_DESK, Page, Villager, page_of
from tests.service.tickets.photographs import phone_photo, photo
from tests.service.tickets.test_resident_pages import wait_until

# What a page says is the same whatever the county's database is.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORM = f"/w/{TOKEN}"
TELLING = "我叫王秀英，电话13812345678，身份证61092519800101123X，路灯坏了"
MASKED = "我叫王**，电话138****5678，身份证6109**********123X，路灯坏了"
HERE = "32.310000,108.900000 WGS-84 ±20 m"


def looks(villager: Villager, text: str, **fields: str) -> Page:
    """As the script of the form does, when she stops writing."""
    return Page(villager.client.post(f"{FORM}/alike", data={"text": text, **fields}))


def desk_page(villager: Villager, ticket_id: int, looks_at: str = "") -> Page:
    with villager.database.writing() as session:
        villager.client.cookies.set(SESSION_COOKIE, sign_in(session, villager.county.dispatcher))
        address = f"/desk/tickets/{number_in(session, ticket_id)}"
    if looks_at:
        page = Page(villager.client.get(address))
        pressed = {"csrf_token": page.value_of("csrf_token"), "what": looks_at}
        assert villager.client.post(f"{address}/reveal", data=pressed).status_code == 303
    page = Page(villager.client.get(address))
    villager.client.cookies.delete(SESSION_COOKIE)
    return page


# Before she sends


@on_one_database
def test_she_sees_what_others_will_see_with_a_script_and_without_one(villager: Villager) -> None:
    for page in (looks(villager, TELLING), villager.says(text=TELLING, look="1")):
        assert MASKED in page.words and "号码和姓名遮住了" in page.words
    assert villager.tickets() == []
    assert "没有要遮的号码和姓名" in looks(villager, "路灯坏了").words


@on_one_database
def test_what_is_for_officials_only_is_previewed_as_such(villager: Villager) -> None:
    page = looks(villager, TELLING, is_private="true")
    assert "乡亲们看不到这些话" in page.words and "138" not in page.words


@on_one_database
def test_danger_is_told_with_numbers_to_tap_and_never_stands_in_the_way(villager: Villager) -> None:
    page = looks(villager, "隔壁的房子着火了")
    assert 'href="tel:119"' in page.source and "您写的话都在，照样可以送出去" in page.words
    ticket_id = villager.has_said(text="隔壁的房子着火了")
    assert 'href="tel:119"' in villager.opens(f"/r/{tracking_token(ticket_id)}").source
    assert 'href="tel:119"' not in villager.opens(f"/r/{tracking_token(villager.has_said(text='路灯坏了'))}").source


@on_one_database
def test_what_another_office_decides_is_told_with_its_channel_and_taken_all_the_same(villager: Villager) -> None:
    assert 'href="tel:12368"' in looks(villager, "法院判决了一直不执行").source
    assert 'href="/track"' in looks(villager, "路灯的事反映过好几次").source
    assert villager.says(text="法院判决了一直不执行").status == 303


@on_one_database
def test_the_numbers_for_danger_stand_on_every_form(villager: Villager) -> None:
    source = villager.opens(FORM).source
    assert [number for number in ("110", "119", "120", "122") if f'href="tel:{number}"' not in source] == []


# Where, and for whom


def test_a_place_by_satellite_keeps_its_datum_and_officials_read_it_on_their_maps(villager: Villager) -> None:
    ticket_id = villager.has_said(position=HERE)
    assert villager.tickets()[0].position == HERE
    assert HERE not in desk_page(villager, ticket_id).words
    words = desk_page(villager, ticket_id, "position").words
    assert HERE in words and "高德、腾讯地图上是 32.307584,108.904435" in words and "GCJ-02" in words
    assert "32.31" not in villager.opens(page_of(ticket_id)).words


@on_one_database
@pytest.mark.parametrize("typed", ["somewhere", "32.31,108.9", "32.31,108.9 BD-09", "999,999 WGS-84"])
def test_what_is_no_position_is_refused_or_kept_as_none(villager: Villager, typed: str) -> None:
    page = villager.says(position=typed)
    assert page.status in {303, 422} and "Traceback" not in page.source


def test_whoever_speaks_for_a_neighbour_says_that_he_has_agreed(villager: Villager) -> None:
    page = villager.says(is_for_other="true", has_consent="false", name="李四")
    assert page.status == 422 and "替别人说，要他（她）本人同意才行" in page.words and page.value_of("name") == "李四"
    ticket_id = villager.has_said(is_for_other="true", has_consent="true")
    assert villager.tickets()[0].is_for_other
    assert "替别人说的，本人同意" in desk_page(villager, ticket_id).words


@on_one_database
def test_whoever_got_the_link_from_another_village_is_told_whom_to_ask(villager: Villager) -> None:
    page = villager.says(area="elsewhere")
    assert page.status == 422 and page.value_of("text") == "村口的路灯坏了三个月。"
    assert "这个入口只收清溪镇双喜村的事" in page.words and PHONE_OF_THE_DESK in page.words
    assert villager.tickets() == []


@pytest.mark.parametrize(("keeps", "position"), [("true", "32.301389,108.900278 WGS-84"), ("false", None)])
def test_where_a_photo_was_taken_is_kept_only_when_she_says_so(
    villager: Villager, keeps: str, position: str | None
) -> None:
    ticket_id = villager.has_said(files=[("a.jpg", phone_photo())], keep_position=keeps)
    assert wait_until(lambda: [each.state for each in villager.photos()] == [PictureState.ready])
    assert [each.position for each in villager.photos()] == [position]
    assert ("32.301389,108.900278" in desk_page(villager, ticket_id, "position").words) is (position is not None)
    (kept,) = villager.photos()
    shown = villager.client.get(f"{page_of(ticket_id)}/photos/{kept.id}").content
    assert not Image.open(io.BytesIO(shown)).getexif()


@on_one_database
def test_fifty_photos_and_a_zip_among_them_are_told_and_the_words_stay(villager: Villager) -> None:
    page = villager.says(files=[(f"{n}.jpg", photo()) for n in range(50)])
    assert page.status == 422 and "最多 9 张照片，您选了 50 张" in page.words
    page = villager.says(files=[("图.jpg", b"PK\x03\x04" + bytes(500))])
    assert page.status == 422 and "第 1 张“图.jpg”不是照片" in page.words and page.value_of("text")


# Afterwards


@on_one_database
def test_a_script_is_told_where_the_receipt_is(villager: Villager) -> None:
    data = {"area": str(villager.county.village), "text": "路灯坏了", "form_key": "script"}
    answer = villager.client.post(FORM, data=data, headers={"Accept": "application/json, text/html"})
    assert answer.json() == {"receipt": f"/r/{tracking_token(villager.tickets()[0].id or 0)}"}
    refused = villager.client.post(FORM, data=data | {"text": ""}, headers={"Accept": "application/json, text/html"})
    assert refused.status_code == 422 and refused.headers["content-type"].startswith("text/html")


@on_one_database
def test_the_receipt_is_a_picture_with_number_code_and_address_and_no_word_of_hers(villager: Villager) -> None:
    ticket_id = villager.has_said(text=TELLING, name="王秀英")
    answer = villager.client.get(f"/r/{tracking_token(ticket_id)}/picture")
    assert answer.headers["content-type"] == "image/png" and "attachment" not in answer.headers.get(
        "content-disposition", ""
    )
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.width == 720 and len(answer.content) < 40_000
    assert villager.client.get("/r/11111AAAAAAAAAAAAAAAAA/picture").status_code == 404


@on_one_database
def test_a_machine_without_chinese_letters_offers_no_picture_and_none_in_another_language(
    villager: Villager, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = f"/r/{tracking_token(villager.has_said())}"
    assert "存成图片" in villager.opens(receipt).words
    monkeypatch.setattr("service.letters.FONTS", ())
    page = villager.opens(receipt)
    assert "存成图片" not in page.words and "请把这一屏截图，或者抄下来" in page.words
    answer = villager.client.get(f"{receipt}/picture", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, receipt)


@on_one_database
def test_a_language_whose_letters_the_font_has_not_gets_the_chinese_picture(villager: Villager) -> None:
    receipt = f"/r/{tracking_token(villager.has_said())}/picture"
    face = villager.client.app.state.face  # type: ignore[attr-defined]
    spoken = {**vars(face), "languages": ("zh", "en", "ug")}
    villager.client.app.state.face = web.Face(**spoken)  # type: ignore[attr-defined]
    chinese, english, uyghur = (villager.client.get(f"{receipt}?lang={each}").content for each in ("zh", "en", "ug"))
    assert uyghur == chinese != english


def test_what_the_picture_says_is_all_that_its_slip_says() -> None:
    slip = Slip(
        "微愿回执", "县", ("编号", "1"), ("查询码", "2"), "https://a.example/t/x", "扫", [("答复", "10 日")], "别"
    )
    longer = Slip(**{**slip.__dict__, "warning": "长" * 60})
    heights = [Image.open(io.BytesIO(receipt_picture(each))).height for each in (slip, longer)]
    assert heights[1] > heights[0], "what is too long for a line goes on in the next one"


def test_the_phone_remembers_only_what_it_was_asked_to_and_forgets_in_one_tap(villager: Villager) -> None:
    villager.has_said(text="不记住的")
    assert "这个手机没有记住心愿" in villager.opens("/mine").words
    ticket_id = villager.has_said(text="记住的", remember="true")
    mine = villager.opens("/mine")
    assert number_of(ticket_id, NOW) in mine.words and page_of(ticket_id) in mine.source
    assert "记住的" not in mine.words and "不记住的" not in mine.words
    assert "这个手机上的心愿（1）" in villager.opens(FORM).words
    assert villager.client.post("/mine/forget").status_code == 303
    assert number_of(ticket_id, NOW) not in villager.opens("/mine").words


@on_one_database
def test_a_receipt_can_be_remembered_later(villager: Villager) -> None:
    ticket_id = villager.has_said()
    receipt = f"/r/{tracking_token(ticket_id)}"
    assert villager.client.post(f"{receipt}/remember").headers["location"] == receipt
    assert number_of(ticket_id, NOW) in villager.opens("/mine").words
    assert tracking_code(ticket_id)[:3] in villager.opens(receipt).words
    villager.client.cookies.set("weiyuan_mine", "made.up.by.somebody")
    assert villager.opens("/mine").status == 200


@on_one_database
def test_the_task_of_a_form_that_was_opened_yesterday_is_given_anew(
    villager: Villager, monday: time_machine.Traveller
) -> None:
    page = villager.opens(FORM)
    monday.move_to(later(days=1))
    answer = villager.says(form_key=page.value_of("form_key"), work_task="from yesterday", work_answer="1")
    assert answer.status == 303
    assert villager.tickets()[0].created_at - NOW >= timedelta(hours=23)
