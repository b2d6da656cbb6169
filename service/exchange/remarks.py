"""What there is to say about the rows of a sheet: which were not taken and why, and what of the others was left out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.exchange.writing import Writer, sheet_file
from workflows.words import _

HEADINGS = ("行", "列", "问题", "结果")
REJECTED, LEFT_OUT = _("这一行没有导入"), _("这一格没有采用")
SHOWN_MOST = 10


@dataclass(frozen=True)
class Remark:
    """`sentence` is a message with {placeholders}. A rejection is why the whole row was not taken."""

    row: int
    column: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)
    is_rejection: bool = True

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


class Remarks:
    """Counts them, keeps the first few, and passes all of them on to the report."""

    def __init__(self, report: Writer | None = None) -> None:
        self._report = report
        self.first_rejections: list[Remark] = []
        self.left_out: Counter[tuple[str, str]] = Counter()
        self.rejected_rows = 0
        self._last_rejected = 0

    def add(self, remark: Remark) -> None:
        if self._report is not None:
            self._report.write((remark.row, remark.column, str(remark), REJECTED if remark.is_rejection else LEFT_OUT))
        if not remark.is_rejection:
            self.left_out[remark.column, remark.sentence] += 1
            return
        if remark.row != self._last_rejected:
            self.rejected_rows += 1
            self._last_rejected = remark.row
        if len(self.first_rejections) < SHOWN_MOST:
            self.first_rejections.append(remark)


@contextmanager
def reporting(path: Path | None) -> Iterator[Remarks]:
    """With a path every remark is written there, too (.csv or .xlsx). Raises Refused."""
    if path is None:
        yield Remarks()
        return
    with sheet_file(path, HEADINGS, (8, 16, 60, 28), "问题") as writer:
        yield Remarks(writer)
