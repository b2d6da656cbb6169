"""The way from a figure of a report to exactly the tickets behind it: the same days, the same place, on the board."""

from urllib.parse import urlencode

from service.reports.documents.asked import Asked
from service.reports.documents.content import Content
from workflows.definitions import Measure
from workflows.measures import COUNTED, MEASURES
from workflows.words import _

Links = tuple[tuple[str, str], ...]
PARTS = (("numerator", _("看分子里的工单")), ("denominator", _("看分母里的工单")))
MEASURED = {row.key: row for row in MEASURES}
COUNTS = {row.key: row for row in COUNTED}


def behind(asked: Asked, content: Content) -> dict[str, Links]:
    """By the key of a figure; a unit's own list has none, for its figures are the lists below them."""
    if asked.unit is not None:
        return {}
    keys = (told.key for told in content.body.figures)
    return {key: links for key in keys if (links := _links(asked, key))}


def _links(asked: Asked, key: str) -> Links:
    if key in COUNTS:
        return ((_("看这些工单"), _url(asked, count=key, window=COUNTS[key].window)),)
    row: Measure | None = MEASURED.get(key)
    if row is None:
        return ()
    return tuple((words, _url(asked, measure=row.key, part=part)) for part, words in PARTS)


def _url(asked: Asked, **which: str) -> str:
    days = {"from": asked.period.first.isoformat(), "to": asked.period.last.isoformat()}
    return f"/board/tickets?{urlencode({**which, 'area': asked.place.id, **days})}"
