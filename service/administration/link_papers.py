"""What a pusher hangs up, hands out and pastes for a link: sheet and cards as PDF, card as picture, words in tones."""

import io
from dataclasses import dataclass
from typing import Any

import segno
from fastapi import Request
from markupsafe import Markup
from PIL import Image, ImageDraw

from service import paper, web
from service.administration.links import LinkRow
from service.letters import font
from service.static_files import STATIC
from workflows.words import _

STYLES = STATIC / "poster_paper.css"
WIDTH, HEIGHT, EDGE, CODE, SMALLEST = 1080, 720, 48, 400, 18
GREEN, INK, PAPER = "#067a45", "#191d1b", "#ffffff"

TONES: tuple[tuple[str, str], ...] = (
    (
        _("平实"),
        _(
            "乡亲们，有难处、有想法，点开下面的链接说一句就行，不用登录，也可以拍照。"
            "每一件都有人管、有期限、有回音。\n{address}\n（{place}）"
        ),
    ),
    (
        _("亲切"),
        _(
            "叔叔婶婶、兄弟姐妹们：路灯不亮、水管漏水、苗子难买、货卖不出，都别憋在心里。"
            "点开这个链接跟我们念叨一句，几个字也行，拍张照也行，我们一件一件给您回话。\n{address}\n{place} {desk} {phone}"
        ),
    ),
    (_("简短"), _("【{place}】有事您说话：{address} 不用登录，件件有回音。电话 {phone}")),
)
HEADLINE = _("有难处、有想法，扫一扫，跟我们说")


@dataclass(frozen=True)
class Hung:
    """What every paper says: the place, the short address, and who answers for it."""

    place: str
    address: str
    desk: str
    phone: str


def pastes(request: Request, hung: Hung) -> list[tuple[str, str]]:
    """The words for the group, each with the name of its tone."""
    names = {"address": hung.address, "place": hung.place, "desk": hung.desk, "phone": hung.phone}
    return [(web.say(request, tone), web.say(request, words, **names).rstrip()) for tone, words in TONES]


def printed(request: Request, hung: Hung, kind: str) -> bytes:
    """`kind` is sheet (one to hang up) or cards (eight to cut). Raises LacksLibraries, NotPrinted, Busy."""
    picture = segno.make(hung.address, error="q").svg_inline(border=2, omitsize=True)
    language, face = web.language_of(request), request.app.state.face
    page = web.environment(language, face.zone).get_template("administration/poster_paper.html")
    said = {"place": hung.place, "address": hung.address, "desk_name": hung.desk, "desk_phone": hung.phone}
    shown = {"kind": kind, "county": face.county, "html_lang": web.LANGUAGES[language], "qr": Markup(picture)}
    with paper.turn():
        return paper.pdf(page.render(**said, **shown), STYLES)


def card_picture(request: Request, hung: Hung) -> bytes:
    """A PNG for the group chat. Raises LacksLetters: nobody gets empty boxes, nor a picture in another language."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, WIDTH, 120), GREEN)
    lines = [web.say(request, HEADLINE), hung.place, hung.desk, hung.phone, hung.address]
    pen.text((WIDTH / 2, 60), lines[0], fill=PAPER, font=_fitting(lines[0], 52, WIDTH - 2 * EDGE), anchor="mm")
    sheet.paste(_code(hung.address), (EDGE, 160))
    left = EDGE + CODE + 40
    for line, (words, size) in enumerate(zip(lines[1:4], (52, 40, 52), strict=True)):
        face = _fitting(words, size, WIDTH - EDGE - left)
        pen.text((left, 260 + line * 100), words, fill=INK, font=face, anchor="lm")
    pen.text((WIDTH / 2, HEIGHT - 70), lines[4], fill=INK, font=_fitting(lines[4], 40, WIDTH - 2 * EDGE), anchor="mm")
    written = io.BytesIO()
    sheet.quantize(16).save(written, "PNG", optimize=True)
    return written.getvalue()


def _fitting(words: str, size: int, room: int) -> Any:
    """The largest letters, up to `size`, in which no part of a telephone number is cut off."""
    return next(
        (face for each in range(size, SMALLEST, -2) if (face := font(each)).getlength(words) <= room), font(SMALLEST)
    )


def _code(address: str) -> Image.Image:
    written = io.BytesIO()
    segno.make(address, error="q").save(written, kind="png", scale=10, border=2)
    return Image.open(written).convert("RGB").resize((CODE, CODE), Image.Resampling.NEAREST)


def hung_of(row: LinkRow, address: str, desk: tuple[str, str]) -> Hung:
    return Hung(row.area_name, address, *desk)
