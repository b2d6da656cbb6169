"""A measured figure, the floor it stands on, and the table they are printed in."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`value` and `floor` in the same `unit`; `ratio` is value / floor, and `target` says in words what was the aim."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    target: str = ""

    @property
    def ratio(self) -> str:
        return f"{self.value / self.floor:.2f}" if self.floor else "–"


def as_markdown(rows: list[Row]) -> str:
    head = "| what | measured | floor | ratio | target |\n|---|---:|---:|---:|---|\n"
    return head + "\n".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    floor = f"{_short(row.floor)} {row.unit} ({row.floor_is})" if row.floor else "–"
    return f"| {row.what} | {_short(row.value)} {row.unit} | {floor} | {row.ratio} | {row.target or '–'} |"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def seconds_of(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def best_of(times: int, act: Callable[[], object]) -> float:
    """The quickest of several runs: what disturbs a run only ever makes it slower."""
    return min(seconds_of(act) for _run in range(times))


def medians_in_turns(times: int, *acts: Callable[[], object]) -> tuple[float, ...]:
    """Of several that are compared: a busy moment of the machine is then no reason to call one of them slower."""
    runs = [[seconds_of(act) for act in acts] for _run in range(times)]
    return tuple(sorted(each)[times // 2] for each in zip(*runs, strict=True))
