"""Which wishes may be one matter: N alike or endorsed within D days in an area, and the same words in other towns.

It suggests; people group. Bounded: only the newest wishes of the last days are looked at, by the words that they share.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlmodel import Session, col, select

from service.issues.models import Issue
from service.tickets import search
from service.tickets.models import Ticket
from service.tickets.scope import visible_tickets
from service.tickets.without_her import without_her_name
from workflows.actors import Actor
from workflows.issues import CANNOT_BE_GROUPED, common_area

LEAST = 3
WITHIN = timedelta(days=30)
"""Three wishes or endorsements within thirty days are worth a look (our default; the page says so)."""

WISHES_LEAST = 2
"""One wish that many endorse is one wish: an issue has two at least."""

LOOKED_AT_MOST = 400
SHOWN_MOST = 8
ALIKE, SHARED_LEAST = 0.3, 3
"""The share of the shorter wish's pairs of characters that the other has, too, and how many they are at least."""
COMMON = 0.2
"""What more than a fifth of all wishes say says nothing of any of them."""
FOUND_MOST = 20
TITLE_LENGTH = 40


@dataclass
class Group:
    """Wishes that are alike; the first one is the newest and speaks for them."""

    rows: list[Row[Any]] = field(default_factory=list)

    @property
    def area_path(self) -> str:
        return common_area(row.area_path for row in self.rows)

    @property
    def voices(self) -> int:
        """Who wished it and who endorsed one of these wishes: those are as young as the wishes."""
        return sum(1 + row.endorsements for row in self.rows)

    @property
    def ids(self) -> list[int]:
        return sorted(row.id for row in self.rows)

    @property
    def shared_ids(self) -> list[int]:
        """Those whose forms said that neighbours may read them, the newest first."""
        return [row.id for row in self.rows if row.is_shared]


def suggested(session: Session, actor: Actor, now: datetime) -> list[Group]:
    """The largest first: wishes of one town, or of several, for whoever sees them all."""
    rows = session.execute(_ungrouped(actor, now - WITHIN).limit(LOOKED_AT_MOST)).all()
    groups = [group for group in _alike(rows) if _is_worth_a_look(group)]
    return sorted(groups, key=lambda group: -group.voices)[:SHOWN_MOST]


def elsewhere(session: Session, actor: Actor, words: str, now: datetime, most: int = FOUND_MOST) -> list[int]:
    """同步梳理周边乡镇的同类问题: ids of ungrouped wishes with the most similar words, wherever this actor sees any."""
    return search.nearest(session, words, _can_be_grouped() & visible_tickets(actor), most)


def more_like(session: Session, actor: Actor, title: str, texts: Sequence[str], most: int = FOUND_MOST) -> list[int]:
    """The same for an issue: by its title and the words of its wishes, as each villager says it in her own."""
    return search.kindred(session, [title, title, *texts], _can_be_grouped() & visible_tickets(actor), most)


def first_words(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """For a title, which stands on a public page: of wishes that neighbours may read, and without a name."""
    wanted = select(Ticket).where(col(Ticket.id).in_(ids), col(Ticket.is_shared))
    found = session.exec(wanted).all() if ids else []
    return {wish.id or 0: _beginning(without_her_name(wish.public_text, wish)) for wish in found}


def _beginning(words: str) -> str:
    return " ".join(words.split()).split("。")[0][:TITLE_LENGTH]


def issues_like(session: Session, words: str, issues: Sequence[Issue]) -> list[Issue]:
    """Of those on the page: a matter that is known already needs no second issue."""
    tokens = frozenset(search.tokens_of(words))
    return [issue for issue in issues if tokens and _share(tokens, frozenset(search.tokens_of(issue.title))) >= ALIKE]


def _is_worth_a_look(group: Group) -> bool:
    return len(group.rows) >= WISHES_LEAST and group.voices >= LEAST


def _can_be_grouped() -> ColumnElement[bool]:
    return col(Ticket.issue_id).is_(None) & col(Ticket.status).not_in(CANNOT_BE_GROUPED)


def _ungrouped(actor: Actor, since: datetime) -> Any:
    columns: tuple[Any, ...] = (Ticket.id, Ticket.area_path, Ticket.public_text, Ticket.endorsements, Ticket.is_shared)
    recent = (visible_tickets(actor), _can_be_grouped(), col(Ticket.created_at) >= since)
    wanted = select(*columns).where(*recent)
    return wanted.order_by(col(Ticket.id).desc())


def _alike(rows: Sequence[Row[Any]]) -> list[Group]:
    """Each wish joins the group with whose first one it shares the most, or begins one of its own."""
    tokens = [frozenset(search.tokens_of(row.public_text)) for row in rows]
    telling = _telling(tokens)
    groups: list[Group] = []
    heads: list[frozenset[str]] = []
    with_token: dict[str, list[int]] = defaultdict(list)
    for row, said in zip(rows, (each & telling for each in tokens), strict=True):
        shared = Counter(place for token in said for place in with_token[token])
        near = [(_share(said, heads[place]), place) for place, count in shared.items() if count >= SHARED_LEAST]
        share, place = max(near, default=(0.0, 0))
        if share < ALIKE:
            place = len(groups)
            groups.append(Group())
            heads.append(said)
            for token in said:
                with_token[token].append(place)
        groups[place].rows.append(row)
    return groups


def _telling(tokens: Iterable[frozenset[str]]) -> frozenset[str]:
    """Pairs of characters that are not in everybody's mouth."""
    wishes = list(tokens)
    said_by = Counter(token for said in wishes for token in said)
    return frozenset(token for token, count in said_by.items() if count <= max(LEAST * 4, COMMON * len(wishes)))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)
