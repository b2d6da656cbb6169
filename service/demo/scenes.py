"""Drawn photographs, before and after: a road with holes, a lamp that is dark, a field of stones.

They are drawn when the county is filled, so that no picture has to be kept among the sources.
"""

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from PIL import Image, ImageDraw
from sqlmodel import Session

from service.tickets.picture_store import ORIGINALS, PictureStore
from service.tickets.pictures import Received, attach

WIDTH, HEIGHT = 960, 720
HORIZON = 400
AS_KEPT = (640, 480)

Colour = tuple[int, int, int]
Sketch = Callable[[ImageDraw.ImageDraw, Random], None]

DAY: tuple[Colour, Colour] = ((150, 190, 222), (228, 238, 240))
NIGHT: tuple[Colour, Colour] = ((12, 18, 38), (34, 44, 70))
GRASS: Colour = (112, 138, 84)
EARTH: Colour = (150, 122, 88)
ASPHALT: Colour = (88, 88, 90)


@dataclass(frozen=True)
class Album:
    """Hands out the pictures that stories name, such as `road-before`; without a store it has none."""

    store: PictureStore | None

    def attach(
        self, session: Session, names: Iterable[str], place: int, person_id: int | None, now: datetime
    ) -> tuple[int, ...]:
        """Rows for the command that names them. The same `place` has the same mountains, before and after."""
        store = self.store
        if store is None:
            return ()
        return tuple(attach(session, [_received(store, draw(name, place)) for name in names], person_id, now))


def _received(store: PictureStore, content: bytes) -> Received:
    digest = hashlib.sha256(content).hexdigest()
    store.put(ORIGINALS, digest, content)
    return Received(digest, "image/jpeg", len(content))


def draw(name: str, place: int) -> bytes:
    """One scene as a JPEG: the same place before and after."""
    scene, _, when = name.partition("-")
    lots = Random(f"{scene}/{place}")
    picture = landscape(lots, NIGHT if scene == "lamp" else DAY)
    SCENES[scene, when](ImageDraw.Draw(picture, "RGBA"), lots)
    written = io.BytesIO()
    picture.resize(AS_KEPT, Image.Resampling.BILINEAR).save(written, "JPEG", quality=85)
    return written.getvalue()


def landscape(lots: Random, sky: tuple[Colour, Colour]) -> Image.Image:
    """Sky, three ridges one behind the other, and the ground."""
    picture = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    picture = Image.composite(Image.new("RGB", picture.size, sky[1]), Image.new("RGB", picture.size, sky[0]), picture)
    pen = ImageDraw.Draw(picture)
    shade = 0.35 if sky is NIGHT else 1.0
    for ridge in range(3):
        base = HORIZON - 120 + 60 * ridge
        tops = [(x, base - lots.randrange(20, 120)) for x in range(-40, WIDTH + 81, 80)]
        pen.polygon(
            [*tops, (WIDTH, HEIGHT), (0, HEIGHT)], fill=_dimmed((110 - 12 * ridge, 150 - 14 * ridge, 130), shade)
        )
    pen.rectangle((0, HORIZON, WIDTH, HEIGHT), fill=_dimmed(GRASS, shade))
    return picture


def _dimmed(colour: Colour, shade: float) -> Colour:
    red, green, blue = (round(part * shade) for part in colour)
    return red, green, blue


def _lane(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.polygon(((440, HORIZON), (520, HORIZON), (860, HEIGHT), (100, HEIGHT)), fill=colour)


def _spots(lots: Random, how_many: int) -> Iterable[tuple[int, int, int]]:
    """Places on the lane, larger the nearer they are."""
    for _spot in range(how_many):
        y = lots.randrange(HORIZON + 40, HEIGHT - 20)
        reach = 40 + (y - HORIZON) * 0.9
        yield round(480 + lots.uniform(-reach, reach)), y, 6 + (y - HORIZON) // 7


def ruined_road(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _lane(pen, EARTH)
    for x, y, size in _spots(lots, 26):
        pen.ellipse((x - 2 * size, y - size // 2, x + 2 * size, y + size // 2), fill=(96, 76, 56, 230))
        pen.ellipse((x - size, y - size // 4, x + size, y + size // 4), fill=(140, 150, 150, 160))


def mended_road(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _lane(pen, ASPHALT)
    for start, end in ((410, 430), (455, 490), (525, 580), (630, 700)):
        near, far = (start - HORIZON) // 40 + 1, (end - HORIZON) // 40 + 1
        pen.polygon(
            ((480 - near, start), (480 + near, start), (480 + far, end), (480 - far, end)), fill=(236, 232, 216)
        )
    pen.line(((436, HORIZON), (90, HEIGHT)), fill=(240, 240, 236), width=6)
    pen.line(((524, HORIZON), (870, HEIGHT)), fill=(240, 240, 236), width=6)


def dark_lamp(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _lane(pen, (34, 34, 38))
    _pole(pen, (60, 62, 70))


def lit_lamp(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _lane(pen, (62, 60, 52))
    for radius in range(260, 20, -20):
        pen.ellipse((560 - radius, 170 - radius, 560 + radius, 170 + radius), fill=(255, 226, 150, 14))
    pen.polygon(((560, 170), (300, 690), (820, 690)), fill=(255, 232, 170, 60))
    _pole(pen, (120, 118, 112))
    pen.ellipse((528, 156, 592, 184), fill=(255, 246, 214))


def _pole(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.line(((660, 660), (660, 140), (560, 160)), fill=colour, width=14)
    pen.rectangle((524, 150, 596, 168), fill=colour)


def muddy_water(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    pen.polygon(((380, HORIZON), (600, HORIZON), (900, HEIGHT), (40, HEIGHT)), fill=(146, 112, 70))
    for x, y, size in _spots(lots, 40):
        pen.line((x - size, y, x + size, y + size // 4), fill=(176, 142, 98), width=4)
    _stones(pen, lots, 18)


def clear_water(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    pen.polygon(((390, HORIZON), (570, HORIZON), (890, HEIGHT), (70, HEIGHT)), fill=(186, 186, 182))
    pen.polygon(((420, HORIZON), (540, HORIZON), (780, HEIGHT), (180, HEIGHT)), fill=(92, 156, 178))
    for x, y, size in _spots(lots, 20):
        pen.line((x - size // 2, y, x + size // 2, y), fill=(160, 206, 218), width=3)


def landslide(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    mended_road(pen, lots)
    pen.polygon(((960, 200), (560, 470), (430, 690), (960, 720)), fill=(138, 108, 76))
    for _stone in range(46):
        x, y, size = lots.randrange(430, 940), lots.randrange(470, 700), lots.randrange(8, 34)
        if x + y > 1060:
            pen.polygon(((x - size, y), (x, y - size), (x + size, y + size // 3)), fill=(120, 112, 102))


def retaining_wall(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    mended_road(pen, lots)
    pen.polygon(((960, 240), (580, 400), (960, 690)), fill=(150, 150, 146))
    for step in range(12):
        pen.line(((590 + 31 * step, 404 + 24 * step), (960, 262 + 36 * step)), fill=(118, 118, 114), width=3)


def cracked_house(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _house(pen, (176, 142, 98), (92, 84, 80))
    for start in (330, 560, 640):
        x, y = start, 330
        while y < 590:
            following = (x + lots.randrange(-22, 23), y + lots.randrange(18, 40))
            pen.line(((x, y), following), fill=(66, 48, 34), width=6)
            x, y = following


def mended_house(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _house(pen, (238, 234, 224), (128, 62, 50))


def _house(pen: ImageDraw.ImageDraw, wall: Colour, roof: Colour) -> None:
    pen.rectangle((240, 320, 720, 600), fill=wall)
    pen.polygon(((200, 330), (480, 180), (760, 330)), fill=roof)
    pen.rectangle((440, 440, 520, 600), fill=(96, 70, 50))
    for left in (300, 590):
        pen.rectangle((left, 400, left + 80, 470), fill=(108, 132, 148), outline=(80, 70, 60), width=5)


def heap_of_rubbish(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    _bins(pen)
    for _bag in range(120):
        x, y, size = round(lots.gauss(480, 130)), lots.randrange(520, 690), lots.randrange(10, 34)
        colour = lots.choice(((40, 40, 44), (210, 208, 200), (170, 60, 52), (60, 90, 150), (196, 168, 70)))
        pen.ellipse((x - size, y - size // 2, x + size, y + size // 2), fill=colour)


def clean_corner(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    pen.rectangle((160, 540, 800, 680), fill=(196, 194, 188))
    _bins(pen)


def _bins(pen: ImageDraw.ImageDraw) -> None:
    for left, colour in ((330, (52, 120, 76)), (440, (58, 96, 150)), (550, (96, 96, 100))):
        pen.rectangle((left, 450, left + 84, 600), fill=colour)
        pen.rectangle((left - 6, 436, left + 90, 456), fill=_dimmed(colour, 0.8))


def stony_field(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    pen.polygon(((120, HORIZON), (840, HORIZON), (960, HEIGHT), (0, HEIGHT)), fill=(164, 148, 122))
    _stones(pen, lots, 90)


def green_field(pen: ImageDraw.ImageDraw, lots: Random) -> None:
    pen.polygon(((120, HORIZON), (840, HORIZON), (960, HEIGHT), (0, HEIGHT)), fill=(116, 92, 64))
    for row in range(15):
        far, near = 140 + 50 * row, -260 + 106 * row
        pen.line(((far, HORIZON), (near, HEIGHT)), fill=(86, 150, 70), width=20)


def _stones(pen: ImageDraw.ImageDraw, lots: Random, how_many: int) -> None:
    for _stone in range(how_many):
        x, y, size = lots.randrange(20, 940), lots.randrange(HORIZON + 20, 700), lots.randrange(6, 28)
        grey = lots.randrange(130, 190)
        pen.ellipse((x - size, y - size // 2, x + size, y + size // 2), fill=(grey, grey - 4, grey - 10))


SCENES: dict[tuple[str, str], Sketch] = {
    ("road", "before"): ruined_road,
    ("road", "after"): mended_road,
    ("lamp", "before"): dark_lamp,
    ("lamp", "after"): lit_lamp,
    ("water", "before"): muddy_water,
    ("water", "after"): clear_water,
    ("landslide", "before"): landslide,
    ("landslide", "after"): retaining_wall,
    ("house", "before"): cracked_house,
    ("house", "after"): mended_house,
    ("rubbish", "before"): heap_of_rubbish,
    ("rubbish", "after"): clean_corner,
    ("field", "before"): stony_field,
    ("field", "after"): green_field,
}
