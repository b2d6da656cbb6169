"""The receipt as a picture that a phone can keep: number, code, address and dates, and nothing of who she is."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw

from service.letters import font

WIDTH, MARGIN = 720, 48
GREEN, INK, SOFT, PAPER = "#067a45", "#191d1b", "#56605a", "#ffffff"
COLOURS = 16


@dataclass(frozen=True)
class Slip:
    """What stands on it, in her language. `steps` are pairs of what comes next and until when."""

    title: str
    place: str
    number: tuple[str, str]
    code: tuple[str, str]
    address: str
    scan: str
    steps: Sequence[tuple[str, str]]
    warning: str


def receipt_picture(slip: Slip) -> bytes:
    """A PNG of some 20 KB. Raises LacksLetters."""
    sheet = Image.new("RGB", (WIDTH, 2000), PAPER)
    pen = _Pen(ImageDraw.Draw(sheet))
    pen.band(slip.title, slip.place)
    for (name, value), size in ((slip.number, 56), (slip.code, 72)):
        pen.line(name, 28, SOFT)
        pen.line(value, size, GREEN if size > 56 else INK)
    pen.gap(16)
    code = _qr(slip.address)
    sheet.paste(code, ((WIDTH - code.width) // 2, pen.at))
    pen.gap(code.height + 8)
    pen.line(slip.scan, 28, SOFT)
    pen.gap(24)
    for words, until in slip.steps:
        pen.line(words, 30, INK)
        pen.line(until, 30, GREEN)
    pen.gap(16)
    pen.line(slip.warning, 26, SOFT)
    return _png(sheet.crop((0, 0, WIDTH, pen.at + MARGIN)))


class _Pen:
    """Writes from the top down, everything in the middle; what is too long for a line is parted."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw, self.at = draw, 0

    def band(self, title: str, place: str) -> None:
        self._draw.rectangle((0, 0, WIDTH, 148), GREEN)
        self.at = 20
        self.line(title, 44, PAPER)
        self.line(place, 28, PAPER)
        self.at = 148 + 24

    def gap(self, height: int) -> None:
        self.at += height

    def line(self, words: str, size: int, colour: str) -> None:
        face = font(size)
        for part in _parted(words, face.getlength):
            self._draw.text((WIDTH / 2, self.at), part, fill=colour, font=face, anchor="ma")
            self.at += int(size * 1.45)


def _parted(words: str, length: Callable[[str], float]) -> list[str]:
    """Between any two letters, as Chinese is parted."""
    parts = [""]
    for letter in words:
        if parts[-1] and length(parts[-1] + letter) > WIDTH - 2 * MARGIN:
            parts.append("")
        parts[-1] += letter
    return [part.strip() for part in parts]


def _qr(address: str) -> Image.Image:
    written = io.BytesIO()
    segno.make(address, error="m").save(written, kind="png", scale=8, border=3)
    return Image.open(written).convert("RGB")


def _png(sheet: Image.Image) -> bytes:
    written = io.BytesIO()
    sheet.quantize(COLOURS).save(written, "PNG", optimize=True)
    return written.getvalue()
