"""Photographs, recordings and places through the villagers' API: the same limits and sentences as on the form."""

from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from service.database import Database
from service.rate_limits import SAME_WORDS
from service.tickets.kept_files import Room
from service.tickets.models import Attachment, KeptFile, Ticket, Voice
from service.tickets.voice_kinds import LARGEST
from tests.factories import PHONE, TEXT, TOKEN, County
from tests.service.tickets.photographs import phone_photo, photo
from tests.service.tickets.recordings import film, webm
from tests.support.programs import API, Program, is_problem
from workflows.commands import PHOTOS_MOST

PLACE = "32.310000,108.900000 WGS-84 ±20 m"


@pytest.fixture
def villager(client: TestClient, county: County) -> Program:
    return Program(client)


def sends(villager: Program, *pictures: bytes, voice: bytes = b"", token: str = TOKEN, **fields: str) -> Any:
    files = [("photos", (f"{at}.jpg", each, "image/jpeg")) for at, each in enumerate(pictures)]
    files += [("voice", ("v.webm", voice, "audio/webm"))] if voice else []
    return villager.client.post(f"{API}/links/{token}/files", data=fields, files=files)


def hands_in(villager: Program, key: str | None = None, **fields: Any) -> Any:
    return villager.sends(f"/links/{TOKEN}/wishes", fields, key=key)


def rows(database: Database, kind: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.exec(select(kind).order_by(col(kind.id))))


def test_a_wish_brings_its_photographs_its_recording_and_its_place(villager: Program, database: Database) -> None:
    answer = sends(villager, phone_photo(), photo(width=640), voice=webm(4), keep_position="true")
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert (len(kept["photos"]), kept["seconds"]) == (2, 4)
    named = {"photos": kept["photos"], "voice": kept["voice"]}
    said = hands_in(villager, text=TEXT, phone=PHONE, position="32.31,108.9 WGS-84 ±20 m", **named)
    assert said.status_code == 201, said.text
    (ticket,) = rows(database, Ticket)
    assert (ticket.wish, ticket.position) == (TEXT, PLACE)
    attached = rows(database, Attachment)
    assert [(each.ticket_id, each.keeps_position) for each in attached] == [(ticket.id, True)] * 2
    assert [each.ticket_id for each in rows(database, Voice)] == [ticket.id]
    page = villager.client.get(f"/t/{said.json()['tracking_token']}").text
    assert "您的录音，4 秒" in page and page.count("/photos/") >= 2
    told = villager.gets(f"/wishes/{said.json()['tracking_token']}").json()
    assert villager.client.get(told["voice"]).content == webm(4) and told["answer_photos"] == []
    assert [villager.client.get(each).status_code for each in told["photos"]] == [200, 200]


def test_a_wish_may_be_spoken_only_and_a_village_that_speaks_is_no_flood(villager: Program, database: Database) -> None:
    for second in range(SAME_WORDS.most + 2):
        voice = sends(villager, voice=webm(4) + bytes(second)).json()["voice"]
        assert hands_in(villager, voice=voice).status_code == 201
    assert {each.wish for each in rows(database, Ticket)} == {"（这件心愿是说的，请听录音，4 秒。）"}
    nothing = hands_in(villager, phone=PHONE)
    assert is_problem(nothing, 422)
    assert [(each["field"], each["type"]) for each in nothing.json()["errors"]] == [("text", "missing")]


def test_the_same_key_is_the_same_wish_also_when_its_files_were_sent_twice(
    villager: Program, database: Database
) -> None:
    first, again, other = (sends(villager, photo(), voice=webm(4)).json() for _time in range(3))
    other = sends(villager, photo(width=333), voice=webm(9)).json()
    names = ("photos", "voice")
    hers, same, strange = ({name: kept[name] for name in names} for kept in (first, again, other))
    done = hands_in(villager, "k-1", text=TEXT, position=PLACE, **hers)
    assert done.status_code == 201
    for repeated in (hers, same):
        answer = hands_in(villager, "k-1", text=TEXT, position=PLACE, **repeated)
        assert (answer.status_code, answer.json()) == (200, done.json())
    for changed in ({**hers, "position": None}, {**strange, "position": PLACE}, {"voice": strange["voice"]}):
        assert is_problem(hands_in(villager, "k-1", text=TEXT, **({"position": PLACE} | changed)), 422)
    assert len(rows(database, Ticket)) == 1


def test_what_is_named_and_is_not_there_is_told_and_no_wish_loses_a_photograph_without_a_word(
    villager: Program, database: Database
) -> None:
    kept = sends(villager, photo(), voice=webm(4)).json()
    assert hands_in(villager, text=TEXT, photos=kept["photos"], voice=kept["voice"]).status_code == 201
    for field, named in (
        ("photos", {"photos": kept["photos"]}),
        ("voice", {"voice": kept["voice"]}),
        ("photos", {"photos": ["made-up"]}),
        ("voice", {"voice": kept["photos"][0]}),
    ):
        answer = hands_in(villager, text="另一件事", **named)
        assert is_problem(answer, 422) and answer.json()["field"] == field and "请再传一次" in answer.json()["detail"]
    assert is_problem(hands_in(villager, text=TEXT, photos=["x"] * (PHOTOS_MOST + 1)), 422)
    assert is_problem(hands_in(villager, text=TEXT, position="村口"), 422)
    needs_consent = hands_in(villager, text=TEXT, is_for_other=True)
    assert is_problem(needs_consent, 422) and needs_consent.json()["field"] == "has_consent"
    assert hands_in(villager, text="替邻居说的", is_for_other=True, has_consent=True).status_code == 201
    assert [each.is_for_other for each in rows(database, Ticket)] == [False, True]


def test_a_supplement_brings_its_photographs(villager: Program, database: Database) -> None:
    hers = hands_in(villager, text=TEXT).json()["tracking_token"]
    address = f"{API}/wishes/{hers}/files"
    sent = villager.client.post(address, files=[("photos", ("a.jpg", photo(), "image/jpeg"))])
    assert sent.status_code == 201, sent.text
    named = sent.json()["photos"]
    assert is_problem(villager.sends(f"/wishes/{hers}/commands", {"verb": "expedite"}, photos=named), 422)
    said = villager.sends(f"/wishes/{hers}/commands", {"verb": "supplement", "text": "坏的是这一盏"}, photos=named)
    assert said.status_code == 200, said.text
    (attached,) = rows(database, Attachment)
    (ticket,) = rows(database, Ticket)
    assert attached.ticket_id == ticket.id
    again = villager.sends(f"/wishes/{hers}/commands", {"verb": "supplement", "text": "还有一盏"}, photos=named)
    assert said.json()["version"] == 2 and again.status_code == 200, "it is this wish's already"
    stolen = hands_in(villager, text="另一件", photos=named)
    assert is_problem(stolen, 422)
    spoken = villager.client.post(address, files=[("voice", ("v.webm", webm(4), "audio/webm"))])
    assert is_problem(spoken, 422) and spoken.json()["field"] == "voice"
    elsewhere = villager.client.post(f"{API}/wishes/11111AAAAAAAAAAAAAAAAA/files", files=[("photos", ("a", b"x"))])
    assert is_problem(elsewhere, 404)


# What is refused before anything is written is the same whatever the county's database is.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pictures", "voice", "sentence"),
    [
        ((b"PK\x03\x04" + bytes(300),), b"", "照片"),
        ((photo(),) * (PHOTOS_MOST + 1), b"", f"最多 {PHOTOS_MOST} 张照片"),
        ((), film(), "是录像，这里收不了"),
        ((), webm(4) + bytes(LARGEST), "录音太大了，最多 8 MB"),
        ((), b"", "没有收到照片，也没有收到录音"),
    ],
    ids=["a zip", "too many", "a film", "too heavy", "nothing"],
)
def test_the_sentences_are_those_of_the_form_and_nothing_is_kept(
    villager: Program, database: Database, pictures: tuple[bytes, ...], voice: bytes, sentence: str
) -> None:
    answer = sends(villager, *pictures, voice=voice)
    assert is_problem(answer, 422) and sentence in answer.json()["detail"], answer.text
    assert rows(database, Attachment) == rows(database, Voice) == rows(database, KeptFile) == []


def test_a_closed_link_takes_no_files_and_the_room_for_them_has_an_end(
    villager: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_problem(sends(villager, photo(), token="nobody"), 404)
    assert is_problem(villager.client.post(f"{API}/links/{TOKEN}/wishes", content=b" " * 3_000_000), 413)
    monkeypatch.setattr("service.tickets.kept_files.ROOMS", (Room("place", 0, 0, "nothing at all"),))
    full = sends(villager, photo())
    assert is_problem(full, 429) and "明天再传" in full.json()["detail"]
