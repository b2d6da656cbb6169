"""One row of somebody's sheet becomes one wish with its past, or a sentence for every cell that stands in the way."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from service.directory.models import Link
from service.directory.reference import Reference
from service.exchange import cells, walk
from service.exchange.cells import Moment
from service.exchange.headings import Layout
from service.exchange.names import Names
from service.exchange.remarks import Remark
from service.exchange.sheets import SheetRow
from service.exchange.walk import Told
from service.masking import mask_text
from service.sealing import blind_index
from service.tickets.forms import Mistaken, parsed
from service.tickets.history import Past
from service.tickets.records import Origin
from workflows.commands import Submit
from workflows.refusals import Refused
from workflows.statuses import Kind
from workflows.words import _

T = TypeVar("T")

KEY_MOST = 120
MASK = "*"
COLUMN_OF_FIELD = {
    "text": "text",
    "name": "name",
    "phone": "phone",
    "place": "place",
    "unit": "unit",
    "words": "answer",
}

NO_WORDS = _("没有写心愿的内容。")
MASKED = _("打了星号，没有采用。")
PHONE_LEFT_OUT = _("有一部分不像电话号码，或者有第二个号码，没有采用。")
NO_SUCH_CATEGORY = _("没有这个事项，没有采用。")
NO_SUCH_PLACE = _("没有这个地方，按链接所在地登记。")
UNKNOWN_WORD = _("看不懂，没有采用。")


@dataclass(frozen=True)
class Surroundings:
    """What holds for all rows of one sheet."""

    known: Reference
    names: Names
    layout: Layout
    link: Link
    source: str
    zone: tzinfo
    now: datetime
    twins: Counter[int] = field(default_factory=Counter)
    """How often a wish without a number has come already, so that two who say the same are two."""


@dataclass(frozen=True)
class Wish:
    """What a row says, before the rules have been asked. `number` is the sheet's own, `key` knows the row again."""

    row: int
    number: str
    key: str
    submission: Submit
    submitted: datetime
    told: Told


def read(row: SheetRow, around: Surroundings) -> tuple[Wish | None, list[Remark]]:
    """No wish where one of the remarks is a rejection."""
    reader = _Reader(row, around)
    wish = reader.wish()
    return wish, reader.remarks


def lived(wish: Wish, around: Surroundings) -> Past | Remark:
    """The wish with its past as the rules see it, or why they refuse it."""
    origin = Origin(link=around.link, source_key=wish.key)
    try:
        return walk.walk(wish.submission, wish.submitted, wish.told, around.known, origin, around.now)
    except Refused as refused:
        heading = around.layout.heading(COLUMN_OF_FIELD.get(refused.field or "", "answer"))
        return Remark(wish.row, heading, refused.sentence, refused.values)


class _Reader:
    """Reads one row to its end, so that all that is wrong with it is said at once."""

    def __init__(self, row: SheetRow, around: Surroundings) -> None:
        self.row, self.around = row, around
        self.remarks: list[Remark] = []
        self.number = cells.some_words(self.cell("number"))
        self.place = self.unmasked("place")
        self.area_id = self.area()

    @property
    def is_rejected(self) -> bool:
        return any(remark.is_rejection for remark in self.remarks)

    def wish(self) -> Wish | None:
        told, submission = self.told(), self.submission()
        if submission is None or self.is_rejected:
            return None
        submitted = told.submitted.at if told.submitted else self.around.now
        return Wish(self.row.number, self.number, self.key(submission, told.submitted), submission, submitted, told)

    def told(self) -> Told:
        """What the sheet says of the answer, the units and the times."""
        told = Told(
            submitted=self.moment("submitted_at"),
            assigned=self.moment("assigned_at"),
            acknowledged=self.moment("acknowledged_at"),
            answered=self.moment("answered_at"),
            rated=self.moment("rated_at"),
            units=self.units("unit"),
            supporting=self.units("supporting"),
            status=cells.bare(cells.some_words(self.cell("status"))),
            answer=cells.some_words(self.cell("answer")),
            opinion=cells.some_words(self.cell("opinion")),
            outcome=self.choice("outcome", cells.outcome_in),
            satisfaction=self.choice("satisfaction", cells.satisfaction_in),
        ).in_order(self.around.zone)
        if not self.is_rejected:
            for column, sentence, values, is_rejection in walk.contradictions(told):
                self.remark(column, sentence, values, is_rejection=is_rejection)
        return told

    def submission(self) -> Submit | None:
        """Raises nothing: what is wrong with a field becomes a remark on its column."""
        words = self.words()
        if not words:
            self.remark("text", NO_WORDS)
            return None
        try:
            command = parsed(Submit, {"text": words, **self.who_and_where(), **self.what_kind()})
        except Mistaken as mistaken:
            for mistake in mistaken.mistakes:
                self.remark(COLUMN_OF_FIELD.get(mistake.field, "text"), mistake.sentence, mistake.values)
            return None
        assert isinstance(command, Submit)
        return command

    def words(self) -> str:
        """A title says something of its own, unless the text begins with it."""
        title, text = (cells.some_words(self.cell(name)) for name in ("title", "text"))
        return text if not title or text.startswith(title) else f"{title}\n{text}".strip()

    def who_and_where(self) -> dict[str, Any]:
        """Nobody has agreed to be read by others: what is imported is for officials only."""
        return {
            "area": self.area_id,
            "place": self.place,
            "name": self.unmasked("name"),
            "phone": self.phone(),
            "is_private": True,
            "source": cells.source_in(self.cell("source")),
        }

    def what_kind(self) -> dict[str, Any]:
        category = self.category()
        found = self.around.known.categories_by_key.get(category or "")
        kind = cells.KINDS.get(cells.words_in(self.cell("kind"))) or (found.kind if found else Kind.trouble)
        return {"category": category, "kind": kind}

    def area(self) -> int:
        base = self.around.link.area_id
        parts = [cells.some_words(self.cell(name)) for name in ("area", "town", "village", "group")]
        asked = "/".join(part for part in parts if part)
        found = self.around.names.area(asked or self.place or "", base)
        if found is None and asked:
            self.leave_out("area" if parts[0] else "town" if parts[1] else "village", NO_SUCH_PLACE)
        return found or base

    def category(self) -> str | None:
        asked = cells.some_words(self.cell("category"))
        found = self.around.names.category(asked) if asked else None
        if asked and found is None:
            self.leave_out("category", NO_SUCH_CATEGORY)
        return found

    def phone(self) -> str | None:
        if self.unmasked("phone") is None:
            return None
        number, is_cut = cells.phone_in(self.cell("phone"))
        if is_cut:
            self.leave_out("phone", PHONE_LEFT_OUT)
        return number

    def unmasked(self, column: str) -> str | None:
        """138****5678 is nobody's number."""
        words = cells.some_words(self.cell(column))
        if MASK in words:
            self.leave_out(column, MASKED)
        return words if words and MASK not in words else None

    def key(self, submission: Submit, submitted: Moment | None) -> str:
        """What the row is known by when the sheet comes again: its number, or all that it says.

        A number that may be somebody's telephone or identity card is kept as little in clear as those are.
        """
        if self.number:
            key = ":".join(filter(None, ("import", self.around.source, self.number)))
            is_readable = len(key) <= KEY_MOST and mask_text(self.number) == self.number
            return key if is_readable else f"import:#{blind_index(key)}"
        said = (submitted.at.isoformat() if submitted else "", submission.text, submission.name, submission.phone)
        mark = blind_index("\x1f".join(str(part) for part in (self.around.source, *said)))
        short = int(mark[:16], 16)
        self.around.twins[short] += 1
        return f"import:#{mark}" + (f"-{count}" if (count := self.around.twins[short]) > 1 else "")

    def moment(self, column: str) -> Moment | None:
        cell = self.cell(column)
        return self.attempt(column, lambda: cells.moment_in(cell, self.around.zone, self.around.now))

    def units(self, column: str) -> tuple[int, ...]:
        asked = cells.some_words(self.cell(column))
        return tuple(self.attempt(column, lambda: self.around.names.units(asked, self.area_id)) or ())

    def choice(self, column: str, read_cell: Callable[[Any], tuple[T, bool]]) -> T:
        found, is_unknown = read_cell(self.cell(column))
        if is_unknown:
            self.leave_out(column, UNKNOWN_WORD)
        return found

    def attempt(self, column: str, act: Callable[[], T]) -> T | None:
        """A refusal is a remark on that column, and the reading goes on."""
        try:
            return act()
        except Refused as refused:
            self.remark(column, refused.sentence, refused.values)
            return None

    def cell(self, column: str) -> Any:
        return self.around.layout.cell(self.row, column)

    def leave_out(self, column: str, sentence: str) -> None:
        self.remark(column, sentence, is_rejection=False)

    def remark(self, column: str, sentence: str, values: Any = None, *, is_rejection: bool = True) -> None:
        heading = self.around.layout.heading(column)
        self.remarks.append(Remark(self.row.number, heading, sentence, values or {}, is_rejection))
