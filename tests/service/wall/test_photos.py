"""Photographs on the wall: only the two that an official chose, only while the wish stands there, and of no other."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

from sqlmodel import col, select
from starlette.testclient import TestClient

from service import clock
from service.database import Database
from service.security import SESSION_COOKIE
from service.tickets.darkroom import prepare_pictures
from service.tickets.lifecycle import record
from service.tickets.models import Attachment, Ticket, TicketEvent
from service.tickets.picture_store import store_at
from service.tickets.records import About
from service.wall.photos import photo_url
from tests.factories import TOKEN, County, act, actor, number_of, sign_in
from tests.service.tickets.photographs import photo
from workflows.changes import Changes
from workflows.commands import Acknowledge, ApproveReply, Assign, Outcome, Reply
from workflows.statuses import Role
from workflows.wall_commands import Publish, TakeDown
from workflows.wall_photos import ShowPhotos

ATOM, XHTML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/xhtml}"


def a_wish_with_photos(client: TestClient, database: Database, county: County, *colours: int) -> tuple[int, list[int]]:
    files = [("photos", (f"{each}.jpg", photo(width=600 + each), "image/jpeg")) for each in colours]
    fields = {"kind": "trouble", "text": "村口的路灯坏了。", "area": str(county.village), "form_key": f"key {colours}"}
    assert client.post(f"/w/{TOKEN}", data=fields, files=files).status_code == 303
    prepare_pictures(database, clock.now(), store_at(client.app.state.settings.files_url))  # type: ignore[attr-defined]
    with database.reading() as session:
        ticket = session.exec(select(Ticket.id).order_by(col(Ticket.id).desc())).first()
        photos = session.exec(select(Attachment.id).where(Attachment.ticket_id == ticket).order_by(col(Attachment.id)))
        return int(ticket or 0), [int(each or 0) for each in photos]


def shown_to_programs(client: TestClient) -> list[tuple[str, str]]:
    photos = [each for wish in client.get("/api/v1/wall").json()["wishes"] for each in wish["photos"]]
    assert all(each["small_url"] == f"{each['url']}?size=small" for each in photos)
    assert {each["media_type"] for each in photos} <= {"image/jpeg"}
    return [(each["url"].removeprefix("http://testserver"), each["alt"]) for each in photos]


def shown_to_readers(client: TestClient) -> list[tuple[str, str]]:
    """What the feed encloses, which its words show, too."""
    root = ElementTree.fromstring(client.get("/wall/feed").content)
    enclosed = [each for each in root.iter(f"{ATOM}link") if each.get("rel") == "enclosure"]
    assert {each.get("type") for each in enclosed} <= {"image/jpeg"}
    found = [(each.get("href", "").removeprefix("http://testserver"), each.get("title", "")) for each in enclosed]
    shown = [(each.get("src", ""), each.get("alt")) for each in root.iter(f"{XHTML}img")]
    assert shown == [(f"http://testserver{url}?size=small", words) for url, words in found]
    return found


def test_a_done_wish_has_both_and_the_feed_says_that_it_has_changed(
    client: TestClient, database: Database, county: County
) -> None:
    ticket, (first, second) = a_wish_with_photos(client, database, county, 1, 2)
    with database.writing() as session:
        act(session, ticket, Publish(words="村口的路灯坏了三个月"), county.dispatcher)
        act(session, ticket, Assign(unit=county.bureau), county.dispatcher)
        act(session, ticket, Acknowledge(), county.handler)
        act(session, ticket, Reply(outcome=Outcome.resolved, words="修好了，请您看看。"), county.handler)
        act(session, ticket, ApproveReply(), county.reviewer)
    before = client.get("/wall/feed").text
    chosen = clock.now() + timedelta(days=1)
    with database.writing() as session:
        columns = Changes({"wall_before_id": first, "wall_after_id": second})
        photos = ShowPhotos(before=first, after=second)
        record(
            session,
            ticket,
            photos,
            actor(session, ticket, county.dispatcher),
            Role.dispatcher,
            chosen,
            About(),
            columns,
        )
    both = [(photo_url(first), "办之前的照片"), (photo_url(second), "办好后的照片")]
    assert shown_to_programs(client) == shown_to_readers(client) == both
    updated = re.findall(r"<updated>(.*?)</updated>", client.get("/wall/feed").text)
    assert datetime.fromisoformat(updated[-1]) == chosen and updated[-1] not in before
    spoken = client.get("/api/v1/wall", headers={"Accept-Language": "en"}).json()["wishes"][0]["photos"]
    assert [each["alt"] for each in spoken] == ["A photograph from before", "A photograph from after"]


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
    assert shown_to_programs(client) == shown_to_readers(client) == [(photo_url(first), "办之前的照片")]
    answer = client.get(photo_url(first))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert client.get(photo_url(third)).status_code == 404 and client.get("/wall/photos/made-up").status_code == 404
    with database.writing() as session:
        act(session, ticket, TakeDown(reason="诉求人改了主意"), county.dispatcher)
        told = session.exec(select(TicketEvent.verb).where(TicketEvent.ticket_id == ticket)).all()
        assert session.get_one(Ticket, ticket).wall_before_id is None
    assert client.get(photo_url(first)).status_code == 404
    assert shown_to_programs(client) == shown_to_readers(client) == []
    assert sorted(told) == ["publish", "show_photos", "submit", "take_down"]
