"""make messages: brings the English catalogue up to date with the source; a test asks whether it is.

Nothing is written down but the words: no dates, no names and no places in files, which would change with every commit.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parent.parent
CATALOGUE = PROJECT / "service" / "locale" / "en" / "LC_MESSAGES" / "messages.po"
PACKAGES = ("workflows", "notifications", "service")
READERS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}

KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "_n": ((1, 1))}
"""`_n("{n} 天")` is the one for many as well: Chinese has no plural, and English needs it."""

HEADING = """\
# What Chinese sentences are in English. After a change of the source:  make messages
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def source() -> Catalog:
    """Every sentence that is marked in the code and on the pages, none translated."""
    found = Catalog(locale="en")
    for words in _marked():
        found.add(words)
    return found


def _marked() -> Iterator[str | tuple[str, ...]]:
    for package in PACKAGES:
        read = extract_from_dir(PROJECT / package, READERS, OPTIONS, KEYWORDS)
        yield from (message for _file, _line, message, _comments, _context in read)


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def brought_up_to_date(known: Catalog) -> Catalog:
    """In the order of the source; what is new is empty, what nobody says any more is gone."""
    known.update(source(), no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    known.obsolete.clear()
    return known


def written(known: Catalog) -> str:
    words = io.BytesIO()
    write_po(words, known, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    return HEADING + words.getvalue().decode("utf-8").lstrip()


def main() -> int:
    fresh = brought_up_to_date(catalogue())
    CATALOGUE.write_text(written(fresh), encoding="utf-8")
    missing = [str(message.id) for message in fresh if message.id and not all(_forms(message.string))]
    sys.stdout.write("\n  ".join([f"{len(fresh)} messages, {len(missing)} without English", *missing]) + "\n")
    return bool(missing)


def _forms(words: Any) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, tuple | list) else (words,)


if __name__ == "__main__":
    sys.exit(main())
