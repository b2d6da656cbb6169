"""How long a WebM recording is: browsers write it as it comes, without a length, so its blocks are walked."""

from collections.abc import Iterator

from service.tickets.voice_frames import Video

SEGMENT, INFO, TRACKS, CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TRACK, TRACK_TYPE, BLOCK_GROUP = 0xAE, 0x83, 0xA0
SCALE, LENGTH, TIME, SIMPLE_BLOCK, BLOCK = 0x2AD7B1, 0x4489, 0xE7, 0xA3, 0xA1
ENTERED = frozenset({SEGMENT, INFO, TRACKS, TRACK, CLUSTER, BLOCK_GROUP})
VIDEO_TRACK = 1
ELEMENTS_MOST = 100_000
"""Three minutes in the shortest frames that Opus knows are 72,000."""
NUMBER_MOST = 8
# 20 ms of Opus last on after the moment at which the last block begins.
LAST_BLOCK = 0.02

Element = tuple[int, int, int]
"""Its name, where its content begins, and where it ends."""


def webm_seconds(content: bytes) -> float:
    scale, cluster, last, has_sound = 1_000_000, 0, 0, False
    for name, start, end in _elements(content, 0, len(content)):
        if name == TRACK_TYPE and _uint(content, start, end) == VIDEO_TRACK:
            raise Video()
        if name == SCALE:
            scale = _uint(content, start, end)
        elif name == TIME:
            cluster = _uint(content, start, end)
        elif name in {SIMPLE_BLOCK, BLOCK}:
            _track, width = _number(content, start, keeps_marker=False)
            behind = int.from_bytes(content[start + width : start + width + 2], "big", signed=True)
            last, has_sound = max(last, cluster + behind), True
    return last * scale / 1_000_000_000 + LAST_BLOCK if has_sound else 0.0


def _elements(content: bytes, at: int, end: int) -> Iterator[Element]:
    """Each element, and those within it. One of unknown size lasts to the end: what follows is told within it."""
    for _number_of_it in range(ELEMENTS_MOST):
        if at >= end:
            return
        try:
            name, width = _number(content, at, keeps_marker=True)
            size, length = _number(content, at + width, keeps_marker=False)
        except (ValueError, IndexError):
            # A recorder that was torn off leaves half an element: what came before it can be heard.
            return
        start = at + width + length
        is_endless = size == (1 << 7 * length) - 1
        stop = end if is_endless else min(start + size, end)
        if name in ENTERED:
            at = start
            continue
        yield name, start, stop
        at = stop
    raise ValueError("more elements than any recording has")


def _uint(content: bytes, start: int, end: int) -> int:
    """Megabytes are no number: whoever reckons with one holds up everybody."""
    if end - start > NUMBER_MOST:
        raise ValueError("longer than any number of EBML")
    return int.from_bytes(content[start:end], "big")


def _number(content: bytes, at: int, *, keeps_marker: bool) -> tuple[int, int]:
    """A number of one to eight bytes, whose first one bit tells how many. Raise ValueError."""
    first = content[at]
    width = 9 - first.bit_length()
    if width > 8:
        raise ValueError("no number of EBML")
    found = int.from_bytes(content[at : at + width], "big")
    return found if keeps_marker else found & ((1 << 7 * width) - 1), width
