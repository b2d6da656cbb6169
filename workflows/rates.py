"""The rates as pure formulas, shared by page, report and export: what over what, and how sure it is.

What is counted at all is decided in `tallies.py`. No rate is ever shown without its denominator: a county's 98.59 %
may be 3,771 of 3,825 or 3,836 of 3,891. With nothing to divide by there is no rate, neither 0 % nor 100 %.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isclose, sqrt
from statistics import NormalDist

from workflows.tallies import Facts, Tally, tally, total
from workflows.words import _

__all__ = ["Facts", "Tally", "tally", "total"]  # with everything below: one door for page, report and export

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
        return None if self.value is None else round(100 * self.value, 2)


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


def _satisfied(tally: Tally, weights: Weights) -> float:
    return _exact(tally.satisfied + weights.basically * tally.basically_satisfied)


def _exact(points: float) -> float:
    """Without the dust of binary fractions: 2.7 and not 2.7000000000000002."""
    return round(points, 9)


def is_rankable(rate: Rate, minimum: int = MINIMUM_TO_RANK) -> bool:
    """Below the minimum the page says 样本不足 instead of a rank."""
    return rate.denominator >= max(minimum, 1)


Formula = Callable[[Tally, Weights], Rate]


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate with the definition that is printed beside it."""

    key: str
    words: str
    numerator: str
    denominator: str
    of: Formula


VALID = _("有效回访：诉求人评价过或在回访中答复过、且未经批准剔除的工单")
CONTACTED = _(
    "有效回访中，承办单位联系过诉求人的工单；诉求人没有说的看办理记录，没有记录的（例如导入的历史工单）算没有联系过"
)
RESOLVED = _("有效回访中，事情已经解决的工单；诉求人没有说的看办理结果，不是“已解决”的算没有解决")

MEASURES: tuple[Measure, ...] = (
    Measure(
        "conclusion_rate",
        _("办结率"),
        _("已办结、不予受理、已撤回，以及并入的主单已结束的工单"),
        _("征集到的全部心愿"),
        conclusion_rate,
    ),
    Measure(
        "on_time_rate",
        _("按时率"),
        _("已办结、且在期限内答复诉求人的工单"),
        _("已办结的工单，加上还没办结但已超期的工单"),
        on_time_rate,
    ),
    Measure(
        "original_on_time_rate",
        _("按原期限按时率"),
        _("已办结、且在最早答应的期限内答复诉求人的工单，不管后来延没延"),
        _("已办结的工单，加上还没办结但已过最早期限的工单"),
        original_on_time_rate,
    ),
    Measure("response_rate", _("响应率"), CONTACTED, VALID, response_rate),
    Measure("resolution_rate", _("解决率"), RESOLVED, VALID, resolution_rate),
    Measure(
        "satisfaction_rate", _("满意率"), _("满意的工单，加上基本满意的工单乘以 {basically}"), VALID, satisfaction_rate
    ),
    Measure(
        "composite",
        _("综合得分"),
        _("联系过的工单乘以 {response}、已解决的乘以 {resolution}、满意的乘以 {satisfaction}，三项相加"),
        VALID,
        composite,
    ),
)
"""`numerator` may hold the weights as {placeholders}: `.format(**dataclasses.asdict(weights))`."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the four figures at the head of the supervisors' page: a count, a rate, or a count with its rate."""

    key: str
    words: str
    explained: str
    count: Callable[[Tally], int] | None = None
    rate: Formula | None = None


OPEN_ONES = _("还没有结束的，每一件都有责任单位和期限；并入主单的跟着主单算，工作台里只列主单")

HEADLINE: tuple[Headline, ...] = (
    Headline("collected", _("征集"), _("收到的全部心愿，包括并单、撤回和不予受理的"), lambda tally: tally.collected),
    Headline("concluded", _("办结"), _("征集的心愿中已经结束的"), lambda tally: tally.concluded, conclusion_rate),
    Headline("open", _("在办"), OPEN_ONES, lambda tally: tally.open),
    Headline(
        "satisfaction", _("满意率"), _("诉求人最后一次的评价，联系不上和没有评价的不算在内"), None, satisfaction_rate
    ),
)
"""征集 = 办结 + 在办, whatever the tickets."""
