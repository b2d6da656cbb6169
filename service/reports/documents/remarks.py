"""Sentences that a reader needs before the figures: nothing collected, a period still running, imported history."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement
from sqlmodel import col

from service.reports.documents.asked import Asked, period_in_words
from service.reports.documents.counts import count_of
from service.reports.windows import Windows
from service.tickets.models import Ticket
from workflows.definitions import Window
from workflows.formulas import MINIMUM_TO_RANK
from workflows.statuses import Source
from workflows.words import _

NOT_YET = _("{period}还没有开始。")
RUNNING = _("{period}还没有过完，数字只到截至时刻。")
NOTHING = _("{period}没有收到心愿，也没有办结的，所以没有比率：既不是 0%，也不是 100%。")
NOBODY_SAID = _("没有一件有效回访，满意率、解决率、响应率都算不出来。")
IMPORTED = _("其中 {count} 件是导入的历史工单，没有回访记录，不在满意率里；办理记录不全，响应率会偏低。")
TOO_FEW = _("有效回访只有 {count} 件，不到 {least} 件，比率只供参考，不排名。")
OPEN_COUNTS = _("不满意、正在重办的还没有办结，诉求人的不满意照样算在有效回访里。")


def remarks(asked: Asked, windows: Windows) -> tuple[str, ...]:
    return tuple(_remarks(asked, windows))


def _remarks(asked: Asked, windows: Windows) -> Iterator[str]:
    collected, ended = windows[Window.creation].collected, windows[Window.conclusion]
    period = period_in_words(asked.period, asked.words)
    if asked.period.since > asked.now:
        yield asked.say(NOT_YET, period=period)
    elif not asked.period.is_over(asked.now):
        yield asked.say(RUNNING, period=period)
    if not (collected or ended.closed):
        yield asked.say(NOTHING, period=period)
    elif not ended.valid:
        yield asked.say(NOBODY_SAID)
    elif ended.valid < MINIMUM_TO_RANK:
        yield asked.say(TOO_FEW, count=ended.valid, least=MINIMUM_TO_RANK)
    if ended.valid:
        yield asked.say(OPEN_COUNTS)
    imported = count_of(asked, *_imported(asked))
    if imported:
        yield asked.say(IMPORTED, count=imported)


def _imported(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    closed = asked.within(col(Ticket.closed_at))
    return closed, col(Ticket.source) == Source.imported, col(Ticket.satisfaction).is_(None)
