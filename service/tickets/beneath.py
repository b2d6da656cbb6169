"""What a form says beneath her words before she sends: whom to call, wishes like hers, and what others will see."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from service import clock, web
from service.dependencies import TheDatabase
from service.directory.models import Link
from service.masking import mask_text
from service.tickets import links
from service.tickets.panels import Panel, alike_wishes
from service.typed import Typed, said
from workflows.commands import WISH_LENGTH, clean
from workflows.guidance import Guidance, guidance_for

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Beneath:
    """`others_see` are the masked words; empty where only officials will read them. `hides`: something was masked."""

    guidance: tuple[Guidance, ...] = ()
    alike: Panel | None = None
    others_see: str = ""
    hides: bool = False
    is_private: bool = False


LOOKED_AT = ("text", "area", "category", "is_private")


def beneath(request: Request, session: Session, link: Link, typed: Mapping[str, str]) -> Beneath:
    """`typed` are the fields of her form, at least those that are looked at."""
    words, is_private = typed["text"], typed["is_private"] == "true"
    masked = "" if is_private else mask_text(words)
    return Beneath(
        guidance_for(words), alike_wishes(request, session, link, typed), masked, masked != words, is_private
    )


@router.post("/w/{token}/alike")
def look(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    """A piece of the page for its script. Her words come by POST: addresses are written down on their way."""
    typed = {name: str(clean(said(form, name)))[: WISH_LENGTH[1]] for name in LOOKED_AT}
    with database.reading() as session:
        link = links.open_link(session, token, clock.now())
        found = beneath(request, session, link, typed) if typed["text"] else Beneath()
        return web.render(request, "tickets/_beneath.html", beneath=found, has_looked=False)
