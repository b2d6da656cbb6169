"""The whistle's pages: who presses what, what everybody reads, and what a form that was refused still knows."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from service import clock
from service.database import Database
from service.directory.models import Appointment, Person, Unit, UnitClass
from service.directory.reference import touch
from service.sealing import tracking_token
from service.whistles import lifecycle
from service.whistles.models import Milestone, Whistle, WhistleCall
from tests.factories import NOW, County, act, actor, add, build_county, later, submit_wish, wish_in
from tests.service.tickets.photographs import phone_photo
from tests.service.whistles.conftest import Scene, blow, do
from tests.support.officials import Official, Page, official, stranger
from workflows import whistle_commands as w
from workflows.commands import Acknowledge, Assign, Reassign
from workflows.statuses import Role, Status
from workflows.whistle_words import WhistleKind, WhistleReason, WhistleStatus

IN_WINTER, IN_SPRING = (str((clock.now() + timedelta(days=far)).date()) for far in (60, 90))
ASKED = "请到村口看路灯，把断了的电缆接上，夜里要亮。"


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def mayor(database: Database, county: County) -> int:
    """The town's principal: he approves."""
    with database.writing() as session:
        person = add(session, Person(login="mayor", name="何正东", created_at=NOW))
        post = Appointment(person_id=person, unit_id=county.town_desk, role=Role.reviewer, is_head=True)
        add(session, post)
        return person


@pytest.fixture
def wish(database: Database, county: County) -> int:
    with database.writing() as session:
        return wish_in(session, county, Status.in_progress, clock.now())


def form(county: County, **fields: object) -> dict[str, object]:
    asked = {"kind": "public_concern", "reason": "beyond_power", "text": ASKED, "lead": county.other_bureau}
    return asked | fields


def blown(
    database: Database, county: County, wish: int, mayor: int, kind: str = "public_concern", **span: float
) -> int:
    """Blown by the principal himself, so that the units are called at once; `span` before this moment."""
    at = clock.now() - (later(**span) - NOW)
    with database.writing() as session:
        command = w.BlowWhistle(
            kind=WhistleKind(kind),
            reason=WhistleReason.beyond_power,
            text=ASKED,
            lead=county.other_bureau,
            supporting=(county.bureau,),
        )
        return lifecycle.blow(session, wish, command, actor(session, wish, mayor), at)


def say(database: Database, whistle: int, command: w.WhistleCommand, person: int) -> None:
    with database.writing() as session:
        lifecycle.perform(session, whistle, command, actor(session, 0, person), clock.now())


def whistle_of(database: Database, whistle: int) -> Whistle:
    with database.reading() as session:
        return session.get_one(Whistle, whistle)


def presses(somebody: Official, whistle: int, verb: str, *, files: object = None, **fields: object) -> Page:
    version = fields.pop("version", whistle_of(somebody.database, whistle).version)
    return somebody.sends(f"/desk/whistles/{whistle}/{verb}", files, version=str(version), verb=verb, **fields)


def only_whistle(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(Whistle.id)).one() or 0


# Blowing


def test_the_button_stands_on_the_ticket_for_those_who_may_blow_and_for_nobody_else(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    town, bureau = official(app, database, county.dispatcher), official(app, database, county.handler)
    assert f"{town.address_of(wish)}/whistle" in town.reads(wish).source
    assert f"{bureau.address_of(wish)}/whistle" not in bureau.reads(wish).source
    assert bureau.opens(f"{bureau.address_of(wish)}/whistle").status == 403


def test_the_form_tells_the_rule_and_the_clock_before_anybody_presses(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    words = official(app, database, county.dispatcher).opens(f"/desk/tickets/{number(database, wish)}/whistle").words
    assert "2 个工作日内报到；镇主要负责人批准后才算吹响" in words
    assert "30 分钟内报到；马上吹响，镇主要负责人事后补批" in words
    assert "答应诉求人的日子不变" in words


def number(database: Database, wish: int) -> str:
    return Official(TestClient(None), database).number(wish)  # type: ignore[arg-type]


def test_a_whistle_goes_from_the_ticket_through_the_principal_to_the_bureau(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int, mayor: int
) -> None:
    town, principal, bureau = (
        official(app, database, person) for person in (county.dispatcher, mayor, county.wrong_handler)
    )
    sent = town.sends(f"{town.address_of(wish)}/whistle", **form(county))
    assert sent.status == 303, sent.words
    assert "等镇主要负责人批准" in town.follow(sent).words
    whistle = only_whistle(database)
    assert bureau.opens(f"/desk/whistles/{whistle}").status == 404, "nobody has called it yet"
    assert "吹哨报到 1 件" in principal.opens("/desk/registers").words, "it waits for him"
    assert "待我批准 1" in principal.opens("/desk/whistles").words
    assert "待我办 0" in town.opens("/desk/whistles").words, "and for nobody else"
    assert principal.opens(f"/desk/whistles/{whistle}").buttons[0] == "approve_whistle"
    assert presses(principal, whistle, "approve_whistle").status == 303
    page = bureau.opens(f"/desk/whistles/{whistle}")
    assert page.buttons[0] == "report_in"
    assert "前报到" in page.words and "1 人说这件事，1 件心愿" in page.words
    assert "待我报到 1" in bureau.opens("/desk/whistles").words
    assert "吹哨报到 1 件" in bureau.opens("/desk/registers").words
    photos = [("photos", ("到场.jpg", phone_photo(), "image/jpeg"))]
    done = presses(bureau, whistle, "report_in", files=photos, is_on_site="true", place="村口", words="老孙来了")
    assert "已报到" in bureau.follow(done).words
    seen = town.opens(f"/desk/whistles/{whistle}")
    assert "按时到了" in seen.words and "到了现场 · 孙丽" in seen.words and "老孙来了" in seen.words
    assert "/photos/" in seen.source
    assert "群众诉求：叫了县农业农村局" in town.reads(wish).words


def test_a_form_with_mistakes_comes_back_with_all_that_was_typed(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    town = official(app, database, county.dispatcher)
    page = town.sends(f"{town.address_of(wish)}/whistle", **form(county, lead="", supporting=county.bureau))
    assert page.status == 400 or page.status == 422, page.status
    assert page.value_of("text") == ASKED
    assert "请填写牵头单位" in page.words or "牵头单位请从列表里选一个" in page.words
    assert re.search(rf'name="supporting" value="{county.bureau}" checked', page.source)
    assert re.search(r'name="kind" value="public_concern"[^>]* checked', page.source)
    assert "党员报到" not in page.words and "双喜村村委会" not in page.words, "the town calls others"


def test_an_unknown_kind_and_a_unit_that_is_called_twice_are_sentences_and_no_failure(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    town = official(app, database, county.dispatcher)
    address = f"{town.address_of(wish)}/whistle"
    assert "没有这一类哨，请重新选择" in town.sends(address, **form(county, kind="party")).words
    twice = town.sends(address, **form(county, supporting=county.other_bureau))
    assert "同一个单位只要吹一次" in twice.words
    assert town.sends(address, **form(county, lead=99999)).status < 500


# Acting


def test_the_office_that_has_the_wish_accepts_and_scores_for_its_town(
    app: FastAPI, client: TestClient, database: Database, county: County, mayor: int
) -> None:
    with database.writing() as session:
        office = Unit(name="清溪镇城建办", short_name="城建办", unit_class=UnitClass.town_office, area_id=county.town)
        unit = add(session, office)
        person = add(session, Person(login="office", name="钱城建", created_at=NOW))
        add(session, Appointment(person_id=person, unit_id=unit, role=Role.handler))
        touch(session)
        wish = submit_wish(session, county, clock.now())
        act(session, wish, Assign(unit=unit), county.dispatcher, clock.now())
        act(session, wish, Acknowledge(), person, clock.now())
    whistle = blown(database, county, wish, mayor)
    say(database, whistle, w.ReportIn(is_on_site=True, place="村口"), county.wrong_handler)
    say(database, whistle, w.CompleteWhistle(words="接好了"), county.wrong_handler)
    somebody = official(app, database, person)
    assert "待我验收 1" in somebody.opens("/desk/whistles").words
    assert presses(somebody, whistle, "accept_whistle").status == 303
    assert "待我打分 1" in somebody.opens("/desk/whistles").words
    score = {"unit": county.other_bureau, "speed": "5", "work": "5", "result": "4"}
    assert presses(somebody, whistle, "score_call", **score).status == 303
    assert "待我打分 0" in somebody.opens("/desk/whistles").words


@pytest.fixture
def whistle(database: Database, county: County, wish: int, mayor: int) -> int:
    return blown(database, county, wish, mayor)


def test_whoever_is_overtaken_is_told_and_keeps_his_words(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    bureau = official(app, database, county.wrong_handler)
    old = whistle_of(database, whistle).version
    assert presses(bureau, whistle, "note_whistle", words="先打电话").status == 303
    page = presses(bureau, whistle, "report_in", version=old, is_on_site="true", place="村口", words="我们五个人都到了")
    assert page.status == 409
    assert page.value_of("words", "report_in") == "我们五个人都到了"
    assert whistle_of(database, whistle).status is WhistleStatus.blown


def test_whoever_comes_to_the_site_says_where_that_is(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    bureau = official(app, database, county.wrong_handler)
    page = presses(bureau, whistle, "report_in", is_on_site="true", place="  ", words="五个人到了")
    assert page.status == 422 and "到了现场的，请写明在哪里。" in page.words
    assert page.value_of("words", "report_in") == "五个人到了"
    assert presses(bureau, whistle, "report_in", is_on_site="false", words="电话里先说").status == 303


def test_a_form_without_its_version_and_an_unknown_verb_are_refused_in_words(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    bureau = official(app, database, county.wrong_handler)
    assert "这张表不完整" in presses(bureau, whistle, "report_in", version="x", is_on_site="true", place="村口").words
    assert presses(bureau, whistle, "blow_whistle").status in {400, 422}
    assert bureau.opens("/desk/whistles/99999999999999999999").status == 404
    assert bureau.opens(f"/desk/whistles/{whistle}/report_in").status == 303


def test_a_unit_that_was_not_called_finds_nothing(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    with database.writing() as session:
        outsider = in_a_new_bureau(session, county)
    somebody = official(app, database, outsider)
    assert somebody.opens(f"/desk/whistles/{whistle}").status == 404
    assert presses(somebody, whistle, "report_in", is_on_site="true").status == 404
    assert "这里没有吹哨" in somebody.opens("/desk/whistles").words


def in_a_new_bureau(session: Session, county: County) -> int:
    unit = Unit(name="县水利局", short_name="县水利局", unit_class=UnitClass.bureau, area_id=county.county)
    person = add(session, Person(login="water", name="江水生", created_at=NOW))
    add(session, Appointment(person_id=person, unit_id=add(session, unit), role=Role.handler))
    touch(session)
    return person


def test_who_is_late_is_said_in_words_and_stands_in_the_list_of_the_supervisor(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int, mayor: int
) -> None:
    late = blown(database, county, wish, mayor, kind="emergency", hours=3)
    page = official(app, database, county.wrong_handler).opens(f"/desk/whistles/{late}")
    assert "还没到，已经晚了 2 小时" in page.words
    assert "县交通运输局还没报到，晚了 2 小时" in page.words and "超期 2 小时" in page.words
    supervisor = official(app, database, county.supervisor)
    assert "县农业农村局、县交通运输局到时间还没报到" in supervisor.opens("/desk/whistles").words
    assert "吹哨报到 1 件" in supervisor.opens("/desk/registers").words
    board = supervisor.opens("/board")
    assert "1 张哨有单位没报到" in board.words
    behind = re.search(r'href="(/desk/whistles[^"]+)"', board.source)
    assert behind is not None
    assert supervisor.opens(behind[1].replace("&amp;", "&")).source.count('class="queue-row') == 1
    assert "正在催" in stranger(app, database).opens(f"/t/{tracking_token(wish)}").words


# The plan


@pytest.fixture
def at_work(database: Database, county: County, whistle: int) -> int:
    say(database, whistle, w.ReportIn(is_on_site=True, place="村口"), county.wrong_handler)
    return whistle


def row(place: int, title: str, unit: int | str, day: str, public: bool = True) -> dict[str, str]:
    shown = {f"public_{place}": "true"} if public else {}
    return {f"title_{place}": title, f"unit_{place}": str(unit), f"day_{place}": day, **shown}


def test_a_plan_is_typed_in_rows_and_the_villager_sees_its_public_steps_only(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int, at_work: int
) -> None:
    bureau = official(app, database, county.wrong_handler)
    page = bureau.opens(f"/desk/whistles/{at_work}")
    assert page.buttons[0] == "plan_work"
    assert page.source.count('name="title_') >= 8
    plan = row(1, "换电缆三百米", county.other_bureau, IN_SPRING) | row(
        4, "谈占地补偿", county.bureau, IN_WINTER, public=False
    )
    done = presses(bureau, at_work, "plan_work", **plan)
    assert done.status == 303, done.words
    words = bureau.follow(done).words
    assert "换电缆三百米" in words and "谈占地补偿" in words and "完成 0 / 2" in words
    assert "分几步做 换电缆三百米 · 县农业农村局 · " in words, "the plan as it was made stays in the story"
    told = stranger(app, database).opens(f"/t/{tracking_token(wish)}").words
    assert "县农业农村局" in told and "换电缆三百米" in told
    assert "谈占地补偿" not in told


def test_a_row_with_a_mistake_says_so_itself_and_all_rows_are_kept(
    app: FastAPI, client: TestClient, database: Database, county: County, at_work: int
) -> None:
    bureau = official(app, database, county.wrong_handler)
    page = presses(
        bureau,
        at_work,
        "plan_work",
        **row(1, "换电缆三百米", county.other_bureau, IN_SPRING),
        **row(2, "装灯", "", "三月", public=False),
    )
    assert page.status >= 400
    assert (page.value_of("title_1"), page.value_of("title_2"), page.value_of("day_1")) == (
        "换电缆三百米",
        "装灯",
        IN_SPRING,
    )
    row_two = page.source.partition('id="title-2"')[2].partition("</fieldset>")[0]
    assert "请填写谁来做" in row_two
    assert 'name="public_2" value="true" checked' not in page.source
    with database.reading() as session:
        assert session.exec(select(Milestone)).all() == []
    assert "至少要 1 个" in presses(bureau, at_work, "plan_work").words


def test_a_milestone_is_reported_from_the_link_beside_it(
    app: FastAPI, client: TestClient, database: Database, county: County, at_work: int
) -> None:
    bureau = official(app, database, county.wrong_handler)
    plan = row(1, "换电缆三百米", county.other_bureau, IN_SPRING) | row(2, "装灯", county.other_bureau, IN_SPRING)
    presses(bureau, at_work, "plan_work", **plan)
    with database.reading() as session:
        last = session.exec(select(Milestone.id).where(Milestone.title == "装灯")).one()
    opened = bureau.opens(f"/desk/whistles/{at_work}?open=report_milestone&milestone={last}")
    assert opened.open_form == "report_milestone"
    assert opened.chosen("milestone", "report_milestone") == str(last)
    done = presses(bureau, at_work, "report_milestone", milestone=last, words="灯都亮了", is_done="true")
    assert "完成 1 / 2" in bureau.follow(done).words and "按时做完" in bureau.follow(done).words
    assert "哪一步 装灯" in bureau.follow(done).words


# The end


def test_the_town_accepts_and_scores_and_the_scores_stand_with_their_number(
    app: FastAPI, client: TestClient, database: Database, county: County, at_work: int, mayor: int
) -> None:
    bureau, town = official(app, database, county.wrong_handler), official(app, database, county.dispatcher)
    presses(bureau, at_work, "plan_work", **row(1, "换电缆三百米", county.other_bureau, IN_SPRING))
    with database.reading() as session:
        step = session.exec(select(Milestone.id)).one()
    presses(bureau, at_work, "report_milestone", milestone=step, words="通了", is_done="true")
    assert presses(bureau, at_work, "complete_whistle", words="都亮了").status == 303
    assert town.opens(f"/desk/whistles/{at_work}").buttons[0] == "accept_whistle"
    assert presses(town, at_work, "accept_whistle").status == 303
    wrong = presses(town, at_work, "score_call", unit=county.other_bureau, speed="9", work="4", result="5")
    assert wrong.status >= 400 and "快不快" in wrong.words
    scored = presses(
        town, at_work, "score_call", unit=county.other_bureau, speed="5", work="4", result="5", words="来得快"
    )
    assert "分数已记下" in town.follow(scored).words
    figures = official(app, database, county.supervisor).opens("/desk/whistles/scores").words
    assert re.search(r"县农业农村局 1 100% 1 / 1 0 0 5\.0 4\.0 5\.0 1", figures), figures


# The register


def test_the_register_goes_on_where_a_page_ends(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    with database.writing() as session:
        model = session.get_one(Whistle, whistle).model_dump(exclude={"id"})
        session.add_all(Whistle.model_validate(model) for _more in range(50))
    supervisor = official(app, database, county.supervisor)
    first = supervisor.opens("/desk/whistles?view=blown")
    further = re.search(r'rel="next" href="([^"]+)"', first.source)
    assert first.source.count('class="queue-row') == 50 and further is not None
    second = supervisor.opens(further[1].replace("&amp;", "&"))
    assert second.source.count('class="queue-row') == 1
    assert "这一页的地址不对" in supervisor.opens("/desk/whistles?view=blown&cursor=x~y").words
    assert supervisor.opens("/desk/whistles?view=nonsense").status == 200


def test_a_lost_session_brings_the_words_back(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    page = official(app, database, county.wrong_handler).sends(
        f"/desk/whistles/{whistle}/report_in?again=1", words="五个人在路上", is_on_site="true", version="1"
    )
    assert page.status == 200 and page.value_of("words", "report_in") == "五个人在路上"
    assert "您已重新登录" in page.words


def test_nothing_is_done_to_calls_of_others(
    app: FastAPI, client: TestClient, database: Database, county: County, whistle: int
) -> None:
    presses(official(app, database, county.handler), whistle, "report_in", is_on_site="false", words="线上")
    with database.reading() as session:
        states = {call.unit_id: call.state.value for call in session.exec(select(WhistleCall))}
    assert states == {county.other_bureau: "called", county.bureau: "reported"}


def test_each_duty_stands_in_the_list_of_whoever_owes_it(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int, mayor: int
) -> None:
    town, ruler, bureau = (
        official(app, database, person)
        for person in (county.dispatcher, county.county_dispatcher, county.wrong_handler)
    )
    town.sends(f"{town.address_of(wish)}/whistle", **form(county))
    whistle = only_whistle(database)
    presses(official(app, database, mayor), whistle, "approve_whistle")
    assert "待我办 1" in bureau.opens("/desk/whistles").words
    with database.writing() as session:
        refusal = w.ContestCall(ground=w.ContestGround.town_can_do_it, words="按规定这件事不归我们管")
        lifecycle.perform(session, whistle, refusal, actor(session, 0, county.wrong_handler), clock.now())
    assert "待我裁定 1" in ruler.opens("/desk/whistles").words
    assert "吹哨报到 1 件" in ruler.opens("/desk/registers").words
    assert "待我办 0" in bureau.opens("/desk/whistles").words
    assert "待我裁定" not in town.opens("/desk/whistles").words, "that is the county's"


def test_a_whistle_that_is_through_has_no_large_button_for_a_note(
    app: FastAPI, client: TestClient, database: Database, scene: Scene
) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        do(session, whistle, w.DismissWhistle(reason="不用来了"), scene.principal)
    page = official(app, database, scene.county.dispatcher).opens(f"/desk/whistles/{whistle}")
    assert 'class="action plain" name="action" id="note_whistle"' in page.source


# The other directions


@pytest.mark.parametrize("kind", ["community", "liaison"])
def test_a_village_calls_its_own_people_and_runs_it_to_the_end_as_a_town_does(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int, kind: str
) -> None:
    with database.writing() as session:
        office = Unit(name="清溪镇党建办", short_name="党建办", unit_class=UnitClass.town_office, area_id=county.town)
        party = add(session, office)
        member = add(session, Person(login="member", name="郑党员", created_at=NOW))
        add(session, Appointment(person_id=member, unit_id=party, role=Role.handler))
        act(session, wish, Reassign(unit=county.village_unit, reason="由村里办"), county.dispatcher)
        act(session, wish, Acknowledge(), county.village_secretary)
        touch(session)
    village, called = official(app, database, county.village_secretary), official(app, database, member)
    page = village.follow(village.sends(f"{village.address_of(wish)}/whistle", **form(county, kind=kind, lead=party)))
    assert "哨吹响了" in page.words
    whistle = only_whistle(database)
    hers = stranger(app, database)
    assert "村里请了下面的单位和人一起来办" in hers.opens(f"/t/{tracking_token(wish)}").words
    assert presses(called, whistle, "report_in", is_on_site="false", words="先在群里问清楚").status == 303
    told = hers.opens(f"/t/{tracking_token(wish)}").words
    assert "在线上接了这件事" in told and "日来了" not in told
    assert presses(called, whistle, "complete_whistle", words="路灯修好了").status == 303
    assert presses(village, whistle, "accept_whistle").status == 303
    scored = {"unit": party, "speed": "5", "work": "4", "result": "5"}
    assert presses(village, whistle, "score_call", **scored).status == 303
    assert "请来的单位已经办完，村里验收过了" in hers.opens(f"/t/{tracking_token(wish)}").words
