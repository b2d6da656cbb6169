"""Who looks at what tells who she is: a number, a voice, an exact place; and where a supervisor reads of it."""

from collections.abc import Callable

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import col, select

from service.rate_limits import LOOK, count_within
from service.tickets.models import Looked, Reveal
from tests.factories import act, later, sign_in
from tests.service.at_once import at_once
from tests.service.tickets.conftest import Villager
from tests.service.tickets.recordings import webm
from tests.support.officials import Official, official
from workflows.commands import Acknowledge, Assign

HERE = "/desk/looks"
PLACE = "32.310000,108.900000 WGS-84 ±20 m"
NOT_WITH_HIM = "当时事情不在他单位手里"
SignIn = Callable[[str], Official]


@pytest.fixture
def as_(app: FastAPI, villager: Villager) -> SignIn:
    return lambda who: official(app, villager.database, getattr(villager.county, who))


@pytest.fixture
def spoken(villager: Villager) -> int:
    """Said aloud from where the telephone is, and handled by the bureau."""
    county = villager.county
    form = {"area": str(county.village), "form_key": "k", "kind": "trouble", "text": "", "position": PLACE}
    villager.client.post(f"/w/{county.link.token}", data=form, files=[("voice", ("v.webm", webm(4), "audio/webm"))])
    ticket_id = villager.tickets()[-1].id or 0
    villager.changes(lambda session: act(session, ticket_id, Assign(unit=county.bureau), county.dispatcher))
    villager.changes(lambda session: act(session, ticket_id, Acknowledge(), county.handler))
    return ticket_id


def looks(villager: Villager) -> list[tuple[Looked, int, bool | None]]:
    with villager.database.reading() as session:
        rows = session.exec(select(Reveal).order_by(col(Reveal.id))).all()
        return [(row.what, row.person_id, row.was_holding) for row in rows]


def test_who_has_the_ticket_plays_it_at_once_and_is_written_down_once_a_day(
    villager: Villager, as_: SignIn, spoken: int, monday: time_machine.Traveller
) -> None:
    handler, who = as_("handler"), villager.county.handler
    page = handler.reads(spoken)
    assert f'src="{handler.address_of(spoken)}/voice"' in page.source and looks(villager) == []
    for _piece in range(3):
        assert handler.opens(f"{handler.address_of(spoken)}/voice").status == 200
    assert looks(villager) == [(Looked.voice, who, True)]
    monday.move_to(later(days=1))
    with villager.database.writing() as session:
        handler.client.cookies.set("weiyuan_session", sign_in(session, who))
    at_once(lambda: handler.opens(f"{handler.address_of(spoken)}/voice").status)
    assert looks(villager) == [(Looked.voice, who, True)] * 2


def test_who_has_it_not_says_first_that_he_wants_to_hear_it(villager: Villager, as_: SignIn, spoken: int) -> None:
    dispatcher, who = as_("dispatcher"), villager.county.dispatcher
    address = dispatcher.address_of(spoken)
    page = dispatcher.reads(spoken)
    assert "录音，4 秒" in page.words and "<audio" not in page.source and "按了才能听" in page.words
    refused = dispatcher.opens(f"{address}/voice")
    assert refused.status == 403 and "请先在工单页上按“听录音”" in refused.words and looks(villager) == []
    page = dispatcher.follow(dispatcher.sends(f"{address}/reveal", what="voice"))
    assert f'src="{address}/voice"' in page.source
    assert dispatcher.opens(f"{address}/voice").answer.content == webm(4)
    assert looks(villager) == [(Looked.voice, who, False)]
    assert as_("wrong_handler").sends(f"{address}/reveal", what="voice").status == 404


def test_an_exact_place_is_shown_to_who_asks_and_to_nobody_by_the_way(
    villager: Villager, as_: SignIn, spoken: int
) -> None:
    handler, address = as_("handler"), as_("handler").address_of(spoken)
    assert "32.31" not in handler.reads(spoken).source
    assert "32.31" not in handler.sends(f"{address}/reveal").source
    page = handler.follow(handler.sends(f"{address}/reveal", what="position"))
    assert PLACE in page.words and "高德、腾讯地图上是" in page.words
    handler.sends(f"{address}/reveal", what="position")
    who = villager.county.handler
    assert looks(villager) == [(Looked.number, who, True), (Looked.position, who, True)]
    assert "32.31" not in as_("dispatcher").reads(spoken).source


def test_nobody_carries_the_numbers_of_a_county_away_in_an_hour(
    villager: Villager, as_: SignIn, spoken: int, monday: time_machine.Traveller
) -> None:
    handler, who = as_("handler"), villager.county.handler
    address = f"{handler.address_of(spoken)}/reveal"
    with villager.database.writing() as session:
        for _look in range(LOOK.most - 1):
            count_within(session, LOOK, str(who), later())
    assert handler.sends(address).status == 200
    refused = handler.sends(address)
    assert refused.status == 429 and "您试得太频繁了" in refused.words and "retry-after" in refused.answer.headers
    assert looks(villager) == [(Looked.number, who, True)]
    assert handler.opens(f"{handler.address_of(spoken)}/voice").status == 200, "what he has in hand he goes on with"
    assert as_("dispatcher").sends(address).status == 200, "others are not held up"
    monday.move_to(later(hours=1))
    assert handler.sends(address).status == 200


def test_a_supervisor_reads_who_looked_and_nobody_else_does(villager: Villager, as_: SignIn, spoken: int) -> None:
    address = as_("handler").address_of(spoken)
    supervisor = as_("supervisor")
    assert "一次也没有" in supervisor.opens(HERE).words and "谁看过号码" not in supervisor.reads(spoken).words
    as_("handler").opens(f"{address}/voice")
    as_("dispatcher").sends(f"{address}/reveal")
    as_("reviewer").sends(f"{address}/reveal", what="position")
    words = supervisor.opens(HERE).words
    for said in ("3 次", "吴海涛", "县交通运输局", "听了录音", "张玉梅", "看了姓名和全号", "李国强", "看了准确位置"):
        assert said in words
    assert words.count(NOT_WITH_HIM) == 2
    outside = supervisor.opens(f"{HERE}?show=outside").words
    assert "2 次" in outside and "吴海涛" not in outside
    assert "张玉梅" not in supervisor.opens(f"{HERE}?show=voice").words
    assert words.index("李国强") < words.index("张玉梅") < words.index("吴海涛")
    assert "查看记录" in supervisor.opens("/desk/registers").words
    beside = supervisor.reads(spoken).words.partition("谁看过号码、录音、位置")[2]
    assert "李国强" in beside and NOT_WITH_HIM in beside
    for who in ("handler", "dispatcher", "administrator"):
        assert as_(who).opens(HERE).status == 403
    assert "谁看过号码" not in as_("dispatcher").reads(spoken).words
