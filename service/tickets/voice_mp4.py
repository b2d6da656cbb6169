"""How long an MP4 recording is (iPhones, and what phones call m4a or 3gp), and its private boxes made blank."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.tickets.voice_frames import Video

PARENTS = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf", b"mvex"})
# Where phones write the place, the device and the owner's title.
PRIVATE = frozenset({b"udta", b"meta", b"uuid"})
DEFAULT_LENGTH = 0x8
BOXES_MOST = 100_000
"""A browser that writes a fragment for each frame needs 60,000 for three minutes."""


@dataclass(frozen=True)
class Box:
    """`start` is where its content begins, behind size and name."""

    name: bytes
    start: int
    end: int


def mp4_seconds(content: bytes) -> float:
    """As its head says, or as its fragments add up: one that was written as it came has next to nothing in its head."""
    scale, whole, usual, parts, handlers = 0, 0, 0, 0, set()
    for box in _boxes(content):
        if box.name == b"hdlr":
            handlers.add(content[box.start + 8 : box.start + 12])
        elif box.name == b"mdhd":
            scale, whole = _scale_and_length(content, box)
        elif box.name == b"trex":
            usual = _uint(content, box.start + 12)
        elif box.name == b"tfhd":
            usual = _usual_length(content, box) or usual
        elif box.name == b"trun":
            parts += _length_of_run(content, box, usual)
    if b"vide" in handlers:
        raise Video()
    return max(whole, parts) / scale if b"soun" in handlers else 0.0


def without_metadata(content: bytes) -> bytes:
    """Private boxes become free space of the same size, so that nothing else has to move."""
    blank = bytearray(content)
    for box in _boxes(content):
        if box.name in PRIVATE:
            blank[box.start - 4 : box.end] = b"free" + bytes(box.end - box.start)
    return bytes(blank)


def _boxes(content: bytes) -> Iterator[Box]:
    """Each box, and then those within it. However deep they are nested, a box costs the same; and there is a most."""
    at, ends = 0, [len(content)]
    for _number in range(BOXES_MOST):
        while at + 8 > ends[-1]:
            at = ends.pop()
            if not ends:
                return
        box = _box(content, at, ends[-1])
        yield box
        if box.name in PARENTS:
            ends.append(box.end)
        at = box.start if box.name in PARENTS else box.end
    raise ValueError("more boxes than any recording has")


def _box(content: bytes, at: int, end: int) -> Box:
    size, start = _uint(content, at), at + 8
    if size == 1:
        size, start = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
    stop = end if size == 0 else min(at + size, end)
    if stop < start:
        raise ValueError("a box that is smaller than its head")
    return Box(content[at + 4 : at + 8], start, stop)


def _scale_and_length(content: bytes, box: Box) -> tuple[int, int]:
    """Of a media header; an unknown length is all ones."""
    is_long = content[box.start] == 1
    at, width = box.start + (20 if is_long else 12), 8 if is_long else 4
    length = int.from_bytes(content[at + 4 : at + 4 + width], "big")
    return _uint(content, at), 0 if length == (1 << 8 * width) - 1 else length


def _usual_length(content: bytes, box: Box) -> int:
    flags = _uint(content, box.start) & 0xFFFFFF
    at = box.start + 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    return _uint(content, at) if flags & DEFAULT_LENGTH else 0


def _length_of_run(content: bytes, box: Box, usual: int) -> int:
    """Every sample has its own length, or all have the usual one."""
    flags, count = _uint(content, box.start) & 0xFFFFFF, _uint(content, box.start + 4)
    if not flags & 0x100:
        return count * usual
    at = box.start + 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    width = 4 * (flags & 0xF00).bit_count()
    return sum(_uint(content, each) for each in range(at, min(at + count * width, box.end), width))


def _uint(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "big")
