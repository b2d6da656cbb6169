"""A wish that is spoken: what is taken, how long it is, who hears it, and what is said of what cannot be taken."""

from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from service.rate_limits import SAME_WORDS
from service.sealing import tracking_token
from service.security import SESSION_COOKIE
from service.tickets.models import Voice
from service.tickets.voice_kinds import LARGEST, measured
from service.tickets.voices import VOICES, tidy_voices
from tests.factories import TOKEN, later, number_of, sign_in
from tests.service.tickets.conftest import Page, Villager, page_of
from tests.service.tickets.recordings import RECORDINGS, film, m4a, wav, webm
from workflows.refusals import Refused

FORM = f"/w/{TOKEN}"


def speaks(villager: Villager, content: bytes, name: str = "voice.webm", **fields: str) -> Page:
    data = {"area": str(villager.county.village), "form_key": "spoken", "kind": "trouble", "text": ""} | fields
    return Page(villager.client.post(FORM, data=data, files=[("voice", (name, content, "audio/webm"))]))


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_kind_that_phones_make_is_taken_with_its_length(name: str) -> None:
    content, media_type, seconds = RECORDINGS[name]
    found = measured(content, len(content), name)
    assert (found.media_type, found.seconds) == (media_type, seconds)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04" + bytes(200), "不是录音，或者坏了"),
        (b"", "不是录音，或者坏了"),
        (webm(4)[:60], "不是录音，或者坏了"),
        (m4a(4)[:70], "不是录音，或者坏了"),
        (b"#!AMR\n", "不是录音，或者坏了"),
        (film(), "是录像，这里收不了"),
        (wav(181), "录音有 181 秒，最多 180 秒"),
        (wav(10) + bytes(LARGEST), "录音太大了，最多 8 MB"),
    ],
    ids=["a zip", "nothing", "half a webm", "half an m4a", "no frames", "a film", "too long", "too heavy"],
)
def test_what_cannot_be_taken_is_told_in_a_plain_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        measured(content, len(content), "声音.m4a")
    assert sentence in refused.value.sentence.format(**refused.value.values)


def test_a_wish_that_is_spoken_only_says_so_and_is_heard_by_officials_and_by_her(villager: Villager) -> None:
    answer = speaks(villager, webm(4))
    (ticket,) = villager.tickets()
    assert answer.goes_to == f"/r/{tracking_token(ticket.id or 0)}"
    assert ticket.wish == ticket.public_text == "（这件心愿是说的，请听录音，4 秒。）"
    hers = villager.opens(page_of(ticket.id or 0))
    assert "您的录音，4 秒" in hers.words
    heard = villager.client.get(f"{page_of(ticket.id or 0)}/voice", headers={"Range": "bytes=0-3"})
    assert (heard.status_code, heard.content) == (206, webm(4)[:4])
    assert heard.headers["content-range"] == f"bytes 0-3/{len(webm(4))}"
    assert heard.headers["content-type"] == "audio/webm"
    desk = f"/desk/tickets/{official_reads(villager, ticket.id or 0)}"
    page = Page(villager.client.get(desk))
    assert "录音，4 秒" in page.words and f'src="{desk}/voice"' in page.source
    assert villager.client.get(f"{desk}/voice").content == webm(4)


def official_reads(villager: Villager, ticket_id: int) -> str:
    with villager.database.writing() as session:
        villager.client.cookies.set(SESSION_COOKIE, sign_in(session, villager.county.dispatcher))
        return number_of(session, ticket_id)


def test_nobody_else_hears_it(villager: Villager, client: TestClient) -> None:
    speaks(villager, webm(4))
    (ticket,) = villager.tickets()
    with villager.database.reading() as session:
        number = number_of(session, ticket.id or 0)
    assert client.get(f"/desk/tickets/{number}/voice", follow_redirects=False).status_code in {303, 401}
    assert client.get("/t/11111AAAAAAAAAAAAAAAAA/voice").status_code == 404


def test_pressing_twice_is_one_wish_and_another_recording_is_another(villager: Villager) -> None:
    assert speaks(villager, webm(4)).goes_to == speaks(villager, webm(4)).goes_to
    assert speaks(villager, webm(9)).goes_to != speaks(villager, webm(4)).goes_to
    assert len(villager.tickets()) == 2


def test_a_village_that_speaks_is_no_flood_of_one_text(villager: Villager) -> None:
    """All of these say the same in writing: that they are spoken, and for how long."""
    answers = [speaks(villager, webm(4) + bytes(n), form_key=f"form {n}") for n in range(SAME_WORDS.most + 2)]
    assert {answer.status for answer in answers} == {303} and len(villager.tickets()) == len(answers)


def test_a_recording_that_was_fine_comes_back_with_the_form(villager: Villager) -> None:
    page = speaks(villager, webm(4), phone="12")
    assert page.status == 422 and "刚才的录音已经收到" in page.words
    kept = page.value_of("kept_voice")
    data = {"area": str(villager.county.village), "form_key": "spoken", "text": "", "kept_voice": kept}
    assert Page(villager.client.post(FORM, data=data)).status == 303
    assert villager.tickets()[0].wish == "（这件心愿是说的，请听录音，4 秒。）"


def test_a_bad_recording_leaves_her_words_in_the_form(villager: Villager) -> None:
    page = speaks(villager, b"PK\x03\x04", "账本.zip", text="路灯坏了")
    assert page.status == 422 and "“账本.zip”不是录音" in page.words and page.value_of("text") == "路灯坏了"
    assert villager.tickets() == []


def test_what_a_phone_writes_beside_the_sound_is_blotted_out(villager: Villager) -> None:
    speaks(villager, m4a(4, place=b"+32.3100+108.9000/"), "语音.m4a")
    (ticket,) = villager.tickets()
    heard = villager.client.get(f"{page_of(ticket.id or 0)}/voice").content
    assert b"+32.31" not in heard and len(heard) == len(m4a(4, place=b"+32.3100+108.9000/"))


def test_recordings_of_forms_that_were_never_sent_are_forgotten(villager: Villager) -> None:
    speaks(villager, webm(4), phone="12")
    speaks(villager, webm(9), form_key="kept")
    store = villager.client.app.state.afterwards.store  # type: ignore[attr-defined]
    assert tidy_voices(villager.database, later(), store) == 0
    tidy_voices(villager.database, later() + timedelta(days=400), store)
    with villager.database.reading() as session:
        assert [voice.seconds for voice in session.exec(select(Voice))] == [9]
    assert len(list(store.listing(VOICES))) == 1
