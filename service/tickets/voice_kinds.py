"""The kinds of recording that we take: told by their content, measured by their container, and whether they are video.

Nothing is decoded: containers say how long they are, or are walked from frame to frame. A file that lies about it plays
as it plays; the length is for whoever listens, and the limits keep it short and small.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.tickets.voice_frames import Video, adts_seconds, amr_seconds, mp3_seconds, ogg_seconds, wav_seconds
from service.tickets.voice_mp4 import mp4_seconds, without_metadata
from service.tickets.voice_webm import webm_seconds
from workflows.refusals import Refused
from workflows.words import _

LONGEST = 180
LARGEST = 8 * 1024 * 1024

NO_VOICE = _("“{name}”不是录音，或者坏了，放不出来。请重新录一段，或者写成字。")
TOO_LONG = _("录音有 {n} 秒，最多 {most} 秒。请说短一点，或者分两次说。")
TOO_HEAVY = _("录音太大了，最多 {most} MB。请说短一点，或者用这里的“录音”按钮录。")
IS_VIDEO = _("“{name}”是录像，这里收不了。请录一段声音，或者拍张照片。")


@dataclass(frozen=True)
class VoiceKind:
    """`opens` looks at the first bytes; `seconds` walks the content and raises ValueError where it is none."""

    media_type: str
    opens: Callable[[bytes], bool]
    seconds: Callable[[bytes], float]


def _is_adts(head: bytes) -> bool:
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _is_mp3(head: bytes) -> bool:
    return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)


KINDS: tuple[VoiceKind, ...] = (
    VoiceKind("audio/webm", lambda head: head[:4] == b"\x1a\x45\xdf\xa3", webm_seconds),
    VoiceKind("audio/mp4", lambda head: head[4:8] == b"ftyp", mp4_seconds),
    VoiceKind("audio/ogg", lambda head: head[:4] == b"OggS", ogg_seconds),
    VoiceKind("audio/wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE", wav_seconds),
    VoiceKind("audio/amr", lambda head: head[:5] == b"#!AMR", amr_seconds),
    VoiceKind("audio/aac", _is_adts, adts_seconds),
    VoiceKind("audio/mpeg", _is_mp3, mp3_seconds),
)


@dataclass(frozen=True)
class Measured:
    """What may be kept: without the words that a phone writes beside the sound (place, device, title)."""

    content: bytes
    media_type: str
    seconds: int


def measured(content: bytes, size: int, name: str) -> Measured:
    """Raise Refused (of field `voice`) with a plain sentence. `size` is what was sent, of which less may be left."""
    kind = next((kind for kind in KINDS if kind.opens(content[:16])), None)
    if kind is None:
        raise Refused(NO_VOICE, field="voice", name=name)
    if size > LARGEST:
        raise Refused(TOO_HEAVY, field="voice", most=LARGEST // 1024 // 1024)
    seconds = _seconds(kind, content, name)
    if seconds > LONGEST:
        raise Refused(TOO_LONG, field="voice", n=seconds, most=LONGEST)
    kept = without_metadata(content) if kind.media_type == "audio/mp4" else content
    return Measured(kept, kind.media_type, seconds)


def _seconds(kind: VoiceKind, content: bytes, name: str) -> int:
    """Whole seconds, a short cry being one."""
    try:
        found = kind.seconds(content)
    except Video:
        raise Refused(IS_VIDEO, field="voice", name=name) from None
    # Broken containers lead their reader to whatever error their bytes say.
    except (ValueError, IndexError, ArithmeticError):
        found = 0.0
    if not 0 < found < float("inf"):
        raise Refused(NO_VOICE, field="voice", name=name)
    return max(1, round(found))
