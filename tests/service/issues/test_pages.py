"""The pages of issues: grouped by ticking, answered with one press, read by anybody, and no slower for sixty."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from service.database import Database
from service.issues.models import Issue, IssueAnswer
from service.sealing import secret_address, tracking_token
from service.tickets.models import Ticket, TicketEvent
from tests.factories import County, act, later, submit_wish
from tests.service.issues.conftest import TITLE, Grouping
from tests.support.officials import Official, Page, official, stranger
from tests.support.queries import counted
from workflows.commands import ApproveReply, SendBack
from workflows.issue_commands import DescribeIssue
from workflows.issue_words import IssueStatus
from workflows.statuses import Status

ROAD = "运石料的大车把干线公路压坏了，坑坑洼洼"
ROADS = [f"{ROAD}，{where}" for where in ("校车都不敢走", "摩托车摔了好几回", "下雨全是泥水", "救护车进不来")]


@pytest.fixture(autouse=True)
def monday(grouping: Grouping) -> Iterator[None]:
    with time_machine.travel(later(hours=1), tick=True):
        yield


@pytest.fixture
def dispatcher(app: FastAPI, client: TestClient, database: Database, county: County) -> Official:
    return official(app, database, county.county_dispatcher)


@pytest.fixture
def handler(app: FastAPI, client: TestClient, database: Database, county: County) -> Official:
    return official(app, database, county.handler)


def roads(grouping: Grouping, *statuses: Status) -> list[int]:
    return [grouping.wishes(status, text=words)[0] for status, words in zip(statuses, ROADS, strict=False)]


def asks(who: Official, grouping: Grouping, issue: int, verb: str, **fields: str) -> Page:
    version = fields.pop("version", str(grouping.issue(issue).version))
    return who.sends(f"/desk/issues/{issue}/{verb}", version=version, **fields)


def only_issue(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(Issue.id)).one() or 0


def test_what_is_searched_for_is_ticked_and_becomes_an_issue(
    dispatcher: Official, grouping: Grouping, database: Database
) -> None:
    mine, its = roads(grouping, Status.in_progress, Status.submitted)
    grouping.wishes(Status.in_progress, text="自来水停了两天")
    page = dispatcher.opens("/desk/issues?q=公路压坏了")
    assert page.status == 200 and ROADS[0] in page.words and "自来水" not in page.words
    made = dispatcher.sends(
        "/desk/issues", title=TITLE, public_text="", tickets=[grouping.number(mine), grouping.number(its)]
    )
    issue = only_issue(database)
    assert made.goes_to == f"/desk/issues/{issue}"
    shown = dispatcher.follow(made)
    assert TITLE in shown.words and grouping.number(mine) in shown.words and "立好了" in shown.words
    assert TITLE in dispatcher.opens("/desk/issues").words
    beside = dispatcher.reads(its)
    assert TITLE in beside.words and f"/desk/issues/{issue}" in beside.source and "归入共性问题" in beside.words


def test_three_alike_within_thirty_days_are_suggested_and_no_more_once_grouped(
    dispatcher: Official, grouping: Grouping
) -> None:
    wishes = roads(grouping, *[Status.in_progress] * 2)
    assert "可能是一件事" not in dispatcher.opens("/desk/issues").words
    wishes += roads(grouping, Status.submitted)
    grouping.wishes(Status.submitted, text="自来水停了两天，老人挑水不方便")
    page = dispatcher.opens("/desk/issues")
    assert "可能是一件事" in page.words and "自来水" not in page.words
    assert sorted(re.findall(r'name="tickets" value="([\d-]+)" checked', page.source)) == [
        grouping.number(wish) for wish in wishes
    ]
    grouping.creates(*wishes)
    assert "可能是一件事" not in dispatcher.opens("/desk/issues").words


def test_the_title_that_is_offered_says_no_words_that_were_for_officials_only_and_no_name(
    dispatcher: Official, grouping: Grouping
) -> None:
    """It stands on a page that anybody reads, and is accepted with one press."""
    fields = {"name": "王桂兰", "text": f"王桂兰家门口也一样。{ROADS[0]}"}
    (shared,) = grouping.wishes(Status.in_progress, **fields)
    grouping.wishes(Status.submitted, text=ROADS[1], is_private=True)
    (private,) = grouping.wishes(Status.submitted, text=f"不要让村支书晓得。{ROADS[2]}", is_private=True)
    page = dispatcher.opens("/desk/issues")
    assert "可能是一件事" in page.words and page.value_of("title") == "王**家门口也一样"
    assert dispatcher.opens(f"/desk/issues?like={grouping.number(shared)}").value_of("title") == "王**家门口也一样"
    page = dispatcher.opens(f"/desk/issues?like={grouping.number(private)}")
    assert "不要让村支书晓得" in page.words and page.value_of("title") == ""


def test_endorsements_count_as_wishes_do_but_one_wish_alone_is_no_common_matter(
    dispatcher: Official, grouping: Grouping, database: Database
) -> None:
    (alone,) = grouping.wishes(Status.in_progress, text="自来水停了两天，老人挑水不方便")
    first, _second = roads(grouping, *[Status.in_progress] * 2)
    with database.writing() as session:
        session.get_one(Ticket, alone).endorsements = 5
    assert "可能是一件事" not in dispatcher.opens("/desk/issues").words
    with database.writing() as session:
        session.get_one(Ticket, first).endorsements = 1
    page = dispatcher.opens("/desk/issues")
    assert "可能是一件事" in page.words and ROADS[0] in page.words and "自来水" not in page.words


def test_old_wishes_are_not_suggested(dispatcher: Official, grouping: Grouping, database: Database) -> None:
    with database.writing() as session:
        for words in ROADS[:3]:
            submit_wish(session, grouping.county, later(days=-31), text=words)
    assert "可能是一件事" not in dispatcher.opens("/desk/issues").words


def test_from_a_ticket_one_gets_to_others_like_it_and_that_one_is_ticked(
    dispatcher: Official, grouping: Grouping
) -> None:
    mine, _its = roads(grouping, Status.in_progress, Status.submitted)
    link = f"/desk/issues?like={grouping.number(mine)}"
    assert link in dispatcher.reads(mine).source
    page = dispatcher.opens(link)
    assert ROADS[0] in page.words and ROADS[1] in page.words
    ticked = re.findall(r'name="tickets" value="([\d-]+)" checked', page.source)
    assert grouping.number(mine) in ticked


def test_what_is_refused_comes_back_with_what_was_ticked(dispatcher: Official, grouping: Grouping) -> None:
    (mine,) = roads(grouping, Status.in_progress)
    page = dispatcher.sends("/desk/issues", title=TITLE, tickets=grouping.number(mine))
    assert page.status == 422 and "至少要有两件" in page.words and f'value="{TITLE}"' in page.source
    assert f'value="{grouping.number(mine)}" checked' in page.source
    assert dispatcher.sends("/desk/issues", title=TITLE).status == 422
    assert dispatcher.sends("/desk/issues", title=TITLE, tickets="2026-999999 nonsense").status == 422


def test_the_same_in_other_towns_is_shown_and_joins(
    dispatcher: Official, grouping: Grouping, database: Database
) -> None:
    issue = grouping.creates(*roads(grouping, Status.in_progress, Status.in_progress))
    with database.writing() as session:
        there = submit_wish(session, grouping.county, text=ROADS[3], area=grouping.other_town)
    page = dispatcher.opens(f"/desk/issues/{issue}")
    assert "白河镇" in page.words and ROADS[3] in page.words
    assert asks(dispatcher, grouping, issue, "join_issue", tickets=grouping.number(there)).status == 303
    assert there in grouping.members(issue)
    page = dispatcher.opens(f"/desk/issues/{issue}")
    assert re.search(r"清溪镇\s+2\s", page.words) and re.search(r"白河镇\s+1\s", page.words)


def test_the_same_is_found_though_each_says_it_in_other_words_and_the_closest_comes_first(
    dispatcher: Official, grouping: Grouping, database: Database
) -> None:
    members = [
        *grouping.wishes(Status.in_progress, text="国道上全是坑，我家孩子上学摔了两回，盼着早点补好"),
        *grouping.wishes(Status.in_progress, text="拉石料的货车天天过，路面压得稀烂，老人不敢出门"),
    ]
    issue = grouping.creates(*members, title="国道被拉石料的大货车压坏")
    near, far = "省道让拉石料的大货车碾得不成样子，三轮车陷在里头", "门口的水泥路压得裂了，想请人来看一看"
    with database.writing() as session:
        for words in (far, near, "合作医疗的钱今年怎么还没有到账"):
            submit_wish(session, grouping.county, text=words, area=grouping.other_town)
    shown = dispatcher.opens(f"/desk/issues/{issue}").words
    assert near in shown and "合作医疗" not in shown
    assert far not in shown or shown.index(near) < shown.index(far)


def test_a_wish_is_taken_out_by_a_link_and_a_reason(dispatcher: Official, grouping: Grouping) -> None:
    first, second, third = roads(grouping, *[Status.in_progress] * 3)
    issue = grouping.creates(first, second, third)
    form = dispatcher.opens(f"/desk/issues/{issue}?open=leave_issue&ticket={grouping.number(third)}")
    assert f'value="{grouping.number(third)}"' in form.source
    refused = asks(dispatcher, grouping, issue, "leave_issue", ticket=grouping.number(third), reason="")
    assert refused.status == 422 and grouping.number(third) in refused.source
    done = asks(dispatcher, grouping, issue, "leave_issue", ticket=grouping.number(third), reason="说的是支路")
    assert done.status == 303 and grouping.members(issue) == [first, second]
    assert (
        "说的是支路" in dispatcher.reads(third).words
        and "说的是支路" in dispatcher.opens(f"/desk/issues/{issue}").words
    )


def test_an_old_page_and_a_strange_verb_are_refused(dispatcher: Official, grouping: Grouping) -> None:
    issue = grouping.creates(*roads(grouping, Status.in_progress, Status.in_progress))
    assert asks(dispatcher, grouping, issue, "end_issue", reason="修好了", version="7").status == 409
    assert asks(dispatcher, grouping, issue, "end_issue", reason="修好了", version="x").status == 422
    assert asks(dispatcher, grouping, issue, "blow_up").status == 422
    assert dispatcher.opens("/desk/issues/999").status == dispatcher.opens("/desk/issues/99999999999999").status == 404
    assert dispatcher.opens(f"/desk/issues/{issue}?cursor=x").status == 422
    assert dispatcher.opens(f"/desk/issues/{issue}/answers/1").status == 404


def test_whoever_has_nothing_to_do_with_it_finds_nothing(
    app: FastAPI, client: TestClient, database: Database, grouping: Grouping, handler: Official
) -> None:
    issue = grouping.creates(*roads(grouping, Status.in_progress, Status.in_progress))
    somebody = official(app, database, grouping.county.wrong_handler)
    assert somebody.opens(f"/desk/issues/{issue}").status == 404
    assert asks(somebody, grouping, issue, "end_issue", reason="不归我们管").status == 404
    assert asks(somebody, grouping, issue, "answer_issue", outcome="explained", words="不归我们管").status == 404
    assert TITLE not in somebody.opens("/desk/issues").words
    assert handler.opens(f"/desk/issues/{issue}").status == 200, "its unit has a wish in it"
    assert asks(handler, grouping, issue, "end_issue", reason="修好了").status == 403


# One act answers all

WORDS = "您说的{place}那段路（{number}）上周修好了，{date}说的坑都补上了。"


def answered(page: Page, who: Official) -> Page:
    assert page.status == 303, page.words
    return who.follow(page)


def test_one_act_answers_each_in_the_words_of_its_place(
    dispatcher: Official, handler: Official, grouping: Grouping, database: Database
) -> None:
    first, second, unread, waiting = roads(
        grouping, Status.in_progress, Status.in_progress, Status.assigned, Status.replied
    )
    there = grouping.elsewhere()
    issue = grouping.creates(first, second, unread, waiting, there)
    amendments = f"{grouping.number(second)} 您家门口的水沟也通了。"
    page = answered(
        asks(handler, grouping, issue, "answer_issue", outcome="resolved", words=WORDS, amendments=amendments), handler
    )
    assert "答复了 3 件" in page.words and "县交通运输局还没有签收" in page.words and "另有答复在审核" in page.words
    for wish in (first, second, there):
        assert grouping.ticket(wish).status is Status.replied
    assert grouping.issue(issue).status is IssueStatus.answered
    told = {wish: handler.reads(wish).words for wish in (first, second, there)}
    assert f"您说的清溪镇双喜村那段路（{grouping.number(first)}）" in told[first] and "水沟" not in told[first]
    assert "您家门口的水沟也通了。" in told[second] and "您说的白河镇那段路" in told[there]
    assert handler.verbs_of(first)[-1] == "reply"


def test_pressed_again_it_goes_on_where_it_stopped_and_answers_nobody_twice(
    handler: Official, grouping: Grouping, database: Database, county: County
) -> None:
    first, second, late = roads(grouping, Status.in_progress, Status.in_progress, Status.assigned)
    issue = grouping.creates(first, second, late)
    page = asks(handler, grouping, issue, "answer_issue", outcome="resolved", words="路修好了，请看看。")
    with database.writing() as session:
        act(session, first, SendBack(reason="请写清楚修了哪一段"), county.reviewer)
    assert handler.presses(late, "acknowledge").status == 303
    shown = handler.follow(page)
    assert "答复了 2 件" in shown.words and "还有 1 件可以接着答复" in shown.words
    again = handler.follow(handler.sends(page.goes_to))
    assert "这次答复了 1 件" in again.words and "答复了 3 件" in again.words
    assert grouping.ticket(first).status is Status.in_progress, "what was sent back is mended by a person"
    handler.sends(page.goes_to)
    with database.reading() as session:
        assert len(session.exec(select(IssueAnswer)).all()) == 3
        replies = session.exec(select(TicketEvent.ticket_id).where(col(TicketEvent.verb) == "reply")).all()
    assert sorted(replies) == [first, second, late]


def test_each_villager_is_still_asked_by_himself(
    handler: Official, grouping: Grouping, database: Database, county: County
) -> None:
    first, second = roads(grouping, Status.in_progress, Status.in_progress)
    issue = grouping.creates(first, second)
    asks(handler, grouping, issue, "answer_issue", outcome="resolved", words="路修好了，请看看。")
    with database.writing() as session:
        act(session, first, ApproveReply(), county.reviewer)
    assert grouping.ticket(first).status is Status.follow_up
    assert grouping.ticket(second).status is Status.replied


MISTAKES = [
    {"outcome": "resolved", "words": "您{name}说的路修好了。"},
    {"outcome": "for_now", "words": "明年六月修好。"},
    {"outcome": "for_now", "words": "早就修好了。", "promised_for": "2020-01-01"},
    {"outcome": "resolved", "words": "路修好了。", "amendments": "没有编号的一行"},
    {"outcome": "perhaps", "words": "路修好了。"},
]


@pytest.mark.parametrize("said", MISTAKES, ids=lambda said: "-".join(said.values()))
def test_an_answer_that_cannot_be_said_answers_nobody_and_comes_back(
    handler: Official, grouping: Grouping, said: dict[str, str]
) -> None:
    first, second = roads(grouping, Status.in_progress, Status.in_progress)
    issue = grouping.creates(first, second)
    page = asks(handler, grouping, issue, "answer_issue", **said)
    assert page.status == 422 and said["words"] in page.words
    assert grouping.ticket(first).status is Status.in_progress and grouping.issue(issue).status is IssueStatus.open


def test_an_answer_from_an_old_page_is_a_conflict(handler: Official, grouping: Grouping) -> None:
    issue = grouping.creates(*roads(grouping, Status.in_progress, Status.in_progress))
    page = asks(handler, grouping, issue, "answer_issue", outcome="resolved", words="路修好了。", version="9")
    assert page.status == 409 and "路修好了。" in page.words


# What anybody may read


def test_the_public_page_tells_the_matter_and_of_nobody(
    app: FastAPI, client: TestClient, database: Database, grouping: Grouping
) -> None:
    first, second = roads(grouping, Status.in_progress, Status.in_progress)
    issue = grouping.creates(first, second, grouping.elsewhere())
    grouping.asks(
        issue,
        DescribeIssue(title=TITLE, public_text="分段修，先保通。电话13900001111", expected_on=later(days=30).date()),
    )
    villager = stranger(app, database)
    tracked = villager.opens(f"/t/{tracking_token(first)}")
    assert "3 件心愿放在一起办" in tracked.words
    address = f"/i/{secret_address('issue', issue)}"
    assert address in tracked.source
    page = villager.opens(address)
    assert page.status == 200
    for words in (TITLE, "分段修，先保通。", "清溪镇", "2 件", "白河镇", "11 月 11 日"):
        assert words in page.words, words
    assert "13900001111" not in page.source and "13812345678" not in page.source
    assert grouping.number(first) not in page.source and ROAD not in page.words
    assert tracking_token(first) not in page.source


def test_an_address_that_was_made_up_leads_nowhere(
    app: FastAPI, client: TestClient, database: Database, grouping: Grouping
) -> None:
    issue = grouping.creates(*roads(grouping, Status.in_progress, Status.in_progress))
    villager = stranger(app, database)
    assert villager.opens(f"/i/{secret_address('tracking', issue)}").status == 404
    assert villager.opens("/i/1").status == villager.opens(f"/i/{secret_address('issue', 999)}").status == 404


# However many there are


def test_an_issue_of_sixty_asks_the_database_no_more_than_one_of_three(
    dispatcher: Official, grouping: Grouping, database: Database
) -> None:
    few = grouping.creates(*roads(grouping, *[Status.in_progress] * 3))
    with database.writing() as session:
        many = [submit_wish(session, grouping.county, text=f"{ROAD}，第 {house} 户") for house in range(60)]
    large = grouping.creates(*many)
    sizes = {}
    for issue in (few, large):
        dispatcher.opens(f"/desk/issues/{issue}")
        with counted() as statements:
            page = dispatcher.opens(f"/desk/issues/{issue}")
        sizes[issue] = len(statements)
        assert page.status == 200
    assert sizes[few] == sizes[large]
    first = dispatcher.opens(f"/desk/issues/{large}")
    further = re.search(r'rel="next" href="([^"]+)"', first.source)
    assert further is not None and "60 件" in first.words
    second = dispatcher.opens(further[1])
    shown = {number for page in (first, second) for number in map(grouping.number, many) if number in page.source}
    assert len(shown) == 60


def test_a_whistle_for_all_is_offered_to_whoever_may_blow_it(
    dispatcher: Official, handler: Official, grouping: Grouping
) -> None:
    first, second = roads(grouping, Status.in_progress, Status.in_progress)
    issue = grouping.creates(first, second)
    link = f"/desk/tickets/{grouping.number(first)}/whistle?issue={issue}"
    town = official(dispatcher.client.app, grouping.database, grouping.county.dispatcher)  # type: ignore[arg-type]
    assert link in town.opens(f"/desk/issues/{issue}").source
    assert link not in handler.opens(f"/desk/issues/{issue}").source
