"""What a villager's form may bring, and the sentence with which the rest comes back: the README's table."""

from dataclasses import dataclass

from service.mistakes import OF_FIELDS
from service.tickets import picture_kinds, pictures, voice_kinds
from service.tickets.resident_pages import OTHER_PLACES
from workflows.commands import PHOTOS_MOST, WISH_LENGTH

MIB = 1024 * 1024
MILLION = picture_kinds.MILLION


@dataclass(frozen=True)
class FormLimit:
    """`sentence` stands beside the field, and all that was typed is in the form again."""

    key: str
    most: str
    sentence: str


FORM_LIMITS: tuple[FormLimit, ...] = (
    FormLimit("photographs", f"{PHOTOS_MOST} of them; the first ones are taken", pictures.TOO_MANY),
    FormLimit("a photograph's bytes", f"{picture_kinds.LARGEST_FILE // MIB} MiB", picture_kinds.TOO_HEAVY),
    FormLimit(
        "a photograph's size",
        f"{picture_kinds.LONGEST_SIDE} px long; {picture_kinds.DENSE // MILLION} to 210 million px, by its kind",
        picture_kinds.TOO_WIDE,
    ),
    FormLimit("a film among the photographs", "none, of any size", picture_kinds.IS_VIDEO),
    FormLimit("what is no photograph", "none, whatever it is called", picture_kinds.NO_PICTURE),
    FormLimit("a recording's length", f"{voice_kinds.LONGEST} seconds", voice_kinds.TOO_LONG),
    FormLimit("a recording's bytes", f"{voice_kinds.LARGEST // MIB} MiB", voice_kinds.TOO_HEAVY),
    FormLimit("a film as a recording", "none", voice_kinds.IS_VIDEO),
    FormLimit("what is no recording", "none, whatever it is called", voice_kinds.NO_VOICE),
    FormLimit("her words", f"{WISH_LENGTH[0]} to {WISH_LENGTH[1]} characters", OF_FIELDS["text", "string_too_long"]),
    FormLimit("a place outside of the link", "none: she is told whom to ask", OTHER_PLACES),
)


def as_markdown() -> str:
    head = "| of a form | most | what she reads |\n|---|---|---|\n"
    return head + "".join(f"| {row.key} | {row.most} | {row.sentence} |\n" for row in FORM_LIMITS)
