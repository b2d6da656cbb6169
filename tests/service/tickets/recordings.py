"""Recordings as phones make them, built here from their frames: of silence, and each as long as it is asked for."""

import struct


def _element(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + (len(content) | 1 << 28).to_bytes(4, "big") + content


def webm(seconds: int, track: bytes = b"\x02") -> bytes:
    """As a browser writes it: clusters of unknown size, and no length anywhere."""
    head = _element("1a45dfa3", _element("4282", b"webm"))
    tracks = _element("1654ae6b", _element("ae", _element("83", track)))
    info = _element("1549a966", _element("2ad7b1", (1_000_000).to_bytes(3, "big")))
    clusters = b"".join(_cluster(second) for second in range(seconds))
    return head + bytes.fromhex("18538067") + b"\x01" + b"\xff" * 7 + info + tracks + clusters


def _cluster(second: int) -> bytes:
    time = _element("e7", (second * 1000).to_bytes(4, "big"))
    blocks = b"".join(_element("a3", b"\x81" + struct.pack(">hB", at, 0) + bytes(8)) for at in range(0, 1000, 20))
    return bytes.fromhex("1f43b675") + b"\x01" + b"\xff" * 7 + time + blocks


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def m4a(seconds: int, handler: bytes = b"soun", place: bytes = b"", *, in_parts: bool = False) -> bytes:
    length = 0 if in_parts else seconds * 48_000
    mdhd = _box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 48_000, length, 0))
    hdlr = _box(b"hdlr", bytes(8) + handler + bytes(12))
    private = _box(b"udta", _box(b"\xa9xyz", place)) if place else b""
    moov = _box(b"moov", _box(b"trak", _box(b"mdia", mdhd + hdlr)) + private)
    runs = struct.pack(">II", 0x100, seconds) + struct.pack(">I", 48_000) * seconds
    moof = _box(b"moof", _box(b"traf", _box(b"tfhd", bytes(8)) + _box(b"trun", runs))) if in_parts else b""
    return _box(b"ftyp", b"M4A " + bytes(4)) + moov + moof + _box(b"mdat", bytes(100))


def film() -> bytes:
    return m4a(4, b"vide")


def wav(seconds: int) -> bytes:
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    sound = b"data" + struct.pack("<I", seconds * 8000) + bytes(seconds * 8000)
    return b"RIFF" + struct.pack("<I", 4 + len(fmt) + len(sound)) + b"WAVE" + fmt + sound


def amr(seconds: int) -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * (50 * seconds)


def ogg(seconds: int) -> bytes:
    page = b"OggS\0\x02" + struct.pack("<q", 0) + bytes(14) + b"OpusHead\x01\x01" + struct.pack("<H", 312)
    return page + bytes(50) + b"OggS\0\x04" + struct.pack("<q", seconds * 48_000 + 312) + bytes(14)


def mp3(seconds: int) -> bytes:
    """Of 32 kbit/s at 16,000 Hz: a frame is 36 ms and 144 bytes long, behind a title that no frame belongs to."""
    frames = round(seconds / 0.036)
    return b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + (b"\xff\xf3\x48\x00" + bytes(140)) * frames


def adts(seconds: int) -> bytes:
    size = 200
    head = bytes([0xFF, 0xF1, 8 << 2 | 0x40, size >> 11 & 3, size >> 3 & 0xFF, (size & 7) << 5, 0])
    return (head + bytes(size - 7)) * round(seconds * 16_000 / 1024)


RECORDINGS = {
    "a browser's": (webm(4), "audio/webm", 4),
    "an iPhone's memo": (m4a(5), "audio/mp4", 5),
    "Safari's": (m4a(6, in_parts=True), "audio/mp4", 6),
    "an old Android's": (amr(7), "audio/amr", 7),
    "Firefox's": (ogg(8), "audio/ogg", 8),
    "a file of music": (mp3(9), "audio/mpeg", 9),
    "a stream": (adts(10), "audio/aac", 10),
    "a recorder's": (wav(11), "audio/wav", 11),
}
