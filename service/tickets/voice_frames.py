"""How long a recording is that is a row of frames or pages: MP3, AAC, AMR, Ogg and WAV."""

from collections.abc import Iterator


class Video(ValueError):
    """It has pictures besides the sound."""


# Layer III, by the version's two bits (0: 2.5, 2: 2, 3: 1): kbit/s of the sixteen rates, Hz of the three.
RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
HERTZ_OF_MP3 = {0: (11025, 12000, 8000), 2: (22050, 24000, 16000), 3: (44100, 48000, 32000)}
HERTZ_OF_AAC = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
NARROW, WIDE = (12, 13, 15, 17, 19, 20, 26, 31, 5), (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)
FRAME_OF_AMR, FRAMES_MOST = 0.02, 500_000


def mp3_seconds(content: bytes) -> float:
    """Frame by frame, for the rate may change with each; what is no frame ends the walk."""
    return sum(samples / hertz for samples, hertz in _mp3_frames(content, _behind_id3(content)))


def _behind_id3(content: bytes) -> int:
    if content[:3] != b"ID3":
        return 0
    size = 0
    for digit in content[6:10]:
        size = size << 7 | digit & 0x7F
    return 10 + size


def _mp3_frames(content: bytes, at: int) -> Iterator[tuple[int, int]]:
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] & 0xE6 == 0xE2:
        version, third = content[at + 1] >> 3 & 3, content[at + 2]
        hertz = HERTZ_OF_MP3[version][third >> 2 & 3] if version in HERTZ_OF_MP3 else 0
        rate = (RATES_1 if version == 3 else RATES_2)[third >> 4] * 1000
        if not rate or not hertz:
            return
        samples = 1152 if version == 3 else 576
        yield samples, hertz
        at += samples // 8 * rate // hertz + (third >> 1 & 1)


def adts_seconds(content: bytes) -> float:
    at, seconds = 0, 0.0
    while at + 7 <= len(content) and content[at] == 0xFF and content[at + 1] & 0xF6 == 0xF0:
        seconds += 1024 / HERTZ_OF_AAC[content[at + 2] >> 2 & 15]
        length = (content[at + 3] & 3) << 11 | content[at + 4] << 3 | content[at + 5] >> 5
        if length < 7:
            raise ValueError("a frame that is shorter than its head")
        at += length
    return seconds


def amr_seconds(content: bytes) -> float:
    is_wide = content.startswith(b"#!AMR-WB\n")
    at, sizes, frames = 9 if is_wide else 6, WIDE if is_wide else NARROW, 0
    while at < len(content) and frames < FRAMES_MOST:
        kind = content[at] >> 3 & 15
        at += 1 + (sizes[kind] if kind < len(sizes) else 0)
        frames += 1
    return frames * FRAME_OF_AMR


def wav_seconds(content: bytes) -> float:
    """Bytes of sound by bytes a second; a recorder that was cut off wrote no size."""
    at, a_second = 12, 0
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name == b"fmt ":
            a_second = int.from_bytes(content[at + 16 : at + 20], "little")
        if name == b"data":
            return min(size or len(content), len(content) - at - 8) / a_second
        at += 8 + size + size % 2
    return 0.0


def ogg_seconds(content: bytes) -> float:
    """The last page says how many samples there were up to it. Opus always counts 48,000 a second."""
    head = content[:4096]
    if b"theora" in head:
        raise Video()
    last = content.rfind(b"OggS")
    samples = int.from_bytes(content[last + 6 : last + 14], "little")
    if (opus := head.find(b"OpusHead")) >= 0:
        return (samples - int.from_bytes(head[opus + 10 : opus + 12], "little")) / 48_000
    vorbis = head.find(b"\x01vorbis")
    if vorbis < 0:
        raise ValueError("neither Opus nor Vorbis")
    return samples / int.from_bytes(head[vorbis + 12 : vorbis + 16], "little")
