"""Rates as pure formulas: what over what, and how sure it is.

What is counted at all is decided in `tallies.py`, and how each rate is told in `measures.py`. No rate is ever shown
without its denominator: a county's 98.59 % may be 3,771 of 3,825 or 3,836 of 3,891. With nothing to divide by there
is no rate, neither 0 % nor 100 %.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import isclose, sqrt
from statistics import NormalDist
from typing import TypeVar

from workflows.tallies import Tally

K = TypeVar("K", bound=Hashable)
MINIMUM_TO_RANK = 10
Z = NormalDist().inv_cdf(0.975)
"""Half of the 5 % on either side of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its parts. `value`, `low` and `high` lie between 0 and 1, and are None when the denominator is 0."""

    numerator: float
    denominator: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def percent(self) -> float | None:
        """With two decimals, as it is printed beside the numerator and denominator."""
        return None if self.value is None else float(in_percent(self.value))


@dataclass(frozen=True, slots=True)
class Weights:
    """One district's numbers; configuration. ValueError unless they are shares of which the last three make a whole."""

    basically: float = 0.9
    response: float = 0.1
    resolution: float = 0.5
    satisfaction: float = 0.4

    def __post_init__(self) -> None:
        parts = (self.response, self.resolution, self.satisfaction)
        if not all(0 <= part <= 1 for part in (self.basically, *parts)) or not isclose(sum(parts), 1):
            raise ValueError("weights lie between 0 and 1, and response, resolution and satisfaction make 1 together")


DEFAULT_WEIGHTS = Weights()


def in_percent(part: float, digits: int = 2) -> Decimal:
    """A share as every page, paper and sheet prints it: half up, as sheets do, and not as the machine halves.

    Nearly all is not all: 100 is printed of 1 alone, and 0 of 0 alone, however few decimals there are.
    """
    step = Decimal(1).scaleb(-digits)
    rounded = _rounded(part, step)
    return min(max(rounded, step), 100 - step) if 0 < part < 1 else rounded


def rounds_to_whole(part: float, digits: int = 2) -> bool:
    """Whoever rounds by himself, as a sheet does, would print it as all or as nothing, and it is neither."""
    return 0 < part < 1 and _rounded(part, Decimal(1).scaleb(-digits)) in {0, 100}


def _rounded(part: float, step: Decimal) -> Decimal:
    return (Decimal(repr(float(part))) * 100).quantize(step, ROUND_HALF_UP)


def share(numerator: float, denominator: int) -> Rate:
    """A rate with its 95 % interval. ValueError for more than the whole."""
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is no share")
    if not denominator:
        return Rate(numerator, denominator, None, None, None)
    low, high = wilson(numerator, denominator)
    return Rate(numerator, denominator, numerator / denominator, low, high)


def wilson(numerator: float, denominator: int) -> tuple[float, float]:
    """The score interval of Wilson 1927 without continuity correction (Newcombe 1998, method 3).

    For weighted sums it is a little too wide, never too narrow: scores spread most when each is either 0 or 1.
    """
    p, n, z2 = numerator / denominator, denominator, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return min(p, max(0.0, middle - reach)), max(p, min(1.0, middle + reach))


def conclusion_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.concluded, tally.collected)


def on_time_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.closed_on_time, tally.closed + tally.open_overdue)


def original_on_time_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.closed_as_promised, tally.closed + tally.open_past_original)


def response_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.contacted, tally.valid)


def resolution_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.resolved, tally.valid)


def satisfaction_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(_satisfied(tally, weights), tally.valid)


def composite(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    points = (
        weights.response * tally.contacted
        + weights.resolution * tally.resolved
        + weights.satisfaction * _satisfied(tally, weights)
    )
    return share(min(_exact(points), tally.valid), tally.valid)


def return_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.returned, tally.dispatched)


def first_dispatch_right(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.right_first, tally.dispatch_settled)


def redo_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.redone, tally.answered)


def backlog_rate(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.backlog, tally.open)


def promises_kept(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.promises_kept, tally.promises_due)


def follow_up_coverage(tally: Tally, weights: Weights = DEFAULT_WEIGHTS) -> Rate:
    return share(tally.heard, tally.closed)


def _satisfied(tally: Tally, weights: Weights) -> float:
    return _exact(tally.satisfied + weights.basically * tally.basically_satisfied)


def _exact(points: float) -> float:
    """Without the dust of binary fractions: 2.7 and not 2.7000000000000002."""
    return round(points, 9)


def is_rankable(rate: Rate, minimum: int = MINIMUM_TO_RANK) -> bool:
    """Below the minimum the page says 样本不足 instead of a rank."""
    return rate.denominator >= max(minimum, 1)


def ranks(rates: Mapping[K, Rate], minimum: int = MINIMUM_TO_RANK) -> dict[K, int]:
    """Places within one class of like units, equal ones sharing a place; whoever has too few to compare has none."""
    values = {who: rate.value for who, rate in rates.items() if rate.value is not None and is_rankable(rate, minimum)}
    return {who: 1 + sum(other > value for other in values.values()) for who, value in values.items()}


Formula = Callable[[Tally, Weights], Rate]
