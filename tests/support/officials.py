"""Officials at their workbench, each with a browser of his own; and an answer as a person sees it."""

import html
import re
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from sqlmodel import col, select
from starlette.testclient import TestClient

from service.database import Database
from service.security import SESSION_COOKIE
from service.tickets.models import Ticket, TicketEvent
from tests.factories import number_of, sign_in

BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Language": "zh-CN"}


@dataclass
class Page:
    """`words` is the text without the markup."""

    answer: Response

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def goes_to(self) -> str:
        return self.answer.headers.get("location", "")

    @property
    def source(self) -> str:
        return self.answer.text

    @property
    def words(self) -> str:
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.source)))

    @property
    def buttons(self) -> list[str]:
        """The verbs that the ticket's page offers, in their order."""
        return re.findall(r'<details class="action \w+" name="action" id="(\w+)"', self.source)

    @property
    def open_form(self) -> str:
        found = re.search(r'name="action" id="(\w+)" open', self.source)
        return found[1] if found else ""

    @property
    def rows(self) -> list[str]:
        """The numbers of the tickets in the list at the left."""
        listing = self.source.partition('id="queue"')[2].partition("</ol>")[0]
        return re.findall(r'<span class="number">([\d-]+)</span>', listing)

    def value_of(self, name: str, form: str = "") -> str:
        """What stands in a field or a text area, of the form of one verb where several are on the page."""
        inside = self.source.partition(f'id="{form}"')[2] if form else self.source
        area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', inside, re.DOTALL)
        line = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', inside)
        found = area or line
        return html.unescape(found[1]) if found else ""

    def chosen(self, name: str, form: str = "") -> str:
        """The selected option of a list."""
        inside = self.source.partition(f'id="{form}"')[2] if form else self.source
        select_ = re.search(rf'<select[^>]* name="{name}".*?</select>', inside, re.DOTALL)
        option = re.search(r'value="([^"]*)" selected', select_[0]) if select_ else None
        return option[1] if option else ""


@dataclass
class Official:
    """Presses buttons as a browser without scripts does. `follow` opens the page that one is sent to."""

    client: TestClient
    database: Database

    def opens(self, path: str) -> Page:
        return Page(self.client.get(path))

    def follow(self, page: Page) -> Page:
        assert page.status == 303, page.words
        return self.opens(page.goes_to)

    def sends(self, path: str, files: Any = None, **fields: Any) -> Page:
        return Page(self.client.post(path, data=fields, files=files))

    def reads(self, ticket_id: int, query: str = "") -> Page:
        return self.opens(self.address_of(ticket_id) + query)

    def presses(
        self, ticket_id: int, verb: str, *, version: int | None = None, files: Any = None, **fields: Any
    ) -> Page:
        """With the version that is on the page now, unless it is said that an older one was."""
        seen = self.ticket(ticket_id).version if version is None else version
        return self.sends(f"{self.address_of(ticket_id)}/{verb}", files, version=str(seen), verb=verb, **fields)

    def address_of(self, ticket_id: int) -> str:
        return f"/desk/tickets/{self.number(ticket_id)}"

    def number(self, ticket_id: int) -> str:
        with self.database.reading() as session:
            return number_of(session, ticket_id)

    def ticket(self, ticket_id: int) -> Ticket:
        with self.database.reading() as session:
            return session.get_one(Ticket, ticket_id)

    def verbs_of(self, ticket_id: int) -> list[str]:
        with self.database.reading() as session:
            wanted = select(TicketEvent.verb).where(TicketEvent.ticket_id == ticket_id)
            return list(session.exec(wanted.order_by(col(TicketEvent.number))))


def official(app: FastAPI, database: Database, person_id: int) -> Official:
    """Signed in without the door: the password has tests of its own."""
    with database.writing() as session:
        secret = sign_in(session, person_id)
    cookies = {SESSION_COOKIE: secret}
    return Official(TestClient(app, cookies=cookies, headers=BROWSER, follow_redirects=False), database)


def stranger(app: FastAPI, database: Database) -> Official:
    """The same browser, signed in by nobody."""
    return Official(TestClient(app, headers=BROWSER, follow_redirects=False), database)
