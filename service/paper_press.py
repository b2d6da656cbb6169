"""The process that prints for `service.paper`: HTML on its input, a style sheet's path beside it, PDF on its output.

It exits with LACKS_LIBRARIES where pango is missing. It fetches nothing from anywhere: what a paper needs stands in it.
"""

import sys
from pathlib import Path

LACKS_LIBRARIES = 3

try:
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher
except OSError:  # what it prints with is a library of the system, and not there
    sys.exit(LACKS_LIBRARIES)


def main() -> None:
    html = sys.stdin.buffer.read().decode()
    styles = CSS(string=Path(sys.argv[1]).read_text(encoding="utf8"))
    nowhere = URLFetcher(allowed_protocols=())
    HTML(string=html, url_fetcher=nowhere).write_pdf(sys.stdout.buffer, stylesheets=[styles])


if __name__ == "__main__":
    main()
