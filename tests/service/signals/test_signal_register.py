"""The register of signals: found from real tickets at night, looked at by a supervisor by day."""

import io
from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import col, select

from service.database import Database
from service.jobs import Surroundings
from service.sealing import tracking_token
from service.security import SESSION_COOKIE
from service.settings import Settings
from service.signals.finding import look_for_signals
from service.signals.models import SignalFinding, SignalTicket
from service.tickets import picture_kinds
from service.tickets.models import RatingMark
from service.tickets.rating_marks import KEPT, forget_old_marks
from tests.factories import NOW, County, act, build_county, later, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.service.tickets.photographs import photo, scene
from tests.support.officials import BROWSER, Official, official
from workflows.commands import Contact, Reply
from workflows.signals import BY_NAME, NEAR
from workflows.statuses import Status

HERE = "/desk/signals"


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def supervisor(app: FastAPI, client: object, database: Database, county: County) -> Official:
    return official(app, database, county.supervisor)


def answered(database: Database, county: County, count: int = 5) -> list[int]:
    """With the same words each, and without a word to the villager before."""
    with database.writing() as session:
        return [
            wish_in(session, county, Status.follow_up, phone=f"1381234{number:04}", text=f"第{number}盏路灯坏了")
            for number in range(count)
        ]


def night(database: Database, **span: float) -> Surroundings:
    return Surroundings(database, Settings(), later(**({"days": 1} | span)))


def found(database: Database) -> dict[str, SignalFinding]:
    with database.reading() as session:
        return {row.signal: row for row in session.exec(select(SignalFinding).order_by(col(SignalFinding.id)))}


def test_what_looks_alike_is_found_once_a_month_with_its_tickets(database: Database, county: County) -> None:
    wishes = answered(database, county)
    first, second = at_once(lambda: look_for_signals(night(database)))
    assert first.failed == second.failed == 0
    look_for_signals(night(database, days=2))
    rows = found(database)
    assert set(rows) == {"same_words", "without_contact"}
    same = rows["same_words"]
    assert (same.unit_id, same.count, same.total, same.month) == (county.bureau, 5, 5, "2026-10")
    with database.reading() as session:
        behind = select(SignalTicket.ticket_id).where(SignalTicket.finding_id == same.id)
        assert sorted(session.exec(behind)) == sorted(wishes)
    look_for_signals(night(database, days=26))
    with database.reading() as session:
        months = select(SignalFinding.month).where(SignalFinding.signal == "same_words")
        assert sorted(session.exec(months)) == ["2026-10", "2026-11"]


def test_a_word_to_the_villager_and_words_of_ones_own_are_no_signal(database: Database, county: County) -> None:
    with database.writing() as session:
        for number in range(5):
            wish = wish_in(session, county, Status.in_progress)
            act(session, wish, Contact(is_reached=True), county.handler, later(hours=5))
            words = f"{'一二三四五'[number]}组的{'灯管线杆泵'[number]}换了新的，今晚会亮"
            act(session, wish, Reply(outcome="resolved", words=words), county.handler, later(hours=6))
    look_for_signals(night(database))
    assert found(database) == {}
    with database.writing() as session:
        for number in range(5):
            wish = wish_in(session, county, Status.in_progress)
            act(session, wish, Contact(is_reached=False), county.handler, later(hours=5))
            words = f"{'六七八九十'[number]}组的{'灯管线杆泵'[number]}换了新的，今晚会亮"
            act(session, wish, Reply(outcome="resolved", words=words), county.handler, later(hours=6))
    look_for_signals(night(database))
    assert found(database)["without_contact"].count == 5


def test_a_supervisor_looks_and_says_what_it_is_and_then_it_stays(
    supervisor: Official, database: Database, county: County
) -> None:
    answered(database, county)
    look_for_signals(night(database))
    assert "防造假台账 2" in supervisor.opens("/desk/registers").words
    listed = supervisor.opens(HERE).words
    assert "答复雷同" in listed and "5 / 5 件" in listed and "不自动扣分" in listed
    same = found(database)["same_words"]
    page = supervisor.opens(f"{HERE}/{same.id}").words
    assert "第3盏路灯坏了" in page and "也可能是" in page and "13812340003" not in page

    again = supervisor.sends(f"{HERE}/{same.id}", outcome="", words="都是同一批路灯，一起换的")
    assert again.status == 422 and "请选一项" in again.words
    assert again.value_of("words") == "都是同一批路灯，一起换的"
    short = supervisor.sends(f"{HERE}/{same.id}", outcome="innocent", words="好")
    assert short.status == 422 and "请写一句" in short.words

    done = supervisor.sends(f"{HERE}/{same.id}", outcome="innocent", words="都是同一批路灯，一起换的")
    assert "记下了" in supervisor.follow(done).words
    assert "答复雷同" not in supervisor.opens(HERE).words.partition("看哪些迹象")[0]
    assert "都是同一批路灯" in supervisor.opens(f"{HERE}/{same.id}").words
    assert "答复雷同" in supervisor.opens(f"{HERE}?show=looked_at").words.partition("看哪些迹象")[0]
    assert supervisor.sends(f"{HERE}/{same.id}", outcome="wrong", words="再看一遍").status == 409

    answered(database, county, 3)
    look_for_signals(night(database))
    kept = found(database)["same_words"]
    assert (kept.count, kept.words) == (5, "都是同一批路灯，一起换的")


def test_only_supervisors_see_it_and_an_address_that_was_made_up_leads_nowhere(
    app: FastAPI, supervisor: Official, database: Database, county: County
) -> None:
    for person in (county.head, county.dispatcher, county.administrator):
        other = official(app, database, person)
        assert other.opens(HERE).status == 403
        assert "防造假台账" not in other.opens("/desk/registers").words
    assert supervisor.opens(f"{HERE}/999999").status == 404
    assert supervisor.opens(f"{HERE}/{10**30}").status == 422
    assert supervisor.sends(f"{HERE}/{10**30}", outcome="wrong", words="看过了").status == 422
    assert supervisor.opens(f"{HERE}?cursor=-1").status == 422
    assert "一条也没有" in supervisor.opens(HERE).words


def rate(client: TestClient, database: Database, ticket_id: int, **cookies: str) -> None:
    with database.reading() as session:
        version = ticket_of(session, ticket_id).version
    client.cookies.clear()
    client.cookies.update(cookies)
    sent = client.post(
        f"/t/{tracking_token(ticket_id)}/rate", data={"version": str(version), "satisfaction": "satisfied"}
    )
    assert sent.status_code in {200, 303}, sent.text


def test_ratings_of_many_people_from_one_device_or_beside_an_official_are_seen(
    app: FastAPI, client: TestClient, database: Database, county: County
) -> None:
    wishes = answered(database, county, 4)
    client.headers.update(BROWSER)
    with time_machine.travel(later(hours=9), tick=True):
        for wish in wishes[:3]:
            rate(client, database, wish)
        rate(client, database, wishes[3], **{SESSION_COOKIE: "somebody is signed in here"})
    with database.reading() as session:
        marks = session.exec(select(RatingMark)).all()
    assert len(marks) == 4 and len({mark.device for mark in marks}) == 1
    assert [mark.was_signed_in for mark in marks] == [False, False, False, True]
    assert all("testclient" not in mark.device for mark in marks)
    look_for_signals(night(database))
    rows = found(database)
    assert rows["one_device"].count == 4 and rows["by_officials"].count == 1
    with database.writing() as session:
        assert forget_old_marks(session, NOW + KEPT) == 0
        assert forget_old_marks(session, NOW + KEPT + timedelta(days=1)) == 4


def test_like_pictures_have_like_fingerprints_and_others_have_not() -> None:
    pictures = (photo("JPEG", 640, 480), photo("JPEG", 1600, 1200), _jpeg(scene().rotate(180)))
    small, large, turned = (int(picture_kinds.cleaned(each, "image/jpeg").fingerprint, 16) for each in pictures)
    assert (small ^ large).bit_count() <= NEAR < (small ^ turned).bit_count()
    assert BY_NAME["same_photo"].least == 2


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return file.getvalue()
