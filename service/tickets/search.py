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
FILLER = re.compile(
    "什么时候|有没有|能不能|可不可以|不晓得|不知道|为什么|怎么办|怎么|什么|请问|希望|建议|麻烦|你们|我们|他们|大家|现在|这个|那个"
    "|一下|一直|可以|没有|你好|您好|谢谢|领导|政府"
)
"""What stands in any wish and says nothing of it."""
TOKENS_MOST = 4000
ASKED_MOST = 24
CANDIDATES = 200
ALIKE = 45
ASKED_OF_SEVERAL, SHARED_LEAST = 60, 2
"""Of many texts: so many pairs of characters are looked for, and so many of them a ticket holds at least."""
SAID_LEAST, ONE_IS_ENOUGH, FAVOUR, OF_THE_CLOSEST = 0.17, 0.3, 1.25, 0.6
"""How much of what she says another one says, too: of a single pair of characters more is asked; what a favoured one's
share is multiplied by; and which part of the closest one's share another one has at least."""

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


def said_before(
    session: Session, words: str, condition: ColumnElement[bool], favoured: ColumnElement[bool], most: int
) -> list[int]:
    """Ids of tickets that say the same in other words, the closest first; of equal ones first the favoured."""
    asked = list(dict.fromkeys(tokens_of(FILLER.sub(" ", words))))[:ASKED_OF_SEVERAL]
    if not asked:
        return []
    wanted = select(Ticket.id, Ticket.public_text, favoured.label("is_favoured"))
    sought = asked[:: -(-len(asked) // ASKED_MOST)]  # of a long telling every second or third pair: they overlap
    found = wanted.where(condition, _holds(session, sought, ANY_OF)).order_by(col(Ticket.id).desc())
    rows = session.execute(found.limit(CANDIDATES)).all()
    shares = _shares(asked, {row.id: set(tokens_of(row.public_text)) for row in rows})
    near = {row.id: shares[row.id] * (FAVOUR if row.is_favoured else 1) for row in rows if row.id in shares}
    closest = max(near.values(), default=0)
    found_near = [each for each, share in near.items() if share >= OF_THE_CLOSEST * closest]
    return sorted(found_near, key=lambda each: -near[each])[:most]


def _shares(asked: list[str], texts: dict[int, set[str]]) -> dict[int, float]:
    """How much of what was asked each text says, too, 0 to 1; what few of them say weighs more. A long telling is asked
    for no more than a short one, and whoever says next to nothing of it is left out."""
    shared = {each: tokens & set(asked) for each, tokens in texts.items()}
    everywhere = Counter(token for tokens in shared.values() for token in tokens)
    weight = {token: log(1 + len(texts) / max(1, everywhere[token])) for token in asked}
    whole = min(sum(weight.values()), ASKED_MOST * log(1 + len(texts))) or 1
    told = {each: sum(weight[token] for token in tokens) / whole for each, tokens in shared.items()}
    least = {each: SAID_LEAST if len(tokens) >= SHARED_LEAST else ONE_IS_ENOUGH for each, tokens in shared.items()}
    return {each: share for each, share in told.items() if share >= least[each]}


def _spread(words: str) -> str:
    return " ".join(tokens_of(words))


def _holds(session: Session, tokens: list[str], joined: dict[str, str]) -> ColumnElement[bool]:
    """Our tokens hold letters, digits and Chinese characters only, so they need no escaping."""
    dialect = session.get_bind().dialect.name
    quoted = (f'"{token}"' if dialect == "sqlite" else token for token in tokens)
    found = text(FIND[dialect]).bindparams(asked=joined[dialect].join(quoted)).columns(column("id"))
    return col(Ticket.id).in_(found.subquery().select())
