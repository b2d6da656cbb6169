"""A process of its own: HTML in, PDF out. WeasyPrint takes a second and much memory to load, and printing a while: the
service waits for it as it waits for a network, and nobody's page does.

Run as `python -m service.reports.documents.press_pdf`; exits with LACKS_LIBRARIES where pango is missing.
"""

import sys

from service.reports.documents.codes import LACKS_LIBRARIES, STYLES

try:
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher
except OSError:  # what it prints with is a library of the system, and not there
    sys.exit(LACKS_LIBRARIES)


def main() -> None:
    """Nothing is fetched from anywhere: what a paper needs stands in it."""
    html = sys.stdin.buffer.read().decode()
    styles = CSS(string=STYLES.read_text(encoding="utf8"))
    nowhere = URLFetcher(allowed_protocols=())
    HTML(string=html, url_fetcher=nowhere).write_pdf(sys.stdout.buffer, stylesheets=[styles])


if __name__ == "__main__":
    main()
