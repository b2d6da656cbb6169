"""Where a wish stands, said in words that a grandmother uses: a row for each moment of its life."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.ask_words import PromiseState
from workflows.commands import Outcome, Satisfaction
from workflows.statuses import UNANSWERED, Status
from workflows.statuses import Status as S
from workflows.words import _

FIVE_STEPS = (_("收到了"), _("派下去"), _("正在办"), _("有答复"), _("您评价"))


@dataclass(frozen=True)
class Standing:
    """What the sentences depend on. `has_moved`: more was heard of the unit than that it has seen the wish."""

    ticket: Ticket
    now: datetime
    has_moved: bool = False
    reopen_by: datetime | None = None

    @property
    def is_late(self) -> bool:
        due = self.ticket.due_at
        return self.ticket.status in UNANSWERED and due is not None and due < self.now


Test = Callable[[Standing], bool]


@dataclass(frozen=True)
class Moment:
    """`headline` and `beneath` may say {unit} (who must act), {lead} (who handles it), {day}, {promised}, {reopen_by},
    {number}."""

    status: Status
    when: Test
    headline: str
    beneath: str


def always(standing: Standing) -> bool:
    return True


def is_late(standing: Standing) -> bool:
    return standing.is_late


def is_asked(standing: Standing) -> bool:
    """The unit waits for her word, and its own clock stands still."""
    return standing.ticket.inquired_at is not None and standing.ticket.inquiry_ended_at is None


def is_asked_late(standing: Standing) -> bool:
    return is_asked(standing) and standing.is_late


def is_done_again(standing: Standing) -> bool:
    return standing.ticket.round > 1


def has_moved(standing: Standing) -> bool:
    return standing.has_moved


def is_rated(standing: Standing) -> bool:
    """In this round; what she said of an earlier one was heard already."""
    return standing.ticket.satisfaction is not None and standing.ticket.rated_round == standing.ticket.round


def is_discontent(standing: Standing) -> bool:
    ticket = standing.ticket
    is_not_right = ticket.satisfaction is Satisfaction.dissatisfied or ticket.is_resolved is False
    return is_rated(standing) and is_not_right


def can_be_reopened(standing: Standing) -> bool:
    return standing.reopen_by is not None and standing.now <= standing.reopen_by


def is_promised(ticket: Ticket) -> bool:
    """The present answer is a dated promise; one of an earlier answer says nothing of this one."""
    return ticket.outcome is Outcome.for_now and ticket.promised_for is not None


def is_owed(standing: Standing) -> bool:
    return is_promised(standing.ticket) and standing.ticket.promise_state is PromiseState.open


def is_owed_still(standing: Standing) -> bool:
    """The day has passed, and nobody has said since that it was done."""
    return is_promised(standing.ticket) and promise_word(standing.ticket) == "late"


def is_said_to_be_kept(standing: Standing) -> bool:
    """By the unit, and not yet by her."""
    ticket = standing.ticket
    return is_promised(ticket) and ticket.promise_settled_at is not None and ticket.promise_confirmed is None


def is_denied(standing: Standing) -> bool:
    """The unit says that it was done, she says that it was not."""
    ticket = standing.ticket
    return is_promised(ticket) and ticket.promise_settled_at is not None and ticket.promise_confirmed is False


OVER = _("这件事办完了，谢谢您说出来")

# fmt: off
MOMENTS: tuple[Moment, ...] = (
    # status, when             what she reads first                                beneath it
    Moment(S.submitted,   is_late,         _("{unit}收到了，还没有交给管事的单位"),           _("本该 {day}前交出去，已经有人在催他们。")),
    Moment(S.submitted,   always,          _("{unit}收到了，{day}前交给管事的单位"),         _("您什么都不用做，有消息会写在这里。")),
    Moment(S.assigned,    is_late,         _("已经交给{unit}，答复晚了"),                  _("说好 {day}给您答复，没有做到，已经有人在催。")),
    Moment(S.assigned,    always,          _("已经交给{unit}，{day}前给您答复"),            _("正等他们看到；到时候没看，会有人催。")),
    Moment(S.in_progress, is_asked_late,   _("{unit}有句话问您，请您回一句"),               _("说好 {day}给您答复，已经晚了；您说了他们就接着办。")),
    Moment(S.in_progress, is_asked,        _("{unit}有句话问您，请您回一句"),               _("您说了他们就接着办；答应您的 {day}不变。")),
    Moment(S.in_progress, is_late,         _("{unit}还在办，答复晚了"),                    _("说好 {day}给您答复，没有做到，已经有人在催。您也可以催一下。")),
    Moment(S.in_progress, is_done_again,   _("{unit}重新在办，{day}前给您答复"),            _("您说没办好，这件事从头再办一遍。")),
    Moment(S.in_progress, has_moved,       _("{unit}正在办，{day}前给您答复"),              _("急的话可以催一下，想起什么可以补充。")),
    Moment(S.in_progress, always,          _("{unit}已经看到，{day}前给您答复"),            _("急的话可以催一下，想起什么可以补充。")),
    Moment(S.deferred,    always,          _("这件事一时办不了，{day}前再告诉您"),           _("没有忘，记在挂账本上，到日子有人来看。")),
    Moment(S.replied,     always,          _("{lead}写好了答复，核对后就给您"),             _("核对的人不是写答复的人。")),
    Moment(S.follow_up,   is_discontent,   _("您说没办好，请说说哪里不对"),                  _("说清楚了，我们就重新办。")),
    Moment(S.follow_up,   is_rated,        _("谢谢您的评价"),                             _("还会有人打电话问一声，问过就办结。")),
    Moment(S.follow_up,   always,          _("有答复了，请您评一评"),                       _("您不方便点，也会有人打电话来问。")),
    Moment(S.closed,      is_owed,         _("有答复了：答应您 {promised}前办到"),           _("这件事还记着，到日子有人来看；办到了这里会写。")),
    Moment(S.closed,      is_owed_still,   _("答应您 {promised}前办到，过了日子还没有办到"),  _("负责人已经知道；办到了，这里会写。")),
    Moment(S.closed,      is_said_to_be_kept, _("{lead}说答应您的事办到了"),                _("是不是真的办到了，请您说一声。")),
    Moment(S.closed,      is_denied,       _("{lead}说办到了，您说没有办到"),              _("您的话记下了，负责人和督查的人都看得到。")),
    Moment(S.closed,      can_be_reopened, OVER,                                                       _("要是又坏了、没解决，{reopen_by}前可以要求重新办。")),
    Moment(S.closed,      always,          OVER,                                                       _("以后又有事，请重新说一件，写上编号 {number}。")),
    Moment(S.declined,    always,          _("这件事我们办不了，请看下面怎么办"),             _("您有不明白的，可以打电话问受理的单位。")),
    Moment(S.withdrawn,   always,          _("您已经撤回了这件事"),                        _("以后有事，随时再说。")),
    Moment(S.merged,      always,          _("和别的乡亲说的合在一起办"),                   _("那边有结果，这里也会告诉您。")),
)
# fmt: on


def moment_of(standing: Standing) -> Moment:
    return next(each for each in MOMENTS if each.status is standing.ticket.status and each.when(standing))


def headline(standing: Standing, known: Reference, local: LocalWords) -> tuple[str, str]:
    """交通局已经看到，10 月 12 日前给您答复; and what stands beneath it."""
    moment, ticket = moment_of(standing), standing.ticket
    names = {
        "unit": known.unit_name(ticket.unit_id),
        "lead": known.unit_name(ticket.lead_unit_id or ticket.unit_id),
        "day": _day(ticket.due_at, standing.now, local),
        "reopen_by": local.day(standing.reopen_by),
        "promised": local.day(ticket.promised_for) if ticket.promised_for else "",
        "number": number_of(ticket.id or 0, ticket.created_at),
    }
    return local._(moment.headline).format(**names), local._(moment.beneath).format(**names)


def to_a_neighbour(standing: Standing, known: Reference, local: LocalWords) -> str:
    """The same for who did not say it, and is not thanked for it."""
    is_over = moment_of(standing).headline == OVER
    return local._(_("已经办完了")) if is_over else headline(standing, known, local)[0]


def _day(due: datetime | None, now: datetime, local: LocalWords) -> str:
    """今天 18:00; any other day without its hour."""
    if due is not None and local.day(due) == local.day(now):
        return local._(_("今天 {clock} ")).format(clock=local.hour(due))
    return local.day(due)


def promise_word(ticket: Ticket) -> str:
    """What became of the dated promise in the answer: open, kept, late or denied; empty where there is none."""
    is_settled = ticket.promise_settled_at is not None
    if ticket.promise_state is None or ticket.promise_state is PromiseState.open:
        return "" if ticket.promise_state is None else "open"
    if is_settled and ticket.promise_confirmed is False:
        return "denied"
    return "kept" if is_settled or ticket.promise_confirmed else "late"


SOON = (_("今天"), _("明天"), _("后天"))


def nearness(due: datetime | None, now: datetime, local: LocalWords) -> str:
    """今天, 明天, 后天, 6 天后, as one counts on a calendar; 晚了 2 天."""
    if due is None:
        return ""
    if due < now:
        return local._(_("晚了 {span}")).format(span=local.span(now - due))
    days = (due.astimezone(local.zone).date() - now.astimezone(local.zone).date()).days
    return local._(SOON[days]) if days < len(SOON) else local._(_("{n} 天后")).format(n=days)
