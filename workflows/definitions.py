"""The columns of the catalogue of measures: what is said of each figure before anybody reads it."""

from dataclasses import dataclass
from enum import StrEnum

from workflows.formulas import MINIMUM_TO_RANK, Formula
from workflows.words import _


class Window(StrEnum):
    """By which moment a wish belongs to a month. The board itself holds everything up to its time."""

    creation = "creation"
    conclusion = "conclusion"
    standing = "standing"


WINDOW_WORDS: dict[Window, str] = {
    Window.creation: _("按征集时间"),
    Window.conclusion: _("按办结时间"),
    Window.standing: _("按截至时刻的现状"),
}
NOTHING = _("不剔除")


@dataclass(frozen=True, slots=True)
class Definition:
    """A row of the catalogue. Only figures over at least `floor` are compared; counts have no floor and no denominator.

    `numerator` may hold the weights as {placeholders}: `.format(**dataclasses.asdict(weights))`.
    """

    key: str
    words: str
    numerator: str
    denominator: str = ""
    exclusions: str = NOTHING
    window: Window = Window.conclusion
    floor: int | None = MINIMUM_TO_RANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Definition):
    """A rate over tickets. `above` and `below` name the counts whose tickets stand in its numerator and denominator."""

    of: Formula
    above: tuple[str, ...]
    below: tuple[str, ...]
    pending: str = "not_yet_due"
    """The count of those that it does not judge yet."""
    adds_up: str = ""
    """How the counts of `above` make the numerator, where they have weights: a sentence with the names of the counts
    and the weights in braces, and {total}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTime(Definition):
    """Of all answers that part came within so many days."""

    part: float
