"""The form behind a link and its receipt: one press is one wish, and nothing that was typed is ever lost."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import time_machine

from service import typed
from service.database import Database
from service.errors import Busy
from service.masking import mask_phone
from service.sealing import secret_address, tracking_code, tracking_token
from service.settings import Settings
from service.tickets import picture_kinds
from service.tickets.models import PictureState
from service.tickets.numbers import number_of
from tests.factories import NOW, PHONE, TOKEN, later, submit_wish
from tests.service.tickets.conftest import PHONE_OF_THE_DESK, Page, Villager, page_of
from tests.service.tickets.photographs import bomb, phone_photo, photo
from workflows.commands import WISH_LENGTH
from workflows.statuses import Status

FORM = f"/w/{TOKEN}"


def wait_until(holds: Callable[[], bool], seconds: float = 5) -> bool:
    give_up = time.monotonic() + seconds
    while not holds() and time.monotonic() < give_up:
        time.sleep(0.02)
    return holds()


# A wish and its receipt


def test_the_form_knows_where_it_was_shared_and_when_somebody_answers(villager: Villager) -> None:
    page = villager.opens(FORM)
    assert page.status == 200
    assert "清溪镇双喜村" in page.words
    assert "由清溪镇受理台收，10 月 12 日（周一）前交到管事的单位手里。" in page.words
    assert page.value_of("form_key") and f'<option value="{villager.county.village}">' in page.source


def test_a_wish_becomes_a_ticket_with_a_unit_and_a_deadline(villager: Villager) -> None:
    answer = villager.says(phone=PHONE, place="老槐树旁", name="王秀英", category="lamps")
    (ticket,) = villager.tickets()
    assert answer.status == 303 and answer.goes_to == f"/r/{tracking_token(ticket.id or 0)}"
    assert (ticket.status, ticket.unit_id, ticket.link_id) == (
        Status.submitted,
        villager.county.town_desk,
        villager.county.link.id,
    )
    assert ticket.due_at and abs(ticket.due_at - later(hours=6)) < timedelta(seconds=9), (
        "four working hours, with the noon break between"
    )
    assert (ticket.wish, ticket.phone, ticket.place, ticket.name) == (
        "村口的路灯坏了三个月。",
        PHONE,
        "老槐树旁",
        "王秀英",
    )


def test_the_receipt_says_number_code_address_and_what_happens_next_and_why(villager: Villager) -> None:
    ticket_id = villager.has_said()
    receipt = villager.opens(f"/r/{tracking_token(ticket_id)}")
    code = tracking_code(ticket_id)
    assert number_of(ticket_id, NOW) in receipt.words
    assert f"{code[:3]} {code[3:]}" in receipt.words
    assert f"http://testserver/t/{tracking_token(ticket_id)}" in receipt.words
    assert "清溪镇受理台收到了" in receipt.words
    assert "交给管事的单位 10 月 12 日（周一）前" in receipt.words
    assert "管事的单位给您答复 10 月 19 日（周一）前" in receipt.words
    assert "4 个工作小时，从 10 月 12 日 10:00 起算，到 10 月 12 日 16:00" in receipt.words
    assert receipt.answer.headers["referrer-policy"] == "no-referrer"


def test_a_receipt_that_nobody_was_given_is_not_found(villager: Villager) -> None:
    page = villager.opens("/r/11111AAAAAAAAAAAAAAAAA")
    assert page.status == 404 and "没有找到" in page.words


def test_pressing_twice_gives_the_same_receipt_and_one_wish(villager: Villager) -> None:
    first, second = villager.says(), villager.says()
    assert first.goes_to == second.goes_to
    assert len(villager.tickets()) == 1


def test_pressing_many_times_at_once_gives_one_wish(villager: Villager) -> None:
    with ThreadPoolExecutor(8) as fingers:
        answers = list(fingers.map(lambda _finger: villager.says(), range(16)))
    assert len({answer.goes_to for answer in answers}) == 1
    assert len(villager.tickets()) == 1


def test_going_back_and_writing_something_else_is_another_wish(villager: Villager) -> None:
    first, second = villager.says(), villager.says(text="自来水停了两天。")
    assert first.goes_to != second.goes_to
    assert [ticket.wish for ticket in villager.tickets()] == ["村口的路灯坏了三个月。", "自来水停了两天。"]


def test_a_form_without_a_key_is_taken_as_well(villager: Villager) -> None:
    assert villager.says(form_key=None).status == 303


def test_a_form_that_was_left_open_for_days_is_taken(villager: Villager, monday: time_machine.Traveller) -> None:
    page = villager.opens(FORM)
    monday.move_to(later(days=3))
    assert villager.says(form_key=page.value_of("form_key")).status == 303


def test_who_was_not_asked_is_not_named(villager: Villager) -> None:
    villager.client.post(FORM, data={"text": "路灯坏了", "area": str(villager.county.village)})
    (ticket,) = villager.tickets()
    assert ticket.is_nameless


def test_a_box_that_is_not_ticked_means_no(villager: Villager) -> None:
    villager.says(is_nameless="false", is_private="true")
    (ticket,) = villager.tickets()
    assert (ticket.is_nameless, ticket.is_private) == (False, True)


# What people type


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "您的心愿请"),
        ("路", "您的心愿请至少写 2 个字"),
        ("   \n\t　", "您的心愿请"),
        ("\u200b\u200d\u2060", "您的心愿请"),
        ("\x00\x00\x00", "您的心愿请"),
        ("长" * 100_000, "您的心愿最多写 5000 个字，现在有 100000 个字"),
    ],
    ids=["empty", "one character", "blanks", "invisible", "NUL", "100,000 characters"],
)
def test_words_that_are_no_wish_come_back_with_a_sentence(villager: Villager, typed: str, sentence: str) -> None:
    page = villager.says(text=typed, place="老槐树旁", name="王秀英", phone=PHONE, kind="development")
    assert page.status == 422
    assert sentence in page.words
    assert "还没有送出去" in page.words
    assert (page.value_of("place"), page.value_of("name"), page.value_of("phone")) == ("老槐树旁", "王秀英", PHONE)
    assert page.value_of("form_key") == villager.form_key
    assert 'value="development" id="kind-development" checked' in page.source
    assert villager.tickets() == []


def test_a_wish_that_is_too_long_comes_back_whole(villager: Villager) -> None:
    typed = "长" * (WISH_LENGTH[1] + 1)
    assert villager.says(text=typed).value_of("text") == typed


@pytest.mark.parametrize(
    "typed",
    [
        "路灯💡坏了👵🏽👨‍👩‍👧",
        "مصباح الشارع معطل \u202e灯路",
        "路\x00灯\x07坏了",
        "<script>alert('灯')</script><img src=x onerror=alert(1)>",
        "'; DROP TABLE ticket; --",
        "{{ 7 * 7 }} {% raw %} %s %(n)s {placeholder}",
        "长" * WISH_LENGTH[1],
        "第一行\r\n第二行",
    ],
    ids=["emoji", "right to left", "NUL", "HTML", "SQL", "template", "longest", "lines"],
)
def test_odd_words_are_taken_as_they_are_and_shown_as_words(villager: Villager, typed: str) -> None:
    ticket_id = villager.has_said(text=typed)
    (ticket,) = villager.tickets()
    assert ticket.wish == typed.replace("\x00", "").replace("\x07", "").replace("\r\n", "\n")
    page = villager.opens(page_of(ticket_id))
    assert page.status == 200
    assert "<script>alert" not in page.source and "<img src=x" not in page.source


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("phone", "一三八", "电话看起来不对"),
        ("phone", "<b>1</b>", "电话看起来不对"),
        ("kind", "gossip", "类别请从列表里选一个"),
        ("area", "村口", "所在地请从列表里选一个"),
        ("area", "99999999999999999999", "这个链接收不了那里的事"),
        ("category", "nosuch", "没有这个事项"),
        ("place", "远" * 201, "具体位置最多写 200 个字"),
        ("name", "名" * 41, "怎么称呼您最多写 40 个字"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_the_words_are_kept(
    villager: Villager, field: str, typed: str, sentence: str
) -> None:
    page = villager.says(**{field: typed})
    assert page.status == 422 and sentence in page.words
    assert page.value_of("text") == "村口的路灯坏了三个月。"
    assert villager.tickets() == []


def test_a_link_takes_no_wishes_for_elsewhere(villager: Villager) -> None:
    page = villager.says(area=str(villager.county.county))
    assert page.status == 422 and "这个链接收不了那里的事" in page.words


def test_nobody_says_over_a_link_that_it_was_an_office_day(villager: Villager) -> None:
    villager.says(source="office_day", meeting="社区办公日", verb="assign", unit="1")
    (ticket,) = villager.tickets()
    assert (ticket.source, ticket.meeting) == ("link", None)


def test_a_number_typed_in_any_way_is_shown_masked_on_her_page(villager: Villager) -> None:
    ticket_id = villager.has_said(phone="138 1234 5678", text="路灯坏了，打我电话 13812345678。")
    page = villager.opens(page_of(ticket_id))
    assert mask_phone(PHONE) in page.words and PHONE not in page.source and "138 1234" not in page.source


def test_when_the_database_is_busy_the_form_comes_back_filled(
    villager: Villager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Database, act: object) -> None:
        raise Busy()

    with monkeypatch.context() as patch:
        patch.setattr(Database, "together", busy)
        page = villager.says()
    assert page.status == 503 and "您填的内容没有丢" in page.words
    assert page.value_of("text") == "村口的路灯坏了三个月。"
    assert villager.says(form_key=page.value_of("form_key")).status == 303


# Links


def test_an_unknown_link_says_what_to_do(villager: Villager) -> None:
    for token in ("nosuch", "x" * 200, "%00", "路", "'"):
        page = villager.opens(f"/w/{token}")
        assert page.status == 404, token
        assert "没有找到" in page.words


@pytest.mark.parametrize(
    ("columns", "status", "sentence"),
    [
        ({"revoked_at": NOW}, 410, "这个入口停用了"),
        ({"valid_until": date(2026, 10, 11)}, 410, "这个入口到期了"),
        ({"expired_at": NOW}, 410, "这个入口到期了"),
    ],
    ids=["revoked", "past its day", "expired"],
)
def test_a_closed_link_names_whom_to_ask_and_keeps_what_was_typed(
    villager: Villager, columns: dict[str, object], status: int, sentence: str
) -> None:
    villager.changes_link(**columns)
    for page in (villager.opens(FORM), villager.says()):
        assert page.status == status and sentence in page.words
        assert "清溪镇受理台" in page.words and PHONE_OF_THE_DESK in page.words
    assert "村口的路灯坏了三个月。" in villager.says().words
    assert villager.tickets() == []


def test_a_link_may_name_another_unit_to_ask(villager: Villager) -> None:
    villager.changes_link(revoked_at=NOW, fallback_unit_id=villager.county.village_unit)
    assert "双喜村村委会" in villager.opens(FORM).words


def test_a_link_is_open_through_its_last_day(villager: Villager) -> None:
    villager.changes_link(valid_until=date(2026, 10, 12))
    assert villager.opens(FORM).status == 200


def test_a_full_day_is_told_and_the_next_one_is_open(villager: Villager, monday: time_machine.Traveller) -> None:
    villager.changes_link(daily_cap=2)
    first, second = villager.says(text="路灯坏了"), villager.says(text="水停了")
    third = villager.says(text="垃圾没人收")
    assert (first.status, second.status, third.status) == (303, 303, 429)
    assert "今天这个入口收满了" in third.words and "垃圾没人收" in third.words
    assert "今天这个入口收满了" in villager.opens(FORM).words
    assert villager.says(text="水停了").goes_to == second.goes_to, "a second press is no third wish"
    monday.move_to(later(hours=15))
    assert villager.says(text="垃圾没人收").status == 303


def test_wishes_of_yesterday_do_not_fill_today(villager: Villager) -> None:
    villager.changes(lambda session: submit_wish(session, villager.county, NOW - timedelta(hours=11)))
    villager.changes_link(daily_cap=1)
    assert villager.opens(FORM).status == 200


# Photographs


def test_a_photograph_is_kept_and_ready_within_a_moment(villager: Villager) -> None:
    ticket_id = villager.has_said(files=[("IMG_1.jpg", phone_photo())])
    (attached,) = villager.photos()
    assert attached.ticket_id == ticket_id and attached.event_id is not None
    assert wait_until(lambda: villager.photos()[0].state is PictureState.ready)
    page = villager.opens(page_of(ticket_id))
    address = f"{page_of(ticket_id)}/photos/{attached.id}"
    assert f'href="{address}"' in page.source
    shown, small = villager.client.get(address), villager.client.get(f"{address}?size=small")
    assert shown.headers["content-type"] == small.headers["content-type"] == "image/jpeg"
    assert shown.content != phone_photo() and b"Exif" not in shown.content
    assert len(small.content) < len(shown.content)
    assert shown.headers["referrer-policy"] == "no-referrer"


def test_what_is_no_picture_is_told_and_the_good_ones_need_not_be_chosen_again(villager: Villager) -> None:
    page = villager.says(files=[("a.jpg", photo()), ("账本.xlsx", b"PK\x03\x04"), ("b.png", photo("PNG"))])
    assert page.status == 422 and "第 2 张“账本.xlsx”不是照片" in page.words
    assert page.value_of("text") == "村口的路灯坏了三个月。"
    assert "刚才加的第 2 张照片已经收到" in page.words
    assert villager.tickets() == []
    kept = page.values_of("kept_photos")
    assert len(kept) == 2
    ticket_id = villager.has_said(kept_photos=kept, files=[("c.jpg", photo(width=300))])
    assert [attached.ticket_id for attached in villager.photos()] == [ticket_id] * 3


def test_photographs_are_kept_when_the_words_are_missing(villager: Villager) -> None:
    page = villager.says(text="", files=[("a.jpg", photo())])
    assert "您的心愿请" in page.words and len(page.values_of("kept_photos")) == 1
    again = villager.says(text="灯", kept_photos=page.values_of("kept_photos"))
    assert again.values_of("kept_photos") == page.values_of("kept_photos")


def test_nobody_attaches_a_photograph_that_is_not_his(villager: Villager) -> None:
    villager.has_said(files=[("a.jpg", photo())])
    (hers,) = villager.photos()
    for token in (
        str(hers.id),
        "made up",
        secret_address("tracking", hers.id or 0),
        secret_address("upload", hers.id or 0),
    ):
        villager.has_said(text=f"我要看她的照片 {token}", kept_photos=token)
    (still,) = villager.photos()
    assert (still.ticket_id, still.event_id) == (hers.ticket_id, hers.event_id)


def test_a_huge_file_is_told_and_the_words_stay(villager: Villager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_kinds, "LARGEST_FILE", 200_000)
    monkeypatch.setattr(typed, "FILE_KEPT_MOST", 200_000)
    page = villager.says(files=[("大.jpg", photo() + bytes(9_000_000)), ("a.jpg", photo())], place="老槐树旁")
    assert page.status == 422 and "第 1 张“大.jpg”太大了" in page.words
    assert (page.value_of("text"), page.value_of("place")) == ("村口的路灯坏了三个月。", "老槐树旁")
    assert len(page.values_of("kept_photos")) == 1


def test_a_bomb_is_told_and_the_words_stay(villager: Villager) -> None:
    page = villager.says(files=[("b.png", bomb())])
    assert page.status == 422 and "尺寸太大" in page.words and page.value_of("text") == "村口的路灯坏了三个月。"


def test_more_than_nine_are_told_and_nine_stay(villager: Villager) -> None:
    page = villager.says(files=[(f"{n}.jpg", photo(width=100 + n)) for n in range(11)])
    assert page.status == 422 and "最多 9 张照片，您选了 11 张" in page.words
    kept = page.values_of("kept_photos")
    assert len(kept) == 9
    villager.has_said(kept_photos=kept)
    assert sum(attached.ticket_id is not None for attached in villager.photos()) == 9


def test_a_picture_that_turns_out_to_be_none_is_told_on_her_page(villager: Villager) -> None:
    ticket_id = villager.has_said(files=[("a.jpg", photo("JPEG", 1500, 1500)[:9000])])
    assert wait_until(lambda: villager.photos()[0].state is PictureState.refused)
    page = villager.opens(page_of(ticket_id))
    assert "有 1 张照片打不开，没能留下" in page.words
    assert villager.opens(f"{page_of(ticket_id)}/photos/{villager.photos()[0].id}").status == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"nothing like a form", "multipart/form-data", 400),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x", 422),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 422),
        (b'{"text": "json"}', "application/json", 422),
        (b"", "text/plain", 422),
    ],
)
def test_a_broken_form_is_answered_with_a_sentence(villager: Villager, content: bytes, kind: str, status: int) -> None:
    page = Page(villager.client.post(FORM, content=content, headers={"content-type": kind}))
    assert page.status == status
    assert "Traceback" not in page.words and "请" in page.words


def test_a_film_is_told_and_the_words_stay(villager: Villager) -> None:
    most = Settings.model_fields["max_body_mb"].default
    page = villager.says(files=[("film.mp4", b"\0\0\0\x18ftypmp42" + bytes((most + 1) * 1024 * 1024))], name="王秀英")
    assert page.status == 422 and "第 1 个“film.mp4”是录像，这里收不了" in page.words
    assert (page.value_of("text"), page.value_of("name")) == ("村口的路灯坏了三个月。", "王秀英")


def test_photographs_that_are_too_much_together_are_told_one_by_one(
    villager: Villager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed.PatientParser, "keeps_most", property(lambda parser: 300_000, lambda parser, most: None))
    heavy = photo() + bytes(200_000)
    page = villager.says(files=[(f"{n}.jpg", heavy + bytes(n)) for n in range(4)])
    assert page.status == 422 and "太大了" in page.words
    assert 1 <= len(page.values_of("kept_photos")) <= 2


def test_what_nobody_sends_by_mistake_is_not_read(villager: Villager) -> None:
    page = Page(villager.client.post(FORM, content=b"", headers={"content-length": str(10**12)}))
    assert page.status == 413 and "太大" in page.words
