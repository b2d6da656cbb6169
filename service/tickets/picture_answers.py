"""A picture over HTTP: always one that was cleaned; until then a sheet that says that it is being prepared."""

from html import escape

from fastapi import Request, Response

from service.errors import NotFound
from service.tickets.models import Attachment, PictureState
from service.tickets.picture_store import PICTURES, THUMBNAILS, Missing, PictureStore
from service.web import say
from workflows.words import _

A_YEAR = 365 * 24 * 3600
SHEET = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" width="240" height="240" role="img">'
    '<rect width="240" height="240" fill="#f5f6f4"/>'
    '<text x="120" y="130" font-family="sans-serif" font-size="30" text-anchor="middle" fill="#56605a">{words}</text>'
    "</svg>"
)


def picture_answer(
    request: Request, store: PictureStore, attachment: Attachment, *, is_small: bool = False
) -> Response:
    """Raise NotFound for one that turned out to be none."""
    if attachment.state is PictureState.received:
        sheet = SHEET.format(words=escape(say(request, _("正在准备"))))
        return Response(sheet, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
    if attachment.picture is None:
        raise NotFound()
    try:
        content = store.get(THUMBNAILS if is_small else PICTURES, attachment.picture)
    except Missing:
        raise NotFound() from None
    kept = {"Cache-Control": f"private, max-age={A_YEAR}, immutable"}
    return Response(content, media_type="image/jpeg", headers=kept)
