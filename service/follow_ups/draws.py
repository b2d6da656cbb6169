"""抽样回访: the rules that draw, made and ended but never edited, and what became of one wish in the draw."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.directory.models import DirectoryEvent, SampleRule
from service.directory.reference import Reference, touch
from service.errors import NotFound
from service.tickets.models import Ticket
from service.tickets.numbers import id_of, number_of
from workflows.actors import Actor
from workflows.commands import CommandBase, OptionalText, Text, field
from workflows.refusals import NotPermitted, Refused
from workflows.sampling import lot
from workflows.statuses import Role
from workflows.words import _


class AddSampleRule(CommandBase):
    verb: Literal["add_sample_rule"] = "add_sample_rule"
    area: int = field(_("哪个地方的"), widget="area")
    category: OptionalText = field(_("哪类事项"), widget="category", default=None, hint=_("不选就是全部事项"))
    percent: int = field(_("抽百分之几"), widget="number", ge=1, le=100)
    seed: OptionalText = field(
        _("抽样的种子"), default=None, max_length=40, hint=_("公布出去的一串字，例如开奖号码；不填就由系统随机出一个")
    )
    reason: Text = field(_("为什么抽样"), min_length=2, max_length=200)


@dataclass(frozen=True)
class RuleRow:
    """A rule as the page shows it; `ended_at` None holds now."""

    id: int
    place: str
    category: str
    percent: int
    seed: str
    reason: str
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Draw:
    """What the page says of one wish: drawn or not, by which rule, with which lot."""

    number: str
    is_drawn: bool
    lot: float
    rule: RuleRow


def rules(session: Session, known: Reference) -> list[RuleRow]:
    """Those that hold first, then those of earlier times: whoever doubts an old draw needs its seed."""
    wanted = select(SampleRule).order_by(col(SampleRule.ended_at).is_not(None), col(SampleRule.id).desc())
    return [_row(rule, known) for rule in session.exec(wanted)]


def _row(rule: SampleRule, known: Reference) -> RuleRow:
    return RuleRow(
        id=rule.id or 0,
        place=known.place_name(rule.area_id),
        category=known.category_name(rule.category_id),
        percent=rule.percent,
        seed=rule.seed,
        reason=rule.reason,
        since=rule.since,
        ended_at=rule.ended_at,
    )


def draw_of(session: Session, ticket: Ticket, known: Reference) -> Draw | None:
    """None where no rule drew: everybody is called there."""
    rule = session.get(SampleRule, ticket.sampling_rule_id) if ticket.sampling_rule_id else None
    if rule is None or ticket.id is None or ticket.is_drawn is None:
        return None
    number = number_of(ticket.id, ticket.created_at)
    return Draw(number, ticket.is_drawn, lot(rule.seed, number), _row(rule, known))


def lots_of(number: str, found: Sequence[RuleRow]) -> list[tuple[RuleRow, float, bool]]:
    """The draw again, for whoever asks: any number, by every rule there ever was."""
    if id_of(number) is None:
        return []
    return [(row, lot(row.seed, number), lot(row.seed, number) < row.percent / 100) for row in found]


def may_change(actor: Actor, known: Reference) -> bool:
    """An administrator of the whole county: whom to ask is nobody's own affair."""
    return any(post.area_path == known.county.path for post in actor.posts_as(Role.administrator))


def add(visit: Visit, asked: AddSampleRule) -> None:
    """Raises Refused and its family. A rule of the same place and category ends where the new one begins."""
    _must_be_allowed(visit)
    area, category = visit.known.areas.get(asked.area), visit.known.categories_by_key.get(asked.category or "")
    if area is None:
        raise Refused(_("没有这个地方，请重新选择。"), field="area")
    if asked.category is not None and category is None:
        raise Refused(_("没有这个事项，请重新选择。"), field="category")
    category_id = category.id if category else None
    _end(visit, (col(SampleRule.area_id) == asked.area, col(SampleRule.category_id).is_not_distinct_from(category_id)))
    rule = SampleRule(
        area_id=asked.area,
        category_id=category_id,
        percent=asked.percent,
        seed=asked.seed or secrets.token_hex(8),
        reason=asked.reason,
        since=visit.now,
        made_by_id=visit.person_id,
    )
    visit.session.add(rule)
    _write_down(visit, "add_sample_rule", area.path, rule)


def end(visit: Visit, rule_id: int) -> None:
    """From now on everybody is called again. Raises NotFound for a rule that does not hold."""
    _must_be_allowed(visit)
    if not _end(visit, (col(SampleRule.id) == rule_id,)):
        raise NotFound(_("没有这条规则，或者已经停了。"))


def _end(visit: Visit, conditions: tuple[Any, ...]) -> bool:
    touch(visit.session)
    running = visit.session.exec(select(SampleRule).where(*conditions, col(SampleRule.ended_at).is_(None))).all()
    for rule in running:
        rule.ended_at, rule.ended_by_id = visit.now, visit.person_id
        visit.session.add(rule)
        _write_down(visit, "end_sample_rule", visit.known.areas[rule.area_id].path, rule)
    return bool(running)


def _must_be_allowed(visit: Visit) -> None:
    if not may_change(visit.actor, visit.known):
        raise NotPermitted(_("抽样规则由县里的管理员来定。"))


def _write_down(visit: Visit, what: str, area_path: str, rule: SampleRule) -> None:
    said = {"percent": rule.percent, "seed": rule.seed, "reason": rule.reason}
    names = (visit.known.place_name(rule.area_id), visit.known.category_name(rule.category_id))
    details = {"about": " · ".join(name for name in names if name), "old": {}, "new": said}
    event = DirectoryEvent(at=visit.now, person_id=visit.person_id, what=what, area_path=area_path, details=details)
    visit.session.add(event)
