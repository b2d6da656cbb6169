"""Words about a wish for anybody but its villager: an answer was written for her, and calls her by her name."""

from service.masking import mask_name, mask_text
from service.tickets.models import Ticket


def without_her(words: str, ticket: Ticket) -> str:
    """Masked as ever, and without the name and the place that she has left for officials."""
    return without_her_name(_without(words, ticket.place, "…"), ticket)


def without_her_name(words: str, ticket: Ticket) -> str:
    """Of her own words: where it is, she has said for everybody."""
    return mask_text(_without(words, ticket.name, mask_name(ticket.name)))


def _without(words: str, part: str | None, instead: str) -> str:
    """A single character stands in too many words."""
    return words.replace(part, instead) if part and len(part) > 1 else words
