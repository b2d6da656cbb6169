"""Full text over the masked words: pairs of characters, so any Chinese phrase of two characters or more is found.

Both databases keep a table `ticket_search`: FTS5 on SQLite, a tsvector on PostgreSQL, over the same tokens.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, text
from sqlalchemy.sql import column
from sqlmodel import Session, col

from service.tickets.models import Ticket

RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+")
TOKENS_MOST = 4000
ASKED_MOST = 24

INSERT = {
    "sqlite": text("INSERT INTO ticket_search (rowid, tokens) VALUES (:id, :tokens)"),
    "postgresql": text("INSERT INTO ticket_search (ticket_id, tokens) VALUES (:id, to_tsvector('simple', :tokens))"),
}
FIND = {
    "sqlite": "SELECT rowid FROM ticket_search WHERE ticket_search MATCH :asked",
    "postgresql": "SELECT ticket_id FROM ticket_search WHERE tokens @@ to_tsquery('simple', :asked)",
}


def tokens_of(words: str) -> list[str]:
    """`路灯坏了 G316` → 路灯 灯坏 坏了 g316; a lone character stands by itself."""
    found: list[str] = []
    for run in RUN.findall(words.lower()):
        found += [run] if run.isascii() or len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
    return found[:TOKENS_MOST]


def index(session: Session, ticket_id: int, words: str) -> None:
    found = " ".join(dict.fromkeys(tokens_of(words)))
    session.execute(INSERT[session.get_bind().dialect.name], {"id": ticket_id, "tokens": found})


def matches(session: Session, asked: str) -> ColumnElement[bool] | None:
    """The condition that a ticket holds all that was asked; None when there is nothing to look for."""
    tokens = list(dict.fromkeys(tokens_of(asked)))[:ASKED_MOST]
    if not tokens:
        return None
    dialect = session.get_bind().dialect.name
    found = text(FIND[dialect]).bindparams(asked=_query(dialect, tokens)).columns(column("id"))
    condition: ColumnElement[bool] = col(Ticket.id).in_(found.subquery().select())
    return condition


def _query(dialect: str, tokens: list[str]) -> Any:
    """Our tokens hold letters, digits and Chinese characters only, so they need no escaping."""
    return " ".join(f'"{token}"' for token in tokens) if dialect == "sqlite" else " & ".join(tokens)
