"""A form that stands after one trip over a bad line: its styles come with it, and it is compressed.

A line of two seconds to and fro asks a page for its styles only when it has the page: four seconds and more. So the
form brings them along, allowed by their hash, and nothing else in the page may style it.
"""

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache

from fastapi import Request, Response
from markupsafe import Markup

from service.security import CONTENT_POLICY, SESSION_COOKIE
from service.static_files import STATIC, VILLAGER_STYLES

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LEVEL = 6


@dataclass(frozen=True)
class Styles:
    """`policy` allows exactly this text within the page."""

    text: Markup
    policy: str


@cache
def styles() -> Styles:
    whole = "".join((STATIC / name).read_text(encoding="utf-8") for name in VILLAGER_STYLES)
    lines = (line.strip() for line in COMMENT.sub("", whole).splitlines())
    text = "\n".join(line for line in lines if line)
    mark = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Styles(Markup(text), f"{CONTENT_POLICY}; style-src 'self' 'sha256-{mark}'")


def in_one_trip(request: Request, page: Response, *, is_fresh: bool) -> Response:
    """Compressed only where it holds no secret beside what somebody else could have put there: a fresh form for nobody
    in particular. A form that came back, or one for somebody signed in, goes as it is."""
    page.headers["Content-Security-Policy"] = styles().policy
    wants_it = "gzip" in request.headers.get("accept-encoding", "")
    if is_fresh and wants_it and SESSION_COOKIE not in request.cookies:
        page.body = gzip.compress(page.body, LEVEL)
        page.headers["Content-Encoding"] = "gzip"
        page.headers["Content-Length"] = str(len(page.body))
    page.headers.append("Vary", "Accept-Encoding")
    return page
