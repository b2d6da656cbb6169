"""A village with its link on a Monday morning, and the pages that a villager opens."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from httpx2 import Response
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Link, Unit
from service.sealing import tracking_token
from service.tickets.models import Attachment, Ticket, TicketEvent
from tests.factories import TOKEN, County, build_county, later

PHONE_OF_THE_DESK = "0915-2520001"


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """The clock goes on from ten o'clock; `move_to` lets days pass."""
    with time_machine.travel(later(), tick=True) as traveller:
        yield traveller


@pytest.fixture
def county(database: Database, monday: object) -> County:
    with database.writing() as session:
        built = build_county(session)
        session.get_one(Unit, built.town_desk).phone = PHONE_OF_THE_DESK
    return built


@dataclass
class Villager:
    """Reads pages and presses buttons, as a browser without scripts does."""

    client: TestClient
    database: Database
    county: County
    form_key: str = "a-key-of-one-form"
    typed: dict[str, str] = field(default_factory=lambda: {"kind": "trouble", "text": "村口的路灯坏了三个月。"})

    def opens(self, path: str) -> "Page":
        return Page(self.client.get(path))

    def says(self, files: list[tuple[str, bytes]] = [], token: str = TOKEN, **fields: Any) -> "Page":  # noqa: B006
        """Sends the form of the link; `files` are (name, content)."""
        shown = {"area": str(self.county.village), "is_nameless": "true", "form_key": self.form_key}
        data = shown | self.typed | {name: value for name, value in fields.items() if value is not None}
        photos = [("photos", (name, content, "image/jpeg")) for name, content in files] or [("photos", ("", b"", ""))]
        return Page(self.client.post(f"/w/{token}", data=data, files=photos))

    def has_said(self, **fields: Any) -> int:
        """The ticket's id."""
        answer = self.says(**fields)
        assert answer.status == 303, answer.words
        return self.tickets()[-1].id or 0

    def presses(self, ticket_id: int, verb: str, *, version: int | None = None, **fields: Any) -> "Page":
        shown = self.version_of(ticket_id) if version is None else version
        return Page(self.client.post(f"{page_of(ticket_id)}/{verb}", data={"version": str(shown), **fields}))

    def version_of(self, ticket_id: int) -> int:
        with self.database.reading() as session:
            return session.get_one(Ticket, ticket_id).version

    def tickets(self) -> list[Ticket]:
        with self.database.reading() as session:
            return list(session.exec(select(Ticket).order_by(col(Ticket.id))))

    def photos(self) -> list[Attachment]:
        with self.database.reading() as session:
            return list(session.exec(select(Attachment).order_by(col(Attachment.id))))

    def verbs_of(self, ticket_id: int) -> list[str]:
        with self.database.reading() as session:
            wanted = select(TicketEvent.verb).where(TicketEvent.ticket_id == ticket_id)
            return list(session.exec(wanted.order_by(col(TicketEvent.number))))

    def changes(self, act: Callable[[Session], Any]) -> Any:
        with self.database.writing() as session:
            return act(session)

    def changes_link(self, **columns: Any) -> None:
        with self.database.writing() as session:
            link = session.exec(select(Link).where(Link.token == TOKEN)).one()
            for name, value in columns.items():
                setattr(link, name, value)
            session.add(link)


@dataclass
class Page:
    """An answer as a person sees it; `words` is its text without the markup."""

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

    def value_of(self, name: str) -> str:
        """What stands in a field, a text area or a hidden one."""
        area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', self.source, re.DOTALL)
        line = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', self.source)
        found = area or line
        return html.unescape(found[1]) if found else ""

    def values_of(self, name: str) -> list[str]:
        return re.findall(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', self.source)


def page_of(ticket_id: int) -> str:
    return f"/t/{tracking_token(ticket_id)}"


@pytest.fixture
def villager(client: TestClient, database: Database, county: County) -> Villager:
    return Villager(client, database, county)
