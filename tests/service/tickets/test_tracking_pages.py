"""Her own page: what she reads at each step, what she never reads, and each thing that she may do."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import time_machine
from sqlmodel import Session

from service.sealing import secret_address, tracking_code, tracking_token
from service.tickets.numbers import number_of
from service.tickets.pictures import save_uploads
from tests.factories import NOW, act, later, submit_wish, wish_in
from tests.factories import number_of as number_in
from tests.service.tickets.conftest import Page, Villager, page_of
from tests.service.tickets.photographs import photo, upload
from workflows.actors import system
from workflows.commands import (
    Acknowledge,
    ApproveReply,
    Assign,
    CommandBase,
    Contact,
    Expedite,
    Merge,
    Note,
    Outcome,
    Reply,
    ReportProgress,
    SendBack,
    Supervise,
    Verify,
)
from workflows.statuses import Status

WORDS_FOR = {
    Status.submitted: "清溪镇受理台收到了，今天 16:00 前交给管事的单位",
    Status.assigned: "已经交给县交通运输局，10 月 19 日前给您答复",
    Status.in_progress: "县交通运输局已经看到，10 月 19 日前给您答复",
    Status.replied: "县交通运输局写好了答复，核对后就给您",
    Status.follow_up: "有答复了，请您评一评",
    Status.closed: "要是又坏了、没解决，10 月 27 日前可以要求重新办",
    Status.declined: "没有受理：违反法律法规或公序良俗",
    Status.withdrawn: "您已经撤回了这件事",
    Status.merged: "和别的乡亲说的合在一起办",
}


def wish_at(villager: Villager, status: Status, **fields: object) -> int:
    return int(villager.changes(lambda session: wish_in(session, villager.county, status, NOW, **fields)))


def done(villager: Villager, ticket_id: int, *steps: tuple[CommandBase, int | None], now: datetime = NOW) -> None:
    def all_of(session: Session) -> None:
        for command, who in steps:
            act(session, ticket_id, command, who, now)

    villager.changes(all_of)


def shown(villager: Villager, ticket_id: int) -> Page:
    return villager.opens(page_of(ticket_id))


def buttons(page: Page) -> list[str]:
    return re.findall(r'<form[^>]* action="/t/\w+/(\w+)"', page.source)


# Where it stands


@pytest.mark.parametrize("status", WORDS_FOR, ids=str)
def test_every_step_is_said_in_words_that_a_grandmother_uses(villager: Villager, status: Status) -> None:
    page = shown(villager, wish_at(villager, status))
    assert page.status == 200
    assert WORDS_FOR[status] in page.words
    assert "县交通运输局" in page.words or "清溪镇受理台" in page.words


def test_the_five_steps_say_which_one_is_now(villager: Villager) -> None:
    page = shown(villager, wish_at(villager, Status.in_progress))
    assert [step for step in ("收到了", "派下去", "正在办", "有答复", "您评价") if step in page.words]
    assert re.search(r'aria-current="step">\s*<span class="dot"[^>]*>3</span>\s*<span>正在办', page.source)


def test_the_deadline_says_the_day_how_far_it_is_and_why(villager: Villager, monday: time_machine.Traveller) -> None:
    ticket_id = wish_at(villager, Status.in_progress)
    page = shown(villager, ticket_id)
    assert "10 月 19 日（周一）前" in page.words and "7 天后" in page.words
    assert "5 个工作日，从 10 月 12 日的次日起算，到 10 月 19 日 18:00" in page.words
    monday.move_to(later(days=5))
    assert "后天" in shown(villager, ticket_id).words
    monday.move_to(later(days=9))
    late = shown(villager, ticket_id).words
    assert "县交通运输局还在办，答复晚了" in late and "晚了 1 天" in late


def test_progress_changes_what_she_reads_first(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.in_progress)
    done(villager, ticket_id, (ReportProgress(words="材料星期三到。"), villager.county.handler))
    assert "县交通运输局正在办，10 月 19 日前给您答复" in shown(villager, ticket_id).words


def test_an_address_that_nobody_was_given_is_not_found(villager: Villager) -> None:
    ticket_id = villager.has_said()
    for address in (
        "/t/nosuch",
        f"{page_of(ticket_id)}x",
        f"/t/{secret_address('upload', ticket_id)}",
        "/t/%00",
        page_of(999),
    ):
        page = villager.opens(address)
        assert page.status == 404 and "没有找到您要看的内容" in page.words, address


def test_her_page_tells_its_address_to_nobody(villager: Villager) -> None:
    page = shown(villager, villager.has_said())
    assert page.answer.headers["referrer-policy"] == "no-referrer"
    assert "private" in page.answer.headers["cache-control"]
    assert '<meta name="referrer"' not in page.source


def test_her_name_number_and_place_are_masked_even_for_herself(villager: Villager) -> None:
    page = shown(villager, villager.has_said(name="王秀英", phone="13812345678", place="三组老槐树旁"))
    assert "王**" in page.words and "138****5678" in page.words and "具体位置已记下" in page.words
    assert not any(secret in page.source for secret in ("王秀英", "13812345678", "老槐树"))


def test_it_can_be_read_in_english(villager: Villager) -> None:
    assert villager.opens(f"{page_of(villager.has_said())}?lang=en").status == 200


# What she never reads


def test_what_is_said_inside_stays_inside(villager: Villager) -> None:
    county, secret = villager.county, "不许外传的话"
    ticket_id = wish_at(villager, Status.submitted)
    done(
        villager,
        ticket_id,
        (Note(words=secret), county.dispatcher),
        (Assign(unit=county.bureau, supporting=(county.other_bureau,), note=secret), county.dispatcher),
        (Acknowledge(), county.handler),
        (Contact(is_reached=True, words=secret), county.handler),
        (Verify(words=secret), county.handler),
        (ReportProgress(words=secret, is_public=False), county.handler),
        (Expedite(note=secret), county.dispatcher),
        (Supervise(note=secret), county.supervisor),
        (Reply(outcome=Outcome.resolved, words=secret), county.handler),
        (SendBack(reason=secret), county.reviewer),
    )
    page = shown(villager, ticket_id)
    assert secret not in page.source
    assert "吴海涛" not in page.source and "李国强" not in page.source, "units answer, people do not stand on the page"
    assert (
        "县交通运输局联系了您" in page.words and "县交通运输局到现场看了" in page.words and "上级盯着办" in page.words
    )
    assert "说了办的进展" not in page.words and "退回" not in page.words


def test_a_reply_is_hers_only_once_it_is_approved(villager: Villager) -> None:
    county = villager.county
    ticket_id = wish_at(villager, Status.in_progress)
    reply = Reply(outcome=Outcome.for_now, words="先清理边沟，有事打 13987654321。", promised_for="2026-12-01")
    done(villager, ticket_id, (reply, county.handler))
    before = shown(villager, ticket_id)
    assert "边沟" not in before.source and "12 月 1 日" not in before.words and "有时间表" not in before.words
    done(villager, ticket_id, (ApproveReply(note="同意"), county.reviewer))
    after = shown(villager, ticket_id)
    assert "县交通运输局的答复" in after.words and "先清理边沟，有事打 139****4321。" in after.words
    assert "答应您：12 月 1 日（周二）前办到" in after.words and "暂时不能解决，有时间表" in after.words
    assert "13987654321" not in after.source and "同意" not in after.words
    assert after.source.count("先清理边沟") == 1, "it stands once, not in the story again"


def test_a_reply_that_needs_no_review_is_hers_at_once(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.in_progress, category="seedlings")
    done(villager, ticket_id, (Reply(outcome=Outcome.resolved, words="苗子到了，来领。"), villager.county.handler))
    assert "苗子到了，来领。" in shown(villager, ticket_id).words


def test_an_earlier_answer_stays_in_the_story_when_it_is_handled_again(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.follow_up)
    villager.presses(ticket_id, "rate", satisfaction="dissatisfied", words="第二天又灭了")
    page = shown(villager, ticket_id)
    assert "县交通运输局重新在办" in page.words
    assert "县交通运输局的答复" not in page.words
    assert "路灯已经修好，请您看看。" in page.words and "第二天又灭了" in page.words


def test_reminders_of_the_clock_are_no_news_to_her(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.in_progress)
    villager.changes(lambda session: act(session, ticket_id, Expedite(note="快到期了"), system("due_soon")))
    page = shown(villager, ticket_id)
    assert "催了一次" not in page.words and "快到期了" not in page.source


# Merged


def test_a_merged_wish_follows_the_one_it_joined(villager: Villager) -> None:
    county = villager.county

    def merged(session: Session) -> tuple[int, int]:
        main = submit_wish(session, county, name="李长贵", text="隔壁老李家门口也黑，老李家电话 13711112222")
        mine = submit_wish(session, county, text="我家门口没有路灯")
        act(session, mine, Merge(into=number_in(session, main)), county.dispatcher)
        act(session, main, Assign(unit=county.bureau), county.dispatcher)
        act(session, main, Acknowledge(), county.handler)
        act(session, main, ReportProgress(words="李长贵您好，全村路灯一起换。"), county.handler)
        return main, mine

    main, mine = villager.changes(merged)
    villager.presses(main, "supplement", text="老李补充的话")
    page = shown(villager, mine)
    assert "和别的乡亲说的合在一起办" in page.words and "县交通运输局正在办，10 月 19 日前给您答复" in page.words
    assert "李**您好，全村路灯一起换。" in page.words and "我家门口没有路灯" in page.words
    assert number_of(main, NOW) in page.words
    assert "老李" not in page.words, "what her neighbour said is not hers to read"
    assert tracking_token(main) not in page.source
    assert buttons(page) == []


def test_of_a_private_main_ticket_she_reads_how_far_it_is_and_no_words(villager: Villager) -> None:
    county = villager.county

    def merged(session: Session) -> int:
        main = submit_wish(session, county, text="别让人知道", is_private=True)
        mine = submit_wish(session, county, text="我家门口没有路灯")
        act(session, mine, Merge(into=number_in(session, main)), county.dispatcher)
        act(session, main, Assign(unit=county.bureau), county.dispatcher)
        act(session, main, Acknowledge(), county.handler)
        act(session, main, ReportProgress(words="给老李单独装一盏。"), county.handler)
        act(session, main, Reply(outcome=Outcome.resolved, words="老李家的装好了。"), county.handler)
        act(session, main, ApproveReply(), county.reviewer)
        return mine

    page = shown(villager, villager.changes(merged))
    assert page.status == 200 and "县交通运输局" in page.words
    assert "老李" not in page.source and "别让人知道" not in page.source


# Pictures


def with_picture(villager: Villager, ticket_id: int, command: CommandBase, who: int) -> int:
    """A command of an official with one picture; its id."""

    def perform(session: Session) -> int:
        store = villager.client.app.state.afterwards.store  # type: ignore[attr-defined]
        ids = save_uploads(session, [upload(photo())], who, NOW, store)
        act(session, ticket_id, command.model_copy(update={"photos": tuple(ids)}), who)
        return ids[0]

    return int(villager.changes(perform))


def test_she_sees_the_pictures_on_her_page_and_no_others(villager: Villager) -> None:
    county = villager.county
    ticket_id = wish_at(villager, Status.in_progress)
    public = with_picture(villager, ticket_id, ReportProgress(words="换好了"), county.handler)
    private = with_picture(villager, ticket_id, ReportProgress(words="内部", is_public=False), county.handler)
    evidence = with_picture(villager, ticket_id, Verify(words="内部"), county.handler)
    unapproved = with_picture(
        villager, ticket_id, Reply(outcome=Outcome.resolved, words="换好了，请看"), county.handler
    )
    seen = {
        number: villager.opens(f"{page_of(ticket_id)}/photos/{number}").status
        for number in (public, private, evidence, unapproved, 999, 10**30)
    }
    assert seen == {public: 200, private: 404, evidence: 404, unapproved: 404, 999: 404, 10**30: 404}
    other = villager.has_said()
    assert villager.opens(f"{page_of(other)}/photos/{public}").status == 404
    done(villager, ticket_id, (ApproveReply(), county.reviewer))
    assert villager.opens(f"{page_of(ticket_id)}/photos/{unapproved}").status == 200


def test_until_a_picture_is_clean_a_sheet_stands_in_its_place(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.in_progress)
    number = with_picture(villager, ticket_id, ReportProgress(words="换好了"), villager.county.handler)
    answer = villager.client.get(f"{page_of(ticket_id)}/photos/{number}")
    assert answer.headers["content-type"] == "image/svg+xml" and "正在准备" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_supplement_with_pictures_brings_the_good_ones_back(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.in_progress)
    version = str(villager.version_of(ticket_id))
    address = f"{page_of(ticket_id)}/supplement"
    files = [("photos", ("a.jpg", photo(), "image/jpeg")), ("photos", ("b.pdf", b"%PDF", "image/jpeg"))]
    page = Page(villager.client.post(address, data={"text": "又坏了一盏", "version": version}, files=files))
    assert page.status == 422 and "第 2 张“b.pdf”不是照片" in page.words and "又坏了一盏" in page.value_of("text")
    kept = page.values_of("kept_photos")
    again = villager.client.post(address, data={"text": "又坏了一盏", "version": version, "kept_photos": kept})
    assert again.status_code == 303
    assert [attached.ticket_id for attached in villager.photos()] == [ticket_id]
    assert "又坏了一盏" in shown(villager, ticket_id).words


# What she may do


def test_the_buttons_are_those_that_the_rules_allow_now(villager: Villager) -> None:
    offered = {status: buttons(shown(villager, wish_at(villager, status))) for status in WORDS_FOR}
    assert offered == {
        Status.submitted: ["expedite", "supplement", "withdraw"],
        Status.assigned: ["expedite", "supplement", "withdraw"],
        Status.in_progress: ["expedite", "supplement", "withdraw"],
        Status.replied: ["expedite", "supplement"],
        Status.follow_up: ["rate", "supplement"],
        Status.closed: ["reopen"],
        Status.declined: [],
        Status.withdrawn: [],
        Status.merged: [],
    }


@pytest.mark.parametrize(
    ("status", "verb", "typed", "then", "told"),
    [
        (Status.submitted, "withdraw", {}, Status.withdrawn, "已经撤回"),
        (Status.submitted, "supplement", {"text": "还有一盏"}, Status.submitted, "您补充的话收到了"),
        (Status.in_progress, "expedite", {}, Status.in_progress, "已经替您催了"),
        (Status.follow_up, "rate", {"satisfaction": "satisfied"}, Status.closed, "您的评价记下了"),
        (Status.follow_up, "rate", {"satisfaction": "basically_satisfied"}, Status.closed, "您的评价记下了"),
        (Status.follow_up, "rate", {"satisfaction": "dissatisfied", "words": "没亮"}, Status.in_progress, "您的评价"),
        (Status.closed, "reopen", {"reason": "又灭了"}, Status.in_progress, "收到，这件事重新办"),
    ],
)
def test_each_thing_she_may_do_is_one_press(
    villager: Villager, status: Status, verb: str, typed: dict[str, str], then: Status, told: str
) -> None:
    ticket_id = wish_at(villager, status)
    answer = villager.presses(ticket_id, verb, **typed)
    assert (answer.status, answer.goes_to) == (303, page_of(ticket_id))
    assert villager.tickets()[ticket_id - 1].status is then
    assert told in shown(villager, ticket_id).words


def test_discontent_in_one_tap_asks_what_was_wrong_and_then_starts_again(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.follow_up)
    villager.presses(ticket_id, "rate", satisfaction="dissatisfied")
    page = shown(villager, ticket_id)
    assert "您说没办好，请说说哪里不对" in page.words and "请重新办" in page.words
    villager.presses(ticket_id, "rate", satisfaction="dissatisfied", words="第二天又灭了")
    assert villager.tickets()[ticket_id - 1].status is Status.in_progress


def test_the_same_rating_once_more_is_answered_as_done_and_another_one_is_another(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.follow_up)
    before = villager.tickets()[ticket_id - 1].version
    for _ in range(3):
        answer = villager.presses(ticket_id, "rate", satisfaction="dissatisfied")
        assert (answer.status, answer.goes_to) == (303, page_of(ticket_id))
        assert "您的评价记下了" in shown(villager, ticket_id).words
    assert villager.tickets()[ticket_id - 1].version == before + 1
    villager.presses(ticket_id, "rate", satisfaction="satisfied", is_resolved="false")
    villager.presses(ticket_id, "rate", satisfaction="dissatisfied")
    assert villager.tickets()[ticket_id - 1].version == before + 3, "she may change her mind, and back"


def test_what_she_said_of_the_first_round_is_not_held_against_the_second(villager: Villager) -> None:
    county = villager.county
    ticket_id = wish_at(villager, Status.follow_up)
    villager.presses(ticket_id, "rate", satisfaction="dissatisfied", words="第二天又灭了")
    done(villager, ticket_id, (Reply(outcome=Outcome.resolved, words="换了新线。"), county.handler))
    done(villager, ticket_id, (ApproveReply(), county.reviewer))
    page = shown(villager, ticket_id)
    assert "有答复了，请您评一评" in page.words and "您满意吗？点一下就行" in page.words


def test_satisfied_but_not_resolved_asks_what_is_left(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.follow_up)
    villager.presses(ticket_id, "rate", satisfaction="satisfied", is_resolved="false")
    assert "您说没办好，请说说哪里不对" in shown(villager, ticket_id).words


def test_she_urges_once_a_day(villager: Villager, monday: time_machine.Traveller) -> None:
    ticket_id = wish_at(villager, Status.in_progress)
    villager.presses(ticket_id, "expedite", note="急用")
    page = shown(villager, ticket_id)
    assert "expedite" not in buttons(page) and "您催过 10 月 12 日 10:00" in page.words
    again = villager.presses(ticket_id, "expedite", note="还是急")
    assert again.status == 422 and "已经催过了，一天催一次就够" in again.words and "还是急" in again.words
    monday.move_to(later(days=1, hours=1))
    assert "expedite" in buttons(shown(villager, ticket_id))


def test_after_the_window_nothing_is_reopened(villager: Villager, monday: time_machine.Traveller) -> None:
    ticket_id = wish_at(villager, Status.closed)
    monday.move_to(later(days=16))
    page = shown(villager, ticket_id)
    assert buttons(page) == [] and f"请重新说一件，写上编号 {number_of(ticket_id, NOW)}" in page.words
    refused = villager.presses(ticket_id, "reopen", reason="又灭了")
    assert refused.status == 422 and "可以重办的期限已经过了" in refused.words and "又灭了" in refused.words


def test_a_page_that_is_not_the_latest_is_told_and_the_words_stay(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.assigned)
    old = villager.version_of(ticket_id)
    done(villager, ticket_id, (Acknowledge(), villager.county.handler))
    page = villager.presses(ticket_id, "supplement", version=old, text="水管在桥头")
    assert page.status == 409 and "刚才" in page.words
    assert page.value_of("text") == "水管在桥头" and 'id="supplement" open' in page.source
    assert page.values_of("version") == [str(old + 1)] * 3
    assert villager.presses(ticket_id, "supplement", version=old + 1, text=page.value_of("text")).status == 303


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "１"])
def test_a_page_without_its_version_is_not_the_latest(villager: Villager, version: str) -> None:
    ticket_id = villager.has_said()
    page = Page(villager.client.post(f"{page_of(ticket_id)}/supplement", data={"text": "还有", "version": version}))
    assert page.status == 409 and page.value_of("text") == "还有"


def test_a_second_press_of_the_same_button_is_the_same_act(villager: Villager) -> None:
    ticket_id = villager.has_said()
    first = villager.presses(ticket_id, "supplement", version=1, text="还有一盏")
    second = villager.presses(ticket_id, "supplement", version=1, text="还有一盏")
    assert (first.status, second.status) == (303, 303)
    assert villager.verbs_of(ticket_id) == ["submit", "supplement"]
    assert villager.presses(ticket_id, "supplement", version=1, text="别的话").status == 409


def test_many_presses_at_once_are_one_act(villager: Villager) -> None:
    ticket_id = villager.has_said()
    with ThreadPoolExecutor(6) as fingers:
        presses = [fingers.submit(villager.presses, ticket_id, "supplement", version=1, text="还有") for _ in range(12)]
    assert {press.result().status for press in presses} == {303}
    assert villager.verbs_of(ticket_id) == ["submit", "supplement"]


def test_words_for_what_is_no_longer_offered_are_not_lost(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.closed)
    page = villager.presses(ticket_id, "supplement", text="写了半天的话")
    assert page.status == 409 and "您写的话还在" in page.words and "写了半天的话" in page.words


@pytest.mark.parametrize(
    ("verb", "typed", "sentence"),
    [
        ("supplement", {"text": ""}, "补充的内容"),
        ("supplement", {"text": "长" * 100_000}, "最多写 2000 个字"),
        ("withdraw", {"reason": "长" * 2001}, "最多写 2000 个字"),
    ],
)
def test_what_is_typed_wrongly_is_told_at_its_field(
    villager: Villager, verb: str, typed: dict[str, str], sentence: str
) -> None:
    ticket_id = villager.has_said()
    page = villager.presses(ticket_id, verb, **typed)
    name, value = next(iter(typed.items()))
    assert page.status == 422 and sentence in page.words and page.value_of(name) == value
    assert villager.verbs_of(ticket_id) == ["submit"]


def test_a_rating_that_is_none_is_told(villager: Villager) -> None:
    ticket_id = wish_at(villager, Status.follow_up)
    page = villager.presses(ticket_id, "rate", satisfaction="wonderful", words="好")
    assert page.status == 422 and "您满意吗请从列表里选一个" in page.words and page.value_of("words") == "好"
    assert villager.presses(ticket_id, "rate").status == 422


@pytest.mark.parametrize("verb", ["assign", "close", "note", "submit", "nosuch", "photos"])
def test_what_is_not_hers_to_do_is_not_found(villager: Villager, verb: str) -> None:
    ticket_id = villager.has_said()
    assert villager.presses(ticket_id, verb, unit="1", reason="x", words="x", text="xx").status == 404
    assert villager.verbs_of(ticket_id) == ["submit"]


def test_nobody_acts_on_a_wish_with_a_made_up_address(villager: Villager) -> None:
    villager.has_said()
    answer = villager.client.post("/t/11111AAAAAAAAAAAAAAAAA/withdraw", data={"version": "1"})
    assert answer.status_code == 404


def test_opening_the_address_of_an_act_does_nothing(villager: Villager) -> None:
    ticket_id = villager.has_said()
    assert villager.opens(f"{page_of(ticket_id)}/withdraw").goes_to == f"{page_of(ticket_id)}#withdraw"
    assert villager.verbs_of(ticket_id) == ["submit"]


# By number and code


def asks(villager: Villager, number: str, code: str) -> Page:
    return Page(villager.client.post("/track", data={"number": number, "code": code}))


def test_number_and_code_lead_to_her_page(villager: Villager) -> None:
    ticket_id = villager.has_said()
    number, code = number_of(ticket_id, NOW), tracking_code(ticket_id)
    assert villager.opens("/track").status == 200
    for typed in (number, f" {number} ", number.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))):
        assert asks(villager, typed, f"{code[:3]} {code[3:]}").goes_to == page_of(ticket_id)


def test_a_wrong_code_is_told_with_the_tries_that_are_left(villager: Villager) -> None:
    ticket_id = villager.has_said()
    number, wrong = number_of(ticket_id, NOW), f"{(int(tracking_code(ticket_id)) + 1) % 10**6:06d}"
    first = asks(villager, number, wrong)
    assert first.status == 422 and "对不上" in first.words and "还可以试 4 次" in first.words
    assert (first.value_of("number"), first.value_of("code")) == (number, wrong)
    for _ in range(4):
        last = asks(villager, number, wrong)
    assert "试得太多了" in last.words
    right = asks(villager, number, tracking_code(ticket_id))
    assert right.status == 429 and right.goes_to == ""


def test_after_the_right_code_earlier_mistakes_do_not_count(villager: Villager) -> None:
    ticket_id = villager.has_said()
    number = number_of(ticket_id, NOW)
    for _ in range(3):
        for code in ("000000", "1", tracking_code(ticket_id)):
            answer = asks(villager, number, code)
        assert answer.status == 303


@pytest.mark.parametrize("number", ["", "路灯", "2026", "2026-1", "'; --", "9999-" + "9" * 12, "x" * 1000, "\x00"])
def test_what_is_no_number_is_told(villager: Villager, number: str) -> None:
    page = asks(villager, number, "123456")
    assert page.status == 422 and "像 2026-000123 这样" in page.words


def test_a_number_of_another_year_or_of_nobody_is_answered_like_a_wrong_code(villager: Villager) -> None:
    ticket_id = villager.has_said()
    for number in (number_of(ticket_id, NOW).replace("2026", "2025"), "2026-000999"):
        page = asks(villager, number, tracking_code(ticket_id))
        assert page.status == 422 and "对不上" in page.words


def test_whoever_tries_many_numbers_is_stopped(villager: Villager) -> None:
    answers = [asks(villager, f"2026-{n:06d}", "123456").status for n in range(1, 33)]
    assert answers[-1] == 429 and answers[:30] == [422] * 30
