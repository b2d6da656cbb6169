"""Photographs for tests: of every kind that we take, with what a telephone writes into them, and some that are none."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image
from starlette.datastructures import Headers, UploadFile

pillow_heif.register_heif_opener()

MAKER = "PhoneOfTheWang"
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """Red on the left, blue on the right: one sees which way is up."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste((0, 0, 255), (width // 2, 0, width, height))
    return picture


def photo(form: str = "JPEG", width: int = 640, height: int = 480, **options: object) -> bytes:
    file = io.BytesIO()
    scene(width, height).save(file, form, **options)
    return file.getvalue()


def phone_photo(orientation: int = 6, width: int = 640, height: int = 480) -> bytes:
    """With the maker, the position of the house and a comment; turned by 90° as an upright telephone takes it."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, MAKER
    exif[GPS] = {1: "N", 2: (32.0, 18.0, 5.0), 3: "E", 4: (108.0, 54.0, 1.0)}
    return photo("JPEG", width, height, exif=exif, comment=b"Wang's yard")


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def upload(content: bytes, name: str = "IMG_0001.jpg", says: str = "image/jpeg") -> UploadFile:
    return UploadFile(io.BytesIO(content), size=len(content), filename=name, headers=Headers({"content-type": says}))
