"""The official's ticket over HTTP: what is seen, which buttons there are, and what comes back when one is refused."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from service.database import Database
from service.tickets.models import Attachment, Reveal
from tests.factories import PHONE, TEXT, County, act, add, later, number_of, submit_wish, wish_in
from tests.service.tickets.photographs import phone_photo, photo
from tests.support.officials import Official, official
from tests.support.queries import counted
from workflows.commands import Assign, Merge, Note, Outcome, ReportProgress, Supplement
from workflows.statuses import Status

SignIn = Callable[[str], Official]


@pytest.fixture
def as_(app: FastAPI, client: object, database: Database, county: County) -> SignIn:
    """`as_("handler")`; `client` has opened the application's own database."""
    return lambda who: official(app, database, getattr(county, who))


@pytest.fixture
def wish(database: Database, county: County) -> int:
    return made(database, submit_wish, county, name="王大姐", place="找李家坝电话13900001111")


def made(database: Database, make: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    with database.writing() as session:
        return make(session, *arguments, **more)


# What is seen


def test_the_page_begins_with_the_wish_and_says_why_it_is_due_when(as_: SignIn, wish: int) -> None:
    page = as_("dispatcher").reads(wish)
    assert page.status == 200
    for words in (TEXT, "清溪镇双喜村", "双喜村村民群", "派单期限", "10 月 12 日（周一）", "4 个工作小时"):
        assert words in page.words


def test_once_assigned_the_promise_stands_first_with_its_reason(
    as_: SignIn, database: Database, county: County
) -> None:
    assigned = made(database, wish_in, county, Status.assigned)
    words = as_("handler").reads(assigned).words
    assert "答应诉求人的日子 10 月 19 日（周一） 18:00" in words
    assert "一般事项答复：5 个工作日，从 10 月 12 日的次日起算，到 10 月 19 日 18:00" in words
    assert "签收期限" in words


@pytest.mark.parametrize("who", ["wrong_handler", "village_secretary", "administrator"])
def test_who_has_no_part_in_it_finds_nothing(as_: SignIn, database: Database, county: County, who: str) -> None:
    ticket = made(database, wish_in, county, Status.in_progress)
    somebody = as_(who)
    assert somebody.reads(ticket).status == 404
    assert somebody.presses(ticket, "note", version=1, words="我来看看").status == 404
    assert somebody.sends(f"{somebody.address_of(ticket)}/reveal").status == 404
    assert somebody.verbs_of(ticket)[-1] == "acknowledge"


@pytest.mark.parametrize("number", ["2026-999999", "2026-", "1", "0000-000001x", "%00", "2026-99999999999999999999"])
def test_a_number_that_is_none_is_not_found(as_: SignIn, number: str) -> None:
    assert as_("dispatcher").opens(f"/desk/tickets/{number}").status == 404


def test_what_tells_who_she_is_stays_masked(as_: SignIn, wish: int) -> None:
    page = as_("dispatcher").reads(wish)
    assert "138****5678" in page.words and "王**" in page.words
    for secret in (PHONE, "王大姐", "13900001111"):
        assert secret not in page.source


def test_looking_at_the_number_is_allowed_and_written_down(
    as_: SignIn, wish: int, database: Database, county: County
) -> None:
    dispatcher = as_("dispatcher")
    page = dispatcher.sends(f"{dispatcher.address_of(wish)}/reveal")
    assert page.status == 200
    assert f'href="tel:{PHONE}"' in page.source and "王大姐" in page.words and "13900001111" in page.words
    assert page.answer.headers["cache-control"] == "no-store"
    with database.reading() as session:
        looks = session.exec(select(Reveal)).all()
    assert [(look.ticket_id, look.person_id) for look in looks] == [(wish, county.dispatcher)]
    assert later() <= looks[0].at < later(minutes=1)
    assert PHONE not in dispatcher.reads(wish).source


def test_the_story_is_told_in_plain_words_newest_first(as_: SignIn, database: Database, county: County) -> None:
    def story(session: Session) -> int:
        ticket = submit_wish(session, county)
        act(session, ticket, Supplement(text="电话改成 13700002222 了"))
        command = Assign(unit=county.bureau, supporting=(county.village_unit,), note="请先看看是不是线路问题")
        act(session, ticket, command, county.dispatcher)
        act(session, ticket, Note(words="老杆子要换"), county.dispatcher)
        return ticket

    page = as_("dispatcher").reads(made(database, story))
    told = page.words.partition("经过 ")[2]
    places = [told.index(words) for words in ("内部备注", "派给县交通运输局", "补充", "提交心愿")]
    assert places == sorted(places)
    for words in (
        "请先看看是不是线路问题",
        "协办单位 双喜村村委会",
        "张玉梅 · 镇受理台",
        "137****2222",
        "诉求人看不到",
    ):
        assert words in told


def test_words_are_words_and_no_markup(as_: SignIn, database: Database, county: County) -> None:
    text = "<script>alert(1)</script> 路'\"坏了 \u202eabc 🛠️"
    source = as_("dispatcher").reads(made(database, submit_wish, county, text=text)).source
    assert "<script>alert" not in source and "&lt;script&gt;" in source


def test_similar_wishes_stand_beside_it_with_the_unit_that_had_them(
    as_: SignIn, database: Database, county: County, wish: int
) -> None:
    other = made(database, wish_in, county, Status.assigned)
    page = as_("dispatcher").reads(wish)
    assert made(database, number_of, other) in page.source.partition("相似的件")[2]


def test_a_merged_ticket_leads_to_the_one_it_went_into(as_: SignIn, database: Database, county: County) -> None:
    main = made(database, submit_wish, county)
    ticket = made(database, submit_wish, county)
    into = made(database, number_of, main)
    made(database, act, ticket, Merge(into=into), county.dispatcher)
    assert f'href="/desk/tickets/{into}"' in as_("dispatcher").reads(ticket).source


# Buttons


EXPECTED = {
    ("dispatcher", Status.submitted): "assign contact expedite supplement note split merge "
    "request_consultation decline mark_claimable publish",
    ("handler", Status.assigned): "acknowledge contact verify supplement note "
    "request_return request_extension request_deferral request_consultation",
    ("handler", Status.in_progress): "reply contact report_progress verify supplement note "
    "request_return request_extension request_deferral request_consultation request_exclusion inquire",
    ("reviewer", Status.replied): "approve_reply send_back contact note publish",
    ("follow_up_officer", Status.follow_up): "follow_up note publish",
    ("supervisor", Status.in_progress): "expedite supervise note",
    ("supervisor", Status.closed): "note reopen",
}


@pytest.mark.parametrize(("who", "status"), EXPECTED, ids=str)
def test_only_what_is_allowed_now_has_a_button_the_next_step_first(
    as_: SignIn, database: Database, county: County, who: str, status: Status
) -> None:
    ticket = made(database, wish_in, county, status)
    assert " ".join(as_(who).reads(ticket).buttons) == EXPECTED[who, status]


def test_the_assign_form_comes_with_the_first_suggestion_and_says_why(as_: SignIn, wish: int, county: County) -> None:
    page = as_("dispatcher").reads(wish)
    assert page.chosen("unit", "assign") == str(county.bureau)
    assert page.chosen("category", "assign") == "lamps"
    assert "派单目录：青岭县的“路灯”由它办" in page.words


def test_a_suggestion_is_taken_over_by_a_link(as_: SignIn, wish: int, county: County) -> None:
    page = as_("dispatcher").reads(wish, f"?open=assign&unit={county.other_bureau}")
    assert (page.open_form, page.chosen("unit", "assign")) == ("assign", str(county.other_bureau))


def test_a_link_opens_no_form_that_is_not_offered(as_: SignIn, wish: int) -> None:
    assert "reply" not in as_("dispatcher").reads(wish, "?open=reply").buttons
    assert as_("dispatcher").opens(f"{as_('dispatcher').address_of(wish)}/assign").status == 303


# Pressing


def test_a_button_does_its_work_and_says_so(as_: SignIn, wish: int, county: County) -> None:
    dispatcher = as_("dispatcher")
    page = dispatcher.presses(wish, "assign", unit=county.bureau, note="请尽快")
    assert page.status == 303
    assert "已派给县交通运输局，答应诉求人 10 月 19 日 18:00 前答复。" in dispatcher.follow(page).words
    ticket = dispatcher.ticket(wish)
    assert (ticket.status, ticket.lead_unit_id) == (Status.assigned, county.bureau)


def test_the_list_at_the_left_stays_as_it_was(as_: SignIn, wish: int) -> None:
    dispatcher = as_("dispatcher")
    action = re.search(r'action="([^"]+/note[^"]*)"', dispatcher.reads(wish, "?view=open&status=submitted").source)
    assert action is not None
    page = dispatcher.sends(action[1].replace("&amp;", "&"), version="1", words="记一下")
    assert page.goes_to.endswith("?view=open&status=submitted")


def test_the_second_of_two_gets_409_and_keeps_his_words(as_: SignIn, wish: int, county: County) -> None:
    first, second = as_("dispatcher"), as_("county_dispatcher")
    assert first.presses(wish, "assign", version=1, unit=county.bureau).status == 303
    page = second.presses(wish, "assign", version=1, unit=county.other_bureau, note="请农业局先看看")
    assert page.status == 409
    assert "别人已经处理了这一件" in page.words
    assert (page.open_form, page.value_of("note", "assign")) == ("assign", "请农业局先看看")
    assert page.value_of("version", "assign") == "2"
    assert page.chosen("unit", "assign") == str(county.other_bureau)
    assert "待签收" in page.words and second.ticket(wish).lead_unit_id == county.bureau


def test_what_is_not_allowed_now_is_refused_with_a_sentence(as_: SignIn, wish: int, county: County) -> None:
    dispatcher = as_("dispatcher")
    for verb, status in {"reply": 409, "supervise": 403, "rate": 409, "submit": 409, "withdraw": 403}.items():
        fields = {"words": "办好了，请看看。", "outcome": "resolved", "note": "快办", "satisfaction": "satisfied"}
        page = dispatcher.presses(wish, verb, **fields, text="又一件", area=county.village)
        assert (verb, page.status) == (verb, status)
        assert 'class="flash refused"' in page.source
    assert dispatcher.verbs_of(wish) == ["submit"]


def test_a_verb_that_nobody_knows_is_refused(as_: SignIn, wish: int) -> None:
    page = as_("dispatcher").presses(wish, "explode")
    assert page.status == 422 and "不认识这个操作" in page.words


def test_a_form_with_mistakes_comes_back_filled_with_a_sentence_at_each_field(
    as_: SignIn, database: Database, county: County
) -> None:
    ticket = made(database, wish_in, county, Status.in_progress)
    page = as_("handler").presses(ticket, "reply", outcome="for_now", words="明年二月发苗", promised_for="")
    assert page.status == 422
    assert page.open_form == "reply"
    assert page.value_of("words", "reply") == "明年二月发苗"
    assert "暂时不能解决的，请写上承诺日期。" in page.words
    assert 'id="reply-promised_for-error"' in page.source


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_form_without_a_version_does_nothing(as_: SignIn, wish: int, version: str) -> None:
    dispatcher = as_("dispatcher")
    page = dispatcher.sends(f"{dispatcher.address_of(wish)}/note", version=version, words="记一下")
    assert page.status == 422
    assert page.value_of("words", "note") == "记一下"


def test_bad_words_get_a_sentence_and_nothing_is_half_done(as_: SignIn, wish: int) -> None:
    dispatcher = as_("dispatcher")
    for words in ("", " \u200b ", "长" * 100_000):
        assert dispatcher.presses(wish, "note", words=words).status == 422
    assert dispatcher.presses(wish, "note", words="带\x00的 ' OR 1=1 -- <b>").status == 303
    assert dispatcher.verbs_of(wish) == ["submit", "note"]


def test_a_unit_that_does_not_exist_is_refused_at_its_field(as_: SignIn, wish: int) -> None:
    page = as_("dispatcher").presses(wish, "assign", unit="999999")
    assert page.status == 422
    assert "没有这个单位" in page.words and 'id="assign-unit-error"' in page.source


# Photographs


def photos(*contents: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (f"照片{number}.jpg", content, "image/jpeg")) for number, content in enumerate(contents)]


def bound(database: Database) -> list[tuple[int | None, int | None]]:
    with database.reading() as session:
        return [(each.ticket_id, each.person_id) for each in session.exec(select(Attachment))]


def test_a_reply_carries_its_photographs_which_only_those_concerned_see(
    as_: SignIn, database: Database, county: County
) -> None:
    ticket = made(database, wish_in, county, Status.in_progress)
    handler = as_("handler")
    page = handler.presses(ticket, "reply", files=photos(phone_photo()), outcome="resolved", words="修好了，请您看看。")
    assert page.status == 303
    assert bound(database) == [(ticket, county.handler)]
    address = re.findall(r'href="(/desk/tickets/[\d-]+/photos/\d+)"', handler.reads(ticket).source)[0]
    assert handler.opens(address).status == 200
    assert as_("wrong_handler").opens(address).status == 404
    other = made(database, submit_wish, county)
    foreign = address.replace(made(database, number_of, ticket), made(database, number_of, other))
    assert as_("dispatcher").opens(foreign).status == 404


def test_photographs_of_a_form_that_comes_back_need_not_be_chosen_again(
    as_: SignIn, database: Database, county: County
) -> None:
    ticket = made(database, wish_in, county, Status.in_progress)
    handler = as_("handler")
    page = handler.presses(ticket, "reply", files=photos(photo()), outcome="referred", words="请找信访局问问。")
    assert page.status == 422
    assert "1 张照片已经收下" in page.words
    kept = page.value_of("kept_photos", "reply")
    again = {"outcome": "referred", "words": "请找信访局问问。", "referred_to": "县信访局"}
    assert handler.presses(ticket, "reply", kept_photos=kept, **again).status == 303
    assert bound(database) == [(ticket, county.handler)]


def test_nobody_takes_the_photographs_of_somebody_else(as_: SignIn, database: Database, county: County) -> None:
    def foreign_photo(session: Session) -> int:
        row = Attachment(original="a" * 64, media_type="image/jpeg", size=1, created_at=later(), person_id=county.head)
        return add(session, row)

    ticket, foreign = made(database, wish_in, county, Status.in_progress), made(database, foreign_photo)
    as_("handler").presses(ticket, "report_progress", words="看过了", kept_photos=[str(foreign), "x", "9" * 30])
    assert bound(database) == [(None, county.head)]


def test_a_file_that_is_no_picture_is_refused_and_the_words_stay(
    as_: SignIn, database: Database, county: County
) -> None:
    ticket = made(database, wish_in, county, Status.in_progress)
    page = as_("handler").presses(ticket, "report_progress", files=photos(b"GIF89a? no"), words="已经到现场")
    assert page.status == 422
    assert page.value_of("words", "report_progress") == "已经到现场"
    assert as_("handler").verbs_of(ticket)[-1] == "acknowledge"


def test_a_stranger_puts_nothing_on_our_disk(
    app: FastAPI, client: object, database: Database, wish: int, tmp_path: Any
) -> None:
    nobody = official(app, database, 1)
    nobody.client.cookies.clear()
    assert nobody.presses(wish, "note", files=photos(photo()), words="x").status == 401
    assert not list(tmp_path.glob("files/originals/**/*.*"))
    assert not [path for path in tmp_path.glob("files/originals/**/*") if path.is_file()]


def test_a_number_of_queries_that_does_not_grow_with_the_story(as_: SignIn, database: Database, county: County) -> None:
    short = made(database, wish_in, county, Status.in_progress)
    long = made(database, wish_in, county, Status.in_progress)
    for number in range(6):
        made(database, act, long, ReportProgress(words=f"第 {number} 天"), county.handler)
    handler = as_("handler")
    handler.opens("/desk")
    with counted() as few:
        handler.reads(short)
    with counted() as many:
        handler.reads(long)
    assert len(few) == len(many) < 40


def test_outcomes_are_offered_by_their_words(as_: SignIn, database: Database, county: County) -> None:
    ticket = made(database, wish_in, county, Status.in_progress)
    page = as_("handler").reads(ticket)
    assert f'value="{Outcome.for_now}"' in page.source and "暂时不能解决，有时间表" in page.words
