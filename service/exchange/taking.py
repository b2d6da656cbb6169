"""Takes in a whole sheet: some hundred rows a transaction, each row once however often the sheet comes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col, select

from service.database import Database
from service.exchange.headings import ROWS_SEARCHED, Layout, find_layout
from service.exchange.opening import chosen
from service.exchange.remarks import Remark, Remarks
from service.exchange.sheets import NotASheet, Sheet, SheetRow, Workbook
from service.exchange.wishes import Surroundings, Wish, lived, read
from service.tickets import history
from service.tickets.history import Past
from service.tickets.models import Ticket
from service.tickets.numbers import id_of, number_of
from workflows.statuses import OPEN, UNANSWERED
from workflows.words import _

BATCH = 200
"""Written in a fifth of a second: whoever works at the same time hardly waits."""

DIFFERENT = _("编号 {number} 已经导入过，但内容不一样。如果是另一个来源的编号，请加上 --source 来源名。")
TWICE = _("编号 {number} 在表格里出现了几次，内容不一样，只导入了第一次的。")
NOT_STORED = _("数据库不接受这一行，请检查里面有没有特殊字符。")

A_MINUTE = timedelta(minutes=1)
"""A sheet that was exported shows no seconds."""

Progress = Callable[[float, int], None]
"""How much of the sheet has been read, from 0 to 1, and how many rows that were."""
Pair = tuple[Wish, Past]


@dataclass
class Tally:
    """What became of the rows. `open` and `overdue` are among those taken, as they stand now."""

    rows: int = 0
    taken: int = 0
    answered: int = 0
    open: int = 0
    overdue: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class LaidOut:
    """A sheet whose headings are known, and the rows below them."""

    sheet: Sheet
    layout: Layout
    rows: Iterator[SheetRow]


def laid_out(workbook: Workbook, name: str | None, mapped: Mapping[str, str]) -> LaidOut:
    """The sheet of that name; the first one that has headings where none is asked for. Raises NotASheet."""
    if name is not None or len(workbook.names) == 1:
        return _laid_out(chosen(workbook, name), mapped)
    refusals = []
    for each in workbook.names:
        try:
            return _laid_out(workbook.sheet(each), mapped)
        except NotASheet as refused:
            refusals.append(refused)
    raise refusals[0]


def _laid_out(sheet: Sheet, mapped: Mapping[str, str]) -> LaidOut:
    rows = sheet.rows()
    first = list(islice(rows, ROWS_SEARCHED))
    layout = find_layout(first, mapped)
    below = (row for row in chain(first, rows) if row.number > layout.row and not row.is_empty)
    return LaidOut(sheet, layout, below)


@dataclass
class Taking:
    """One pass over a sheet. Without `writes` everything is tried and nothing is kept."""

    database: Database
    around: Surroundings
    remarks: Remarks
    writes: bool
    tally: Tally = field(default_factory=Tally)
    _seen: dict[int, int] = field(default_factory=dict)

    def run(self, found: LaidOut, progress: Progress) -> Tally:
        while batch := list(islice(found.rows, BATCH)):
            self._take([wish for row in batch if (wish := self._read(row)) is not None])
            progress(found.sheet.share, self.tally.rows)
        return self.tally

    def _read(self, row: SheetRow) -> Wish | None:
        self.tally.rows += 1
        wish, remarks = read(row, self.around)
        for remark in remarks:
            self.remarks.add(remark)
        return wish

    def _take(self, wishes: Sequence[Wish]) -> None:
        """Whatever costs time happens before the transaction that writes."""
        with self.database.reading() as session:
            known, own = _taken_before(session, wishes), _our_own(session, wishes)
        self.tally.repeated += len(own)
        fresh = [wish for wish in wishes if wish.row not in own and self._is_fresh(wish, known.get(wish.key))]
        pasts = [(wish, past) for wish in fresh if (past := self._lived(wish)) is not None]
        if self.writes and pasts:
            with self.database.writing() as session:
                pasts = self._write(session, pasts)
        if self.writes:
            self._seen.clear()
        for _wish, past in pasts:
            self._count(past)

    def _is_fresh(self, wish: Wish, text_before: str | None) -> bool:
        """It has not come before, neither in an earlier run nor further up in this sheet."""
        key, text = hash(wish.key), hash(wish.submission.text)
        if text_before is None and key not in self._seen:
            self._seen[key] = text
            return True
        is_same = text == (self._seen[key] if text_before is None else hash(text_before))
        if is_same:
            self.tally.repeated += 1
        else:
            self._reject(wish, TWICE if text_before is None else DIFFERENT, number=wish.number)
        return False

    def _lived(self, wish: Wish) -> Past | None:
        past = lived(wish, self.around)
        if isinstance(past, Past):
            return past
        self.remarks.add(past)
        return None

    def _write(self, session: Session, pasts: list[Pair]) -> list[Pair]:
        """All at once; where the database objects, one by one, and a bad row loses only itself."""
        if self._is_written(session, pasts):
            return pasts
        return [pair for pair in pasts if self._is_written_alone(session, pair)]

    def _is_written(self, session: Session, pasts: Sequence[Pair]) -> bool:
        try:
            with session.begin_nested():
                history.write(session, [past for _wish, past in pasts], self.around.known)
        except (DataError, IntegrityError):
            return False
        return True

    def _is_written_alone(self, session: Session, pair: Pair) -> bool:
        if self._is_written(session, [pair]):
            return True
        wish = pair[0]
        if _taken_before(session, [wish]):
            self.tally.repeated += 1
        else:
            self._reject(wish, NOT_STORED)
        return False

    def _reject(self, wish: Wish, sentence: str, **values: object) -> None:
        self.remarks.add(Remark(wish.row, self.around.layout.heading("number"), sentence, values))

    def _count(self, past: Past) -> None:
        is_open = past.status in OPEN
        is_late = past.status in UNANSWERED and past.case.due_at is not None and past.case.due_at < self.around.now
        self.tally.taken += 1
        self.tally.answered += past.case.answered_at is not None
        self.tally.open += is_open
        self.tally.overdue += is_late


def _taken_before(session: Session, wishes: Sequence[Wish]) -> dict[str, str]:
    """The words of those that an earlier run has taken, by their keys."""
    keys = [wish.key for wish in wishes]
    rows = session.execute(select(col(Ticket.source_key), col(Ticket.wish)).where(col(Ticket.source_key).in_(keys)))
    return {row.source_key: row.wish for row in rows}


def _our_own(session: Session, wishes: Sequence[Wish]) -> frozenset[int]:
    """The rows that this very county has exported: they bear our own numbers and times."""
    ids = [ticket_id for wish in wishes if (ticket_id := id_of(wish.number)) is not None]
    rows = session.execute(select(col(Ticket.id), col(Ticket.created_at)).where(col(Ticket.id).in_(ids)))
    ours = {number_of(row.id, row.created_at): row.created_at for row in rows}
    return frozenset(
        wish.row for wish in wishes if wish.number in ours and abs(ours[wish.number] - wish.submitted) < A_MINUTE
    )
