"""The eight kinds of picture that we take: told by their content, measured by their header, cleaned by drawing anew."""

import io
import re
from dataclasses import dataclass
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageOps

from workflows.refusals import Refused
from workflows.words import _

pillow_heif.register_heif_opener()
# Our own limits below are stricter, and they are asked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_SIDE = 30_000
PICTURE_SIDE = 2048
THUMBNAIL_SIDE = 320
MILLION = 1_000_000
MOST_PIXELS = 50 * MILLION

IS_VIDEO = _("第 {n} 个“{name}”是录像，这里收不了。请截一张图，或者拍张照片。")
NO_PICTURE = _("第 {n} 张“{name}”不是照片，或者坏了，打不开。请换一张再传。")
TOO_HEAVY = _("第 {n} 张“{name}”太大了：一张照片最多 {most} MB。请换一张，或者截个图再传。")
TOO_WIDE = _("第 {n} 张“{name}”的尺寸太大，打不开。请换一张，或者截个图再传。")


@dataclass(frozen=True)
class PictureKind:
    """`format` is Pillow's name for it. A JPEG is shrunk while it is decoded, unless it is a progressive one."""

    format: str
    media_type: str
    opening: re.Pattern[bytes]
    most_pixels: int = MOST_PIXELS


def _opens_with(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


AVIF = rb".{4}ftyp(?:avi[fs]|mi[fa][0-9B].{4,24}?avi[fs])"
# Two kilobytes of these can be fifty million pixels, and each is unpacked several times over.
DENSE = 25 * MILLION

KINDS: tuple[PictureKind, ...] = (
    # format, media type, first bytes
    PictureKind("JPEG", "image/jpeg", _opens_with(rb"\xff\xd8\xff"), most_pixels=210 * MILLION),
    PictureKind("PNG", "image/png", _opens_with(rb"\x89PNG\r\n\x1a\n")),
    PictureKind("WEBP", "image/webp", _opens_with(rb"RIFF.{4}WEBP"), most_pixels=DENSE),
    PictureKind("GIF", "image/gif", _opens_with(rb"GIF8[79]a")),
    PictureKind("AVIF", "image/avif", _opens_with(AVIF), most_pixels=DENSE),
    PictureKind("HEIF", "image/heic", _opens_with(rb".{4}ftyp(?:he[iv][cxms]|mif1|msf1)")),
    PictureKind("BMP", "image/bmp", _opens_with(rb"BM.{4}\0\0\0\0")),
    PictureKind("TIFF", "image/tiff", _opens_with(rb"(?:II\*\0|MM\0\*)")),
)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}


VIDEO = _opens_with(
    rb".{4}ftyp(?:isom|iso[2-6]|mp4[12]|M4V |MSNV|3g[gp2]|qt  |avc1|dash)|\x1a\x45\xdf\xa3|RIFF.{4}AVI "
)


class Undecodable(ValueError):
    """It began like a picture, but it is none."""


def kind_of(head: bytes) -> PictureKind | None:
    """By its first 64 bytes; what a file is called, or what a browser says that it is, counts for nothing."""
    return next((kind for kind in KINDS if kind.opening.match(head)), None)


def check(file: BinaryIO, size: int) -> PictureKind:
    """Only the header is read. Raise Refused with a sentence that lacks its `n` and `name`."""
    file.seek(0)
    head = file.read(64)
    if VIDEO.match(head):
        raise Refused(IS_VIDEO, field="photos")
    if size > LARGEST_FILE:
        raise Refused(TOO_HEAVY, field="photos", most=LARGEST_FILE // 1024 // 1024)
    kind = kind_of(head)
    if kind is None:
        raise Refused(NO_PICTURE, field="photos")
    if not _has_bearable_size(file, kind):
        raise Refused(TOO_WIDE, field="photos")
    return kind


def _has_bearable_size(file: BinaryIO, kind: PictureKind) -> bool:
    file.seek(0)
    try:
        with Image.open(file, formats=[kind.format]) as picture:
            most = MOST_PIXELS if picture.info.get("progressive") else kind.most_pixels
            return picture.width * picture.height <= most and max(picture.size) <= LONGEST_SIDE
    except MemoryError:
        raise
    # Decoders meet a spoilt file with whatever error its bytes lead them to.
    except Exception:
        raise Refused(NO_PICTURE, field="photos") from None


@dataclass(frozen=True)
class Cleaned:
    """JPEG without position, camera, date or comment, upright. Like pictures have like fingerprints."""

    picture: bytes
    thumbnail: bytes
    width: int
    height: int
    fingerprint: str


def cleaned(original: bytes, media_type: str) -> Cleaned:
    """Draw it anew, at most 2048 px long. Raise Undecodable."""
    try:
        drawn = _drawn(original, BY_MEDIA_TYPE[media_type])
    except MemoryError:
        raise
    except Exception as error:
        raise Undecodable(media_type) from error
    small = drawn.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Cleaned(_as_jpeg(drawn, 82), _as_jpeg(small, 75), drawn.width, drawn.height, _fingerprint(small))


def _drawn(original: bytes, kind: PictureKind) -> Image.Image:
    with Image.open(io.BytesIO(original), formats=[kind.format]) as picture:
        picture.draft("RGB", _fitted(picture.size))
        smooth = picture.convert("RGBA") if picture.mode in {"1", "P"} else picture
        smooth.thumbnail((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS)
        return _on_white(ImageOps.exif_transpose(smooth))


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """What will be left of it: asked for a square, a decoder would not shrink a long and narrow one."""
    longest = max(*size, PICTURE_SIDE)
    return max(1, size[0] * PICTURE_SIDE // longest), max(1, size[1] * PICTURE_SIDE // longest)


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture takes nothing along but what one sees."""
    sheet = Image.new("RGB", picture.size, "white")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        sheet.paste(seen, mask=seen)
    else:
        sheet.paste(picture.convert("RGB"))
    return sheet


def _as_jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return file.getvalue()


def _fingerprint(picture: Image.Image) -> str:
    """64 bits in hex: whether each of 8 × 8 places is brighter than its neighbour. Like pictures differ in few bits."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    rows = [grey.tobytes()[at : at + 9] for at in range(0, 72, 9)]
    bits = "".join("01"[row[at] < row[at + 1]] for row in rows for at in range(8))
    return f"{int(bits, 2):016x}"
