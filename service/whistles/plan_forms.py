"""The plan's form: rows of what, by whom, until when; each row says by itself what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.datastructures import FormData

from service.mistakes import sentence_of
from service.tickets.forms import Mistake, Mistaken
from service.typed import said
from workflows.command_fields import clean
from workflows.whistle_commands import MilestoneDraft

ROWS = 10


@dataclass(frozen=True)
class MilestoneRow:
    """As it was typed. `number` counts from one, as the page does."""

    number: int
    title: str = ""
    unit: str = ""
    day: str = ""
    is_public: bool = True
    error: str = ""

    @property
    def is_typed(self) -> bool:
        return bool(self.title or self.unit or self.day)

    @property
    def field(self) -> str:
        return f"milestones.{self.number}"


def empty_rows() -> list[MilestoneRow]:
    return [MilestoneRow(number) for number in range(1, ROWS + 1)]


def rows_typed(typed: FormData, errors: Mapping[str, str] | None = None) -> list[MilestoneRow]:
    found = (errors or {}).get
    return [
        MilestoneRow(
            number=number,
            title=str(clean(said(typed, f"title_{number}"))),
            unit=said(typed, f"unit_{number}").strip(),
            day=said(typed, f"day_{number}").strip(),
            is_public=said(typed, f"public_{number}") == "true",
            error=found(f"milestones.{number}", ""),
        )
        for number in range(1, ROWS + 1)
    ]


def drafts_of(rows: Sequence[MilestoneRow]) -> tuple[MilestoneDraft, ...]:
    """Rows that were left empty are passed over. Raises Mistaken with a sentence for each row that needs mending."""
    drafts: list[MilestoneDraft] = []
    mistakes: list[Mistake] = []
    for row in rows:
        if not row.is_typed:
            continue
        try:
            drafts.append(_draft(row))
        except ValidationError as error:
            sentence, values = sentence_of(error.errors()[0], MilestoneDraft)
            mistakes.append(Mistake(row.field, sentence, values))
    if mistakes:
        raise Mistaken(mistakes)
    return tuple(drafts)


def _draft(row: MilestoneRow) -> MilestoneDraft:
    said_of = {"title": row.title, "unit": row.unit, "due": row.day}
    typed = {name: value for name, value in said_of.items() if value}
    return MilestoneDraft.model_validate({**typed, "is_public": row.is_public})
