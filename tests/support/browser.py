"""Debian's Chromium, driven as our three kinds of people use it: an old phone, a county PC, a phone without scripts."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.support import needs

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
# Chromium as root has no sandbox, and it should ask the network for nothing but our pages.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        needs.missing("chromium", "A test in a browser")
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        needs.missing("libatomic1", "Playwright, which leads the browser,")
    if not has_chinese_letters():
        needs.missing("fonts-noto-cjk", "A page that is looked at, and measured, in Chinese")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield opened
        opened.close()


def has_chinese_letters() -> bool:
    """Any font will do: without one every letter is the same empty box, and no page is ever too wide."""
    lists = shutil.which("fc-list")
    if lists is None:
        return NOTO.exists()
    return bool(subprocess.run([lists, ":lang=zh-cn", "family"], capture_output=True, check=True).stdout.strip())


@contextmanager
def open_page(browser: Browser, device: dict[str, object], **options: object) -> Iterator[Page]:
    """A page in a browser without a past; a script's error or a request to another origin fails the test at its end."""
    wishes = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **device, **options}
    context = browser.new_context(**wishes)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda message: faults.extend(policy_breaches(message)))
    page.on("request", lambda request: faults.extend(strangers(page, request)))
    try:
        yield page
    finally:
        context.close()
    assert faults == []


def policy_breaches(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []


def strangers(page: Page, request: Request) -> list[str]:
    """No page of ours loads anything from another origin."""
    here, there = urlsplit(page.url), urlsplit(request.url)
    is_ours = here.netloc in {"", there.netloc} or there.scheme in {"data", "blob"} or request.is_navigation_request()
    return [] if is_ours else [f"{page.url} loads {request.url}"]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(DESKTOP, java_script_enabled=False, …)`: as many separate people as the story needs."""
    with ExitStack() as stack:

        def open_one(device: dict[str, object] = DESKTOP, **options: object) -> Page:
            return stack.enter_context(open_page(browser, device, **options))

        yield open_one


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    return new_page(PHONE)


@pytest.fixture
def plain_phone(new_page: NewPage) -> Page:
    """A phone whose browser runs no scripts."""
    return new_page(PHONE, java_script_enabled=False)


@pytest.fixture
def desktop(new_page: NewPage) -> Page:
    return new_page(DESKTOP)
