"""Full text over the masked words: pairs of characters, so any Chinese phrase of two characters or more is found.

Both databases keep a table `ticket_search`: FTS5 on SQLite, a tsvector on PostgreSQL, over the same tokens.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, text
from sqlalchemy.sql import column
from sqlmodel import Session, col, select

from service.inserts import execute_soon
from service.tickets.models import Ticket

RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+")
TOKENS_MOST = 4000
ASKED_MOST = 24
CANDIDATES = 200
ALIKE = 45
ASKED_OF_SEVERAL, SHARED_LEAST = 60, 2
"""Of many texts: so many pairs of characters are looked for, and so many of them a ticket holds at least."""

ALL_OF = {"sqlite": " ", "postgresql": " & "}
ANY_OF = {"sqlite": " OR ", "postgresql": " | "}

INSERT = {
    "sqlite": text("INSERT INTO ticket_search (rowid, tokens) VALUES (:id, :tokens)"),
    "postgresql": text("INSERT INTO ticket_search (ticket_id, tokens) VALUES (:id, to_tsvector('simple', :tokens))"),
}
FIND = {
    "sqlite": "SELECT rowid AS id FROM ticket_search WHERE ticket_search MATCH :asked",
    "postgresql": "SELECT ticket_id AS id FROM ticket_search WHERE tokens @@ to_tsquery('simple', :asked)",
}


def tokens_of(words: str) -> list[str]:
    """`路灯坏了 G316` → 路灯 灯坏 坏了 g316; a lone character stands by itself."""
    found: list[str] = []
    for run in RUN.findall(words.lower()):
        found += [run] if run.isascii() or len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
    return found[:TOKENS_MOST]


def index(session: Session, ticket_id: int, words: str) -> None:
    found = " ".join(dict.fromkeys(tokens_of(words)))
    execute_soon(session, INSERT[session.get_bind().dialect.name], {"id": ticket_id, "tokens": found})


def matches(session: Session, asked: str) -> ColumnElement[bool] | None:
    """The condition that a ticket holds all that was asked; None when there is nothing to look for."""
    tokens = list(dict.fromkeys(tokens_of(asked)))[:ASKED_MOST]
    return _holds(session, tokens, ALL_OF) if tokens else None


def nearest(session: Session, words: str, condition: ColumnElement[bool], most: int) -> list[int]:
    """Ids of tickets with the most similar words under a condition, the closest first."""
    tokens = list(dict.fromkeys(tokens_of(words)))[:ASKED_MOST]
    if not tokens:
        return []
    wanted = select(Ticket.id, Ticket.public_text).where(condition, _holds(session, tokens, ANY_OF))
    rows = session.execute(wanted.order_by(col(Ticket.id).desc()).limit(CANDIDATES)).all()
    texts = {row.id: _spread(row.public_text) for row in rows}
    scored = process.extract(_spread(words), texts, scorer=fuzz.token_set_ratio, limit=most, score_cutoff=ALIKE)
    return [ticket_id for _text, _score, ticket_id in scored]


def kindred(session: Session, texts: Sequence[str], condition: ColumnElement[bool], most: int) -> list[int]:
    """Ids of tickets that say what several texts say: what more of them say, and fewer others, weighs more."""
    said = Counter(token for words in texts for token in set(tokens_of(words)))
    asked = dict(said.most_common(ASKED_OF_SEVERAL))
    if not asked:
        return []
    wanted = select(Ticket.id, Ticket.public_text).where(condition, _holds(session, list(asked), ANY_OF))
    rows = session.execute(wanted.order_by(col(Ticket.id).desc()).limit(CANDIDATES)).all()
    shared = {row.id: asked.keys() & set(tokens_of(row.public_text)) for row in rows}
    everywhere = Counter(token for tokens in shared.values() for token in tokens)
    weight = {token: asked[token] * log(1 + len(rows) / count) for token, count in everywhere.items()}
    near = [each for each, tokens in shared.items() if len(tokens) >= SHARED_LEAST]
    return sorted(near, key=lambda each: -sum(weight[token] for token in shared[each]))[:most]


def _spread(words: str) -> str:
    return " ".join(tokens_of(words))


def _holds(session: Session, tokens: list[str], joined: dict[str, str]) -> ColumnElement[bool]:
    """Our tokens hold letters, digits and Chinese characters only, so they need no escaping."""
    dialect = session.get_bind().dialect.name
    quoted = (f'"{token}"' if dialect == "sqlite" else token for token in tokens)
    found = text(FIND[dialect]).bindparams(asked=joined[dialect].join(quoted)).columns(column("id"))
    return col(Ticket.id).in_(found.subquery().select())
