"""The table of the issue (共性问题): which verb moves it from where to where, by whom, if what holds.

Pure, like the transition table: it decides about many wishes as one matter, and moves none of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from workflows import issue_commands as c
from workflows.actors import Actor
from workflows.command_fields import CommandBase
from workflows.issue_words import ISSUE_STATUS_WORDS, ISSUE_VERB_WORDS, IssueStatus
from workflows.issue_words import IssueStatus as S
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import OPEN, ROLE_WORDS, Role, Status
from workflows.statuses import Role as R
from workflows.words import _

CANNOT_BE_GROUPED = frozenset({Status.withdrawn, Status.declined, Status.merged})
"""Wishes that nobody handles as themselves; one that becomes such leaves its issue."""
LEAST = 2


@dataclass(frozen=True)
class Grouped:
    """One wish as the table sees it; `issue_id` is the issue in which it is now."""

    id: int
    area_path: str
    status: Status
    issue_id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True)
class IssueCase:
    """`area_path` is the smallest area that holds all its wishes, those named by the command too. `status` None is an
    issue that does not exist yet. `others` counts the members besides those that are named."""

    area_path: str
    zone: tzinfo
    id: int | None = None
    status: IssueStatus | None = None
    main_ticket_id: int | None = None
    handling_units: frozenset[int] = frozenset()
    others: int = 0
    named: tuple[Grouped, ...] = ()
    knows_all: bool = True


@dataclass(frozen=True)
class IssueDecision:
    verb: str
    role: Role
    status_from: IssueStatus | None
    status_to: IssueStatus


@dataclass(frozen=True)
class IssueGuard:
    """A condition that reads aloud, with the sentence that a refused person reads."""

    name: str
    sentence: str
    test: Callable[[IssueCase, Any, Actor, datetime], bool]


def guard(sentence: str) -> Callable[[Callable[[IssueCase, Any, Actor, datetime], bool]], IssueGuard]:
    return lambda test: IssueGuard(test.__name__, sentence, test)


@guard(_("有的编号找不到，或者您看不到它，请核对。"))
def all_are_known(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.knows_all


@guard(_("至少要有两件心愿，才是共性问题。"))
def there_are_several(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return len(case.named) >= LEAST


@guard(_("里面至少要有一件还在办，由它牵头。"))
def one_of_them_is_open(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return any(wish.is_open for wish in case.named)


@guard(_("已撤回、不予受理或已并单的心愿不能归进来。"))
def each_is_handled_as_itself(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return all(wish.status not in CANNOT_BE_GROUPED for wish in case.named)


@guard(_("有的心愿已经归入别的共性问题，请先从那边移出来。"))
def none_is_in_another_issue(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return all(wish.issue_id in {None, case.id} for wish in case.named)


@guard(_("选的心愿都已经在里面了。"))
def one_of_them_is_new(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return any(wish.issue_id is None for wish in case.named)


@guard(_("这一件不在这个共性问题里。"))
def is_a_member(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(case.named) and all(wish.issue_id == case.id for wish in case.named)


@guard(_("这是最后一件：不用移出，请结束这个共性问题。"))
def others_stay(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.others > 0 or case.status is S.ended


@guard(_("牵头的要是还在办的一件。"))
def is_open(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return all(wish.is_open for wish in case.named) or actor.rule is not None


@guard(_("已经是它牵头了。"))
def is_not_the_main_one(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return all(wish.id != case.main_ticket_id for wish in case.named)


@guard(_("预计的日子不能早于今天。"))
def expected_day_is_not_past(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return command.expected_on is None or command.expected_on >= now.astimezone(case.zone).date()


@guard(_("承诺日期要在今天之后。"))
def promise_lies_ahead(case: IssueCase, command: Any, actor: Actor, now: datetime) -> bool:
    return command.promised_for is None or command.promised_for > now.astimezone(case.zone).date()


@dataclass(frozen=True)
class Row:
    """`to` None keeps the status."""

    command: type[CommandBase]
    start: frozenset[IssueStatus | None]
    to: IssueStatus | None
    who: frozenset[Role]
    guards: tuple[IssueGuard, ...] = ()

    @property
    def verb(self) -> str:
        return str(self.command.model_fields["verb"].default)


def row(
    command: type[CommandBase],
    start: Iterable[IssueStatus | None],
    to: IssueStatus | None,
    who: set[Role],
    *guards: IssueGuard,
) -> Row:
    return Row(command, frozenset(start), to, frozenset(who), guards)


GOING_ON = (S.open, S.answered)

# fmt: off
ISSUES: tuple[Row, ...] = (
    # command              from      to          who                        guards
    row(c.CreateIssue,     {None},   S.open,     {R.dispatcher, R.supervisor}, all_are_known, there_are_several, each_is_handled_as_itself, one_of_them_is_open, none_is_in_another_issue),
    row(c.JoinIssue,       GOING_ON, S.open,     {R.dispatcher, R.supervisor}, all_are_known, each_is_handled_as_itself, none_is_in_another_issue, one_of_them_is_new),
    row(c.LeaveIssue,      set(S),   None,       {R.dispatcher, R.system},  all_are_known, is_a_member, others_stay),
    row(c.TakeOverIssue,   GOING_ON, None,       {R.dispatcher, R.system},  all_are_known, is_a_member, is_open, is_not_the_main_one),
    row(c.DescribeIssue,   GOING_ON, None,       {R.dispatcher, R.handler}, expected_day_is_not_past),
    row(c.AnswerIssue,     GOING_ON, S.answered, {R.handler},               promise_lies_ahead),
    row(c.EndIssue,        GOING_ON, S.ended,    {R.dispatcher, R.system}),
)
# fmt: on
"""A wish that joins later has no answer yet: the issue is open again. Each unit answers the wishes in its own hands."""


def decide_issue(case: IssueCase, command: CommandBase, actor: Actor, now: datetime) -> IssueDecision:
    """Raise WrongStatus, NotPermitted or Refused; otherwise say where the issue goes."""
    chosen = _row_of(command.verb)
    if case.status not in chosen.start:
        raise WrongStatus(_("现在这一步不能做这件事，请刷新页面看看最新的情况。"))
    role = next((role for role in Role if role in chosen.who & standing_with(actor, case)), None)
    if role is None:
        raise NotPermitted(_("您没有做这件事的权限。"))
    for each in chosen.guards:
        if not each.test(case, command, actor, now):
            raise Refused(each.sentence)
    status_to = chosen.to or case.status
    assert status_to is not None
    return IssueDecision(command.verb, role, case.status, status_to)


def available_on_issue(case: IssueCase, actor: Actor) -> tuple[type[CommandBase], ...]:
    """The buttons: what the actor may ask for now."""
    roles = standing_with(actor, case)
    return tuple(each.command for each in ISSUES if case.status in each.start and each.who & roles)


def standing_with(actor: Actor, case: IssueCase) -> frozenset[Role]:
    """Dispatchers and supervisors whose area holds all its wishes; handlers of each unit that has one of them."""
    if actor.rule is not None:
        return frozenset({Role.system})
    covering = {post.role for post in actor.posts if post.covers(case.area_path)} & {R.dispatcher, R.supervisor}
    handles = any(post.role is R.handler and post.unit in case.handling_units for post in actor.posts)
    return frozenset(covering | ({R.handler} if handles else set()))


def common_area(paths: Iterable[str]) -> str:
    """The smallest area that holds them all: two villages of a town lie in the town, two towns in the county."""
    split = [path.strip("/").split("/") for path in paths]
    shared = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/" + "".join(f"{part}/" for part in shared)


def heir_of(wishes: Sequence[Grouped], leaving: int) -> Grouped | None:
    """Which member stands for the issue when its main ticket leaves: the oldest open one, else the oldest."""
    staying = sorted(
        (wish for wish in wishes if wish.id != leaving and wish.status not in CANNOT_BE_GROUPED),
        key=lambda wish: (not wish.is_open, wish.id),
    )
    return staying[0] if staying else None


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| verb | 动作 | from | to | who | refused unless |\n|---|---|---|---|---|---|\n"
    return head + "".join(_line(each) for each in ISSUES)


def _row_of(verb: str) -> Row:
    return next(each for each in ISSUES if each.verb == verb)


def _line(each: Row) -> str:
    cells = (
        f"`{each.verb}`",
        ISSUE_VERB_WORDS[each.verb],
        " ".join(ISSUE_STATUS_WORDS[status] for status in S if status in each.start) or "–",
        ISSUE_STATUS_WORDS[each.to] if each.to else "–",
        " ".join(ROLE_WORDS[role] for role in Role if role in each.who),
        ", ".join(guard.name.replace("_", " ") for guard in each.guards),
    )
    return "| " + " | ".join(cells) + " |\n"
