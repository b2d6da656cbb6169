"""What a term is (5 个工作日, 2 小时) and the kinds of day there are."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from workflows.words import _n

AMOUNT_MOST = 100_000


class DayKind(StrEnum):
    """How much of a day is worked. On `morning` only the morning is, on `afternoon` only the afternoon."""

    working = "working"
    morning = "morning"
    afternoon = "afternoon"
    off = "off"


class SpecialDay(NamedTuple):
    """What the official arrangement says of one day, with the holiday that it belongs to (补班 days too)."""

    kind: DayKind
    name: str


class TermUnit(StrEnum):
    """The first three are natural time: nights, Sundays and holidays count like any other hour."""

    minutes = "minutes"
    hours = "hours"
    days = "days"
    working_hours = "working_hours"
    working_days = "working_days"


LENGTHS: dict[TermUnit, timedelta] = {
    TermUnit.minutes: timedelta(minutes=1),
    TermUnit.hours: timedelta(hours=1),
    TermUnit.days: timedelta(days=1),
    TermUnit.working_hours: timedelta(hours=1),
}
"""How long one of each is. A working day has no fixed length: it ends when the office closes."""

TERM_WORDS: dict[TermUnit, str] = {
    TermUnit.minutes: _n("{amount} 分钟"),
    TermUnit.hours: _n("{amount} 小时"),
    TermUnit.days: _n("{amount} 天"),
    TermUnit.working_hours: _n("{amount} 个工作小时"),
    TermUnit.working_days: _n("{amount} 个工作日"),
}


class Translate(Protocol):
    """Takes a Chinese sentence with {placeholders}, gives the same sentence in the reader's language.

    `n` is the number that the sentence speaks of, where it is one of those marked with `_n`.
    """

    def __call__(self, sentence: str, n: int | None = None, /) -> str: ...


def as_is(sentence: str, n: int | None = None) -> str:
    """The translator of readers of Chinese."""
    return sentence


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time, natural or working. Amounts are whole; none at all (0) means at once. ValueError otherwise."""

    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", TermUnit(self.unit))
        if not 0 <= self.amount <= AMOUNT_MOST:
            raise ValueError(f"a term is between 0 and {AMOUNT_MOST} {self.unit}, not {self.amount}")

    @property
    def is_natural(self) -> bool:
        """Natural terms do not depend on any calendar, so their ends are never provisional."""
        return self.unit not in {TermUnit.working_hours, TermUnit.working_days}

    @property
    def length(self) -> timedelta:
        """The time to be spent; KeyError for working days, which have no fixed length."""
        return self.amount * LENGTHS[self.unit]

    def in_words(self, translate: Translate = as_is) -> str:
        return translate(TERM_WORDS[self.unit], self.amount).format(amount=self.amount)


def minutes(amount: int) -> Term:
    return Term(amount, TermUnit.minutes)


def hours(amount: int) -> Term:
    return Term(amount, TermUnit.hours)


def days(amount: int) -> Term:
    return Term(amount, TermUnit.days)


def working_hours(amount: int) -> Term:
    return Term(amount, TermUnit.working_hours)


def working_days(amount: int) -> Term:
    return Term(amount, TermUnit.working_days)
