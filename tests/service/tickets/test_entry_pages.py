"""Entry for others over HTTP: one wish, or all that was said at a meeting, nothing lost and nothing doubled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from service import clock
from service.database import Database
from service.sealing import tracking_code, tracking_token
from service.tickets.darkroom import prepare_pictures
from service.tickets.models import Attachment, Ticket
from service.tickets.picture_store import store_at
from tests.factories import PHONE, County
from tests.service.tickets.photographs import photo
from tests.support.officials import Official, Page, official
from workflows.statuses import Source, Status

SignIn = Callable[[str], Official]


@pytest.fixture
def as_(app: FastAPI, client: object, database: Database, county: County) -> SignIn:
    return lambda who: official(app, database, getattr(county, who))


def tickets(database: Database) -> list[Ticket]:
    with database.reading() as session:
        return list(session.exec(select(Ticket).order_by(col(Ticket.id))))


def enters(somebody: Official, county: County, path: str = "/desk/new", files: Any = None, **fields: Any) -> Page:
    usual = {"area": county.village, "source": "home_visit", "kind": "trouble", "form_key": "key-of-this-form"}
    return somebody.sends(path, files, **(usual | fields))


def test_a_wish_is_entered_for_a_villager_and_the_official_is_told_her_numbers(
    as_: SignIn, database: Database, county: County
) -> None:
    secretary = as_("village_secretary")
    page = enters(secretary, county, text="院坝边的护坡垮了", name="李婆婆", phone=PHONE, is_nameless="true")
    ticket = tickets(database)[0]
    assert (ticket.source, ticket.entered_by_id, ticket.status) == (
        Source.home_visit,
        county.village_secretary,
        Status.submitted,
    )
    assert ticket.unit_id == county.town_desk and ticket.due_at is not None
    assert page.status == 303
    flash = as_("dispatcher")
    flash.client.cookies.update(dict(page.answer.cookies))
    assert tracking_code(ticket.id or 0) in flash.follow(page).words


def test_a_double_press_enters_it_once(as_: SignIn, database: Database, county: County) -> None:
    for _ in range(2):
        assert enters(as_("dispatcher"), county, text="院坝边的护坡垮了").status == 303
    assert len(tickets(database)) == 1


def test_mistakes_come_back_filled_with_photographs_kept(as_: SignIn, database: Database, county: County) -> None:
    dispatcher = as_("dispatcher")
    files = [("photos", ("a.jpg", photo(), "image/jpeg"))]
    page = enters(dispatcher, county, files=files, text="垮", phone="12", place="院坝边")
    assert page.status == 422
    assert (page.value_of("text"), page.value_of("phone"), page.value_of("place")) == ("垮", "12", "院坝边")
    assert 'id="text-error"' in page.source and 'id="phone-error"' in page.source
    kept = page.value_of("kept_photos")
    assert enters(dispatcher, county, text="护坡垮了", kept_photos=kept).status == 303
    assert len(tickets(database)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"area": "999999"}, "不归您管"),
        ({"area": ""}, "所在地"),
        ({"source": "link"}, "在哪里听到"),
        ({"source": "x"}, "来源"),
    ],
)
def test_only_ones_own_places_and_ways_are_taken(
    as_: SignIn, database: Database, county: County, fields: dict[str, str], sentence: str
) -> None:
    page = enters(as_("village_secretary"), county, text="护坡垮了", **fields)
    assert page.status == 422 and sentence in page.words
    assert tickets(database) == []


def test_a_village_secretary_enters_nothing_for_the_town(as_: SignIn, database: Database, county: County) -> None:
    assert enters(as_("village_secretary"), county, text="护坡垮了", area=county.town).status == 422
    assert tickets(database) == []


def test_one_who_may_not_submit_keeps_his_words(as_: SignIn, database: Database, county: County) -> None:
    page = enters(as_("administrator"), county, text="护坡垮了")
    assert page.status == 403 and page.value_of("text") == "护坡垮了"


# A meeting


LINES = "1、路灯坏了两盏\t王大姐\t13812345678\n2、水\n3、自来水停了两天\t李大哥\t12\n4、想学拍视频卖土鸡"


def test_a_look_before_takes_nothing_in(as_: SignIn, database: Database, county: County) -> None:
    page = enters(as_("dispatcher"), county, "/desk/meeting", lines=LINES, check="1", meeting="十月院落会")
    assert page.status == 200
    assert "有 2 行要改" in page.words and "第 2 行" in page.words and "第 3 行" in page.words
    assert "内容请至少写 2 个字" in page.words and "电话看起来不对" in page.words
    assert page.value_of("lines") == LINES.replace("\t", "\t")
    assert page.value_of("meeting") == "十月院落会"
    assert tickets(database) == []


def test_good_lines_are_taken_and_the_others_come_back(as_: SignIn, database: Database, county: County) -> None:
    page = enters(as_("dispatcher"), county, "/desk/meeting", lines=LINES, source="courtyard_meeting", meeting="院落会")
    assert page.status == 422
    assert "记下了 2 件；还有 2 行要改" in page.words
    assert page.value_of("lines").splitlines() == ["2、水", "3、自来水停了两天\t李大哥\t12"]
    found = tickets(database)
    assert [(each.wish, each.name, each.meeting) for each in found] == [
        ("路灯坏了两盏", "王大姐", "院落会"),
        ("想学拍视频卖土鸡", None, "院落会"),
    ]
    assert {each.source for each in found} == {Source.courtyard_meeting}
    assert page.value_of("form_key") != "key-of-this-form"


def photos_of(database: Database) -> list[Attachment]:
    with database.reading() as session:
        return list(session.exec(select(Attachment).order_by(col(Attachment.id))))


def test_the_paper_list_hangs_on_each_wish_for_officials_and_for_nobody_else(
    as_: SignIn, app: FastAPI, database: Database, county: County, tmp_path: Path
) -> None:
    dispatcher, files = as_("dispatcher"), [("photos", ("名单.jpg", photo(), "image/jpeg"))]
    page = enters(dispatcher, county, "/desk/meeting", files, lines=LINES, check="1")
    assert "刚才选的 1 张照片已经收下" in page.words and tickets(database) == []
    page = enters(dispatcher, county, "/desk/meeting", lines=LINES, kept_photos=page.value_of("kept_photos"))
    assert "记下了 2 件" in page.words and "刚才选的 1 张照片已经收下" in page.words
    kept, key = page.value_of("kept_photos"), page.value_of("form_key")
    page = enters(dispatcher, county, "/desk/meeting", lines="水太浑了", kept_photos=kept, form_key=key)
    assert page.status == 200 and not page.value_of("kept_photos")
    wishes = tickets(database)
    assert [each.ticket_id for each in photos_of(database)] == [each.id for each in wishes], "one each, none left over"
    prepare_pictures(database, clock.now(), store_at(app.state.settings.files_url))
    for wish, picture in zip(wishes, photos_of(database), strict=True):
        desk = dispatcher.opens(dispatcher.address_of(wish.id or 0))
        assert f"/photos/{picture.id}" in desk.source
        hers = f"/t/{tracking_token(wish.id or 0)}"
        assert "/photos/" not in dispatcher.opens(hers).source
        assert dispatcher.opens(f"{hers}/photos/{picture.id}").status == 404
    assert len({picture.picture for picture in photos_of(database)}) == 1


def test_a_list_that_is_no_picture_loses_no_line(as_: SignIn, database: Database, county: County) -> None:
    files = [("photos", ("名单.pdf", b"%PDF-1.7", "application/pdf"))]
    page = enters(as_("dispatcher"), county, "/desk/meeting", files, lines="路灯坏了\n水停了")
    assert page.status == 422 and page.value_of("lines") == "路灯坏了\n水停了" and tickets(database) == []


def test_a_meeting_sent_twice_is_entered_once(as_: SignIn, database: Database, county: County) -> None:
    dispatcher = as_("dispatcher")
    pages = [enters(dispatcher, county, "/desk/meeting", lines="路灯坏了\n路灯坏了\n水停了") for _ in range(2)]
    assert [page.status for page in pages] == [200, 200]
    assert all("记下了 3 件" in page.words for page in pages)
    assert len(tickets(database)) == 3


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lines": " \n\n"}, "一件也没有写"),
        ({"lines": "路灯坏了\n" * 201}, "一次最多 200 行"),
        ({"lines": "路灯坏了", "area": ""}, "所在地"),
        ({"lines": "路灯坏了", "area": "999999"}, "不归您管"),
    ],
)
def test_what_is_wrong_with_all_of_them_is_said_once_and_nothing_is_lost(
    as_: SignIn, database: Database, county: County, fields: dict[str, str], sentence: str
) -> None:
    page = enters(as_("village_secretary"), county, "/desk/meeting", **fields)
    assert page.status == 422 and sentence in page.words
    assert page.value_of("lines").strip() == fields["lines"].strip()
    assert tickets(database) == []


def test_one_who_may_not_submit_keeps_his_lines(as_: SignIn, database: Database, county: County) -> None:
    page = enters(as_("administrator"), county, "/desk/meeting", lines="路灯坏了\n水停了")
    assert page.status == 403 and page.value_of("lines") == "路灯坏了\n水停了"
    assert tickets(database) == []
