"""make bench: run the benchmarks (all, or those named) and print them as the README shows them."""

import platform
import sys
from collections.abc import Callable

from tests.benchmarks import (
    boards,
    documents,
    importing,
    issues,
    reading,
    rules,
    starting,
    submitting,
    sweeping,
    villagers,
    whistles,
    years,
)
from tests.benchmarks.rows import Row, as_markdown

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "rules": rules.measure,
    "submit": submitting.measure,
    "read": reading.measure,
    "board": boards.measure,
    "sweep": sweeping.measure,
    "issues": issues.measure,
    "whistles": whistles.measure,
    "year": years.measure,
    "import": importing.measure,
    "documents": documents.measure,
    "start": starting.measure,
    "form": villagers.measure,
}


def main(names: list[str]) -> int:
    strangers = set(names) - BENCHMARKS.keys()
    if strangers:
        print(f"No benchmark is called {', '.join(sorted(strangers))}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    rows: list[Row] = []
    for name in names or BENCHMARKS:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += BENCHMARKS[name]()
    print(f"{machine()}\n\n{as_markdown(rows)}")
    return 0


def machine() -> str:
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    return f"{len(names)} × {processor}, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
