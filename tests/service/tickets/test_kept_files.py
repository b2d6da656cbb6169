"""What lies here of forms that came back has its room; beyond it she chooses once more, and no word of hers is lost."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from starlette.testclient import TestClient

from service.database import Database
from service.tickets import kept_files
from service.tickets.darkroom import tidy_pictures
from service.tickets.kept_files import MIB, ROOMS, Room
from service.tickets.models import KeptFile
from service.tickets.picture_store import ORIGINALS, PictureStore
from service.tickets.voices import VOICES
from tests.factories import TOKEN, later
from tests.service.tickets.conftest import Page, Villager, page_of
from tests.service.tickets.photographs import photo
from tests.service.tickets.recordings import webm

LAMP = "村口的路灯坏了三个月。"

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ONE = ("one.jpg", photo(width=300))
TWO = ("two.jpg", photo(width=310))
THREE = ("three.jpg", photo(width=320))
OTHERWISE = {
    "device": [("192.0.2.1", "A"), ("192.0.2.1", "A")],
    "address": [("192.0.2.1", "A"), ("192.0.2.1", "B")],
    "place": [("192.0.2.1", "A"), ("192.0.2.2", "B")],
}
"""Two senders whom only this row takes for one, or who share what it counts."""


def at(villager: Villager, address: str, agent: str) -> Villager:
    app = villager.client.app
    client = TestClient(app, client=(address, 50_000), headers={"user-agent": agent}, follow_redirects=False)
    return Villager(client, villager.database, villager.county)


def store_of(villager: Villager) -> PictureStore:
    store: PictureStore = villager.client.app.state.afterwards.store  # type: ignore[attr-defined]
    return store


def files_in(villager: Villager, kind: str = ORIGINALS) -> int:
    return len(list(store_of(villager).listing(kind)))


def sends_back(villager: Villager, *files: tuple[str, bytes], **fields: Any) -> Page:
    """A form whose telephone number is wrong comes back for sure."""
    page = villager.says(files=list(files), phone="12", **fields)
    assert page.status == 422 and page.value_of("text") == LAMP
    return page


@pytest.fixture
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The table with room for two photographs in one of its rows: by their number, or by their size."""
    room: Room
    room, by = request.param
    small = replace(room, files=2) if by == "files" else replace(room, size=len(ONE[1]) + len(TWO[1]) + 10)
    monkeypatch.setattr(kept_files, "ROOMS", tuple(small if each is room else each for each in ROOMS))
    return small


@pytest.mark.parametrize(
    "narrow",
    [*((room, "files") for room in ROOMS), (ROOMS[0], "size")],
    indirect=True,
    ids=lambda row: f"{row[0].of} {row[1]}",
)
def test_beyond_the_room_the_form_comes_back_without_the_photograph_and_says_so(
    villager: Villager, narrow: Room
) -> None:
    first, second = (at(villager, *sender) for sender in OTHERWISE[narrow.of])
    kept = sends_back(first, ONE, TWO).values_of("kept_photos")
    page = sends_back(second, THREE, kept_photos=[])
    assert "这次没能替您留着" in page.words and "您写的字都在" in page.words and "data-lost" in page.source
    assert len(kept) == 2 and page.values_of("kept_photos") == [] and files_in(villager) == 2
    if narrow.of != "place":
        elsewhere = sends_back(at(villager, "198.51.100.7", "C"), THREE)
        assert len(elsewhere.values_of("kept_photos")) == 1 and "data-lost" not in elsewhere.source
    assert second.says(files=[THREE]).status == 303, "what is sent is no matter of this room"
    first.has_said(text="灯又坏了一盏。", kept_photos=kept)
    assert len(sends_back(second, THREE).values_of("kept_photos")) == 1, "what was sent takes no room any more"


def test_there_is_room_for_forty_neighbours_with_one_model_and_for_the_heaviest_form() -> None:
    by_name = {room.of: room for room in ROOMS}
    assert list(by_name) == ["device", "address", "place"] and set(OTHERWISE) == set(by_name)
    assert by_name["device"].files >= 40 * 5 and by_name["device"].size >= 9 * 20 * MIB
    for narrower, wider in pairwise(ROOMS):
        assert narrower.files < wider.files and narrower.size < wider.size


@pytest.mark.parametrize("narrow", [(ROOMS[0], "files")], indirect=True)
@on_one_database
def test_her_voice_goes_before_photographs_for_it_may_be_all_that_she_said(villager: Villager, narrow: Room) -> None:
    sends_back(villager, ONE)
    data = {"area": str(villager.county.village), "phone": "12", "text": ""}
    files = [("photos", ("b.jpg", TWO[1])), ("voice", ("v.webm", webm(4)))]
    page = Page(villager.client.post(f"/w/{TOKEN}", data=data, files=files))
    assert page.value_of("kept_voice") and page.values_of("kept_photos") == []
    files = [("voice", ("v.webm", webm(5)))]
    page = Page(villager.client.post(f"/w/{TOKEN}", data=data, files=files))
    assert page.value_of("kept_voice") == "" and "再选一次" in page.words
    assert (files_in(villager), files_in(villager, VOICES)) == (1, 1)


@pytest.mark.parametrize("narrow", [(ROOMS[2], "files")], indirect=True)
@on_one_database
def test_a_supplement_that_comes_back_has_its_room_as_well(villager: Villager, narrow: Room) -> None:
    ticket_id = villager.has_said()
    for number, name in enumerate((ONE, TWO, THREE), 1):
        files = [("photos", (name[0], name[1], "image/jpeg"))]
        page = Page(
            villager.client.post(f"{page_of(ticket_id)}/supplement", data={"version": "7", "text": LAMP}, files=files)
        )
        assert page.status == 409 and LAMP in page.words
        assert files_in(villager) == min(number, 2)
    assert "这次没能替您留着" in page.words


@on_one_database
def test_pressing_again_and_again_with_what_is_kept_takes_no_more_room(villager: Villager) -> None:
    kept = sends_back(villager, ONE).values_of("kept_photos")
    for _again in range(3):
        assert sends_back(villager, kept_photos=kept).values_of("kept_photos") == kept
    assert len(kept_rows(villager.database)) == 1


@on_one_database
def test_a_wish_that_is_sent_twice_frees_no_room_for_what_it_does_not_take(villager: Villager) -> None:
    villager.has_said()
    kept = sends_back(villager, ONE).values_of("kept_photos")
    assert villager.says(kept_photos=kept).status == 303 and len(villager.tickets()) == 1
    assert [row.ticket_id for row in villager.photos()] == [None] and len(kept_rows(villager.database)) == 1


def test_what_lay_a_day_is_swept_with_its_marks_which_name_nobody(villager: Villager) -> None:
    sender = at(villager, "192.0.2.1", "Mozilla/5.0 (V2001A)")
    sends_back(sender, ONE)
    data = {"area": str(villager.county.village), "phone": "12"}
    sender.client.post(f"/w/{TOKEN}", data=data, files=[("voice", ("v.webm", webm(4)))])
    rows = kept_rows(villager.database)
    assert len(rows) == 2 and not any(word in str(rows) for word in ("192.0.2.1", "V2001A", TOKEN))
    assert tidy_pictures(villager.database, later(), store_of(villager)) == 0 and len(kept_rows(villager.database)) == 2
    tidy_pictures(villager.database, later() + timedelta(days=400), store_of(villager))
    assert kept_rows(villager.database) == [] and villager.photos() == []
    assert (files_in(villager), files_in(villager, VOICES)) == (0, 0)


@on_one_database
def test_when_the_database_is_busy_her_words_come_back_all_the_same(
    villager: Villager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("insert", None, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(Database, "together", busy)
        page = villager.says(files=[ONE])
    assert page.status == 503 and page.value_of("text") == LAMP and "再选一次" in page.words
    assert files_in(villager) == 0


def kept_rows(database: Database) -> list[KeptFile]:
    with database.reading() as session:
        return list(session.exec(select(KeptFile)))
