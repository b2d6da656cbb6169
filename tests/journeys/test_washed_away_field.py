"""The washed-away field, as it happened: works of the railway sent the hillside into it; town, village and the project
department of the railway, which is no part of government, restored it in just over a month, longer than the first term.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from service.directory.models import UnitClass
from service.directory.reference import touch
from service.tickets.models import Assignment, Ticket, TicketEvent
from tests.factories import TOKEN
from tests.support.programs import Program
from tests.support.stories import Story, new_person, new_unit, ok, told
from workflows.changes import HoldRole
from workflows.statuses import Role, Status

FIELD = "铁路弃渣把我家两亩水田冲了，秧子全埋了，请人来看看"
EXTENDED = date(2026, 11, 13)


@pytest.fixture(params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    with told(str(request.getfixturevalue(f"{request.param}_url")), tmp_path) as begun:
        yield begun


def parties(session: Session, story: Story) -> tuple[int, int, int, int]:
    """The town's office with its handler, and the project department with its own."""
    county = story.county
    office = new_unit(session, "清溪镇农业综合办", UnitClass.town_office, county.town)
    outside = new_unit(session, "铁路三标项目部", UnitClass.outside, county.town)
    handler = new_person(session, "farming", office, Role.handler)
    engineer = new_person(session, "engineer", outside, Role.handler)
    touch(session)
    return office, outside, handler, engineer


def test_the_washed_away_field(story: Story) -> None:
    county = story.county
    with story.database.writing() as session:
        office, outside, handler, engineer = parties(session, story)
    villager = Program(story.client)
    receipt = ok(villager.sends(f"/links/{TOKEN}/wishes", {"text": FIELD, "phone": "19900001234"}), 201)
    number, token = receipt["number"], receipt["tracking_token"]

    # Three parties on one ticket, one of them outside of government; the outsider sees this wish and no other.
    both = [outside, county.village_unit]
    assigned = ok(story.as_(county.dispatcher).says(number, "assign", unit=office, supporting=both, urgency="complex"))
    promised = assigned["due_at"]
    assert [row["number"] for row in ok(story.as_(engineer).gets("/tickets"))["tickets"]] == [number]
    other = ok(villager.sends(f"/links/{TOKEN}/wishes", {"text": "村口路灯坏了"}), 201)["number"]
    assert story.as_(engineer).gets(f"/tickets/{other}").status_code == 404

    ok(story.as_(handler).says(number, "acknowledge"))
    ok(story.as_(engineer).says(number, "verify", words="弃渣场的挡墙垮了，是我们的责任"))
    ok(story.as_(engineer).says(number, "report_progress", words="两台挖机明天进场清淤"))
    ok(
        story.as_(county.village_secretary).says(
            number, "contact", way="visit", is_reached=True, words="量了地，两亩一"
        )
    )
    page = story.client.get(f"/t/{token}").text
    assert "两台挖机明天进场清淤" in page and "挡墙垮了" not in page

    # It takes longer than fifteen working days: asked before expiry, decided by somebody else, told to the villager.
    story.goes_on(days=10)
    asked = {"until": str(EXTENDED), "reason": "挡墙要重砌，砌好才能复田，雨停后还要十天"}
    assert story.as_(engineer).says(number, "request_extension", **asked).status_code == 403
    ok(story.as_(handler).says(number, "request_extension", **asked))
    assert story.as_(handler).says(number, "grant", ask="extension").status_code in {403, 404}
    waiting = story.client.get("/desk/asks", headers=story.signs_in(county.dispatcher))
    assert waiting.status_code == 200 and number in waiting.text
    granted = ok(story.as_(county.dispatcher).says(number, "grant", ask="extension"))
    assert granted["due_at"] > promised
    with story.database.reading() as session:
        ticket = session.exec(select(Ticket).order_by(col(Ticket.id)).limit(1)).one()
    assert ticket.extension_count == 1 and ticket.original_due_at is not None and ticket.due_at is not None
    assert ticket.original_due_at.isoformat()[:10] == promised[:10] < ticket.due_at.isoformat()[:10]
    page = story.client.get(f"/t/{token}").text
    assert "挡墙要重砌" in page and "11 月 13 日" in page.replace("\N{NO-BREAK SPACE}", " ")

    # Restored in just over a month; answered within the extended term, and outside of the first.
    story.goes_on(days=22)
    ok(story.as_(engineer).says(number, "report_progress", words="淤泥清完，挡墙砌好，田埂也修了"))
    ok(story.as_(handler).says(number, "reply", outcome="resolved", words="两亩一都复了田，明年春上就能下种，请您看看"))
    ok(story.as_(county.reviewer).says(number, "approve_reply"))
    story.goes_on(hours=2)
    ok(villager.answers(token, "rate", satisfaction="satisfied", is_resolved=True, words="田又平了"))
    with story.database.reading() as session:
        done = session.exec(select(Ticket).order_by(col(Ticket.id)).limit(1)).one()
        holds = session.exec(select(Assignment).where(Assignment.ticket_id == done.id)).all()
        units = {event.unit_id for event in session.exec(select(TicketEvent).where(TicketEvent.ticket_id == done.id))}
    assert done.status is Status.closed and done.closed_at is not None
    assert timedelta(days=31) < done.closed_at - done.created_at < timedelta(days=36)
    assert {hold.unit_id for hold in holds if hold.role is HoldRole.supporting} == set(both)
    assert all(hold.ended_at is not None for hold in holds) and {office, outside, county.village_unit} <= units
    assert story.breaches() == []
