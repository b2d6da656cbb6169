"""Wishes like hers are shown before she sends her own; "me too" counts once, names nobody, can be taken back."""

import re

import pytest
from sqlmodel import Session, select

from service.database import Database
from service.endorsements import lifecycle
from service.endorsements.models import Endorsement
from service.endorsements.pages import FOLLOW_ADDRESS
from service.oversight.checks import breaches
from service.sealing import secret_address, tracking_token
from service.tickets.models import Attachment, PictureState, Ticket, TicketEvent
from tests.factories import NOW, PHONE, TOKEN, County, act, add, later, submit_wish, wish_in
from tests.service.at_once import at_once
from tests.service.tickets.conftest import Page, Villager
from workflows.commands import Acknowledge, ApproveReply, Assign, Outcome, Reply, ReportProgress, Withdraw
from workflows.endorsements import EndorsementState
from workflows.refusals import Refused, WrongStatus
from workflows.statuses import Status

LAMP = "三组的路灯坏了两盏，晚上不敢出门，电话 13800001234"
LIKE_IT = "我们这里的路灯坏了，晚上不敢出门"


def shared_wish(session: Session, county: County, **said: object) -> int:
    return submit_wish(session, county, **{"text": LAMP, **said})


def her_house() -> Attachment:
    """A photograph that an official took there."""
    state = PictureState.ready
    return Attachment(original="a", picture="a", media_type="image/jpeg", size=1, created_at=NOW, state=state)


def looked(villager: Villager, words: str = LIKE_IT) -> Page:
    return Page(villager.client.post(f"/w/{TOKEN}/alike", data={"text": words}))


def says_me_too(villager: Villager, token: str) -> Page:
    return Page(villager.client.post(f"/w/{TOKEN}/endorse", data={"alike": token}))


def token_on(page: Page) -> str:
    found = re.search(r'name="alike" value="([^"]+)"', page.answer.text)
    assert found
    return found[1]


def test_she_sees_wishes_like_hers_with_every_number_hidden(villager: Villager) -> None:
    with villager.database.writing() as session:
        shared_wish(session, villager.county, phone=PHONE, name="王秀英")
    words = looked(villager).words
    assert "三组的路灯坏了两盏" in words and "我也是" in words
    assert "13800001234" not in words and "王秀英" not in words


def test_what_was_said_for_officials_only_is_shown_to_nobody(villager: Villager) -> None:
    with villager.database.writing() as session:
        shared_wish(session, villager.county, is_private=True)
    assert "三组" not in looked(villager).words and "我也是" not in looked(villager).words


def test_words_that_nobody_has_said_bring_nothing(villager: Villager) -> None:
    with villager.database.writing() as session:
        shared_wish(session, villager.county)
    assert "我也是" not in looked(villager, "想学做豆腐乳卖到外地去").words


ROAD = "青渔路从村口到垭子口这一截烂得不像话了，全是修铁路的大罐车压的，坑有脸盆大，落雨天一坑水，摩托车掉进去就是一跤"


def test_who_says_the_same_in_other_words_finds_it_and_common_words_find_nothing(villager: Villager) -> None:
    others = (
        "变压器就在卧室窗户外面，嗡嗡响，晚上睡不着",
        "养老保险断交了四年，现在想补，什么时候能补",
        "想学拍视频卖土鸡",
    )
    with villager.database.writing() as session:
        for text in (ROAD, *others):
            shared_wish(session, villager.county, text=text)
    assert "坑有脸盆大" in looked(villager, "青渔路被修铁路的大车压坏了，颠得很，什么时候能修好").words
    assert "我也是" not in looked(villager, "什么时候放电影，我们晚上都想看").words


def test_of_wishes_that_say_the_same_those_of_her_own_village_come_first(villager: Villager) -> None:
    text = {"text": "院坝口的路灯坏了，晚上看不见路"}
    with villager.database.writing() as session:
        shared_wish(session, villager.county, **text, area=villager.county.village)
        shared_wish(session, villager.county, **text, area=villager.county.town)
    path, said = f"/w/{TOKEN}/alike", {"text": LIKE_IT}
    hers = villager.client.post(path, data={**said, "area": str(villager.county.village)}).text
    anywhere = villager.client.post(path, data={**said, "area": str(villager.county.town)}).text
    tokens = [re.findall(r'name="alike" value="([^"]+)"', each) for each in (hers, anywhere)]
    assert len(tokens[0]) == 2 and tokens[0] == tokens[1][::-1]


def test_who_reads_what_a_neighbour_was_answered_is_not_thanked_for_saying_it(villager: Villager) -> None:
    with villager.database.writing() as session:
        wish_in(session, villager.county, Status.closed, text=LAMP)
    words = looked(villager).words
    assert "已经办完了" in words and "答复" in words and "谢谢您说出来" not in words


def test_without_a_script_a_button_looks_and_all_that_was_typed_comes_back(villager: Villager) -> None:
    with villager.database.writing() as session:
        shared_wish(session, villager.county)
    page = villager.says(text=LIKE_IT, look="1", place="老槐树旁")
    assert page.status == 200 and "我也是" in page.words
    assert LIKE_IT in page.answer.text and page.value_of("place") == "老槐树旁"
    assert len(villager.tickets()) == 1


def test_me_too_in_one_tap_leads_to_a_page_that_follows_the_wish(villager: Villager) -> None:
    with villager.database.writing() as session:
        wish = shared_wish(session, villager.county, phone=PHONE, name="王秀英")
    answer = says_me_too(villager, token_on(looked(villager)))
    assert answer.status == 303 and answer.goes_to.startswith("/e/")
    page = villager.opens(answer.goes_to)
    assert "1 位乡亲说“我也是”" in page.words and "三组的路灯坏了两盏" in page.words
    assert "王秀英" not in page.words and PHONE not in page.words and "13800001234" not in page.words
    with villager.database.writing() as session:
        act(session, wish, Assign(unit=villager.county.bureau), villager.county.dispatcher)
        act(session, wish, Acknowledge(), villager.county.handler)
    assert "已经看到" in villager.opens(answer.goes_to).words


def test_an_answer_that_was_written_for_her_tells_her_neighbours_neither_name_nor_place_nor_shows_her_house(
    villager: Villager,
) -> None:
    """Her reviewer thinks of her alone: "me too" is one tap of anybody who has the link."""
    county = villager.county
    said = {"name": "王秀英", "place": "老槐树旁", "text": f"{LAMP}，王秀英家门口最黑"}
    with villager.database.writing() as session:
        wish = shared_wish(session, county, **said)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher)
        act(session, wish, Acknowledge(), county.handler)
        photos = (add(session, her_house()),)
        act(session, wish, ReportProgress(words="王秀英家老槐树旁的线接好了", photos=photos), county.handler)
        reply = Reply(outcome=Outcome.resolved, words="王秀英同志：您家老槐树旁的灯修好了。", photos=photos)
        act(session, wish, reply, county.handler)
        act(session, wish, ApproveReply(), county.reviewer)
    found = looked(villager)
    with villager.database.writing() as session:
        row = Endorsement(ticket_id=wish, browser="b" * 64, state=EndorsementState.given, at=NOW)
        page = f"/e/{secret_address(FOLLOW_ADDRESS, add(session, row))}"
    followed = villager.opens(page)
    for told in (found.words, followed.words):
        assert "王**" in told and "灯修好了" in told and "王秀英" not in told and "槐树" not in told
    assert "线接好了" in followed.words and "/photos/" not in followed.source
    assert villager.client.get(f"{page}/photos/{photos[0]}").status_code == 404
    hers = villager.opens(f"/t/{tracking_token(wish)}")
    assert "王秀英同志" in hers.words and "/photos/" in hers.source


def test_the_same_phone_counts_once_and_another_one_besides(villager: Villager) -> None:
    with villager.database.writing() as session:
        wish = shared_wish(session, villager.county)
    token = token_on(looked(villager))
    says_me_too(villager, token)
    again = says_me_too(villager, token)
    assert again.goes_to == f"/w/{TOKEN}" and "您已经说过“我也是”了" in villager.opens(again.goes_to).words
    villager.client.cookies.clear()
    says_me_too(villager, token)
    with villager.database.reading() as session:
        assert session.get_one(Ticket, wish).endorsements == 2


def test_it_can_be_taken_back_and_said_again(villager: Villager) -> None:
    with villager.database.writing() as session:
        wish = shared_wish(session, villager.county)
    token = token_on(looked(villager))
    page = says_me_too(villager, token).goes_to
    villager.client.post(f"{page}/take-back")
    with villager.database.reading() as session:
        assert session.get_one(Ticket, wish).endorsements == 0
    assert "您收回了" in villager.opens(page).words
    assert says_me_too(villager, token).goes_to == page
    with villager.database.reading() as session:
        verbs = session.exec(select(TicketEvent.verb).where(TicketEvent.ticket_id == wish)).all()
    assert verbs == ["submit", "endorse", "take_back_endorsement", "endorse"]


def test_two_at_the_same_moment_are_both_counted(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = shared_wish(session, county)

    browsers = iter(["one", "another"])

    def me_too() -> object:
        with database.writing() as session:
            return lifecycle.endorse(session, wish, next(browsers), later()).id

    at_once(me_too)
    with database.reading() as session:
        assert session.get_one(Ticket, wish).endorsements == 2
        assert list(breaches(session)) == []


@pytest.mark.parametrize("twice", [True, False])
def test_what_cannot_be_endorsed_is_refused_and_nothing_is_written(
    database: Database, county: County, twice: bool
) -> None:
    with database.writing() as session:
        wish = shared_wish(session, county, is_private=not twice)
        if twice:
            lifecycle.endorse(session, wish, "a browser", later())
    with pytest.raises(Refused), database.writing() as session:
        lifecycle.endorse(session, wish, "a browser", later())
    with database.reading() as session:
        assert session.get_one(Ticket, wish).endorsements == int(twice)


def test_a_wish_that_is_over_takes_no_more_and_gives_none_back(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = shared_wish(session, county)
        given = lifecycle.endorse(session, wish, "a browser", later()).id or 0
        act(session, wish, Withdraw())
    with pytest.raises(WrongStatus), database.writing() as session:
        lifecycle.endorse(session, wish, "another browser", later())
    with pytest.raises(WrongStatus), database.writing() as session:
        lifecycle.take_back(session, given, later())


def test_an_address_that_was_made_up_leads_nowhere(villager: Villager) -> None:
    assert villager.opens("/e/nothing").status == 404
    assert says_me_too(villager, "made-up").status == 404
    assert villager.client.post("/e/nothing/take-back").status_code == 404


def test_nothing_in_the_database_says_who_it_was(villager: Villager) -> None:
    with villager.database.writing() as session:
        shared_wish(session, villager.county)
    says_me_too(villager, token_on(looked(villager)))
    cookie = villager.client.cookies["weiyuan_neighbour"]
    with villager.database.reading() as session:
        (row,) = session.exec(select(Endorsement)).all()
    assert row.state is EndorsementState.given and cookie not in row.browser
