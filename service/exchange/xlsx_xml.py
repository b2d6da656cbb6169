"""The XML inside of a workbook, read as a stream: no document types, so no entities that grow or look elsewhere."""

import zlib
from collections.abc import Iterator
from typing import IO, Any, Protocol
from xml.parsers import expat
from zipfile import BadZipFile

from service.exchange.sheets import NotASheet
from workflows.words import _

CHUNK = 1 << 16
STARTS_MOST = 100_000
"""Excel itself knows no more than 65,490 formats."""

BROKEN = _("这个 .xlsx 文件已经损坏，打不开。请用 Excel 或 WPS 打开后另存一份再试。")


class Reader(Protocol):
    """Hears of every element; names come without their namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, words: str) -> None: ...


def feed(stream: IO[bytes], reader: Reader) -> Iterator[int]:
    """Read to the end; answers after each piece with how many bytes it had. Raises NotASheet."""
    parser = _parser(reader)
    try:
        while piece := stream.read(CHUNK):
            parser.Parse(piece, False)
            yield len(piece)
        parser.Parse(b"", True)
    except (expat.ExpatError, BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, OverflowError):
        raise NotASheet(BROKEN) from None


def _parser(reader: Reader) -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: reader.start(local(name), attributes)
    parser.EndElementHandler = lambda name: reader.end(local(name))
    parser.CharacterDataHandler = reader.text
    return parser


def _refuse(*declared: Any) -> None:
    raise NotASheet(BROKEN)


def local(name: str) -> str:
    return name if ":" not in name else name.rpartition(":")[2]


class Starts:
    """Collects how the elements of some names begin; attributes come without their namespace, too."""

    def __init__(self, *wanted: str) -> None:
        self._wanted = frozenset(wanted)
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name not in self._wanted:
            return
        if len(self.found) >= STARTS_MOST:
            raise NotASheet(BROKEN)
        self.found.append((name, {local(key): value for key, value in attributes.items()}))

    def end(self, name: str) -> None:
        pass

    def text(self, words: str) -> None:
        pass
