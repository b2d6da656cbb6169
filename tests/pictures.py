"""make pictures: what the README shows, taken of the demo county in Debian's Chromium."""

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from service.demo.sign_ins import PASSWORD
from tests.support.browser import DESKTOP, PHONE, chromium, open_page
from tests.support.server import PROGRAM, Server, environment, start

FOLDER = Path(__file__).parent.parent / "pictures"
SCREEN = {"viewport": {"width": 1920, "height": 1080}}
WIDEST, QUALITY = 1200, 82


@dataclass(frozen=True)
class Picture:
    """`path` may name what the demo tells of itself; `first` is what the first link that is followed there looks like;
    `said` is typed into the form, and `is_sent`; `top` is what the picture begins with."""

    name: str
    path: str
    device: Mapping[str, object] = field(default_factory=lambda: PHONE)
    login: str | None = None
    first: str | None = None
    options: dict[str, object] = field(default_factory=dict)
    said: str = ""
    is_sent: bool = False
    top: str = ""


LAMP = "院坝口的路灯坏了，晚上看不见，老人摔了一跤"
PICTURES = (
    Picture("form", "{link}"),
    Picture("tracking", "{wish}"),
    Picture("wall", "/wall?stage=done", top=".wall-columns"),
    Picture("form-dark-large", "{link}?type=large", options={"color_scheme": "dark"}),
    Picture("alike", "{link}", said=LAMP, top="label[for=text]"),
    Picture("receipt", "{link}", said=LAMP, is_sent=True),
    Picture("desk", "/desk", DESKTOP, "xiangshuiyan-construction", r"/desk/tickets/[\d-]+"),
    Picture("whistle", "/desk/whistles?view=at_work", DESKTOP, "county-dispatch", r"/desk/whistles/\d+"),
    Picture("board", "/board", DESKTOP, "supervisor"),
    Picture("screen", "/board/screen", SCREEN, "supervisor"),
)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with demo() as (server, places), chromium() as browser:
        for picture in (each for each in PICTURES if each.name in (sys.argv[1:] or [each.name])):
            with open_page(browser, dict(picture.device), base_url=server.url, **picture.options) as page:
                _go(page, picture, places)
                size = _written(page.screenshot(), FOLDER / f"{picture.name}.webp")
            sys.stdout.write(f"{picture.name}: {size // 1024} KB\n")
    return 0


@contextmanager
def demo() -> Iterator[tuple[Server, dict[str, str]]]:
    """A demo county of its own, served, and the addresses that it tells."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(f"sqlite:///{folder / 'demo.db'}", folder)
        told = subprocess.run([str(PROGRAM), "demo"], env=env, cwd=folder, capture_output=True, text=True, check=True)
        [county] = re.findall(r"^(\w+): filled", told.stdout, re.MULTILINE)
        server = start(env | {"WEIYUAN_COUNTY_NAME": county}, folder)
        try:
            yield server, {"link": _path(told.stdout, "/w/"), "wish": _path(told.stdout, "/t/")}
        finally:
            server.stop()


def _path(told: str, beginning: str) -> str:
    [found] = re.findall(rf"{beginning}\S+", told)
    return str(found)


def _go(page: Page, picture: Picture, places: dict[str, str]) -> None:
    if picture.login:
        page.goto("/sign-in")
        page.locator("[name=login]").fill(picture.login)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button").first.click()
    page.goto(picture.path.format(**places))
    if picture.first:
        hrefs = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        page.goto(next(href for href in hrefs if re.match(picture.first, href or "")))
    if picture.said:
        _say(page, picture)
    if picture.top:
        page.locator(picture.top).first.evaluate("element => element.scrollIntoView()")
    page.wait_for_load_state("networkidle")


def _say(page: Page, picture: Picture) -> None:
    """What stands beneath her words is the same whether a neighbour has said it or not: it comes."""
    page.locator("#text").fill(picture.said)
    page.locator("#alike > *").first.wait_for()
    if picture.is_sent:
        page.locator(".send .button").click()
        page.wait_for_url("**/r/**")


def _written(screenshot: bytes, path: Path) -> int:
    """Its size in bytes."""
    with Image.open(io.BytesIO(screenshot)) as picture:
        picture.thumbnail((WIDEST, WIDEST))
        picture.convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
