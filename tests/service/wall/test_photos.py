"""Photographs on the wall: only the two that an official chose, only while the wish stands there, and of no other."""

import re

from sqlmodel import col, select
from starlette.testclient import TestClient

from service import clock
from service.database import Database
from service.security import SESSION_COOKIE
from service.tickets.darkroom import prepare_pictures
from service.tickets.models import Attachment, Ticket, TicketEvent
from service.tickets.picture_store import store_at
from service.wall.photos import photo_url
from tests.factories import TOKEN, County, act, number_of, sign_in
from tests.service.tickets.photographs import photo
from workflows.wall_commands import Publish, TakeDown


def a_wish_with_photos(client: TestClient, database: Database, county: County, *colours: int) -> tuple[int, list[int]]:
    files = [("photos", (f"{each}.jpg", photo(width=600 + each), "image/jpeg")) for each in colours]
    fields = {"kind": "trouble", "text": "村口的路灯坏了。", "area": str(county.village), "form_key": f"key {colours}"}
    assert client.post(f"/w/{TOKEN}", data=fields, files=files).status_code == 303
    prepare_pictures(database, clock.now(), store_at(client.app.state.settings.files_url))  # type: ignore[attr-defined]
    with database.reading() as session:
        ticket = session.exec(select(Ticket.id).order_by(col(Ticket.id).desc())).first()
        photos = session.exec(select(Attachment.id).where(Attachment.ticket_id == ticket).order_by(col(Attachment.id)))
        return int(ticket or 0), [int(each or 0) for each in photos]


def test_two_photographs_stand_there_once_an_official_has_chosen_them(
    client: TestClient, database: Database, county: County
) -> None:
    ticket, (first, second, third) = a_wish_with_photos(client, database, county, 1, 2, 3)
    _other, (strange,) = a_wish_with_photos(client, database, county, 4)
    client.cookies.clear()
    with database.writing() as session:
        act(session, ticket, Publish(words="村口的路灯坏了三个月"), county.dispatcher)
        number = number_of(session, ticket)
        cookie = sign_in(session, county.dispatcher)
        handler = sign_in(session, county.handler)
    assert "/wall/photos/" not in client.get("/wall").text
    assert client.get(photo_url(first)).status_code == 404

    def chooses(who: str, before: int, after: int | str) -> str:
        client.cookies[SESSION_COOKIE] = who
        page = client.get(f"/desk/tickets/{number}").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        data = {"before": str(before), "after": str(after), "csrf_token": token[1] if token else ""}
        answer = client.post(f"/desk/wall-photos/{number}", data=data)
        shown = client.get(answer.headers["location"]).text if answer.status_code == 303 else str(answer.status_code)
        client.cookies.clear()
        return shown

    assert "这张照片不在这件工单里" in chooses(cookie, first, strange)
    assert "/wall/photos/" not in client.get("/wall").text
    assert "照片写上公示墙了" in chooses(cookie, first, second)
    assert 'id="wall-photos"' not in chooses(handler, first, third)
    wall = client.get("/wall").text
    assert photo_url(first) in wall and photo_url(third) not in wall and photo_url(second) not in wall, "not done yet"
    answer = client.get(photo_url(first))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert client.get(photo_url(third)).status_code == 404 and client.get("/wall/photos/made-up").status_code == 404
    with database.writing() as session:
        act(session, ticket, TakeDown(reason="诉求人改了主意"), county.dispatcher)
        told = session.exec(select(TicketEvent.verb).where(TicketEvent.ticket_id == ticket)).all()
        assert session.get_one(Ticket, ticket).wall_before_id is None
    assert client.get(photo_url(first)).status_code == 404
    assert sorted(told) == ["publish", "show_photos", "submit", "take_down"]
