"""The public wall: what anybody reads there without signing in, and what nobody finds."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
import time_machine
from sqlmodel import select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Category
from service.directory.reference import touch
from service.reports.figures import refresh_figures
from service.sealing import tracking_token
from service.tickets.models import Ticket
from service.wall.queries import PAGE
from tests.factories import NOW, PHONE, County, act, later, submit_wish
from tests.service.wall.conftest import WORDS
from workflows import commands as c
from workflows.actors import system
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.wall_commands import Publish, TakeDown

Put = Callable[..., int]
ATOM = "{http://www.w3.org/2005/Atom}"


def words(client: TestClient, path: str = "/wall") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


def test_nothing_stands_there_until_an_official_has_approved_it(
    client: TestClient, database: Database, county: County
) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    assert "路灯坏了" not in words(client) and "这里还没有" in words(client)


def test_anybody_reads_the_words_the_village_and_the_answer_and_no_name(client: TestClient, published: Put) -> None:
    published(Status.follow_up, name="李秀英", place="老槐树旁")
    told = words(client)
    assert WORDS in told and "清溪镇双喜村" in told and "路灯已经修好，请您看看。" in told and "已解决" in told
    assert not any(secret in told for secret in ("李秀英", "老槐树", PHONE, "2026-0", "交通运输局"))


def test_an_answer_that_names_her_is_masked_on_the_wall(
    client: TestClient, database: Database, county: County, published: Put
) -> None:
    wish = published(Status.in_progress, name="李秀英", place="老槐树旁")
    reply = c.Reply(outcome=c.Outcome.resolved, words=f"已到李秀英家，三组老槐树旁的灯修好了，电话 {PHONE}。")
    with database.writing() as session:
        act(session, wish, reply, county.handler)
    assert "修好了" not in words(client), "nobody reads an answer before its reviewer does"
    with database.writing() as session:
        act(session, wish, c.ApproveReply(), county.reviewer)
    told = words(client)
    assert "已到李**家，某组…的灯修好了" in told and not any(part in told for part in ("秀英", "三组", "槐树", PHONE))


def test_each_stands_in_its_column_and_stays_there_for_one_that_is_asked_for(
    client: TestClient, published: Put
) -> None:
    for status, said in ((Status.assigned, "想修水渠"), (Status.deferred, "想修大桥"), (Status.closed, "想装路灯")):
        published(status, said)
    assert all(said in words(client) for said in ("想修水渠", "想修大桥", "想装路灯"))
    for stage, said in (("wished", "想修水渠"), ("doing", "想修大桥"), ("done", "想装路灯")):
        told = words(client, f"/wall?stage={stage}")
        assert [each for each in ("想修水渠", "想修大桥", "想装路灯") if each in told] == [said]


def test_taken_down_or_withdrawn_it_is_gone_at_once(
    client: TestClient, database: Database, county: County, published: Put
) -> None:
    one, other = published(words="想修水渠"), published(words="想修大桥")
    with database.writing() as session:
        act(session, one, TakeDown(reason="她改了主意"), county.reviewer)
        act(session, other, c.Withdraw())
        assert session.get_one(Ticket, other).wall_text is None
    assert "想修" not in words(client)


def test_what_she_kept_for_officials_cannot_be_put_up_by_anybody(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, is_private=True)
        with pytest.raises(Refused):
            act(session, wish, Publish(words=WORDS), county.dispatcher)


def test_the_words_are_masked_once_more_when_they_are_saved(database: Database, published: Put) -> None:
    wish = published(words="村里的路灯坏了，找张小明，好修灯")
    with database.reading() as session:
        assert session.get_one(Ticket, wish).wall_text == "村里的路灯坏了，找张**，好修灯"


def test_a_town_shows_its_own_and_a_village_has_no_wall(client: TestClient, county: County, published: Put) -> None:
    published(words="想修水渠")
    assert "想修水渠" in words(client, f"/wall/{county.town}")
    assert client.get(f"/wall/{county.village}").status_code == 404
    assert client.get("/wall/999").status_code == 404


def test_a_search_finds_chinese_words_of_the_wall_and_none_that_were_left_out(
    client: TestClient, database: Database, county: County, published: Put
) -> None:
    published(words="村口的路灯坏了", text="三组村口的路灯坏了，旁边是老张家的羊圈。")
    with database.writing() as session:
        submit_wish(session, county, text="路灯坏了也没有人看见这一句")
    found = words(client, "/wall?q=路灯")
    assert "村口的路灯坏了" in found and "没有人看见" not in found
    assert "村口的路灯坏了" not in words(client, "/wall?q=羊圈"), "a search tells nothing that the wall does not"
    published(words="学校门口要有一盏太阳能灯", text="娃娃放学看不见路。")
    assert "太阳能灯" in words(client, "/wall?q=太阳能"), "the words that an official has added are found, too"
    assert "墙上没有找到这样的心愿" in words(client, "/wall?q=%EF%BC%9F")
    assert "村口的路灯坏了" in words(client, "/wall?category=lamps&q=路灯")
    assert "村口的路灯坏了" not in words(client, "/wall?category=seedlings")


def test_pages_follow_each_other_without_a_gap_or_a_repetition(client: TestClient, published: Put) -> None:
    for number in range(PAGE + 3):
        published(words=f"想修的水渠之{chr(0x4E00 + number)}")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        told = client.get("/api/v1/wall", params={"stage": "doing", **({"cursor": cursor} if cursor else {})}).json()
        seen += [each["words"] for each in told["wishes"]]
        cursor = told["cursor"]
    assert len(seen) == len(set(seen)) == PAGE + 3
    page = client.get("/wall?stage=doing").text
    assert page.count("<article") == PAGE and "往后看" in page
    assert client.get("/wall?stage=doing&cursor=nonsense").status_code == 422


def test_the_rates_stand_there_with_their_definitions(client: TestClient, database: Database, published: Put) -> None:
    published(Status.closed)
    refresh_figures(database, NOW)
    told = words(client)
    assert "办结率 100.00% 1 / 1" in told and "征集到的全部心愿" in told
    assert "综合得分" not in told


def test_programs_read_the_same_by_json(client: TestClient, county: County, published: Put) -> None:
    published(Status.follow_up)
    told = client.get("/api/v1/wall", params={"area": county.town}).json()
    [wish] = told["wishes"]
    assert (told["area"], wish["words"], wish["place"], wish["category"]) == ("清溪镇", WORDS, "清溪镇双喜村", "路灯")
    assert (wish["stage"], wish["outcome"], wish["days"], wish["endorsements"]) == ("done", "resolved", 0, 0)


def test_an_old_wish_says_when_it_was_said_and_what_became_of_the_promise(
    client: TestClient, database: Database, county: County, published: Put, monday: time_machine.Traveller
) -> None:
    promised, _waiting = published(words="想要一百株苗子"), published(words="想修大桥")
    answer = c.Reply(outcome=c.Outcome.for_now, words="下个月送来", promised_for=later(days=30).date())
    with database.writing() as session:
        act(session, promised, answer, county.handler, later(days=3))
        act(session, promised, c.ApproveReply(), county.reviewer, later(days=3))
    monday.move_to(later(days=4))
    told = words(client)
    assert "10 月 12 日说的，过了 3 天有答复" in told and "4 天前说的" in told
    assert "11 月 11 日（周三）前办到" in told and "还没有办到" not in told
    monday.move_to(later(days=400))
    with database.writing() as session:
        act(session, promised, c.BreakPromise(), system("promise_broken"), later(days=31))
    told = words(client)
    assert "2026 年 10 月 12 日说的，过了 3 天有答复" in told and "2026 年 10 月 12 日说的，到今天 400 天" in told
    assert "2026 年 11 月 11 日（周三）前办到 过了日子，还没有办到" in told
    with database.writing() as session:
        act(session, promised, c.KeepPromise(words="苗子已经送到家里"), county.handler, later(days=399))
    assert "前办到 办到了" in words(client)
    read = {each["words"]: each for each in client.get("/api/v1/wall").json()["wishes"]}
    kept, still = read["想要一百株苗子"], read["想修大桥"]
    assert (kept["said_on"], kept["days"], kept["promise"]) == ("2026-10-12", 3, "kept")
    assert (still["said_on"], still["days"], still["promise"]) == ("2026-10-12", 400, None)
    feed = client.get("/wall/feed").text.replace("\u00a0", " ")
    assert "2026 年 10 月 12 日说的" in feed and "前办到 · 办到了" in feed and f"{later(days=399):%Y-%m-%d}" in feed


def test_the_feed_is_atom_and_says_what_came_of_it(client: TestClient, published: Put) -> None:
    published(Status.follow_up, words="路灯坏了 <b>&")
    answer = client.get("/wall/feed")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    [entry] = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "路灯坏了 <b>&"
    [content] = entry.findall(f"{ATOM}content")
    assert content.get("type") == "xhtml" and "路灯已经修好" in "".join(content.itertext())
    assert None not in (root.findtext(f"{ATOM}id"), root.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}id"))


def test_a_category_may_have_any_sign_in_its_name(client: TestClient, database: Database, published: Put) -> None:
    published()
    with database.writing() as session:
        lamps = session.exec(select(Category).where(Category.key == "lamps")).one()
        lamps.name = "路灯{0}{灯.__class__} 100%"
        touch(session)
    for path in ("/wall", "/wall/feed", "/api/v1/wall"):
        answer = client.get(path)
        assert (answer.status_code, "路灯{0}{灯.__class__} 100%" in answer.text) == (200, True), path


@pytest.mark.parametrize("path", ["/wall", "/wall/feed", "/api/v1/wall"])
def test_an_answer_keeps_for_a_minute_and_is_not_sent_twice(
    client: TestClient, database: Database, county: County, published: Put, path: str
) -> None:
    wish = published()
    refresh_figures(database, NOW)
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=60"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with database.writing() as session:
        act(session, wish, TakeDown(reason="她改了主意"), county.dispatcher)
    assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_an_answer_of_an_earlier_round_is_not_shown_as_if_it_were_enough(
    client: TestClient, database: Database, county: County, published: Put
) -> None:
    wish = published(Status.closed)
    with database.writing() as session:
        act(session, wish, c.Reopen(reason="又不亮了"), None, later(days=1))
    told = words(client, "/wall?stage=doing")
    assert WORDS in told and "请您看看" not in told


def test_the_villager_reads_that_it_stands_there_and_comes_there_from_her_page(
    client: TestClient, published: Put
) -> None:
    page = client.get(f"/t/{tracking_token(published())}").text
    assert "把这件事写上了公示墙，没有您的名字" in page and 'href="/wall"' in page
