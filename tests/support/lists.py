"""A list of tickets as somebody reads it who turns every page."""

import html
import re

from tests.support.officials import Official


def listed(who: Official, address: str) -> list[str]:
    """The numbers of the tickets in a list, over all of its pages."""
    found: list[str] = []
    while address:
        page = who.opens(address)
        assert page.status == 200, page.words
        rows = page.source.partition("<tbody>")[2].partition("</tbody>")[0]
        found += re.findall(r"\d{4}-\d{6}", re.sub(r'href="[^"]*"', "", rows))
        onward = re.search(r'<a class="button plain" rel="next" href="([^"]+)"', page.source)
        address = html.unescape(onward[1]) if onward else ""
    return found
