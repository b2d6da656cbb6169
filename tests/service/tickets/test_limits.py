"""Every limit of the README's tables is reached on purpose: a plain sentence each time, and no word of hers is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete
from sqlmodel import Session, select

from service import clock
from service.directory.models import Link
from service.models import Attempt
from service.outbox.models import Delivery
from service.outbox.number_pace import turn_of
from service.rate_limits import (
    ENDORSE_FROM,
    FROM_ONE_DEVICE,
    LIMITS,
    LOOK,
    PHONE_SEARCH,
    SAME_WORDS,
    SIGN_IN,
    SIGN_IN_FROM,
    SIGN_IN_OF,
    SMS_A_DAY,
    SMS_A_MINUTE,
    SMS_AN_HOUR,
    SUPPLEMENT,
    TELL_ME,
    TRACKING_CODE,
    TRACKING_FROM,
    WAITED,
    Limit,
    stretch_of,
)
from service.sealing import blind_index, secret_address
from service.tickets.crowds import PATIENCE, Crowd, Sender, new_task, opened_now
from service.tickets.form_limits import FORM_LIMITS
from service.tickets.voice_kinds import LARGEST
from tests.factories import PHONE, TOKEN, number_of
from tests.service.tickets.conftest import Page, Villager, page_of
from tests.service.tickets.photographs import bomb, photo
from tests.service.tickets.recordings import film, wav
from tests.service.tickets.test_crowds import solve
from tests.support.officials import Official, official

FORM = f"/w/{TOKEN}"
LAMP = "村口的路灯坏了三个月。"
HERE = "testclient"
A_CROWD, TOO_OFTEN = "等一分钟再按一次就行", "您试得太频繁了"


class Hand:
    """Leads one limit to its most, and goes one step beyond."""

    def __init__(self, villager: Villager, traveller: time_machine.Traveller) -> None:
        self.villager, self.traveller = villager, traveller
        self.app = villager.client.app
        self.app.state.crowd = Crowd()  # type: ignore[attr-defined]

    def spent(self, limit: Limit, who: str) -> None:
        """As if there had been as many tries as there may be."""
        since, until = stretch_of(limit, clock.now())
        row = Attempt(kind=limit.kind, who=blind_index(who), since=since, until=until, count=limit.most)
        self.villager.changes(lambda session: session.add(row))

    def says(self, number: int, **fields: Any) -> Page:
        return self.villager.says(text=f"第{number}户：{LAMP}", form_key=f"{number} {self.app.state.crowd}", **fields)  # type: ignore[attr-defined]

    def narrow(self) -> None:
        self.app.state.crowd = Crowd(1)  # type: ignore[attr-defined]
        assert self.says(0).status == 303

    def posts(self, path: str, **fields: str) -> Page:
        return Page(self.villager.client.post(path, data=fields))

    def ticket(self) -> int:
        return self.villager.has_said(text=f"又一件：{LAMP}", form_key=str(clock.now()))


def from_one_address(hand: Hand) -> Page:
    hand.narrow()
    return hand.says(1)


def from_one_device(hand: Hand) -> Page:
    def act(session: Session) -> None:
        link = session.exec(select(Link).where(Link.token == TOKEN)).one()
        for number in range(FROM_ONE_DEVICE.most):
            sender = Sender(HERE, f"device {HERE} {HERE}")
            hand.app.state.crowd.admit(session, link, sender, f"wish {number}", clock.now())  # type: ignore[attr-defined]

    hand.villager.changes(act)
    return hand.says(FROM_ONE_DEVICE.most)


def same_words(hand: Hand) -> Page:
    for number in range(SAME_WORDS.most):
        assert hand.villager.says(form_key=f"same {number}").status == 303
    return hand.villager.says(form_key="once more")


def waited(hand: Hand) -> Page:
    hand.narrow()
    task = hand.says(1).value_of("work_task")
    hand.traveller.shift(PATIENCE + timedelta(seconds=1))
    hand.spent(WAITED, HERE)
    page = hand.says(1, work_task=task)
    assert page.value_of("work_task") == task
    return page


def solved(hand: Hand) -> Page:
    hand.narrow()
    task = new_task(clock.now())
    assert hand.says(1, work_task=task, work_answer=solve(task)).status == 303
    return hand.says(2, work_task=task, work_answer=solve(task))


def opened(hand: Hand) -> Page:
    mark = opened_now(clock.now() - PATIENCE)
    assert from_one_device(hand).status == 429
    assert hand.says(100, opened=mark).status == 303
    return hand.says(101, opened=mark)


def tracking(limit: Limit) -> Callable[[Hand], Page]:
    def act(hand: Hand) -> Page:
        ticket_id = hand.ticket()
        number = hand.villager.changes(lambda session: number_of(session, ticket_id))
        hand.spent(limit, number if limit is TRACKING_CODE else HERE)
        return hand.posts("/track", number=number, code="123456")

    return act


def endorse(hand: Hand) -> Page:
    hand.spent(ENDORSE_FROM, HERE)
    return hand.posts(f"{FORM}/endorse", alike=secret_address("alike", hand.ticket()))


def tell_me(hand: Hand) -> Page:
    ticket_id = hand.ticket()
    hand.spent(TELL_ME, str(ticket_id))
    assert hand.posts(f"{page_of(ticket_id)}/tell", phone=PHONE).status == 303
    return hand.villager.opens(page_of(ticket_id))


def supplement(hand: Hand) -> Page:
    ticket_id = hand.ticket()
    hand.spent(SUPPLEMENT, str(ticket_id))
    page = hand.villager.presses(ticket_id, "supplement", text=LAMP)
    assert LAMP in page.value_of("text") and hand.villager.verbs_of(ticket_id) == ["submit"]
    answer = hand.villager.client.post(
        f"/api/v1/wishes/{page_of(ticket_id)[3:]}/commands", json={"verb": "supplement", "text": LAMP}
    )
    assert answer.status_code == 429 and hand.villager.verbs_of(ticket_id) == ["submit"]
    return page


def sign_in_as(limit: Limit, who: str) -> Callable[[Hand], Page]:
    def act(hand: Hand) -> Page:
        hand.spent(limit, who)
        return hand.posts("/sign-in", login="somebody", password="wrong")

    return act


def as_dispatcher(hand: Hand, limit: Limit) -> Official:
    dispatcher = hand.villager.county.dispatcher
    hand.spent(limit, str(dispatcher))
    return official(hand.app, hand.villager.database, dispatcher)  # type: ignore[arg-type]


def phone_search(hand: Hand) -> Page:
    return Page(as_dispatcher(hand, PHONE_SEARCH).client.get(f"/desk?q={PHONE}"))


def look(hand: Hand) -> Page:
    dispatcher, ticket_id = as_dispatcher(hand, LOOK), hand.ticket()
    return Page(dispatcher.client.post(f"{dispatcher.address_of(ticket_id)}/reveal", data={"what": "number"}))


def short_message(limit: Limit) -> Callable[[Hand], Page | None]:
    """Waits for its turn; what a relay does with it is told in its own tests."""

    def act(hand: Hand) -> None:
        now = clock.now()
        hand.spent(limit, PHONE)
        news = Delivery(channel="sms", verb="assign", is_emergency=False)  # type: ignore[call-arg]
        assert hand.villager.changes(lambda session: turn_of(session, news, PHONE, now)) == stretch_of(limit, now)[1]

    return act


BEYOND: dict[str, tuple[Callable[[Hand], Page | None], str]] = {
    "submit from": (from_one_address, A_CROWD),
    "submit by": (from_one_device, A_CROWD),
    "same words": (same_words, "我们都看到了，不用再送"),
    "waited": (waited, A_CROWD),
    "work solved": (solved, A_CROWD),
    "form opened": (opened, A_CROWD),
    "tracking code": (tracking(TRACKING_CODE), TOO_OFTEN),
    "tracking from": (tracking(TRACKING_FROM), TOO_OFTEN),
    "endorse from": (endorse, TOO_OFTEN),
    "tell me": (tell_me, TOO_OFTEN),
    "supplement": (supplement, "今天补充得够多了"),
    "sms a minute": (short_message(SMS_A_MINUTE), ""),
    "sms an hour": (short_message(SMS_AN_HOUR), ""),
    "sms a day": (short_message(SMS_A_DAY), ""),
    "sign-in": (sign_in_as(SIGN_IN, f"{HERE}\nsomebody"), TOO_OFTEN),
    "sign-in of": (sign_in_as(SIGN_IN_OF, "somebody"), TOO_OFTEN),
    "sign-in from": (sign_in_as(SIGN_IN_FROM, HERE), TOO_OFTEN),
    "phone search": (phone_search, "按电话号码查得太多了"),
    "look": (look, TOO_OFTEN),
}
"""For each row of the table: what goes one step beyond it, and what is said then."""


def test_every_limit_of_the_table_is_told_in_a_sentence_and_loses_no_word(
    villager: Villager, monday: time_machine.Traveller
) -> None:
    assert set(BEYOND) == {row.kind for row in LIMITS}
    for row in LIMITS:
        villager.changes(lambda session: session.execute(delete(Attempt)))
        act, sentence = BEYOND[row.kind]
        page = act(Hand(villager, monday))
        if page is None:
            continue
        assert sentence in page.words, (row.kind, page.words[:300])
        assert page.status in ({200, 429} if row.kind != "same words" else {422}), row.kind
        if sentence in {A_CROWD, "我们都看到了，不用再送"}:
            assert LAMP in page.value_of("text") and page.value_of("form_key"), row.kind


def photographs(*files: tuple[str, bytes]) -> Callable[[Villager], Page]:
    return lambda villager: villager.says(files=list(files))


def recorded(name: str, content: bytes) -> Callable[[Villager], Page]:
    def act(villager: Villager) -> Page:
        data = {"area": str(villager.county.village), "text": LAMP}
        return Page(villager.client.post(FORM, data=data, files=[("voice", (name, content, "audio/mpeg"))]))

    return act


FILM = b"\0\0\0\x18ftypmp42" + bytes(40 * 1024 * 1024)
TOO_MUCH: dict[str, Callable[[Villager], Page]] = {
    "photographs": photographs(*((f"{n}.jpg", photo(width=40 + n % 60)) for n in range(200))),
    "a photograph's bytes": photographs(("重.jpg", photo() + bytes(21 * 1024 * 1024))),
    "a photograph's size": photographs(("b.png", bomb())),
    "a film among the photographs": photographs(("film.mp4", FILM)),
    "what is no photograph": photographs(("照片.jpg", b"PK\x03\x04" + bytes(500))),
    "a recording's length": recorded("长.wav", wav(181)),
    "a recording's bytes": recorded("重.wav", wav(10) + bytes(LARGEST)),
    "a film as a recording": recorded("film.mp4", film()),
    "what is no recording": recorded("声音.mp3", b"PK\x03\x04" + bytes(500)),
    "her words": lambda villager: villager.says(text=LAMP * 1000),
    "a place outside of the link": lambda villager: villager.says(area="elsewhere"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_a_form_must_not_bring_is_named_beside_its_field_and_her_words_are_there(villager: Villager) -> None:
    assert set(TOO_MUCH) == {row.key for row in FORM_LIMITS}
    for row in FORM_LIMITS:
        page = TOO_MUCH[row.key](villager)
        pieces = [piece for piece in re.split(r"{\w+}", row.sentence) if piece]
        assert page.status == 422 and all(piece in page.words for piece in pieces), (row.key, page.words[:300])
        assert LAMP in page.value_of("text") and 'class="error"' in page.source, row.key
    assert villager.tickets() == []
