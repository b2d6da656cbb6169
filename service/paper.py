"""What is printed: HTML in, PDF out, by a process of its own, for WeasyPrint takes long and much memory to load."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from service.errors import Busy, Failure
from workflows.refusals import Refused
from workflows.words import _

PATIENCE = 180
# A press is a process of a hundred megabytes that takes seconds, and whoever prints or waits for it holds one of the
# places in which villagers are served: half of the usual eight are left to them.
AT_ONCE, IN_LINE, SECONDS_IN_LINE = 2, 4, 5.0
LACKS_LIBRARIES = 3
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
LACKING = _(
    "这台机器缺少做 PDF 的系统组件。请管理员运行 apt-get install {packages}，或者用“打印页”在浏览器里打印成 PDF。"
)


class LacksLibraries(Refused):
    """The machine has no pango: the sentence says which packages bring it, and that the page can be printed."""

    http_status = 503


class NotPrinted(Failure):
    sentence = _("文件没有做出来，请稍后再试；如果一直这样，请联系管理员。")


_presses = BoundedSemaphore(AT_ONCE)
_line = BoundedSemaphore(IN_LINE)


@contextmanager
def turn() -> Iterator[None]:
    """For whoever prints while somebody waits for the page. Raises Busy."""
    if not _line.acquire(blocking=False):
        raise Busy()
    try:
        if not _presses.acquire(timeout=SECONDS_IN_LINE):
            raise Busy()
        try:
            yield
        finally:
            _presses.release()
    finally:
        _line.release()


def pdf(html: str, styles: Path) -> bytes:
    """Raises LacksLibraries where the machine cannot print, NotPrinted where this page could not be."""
    command = [sys.executable, "-m", "service.paper_press", str(styles)]
    try:
        done = subprocess.run(command, input=html.encode(), capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise NotPrinted() from None
    if done.returncode == LACKS_LIBRARIES:
        raise LacksLibraries(LACKING, packages=PACKAGES)
    if done.returncode:
        raise NotPrinted()
    return done.stdout
