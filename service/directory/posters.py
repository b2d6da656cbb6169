"""What is hung up in the village: a sheet with the QR picture, the short address, the town's name and telephone."""

import io
from html import escape

import segno

from service.directory.models import Link
from service.directory.reference import Reference
from service.errors import Failure
from service.settings import settings
from workflows.words import _

QUIET_ZONE = 2
QR_SIZE = 110.0
"""Millimetres on an A4 sheet: read from two steps away, by an old camera too."""

FONTS = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def short_address(token: str, outside: str = "") -> str:
    """The address as people type it; `outside` is how a request reached the service, where there is one."""
    chosen = settings()
    return f"{outside or chosen.base_url or chosen.here}/w/{token}"


def qr_svg(address: str) -> bytes:
    """The picture alone, black on white, as large as it is shown."""
    return _saved(address, "svg")


def qr_png(address: str) -> bytes:
    return _saved(address, "png")


def poster(link: Link, known: Reference, suffix: str, outside: str = "") -> bytes:
    """`.svg` is the whole A4 sheet, `.png` the QR picture alone. Failure for any other ending."""
    address = short_address(link.token, outside)
    if suffix == ".png":
        return qr_png(address)
    if suffix != ".svg":
        raise Failure(_("海报可以存成 .svg（整张）或 .png（二维码）。"))
    return sheet(address, known.place_name(link.area_id), *desk_of(link, known)).encode()


def desk_of(link: Link, known: Reference) -> tuple[str, str]:
    """Name and telephone number of whoever answers for this link."""
    unit = known.units.get(link.fallback_unit_id or known.desks_of(link.area_id)[0])
    return (unit.name, unit.phone or "") if unit else ("", "")


def sheet(address: str, place: str, desk: str, phone: str) -> str:
    """The A4 sheet as SVG: it prints on any printer, and a village secretary can change its words."""
    qr = segno.make(address, error="q")
    scale = QR_SIZE / qr.symbol_size(border=QUIET_ZONE)[0]
    picture = qr.svg_inline(scale=scale, border=QUIET_ZONE, omitsize=True)
    lines = [
        _line(34, 15, _("有难处，有想法，扫一扫说出来"), bold=True),
        _line(50, 9, place),
        f'<svg x="50" y="66" width="{QR_SIZE:g}" height="{QR_SIZE:g}">{picture}</svg>',
        _line(196, 8, _("不用登录，写一句话就行，也可以拍照")),
        _line(212, 7.5, address),
        _line(236, 8, _("每一件都有人管，有期限，有回音")),
        _line(258, 8, f"{desk} {phone}".strip(), bold=True),
    ]
    body = "\n".join(lines)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297">\n'
        f'<rect width="210" height="297" fill="#fff"/>\n<g font-family="{FONTS}" text-anchor="middle" fill="#111">\n'
        f"{body}\n</g>\n</svg>\n"
    )


def _line(y: float, size: float, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="105" y="{y:g}" font-size="{size:g}"{weight}>{escape(words)}</text>'


def _saved(address: str, kind: str) -> bytes:
    written = io.BytesIO()
    segno.make(address, error="q").save(written, kind=kind, scale=8, border=QUIET_ZONE)
    return written.getvalue()
