"""Where a photograph was taken, as its camera wrote it: read only when she said that it may be kept."""

import io
from typing import Any

from PIL import ExifTags, Image

from service.tickets.picture_kinds import BY_MEDIA_TYPE
from workflows.positions import GCJ, WGS, Position, position_from

SOUTH_OR_WEST = ("S", "W")
TAGS = ExifTags.GPS


def position_in(original: bytes, media_type: str) -> Position | None:
    """None where the camera wrote none, or nothing that could be one."""
    try:
        with Image.open(io.BytesIO(original), formats=[BY_MEDIA_TYPE[media_type].format]) as picture:
            return _position(picture.getexif().get_ifd(ExifTags.IFD.GPSInfo))
    except MemoryError:
        raise
    # Cameras write what they like.
    except Exception:
        return None


def _position(written: dict[int, Any]) -> Position | None:
    north = _degrees(written[TAGS.GPSLatitude], written.get(TAGS.GPSLatitudeRef, "N"))
    east = _degrees(written[TAGS.GPSLongitude], written.get(TAGS.GPSLongitudeRef, "E"))
    datum = GCJ if "GCJ" in str(written.get(TAGS.GPSMapDatum, "")) else WGS
    return position_from(Position(north, east, datum).written())


def _degrees(parts: Any, towards: str) -> float:
    """From degrees, minutes and seconds."""
    degrees, minutes, seconds = (float(part) for part in parts)
    found = degrees + minutes / 60 + seconds / 3600
    return -found if towards in SOUTH_OR_WEST else found
