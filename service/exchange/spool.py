"""Texts on disk, for a workbook whose words are listed before the first row: memory holds only the offsets."""

import os
from array import array
from collections import OrderedDict
from tempfile import TemporaryFile

OFTEN = 2048
SHORT = 200
"""The same units and categories come again and again; long texts hardly do."""


class Spool:
    """Append while writing, then look up by position. Closing takes the file away."""

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="weiyuan-")  # noqa: SIM115
        self._ends = array("Q")
        self._end = 0
        self._often: OrderedDict[int, str] = OrderedDict()

    def append(self, words: str) -> None:
        self._end += self._file.write(words.encode("utf8", "replace"))
        self._ends.append(self._end)

    def seal(self) -> None:
        """From here on it is read."""
        self._file.flush()

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, position: int) -> str:
        """IndexError where the workbook names a text that it does not have."""
        if (known := self._often.get(position)) is not None:
            return known
        if not 0 <= position < len(self._ends):
            raise IndexError(position)
        start = self._ends[position - 1] if position else 0
        words = os.pread(self._file.fileno(), self._ends[position] - start, start).decode()
        if len(words) < SHORT:
            self._often[position] = words
            if len(self._often) > OFTEN:
                self._often.popitem(last=False)
        return words

    def close(self) -> None:
        self._file.close()
