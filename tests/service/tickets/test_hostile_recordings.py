"""Recordings that nobody spoke: made to hold the service up, or to end in an error of its own."""

import time

import pytest

from service.tickets.voice_kinds import measured
from tests.service.tickets.conftest import Villager, page_of
from tests.service.tickets.recordings import webm
from tests.service.tickets.test_spoken import speaks
from workflows.refusals import Refused


def box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + name + content


def nested(times: int, content: bytes) -> bytes:
    for _time in range(times):
        content = box(b"moov", content)
    return box(b"ftyp", b"M4A ") + content


def numbered(size: int) -> bytes:
    """A WebM two numbers of which are so many bytes long."""
    long = ((1 << 56) | size).to_bytes(8, "big") + b"\xff" * size
    return b"\x1a\x45\xdf\xa3\x80\x2a\xd7\xb1" + long + b"\xe7" + long + b"\xa3\x84\x81\x00\x00\x80"


HOSTILE = {
    "boxes in boxes in boxes": lambda: nested(2000, b""),
    "many boxes, deep down": lambda: nested(400, box(b"free", b"") * 100_000),
    "a million elements": lambda: b"\x1a\x45\xdf\xa3\x80" + b"\xec\x80" * 1_000_000,
    "numbers of a megabyte": lambda: numbered(1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_recording_that_is_made_to_hold_us_up_is_refused_at_once(name: str) -> None:
    content = HOSTILE[name]()
    began = time.thread_time()
    with pytest.raises(Refused, match="不是录音"):
        measured(content, len(content), "声音.m4a")
    assert time.thread_time() - began < 1.5


def test_a_piece_that_no_recording_has_is_answered_with_the_whole(villager: Villager) -> None:
    speaks(villager, webm(4))
    (ticket,) = villager.tickets()
    for asked in ("bytes=" + "9" * 5000 + "-", "bytes=-", "bytes=7-3"):
        heard = villager.client.get(f"{page_of(ticket.id or 0)}/voice", headers={"Range": asked})
        assert (heard.status_code, heard.content) == (200, webm(4))
