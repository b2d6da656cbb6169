"""What a unit asks her stands first on her page, with room for the answer; the workbench says that its clock stands."""

from sqlmodel import select

from service.database import Database
from service.tickets.models import Assignment, Ticket
from tests.factories import NOW, County, act, sign_in, wish_in
from tests.service.tickets.conftest import Villager, page_of
from workflows.commands import Inquire
from workflows.statuses import Status


def test_she_reads_the_question_first_answers_there_and_the_clock_runs_on(
    villager: Villager, county: County, database: Database
) -> None:
    ticket_id = villager.changes(lambda session: wish_in(session, county, Status.in_progress, NOW))
    question = Inquire(words="坏的是哪几盏？请回 13812345678。")
    villager.changes(lambda session: act(session, ticket_id, question, county.handler, NOW))
    page = villager.opens(page_of(ticket_id))
    assert "县交通运输局有句话问您，请您回一句" in page.words and "他们的时限停着" in page.words
    assert "坏的是哪几盏？请回 138****5678。" in page.words
    assert page.source.index('id="question"') < page.source.index("谁在办，什么时候")
    assert page.source.count(f'action="{page_of(ticket_id)}/supplement"') == 1
    assert villager.client.get(f"{page_of(ticket_id)}/news").headers["location"] == f"{page_of(ticket_id)}#question"
    villager.client.cookies["weiyuan_session"] = villager.changes(lambda session: sign_in(session, county.handler))
    assert "等诉求人回话" in villager.opens(f"/desk/tickets/{number(villager, ticket_id)}").words
    villager.client.cookies.clear()
    before = lead_due(database, ticket_id)
    assert villager.presses(ticket_id, "supplement", text="村口那三盏").status == 303
    after = villager.opens(page_of(ticket_id))
    assert "您补充的话收到了" in after.words and "有句话问您，请您回一句" not in after.words
    assert lead_due(database, ticket_id) >= before
    with database.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert ticket.inquired_at is not None and ticket.inquiry_ended_at is not None


def number(villager: Villager, ticket_id: int) -> str:
    return f"{villager.tickets()[-1].created_at:%Y}-{ticket_id:06d}"


def lead_due(database: Database, ticket_id: int) -> object:
    with database.reading() as session:
        wanted = select(Assignment.due_at).where(Assignment.ticket_id == ticket_id, Assignment.ended_at == None)  # noqa: E711
        return session.exec(wanted).one()
