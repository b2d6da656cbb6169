"""Where something is, by satellite: the datum is kept and named, for in China a map and a telephone mean two places.

Telephones and photographs give WGS-84. Maps that are sold in China (高德, 腾讯) draw GCJ-02, some hundred metres away.
"""

import math
import re
from dataclasses import dataclass

WGS, GCJ = "WGS-84", "GCJ-02"
POSITION = re.compile(
    r"(?P<latitude>-?\d{1,2}(?:\.\d{1,8})?),(?P<longitude>-?\d{1,3}(?:\.\d{1,8})?)"
    r" (?P<datum>WGS-84|GCJ-02)(?: ±(?P<accuracy>\d{1,6}) m)?"
)

# The ellipsoid of Krasovsky (1940), on which GCJ-02 is reckoned.
RADIUS, FLATNESS = 6_378_245.0, 0.006_693_421_622_965_943
# The shift is reckoned from here, and only within these borders.
CENTRE = (35.0, 105.0)
BORDERS = ((0.8293, 55.8271), (72.004, 137.8347))


@dataclass(frozen=True)
class Position:
    """Degrees north and east; `accuracy` in metres, where the telephone says it."""

    latitude: float
    longitude: float
    datum: str = WGS
    accuracy: int | None = None

    def written(self) -> str:
        """`32.310000,108.900000 WGS-84 ±20 m`: as it is typed, stored and shown."""
        around = f" ±{self.accuracy} m" if self.accuracy is not None else ""
        return f"{self.latitude:.6f},{self.longitude:.6f} {self.datum}{around}"

    def on_chinese_maps(self) -> "Position":
        """The same place in GCJ-02, right to a metre or two; outside China the two are one."""
        is_in_china = all(
            low <= value <= high for value, (low, high) in zip((self.latitude, self.longitude), BORDERS, strict=True)
        )
        if self.datum == GCJ or not is_in_china:
            return Position(self.latitude, self.longitude, GCJ, self.accuracy)
        north, east = _shift(self.latitude, self.longitude)
        return Position(self.latitude + north, self.longitude + east, GCJ, self.accuracy)


def position_from(written: str) -> Position | None:
    found = POSITION.fullmatch(written.strip())
    if found is None:
        return None
    accuracy = int(found["accuracy"]) if found["accuracy"] else None
    position = Position(float(found["latitude"]), float(found["longitude"]), found["datum"], accuracy)
    return position if abs(position.latitude) <= 90 and abs(position.longitude) <= 180 else None


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """In degrees north and east."""
    y, x = latitude - CENTRE[0], longitude - CENTRE[1]
    slant = math.radians(latitude)
    curve = 1 - FLATNESS * math.sin(slant) ** 2
    metres_a_degree = math.pi / 180 * RADIUS
    north = _metres_north(x, y) / (metres_a_degree * (1 - FLATNESS) / curve**1.5)
    east = _metres_east(x, y) / (metres_a_degree / math.sqrt(curve) * math.cos(slant))
    return north, east


def _metres_north(x: float, y: float) -> float:
    plane = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    return (
        plane + _waves(x, (6, 20), (2, 20)) + _waves(y, (1, 20), (1 / 3, 40)) + _waves(y, (1 / 12, 160), (1 / 30, 320))
    )


def _metres_east(x: float, y: float) -> float:
    plane = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    return (
        plane + _waves(x, (6, 20), (2, 20)) + _waves(x, (1, 20), (1 / 3, 40)) + _waves(x, (1 / 12, 150), (1 / 30, 300))
    )


def _waves(degrees: float, *waves: tuple[float, float]) -> float:
    """Each is half turns a degree, and height in metres; two thirds of it count."""
    return sum(height * math.sin(turns * degrees * math.pi) for turns, height in waves) * 2 / 3
