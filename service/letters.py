"""Letters for pictures that we draw: a Chinese font of this machine, and what is said where there is none."""

from functools import cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

from workflows.refusals import Refused
from workflows.words import _

# Where Chinese letters lie on Debian, Fedora, old Ubuntu, Windows and macOS, and which of the file's faces is ours.
FONTS: tuple[tuple[str, int], ...] = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
)
PACKAGE = "fonts-noto-cjk"
LACKING = _(
    "这台机器没有中文字体，做不出带字的图片：回执图片、发群的图片都不提供。请管理员运行 apt-get install {package}。"
)


class LacksLetters(Refused):
    """Every Chinese letter would be an empty box: there is no picture then, and this says how to mend it."""

    http_status = 503

    def __init__(self) -> None:
        super().__init__(LACKING, package=PACKAGE)


def has_letters() -> bool:
    """Asked anew each time: whoever installs the package need not start the service again."""
    return _found() is not None


def font(size: int) -> Any:
    """Raise LacksLetters."""
    found = _found()
    if found is None:
        raise LacksLetters()
    return _opened(*found, size)


def _found() -> tuple[str, int] | None:
    return next((each for each in FONTS if Path(each[0]).is_file()), None)


@cache
def _opened(file: str, face: int, size: int) -> Any:
    return ImageFont.truetype(file, size, face)
