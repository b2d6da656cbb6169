"""A report as a paper: the page that is printed from a browser, and the PDF that is made from the very same page."""

from dataclasses import replace

from service import web
from service.local_words import LocalWords
from service.paper import pdf
from service.reports.documents import cells
from service.reports.documents.codes import STYLES
from service.reports.documents.content import Content
from service.settings import settings
from workflows.words import _

PRINTED_MOST = 1000


def page_of(content: Content, words: LocalWords, language: str, *, is_pdf: bool = False) -> str:
    """As HTML. Of each table at most so many rows: what is longer is read in a sheet."""
    printed = _shortened(content, words)
    environment = web.environment(language, settings().time_zone)
    return environment.get_template("documents/printed.html").render(
        content=printed,
        prose=cells.prose_of(content, words),
        figures=[
            (told, cells.told_in_words(told, words), cells.beside_in_words(told, words))
            for told in content.body.figures
        ],
        in_words=cells.in_words,
        html_lang=web.LANGUAGES[language],
        is_pdf=is_pdf,
    )


def pdf_of(content: Content, words: LocalWords, language: str) -> bytes:
    """Raises LacksLibraries where the machine cannot print."""
    return pdf(page_of(content, words, language, is_pdf=True), STYLES)


def _shortened(content: Content, words: LocalWords) -> Content:
    note = words._(_("共 {total} 行，这里印前 {most} 行，全部请下载 Excel。"))
    listed = content.listed(PRINTED_MOST)
    sections = tuple(
        replace(each, notes=(*each.notes, note.format(total=each.total, most=PRINTED_MOST)))
        if each.total > PRINTED_MOST
        else each
        for each in listed.body.sections
    )
    return replace(listed, body=replace(listed.body, sections=sections))
