"""Two of the same at the same moment, as when a leader that slept wakes up beside its successor."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

T = TypeVar("T")


def at_once(act: Callable[[], T]) -> list[T]:
    """Both results; what one of them raised is raised here."""
    start, results, problems = Barrier(2), [], []

    def run() -> None:
        start.wait()
        try:
            results.append(act())
        except Exception as problem:
            problems.append(problem)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for problem in problems:
        raise problem
    return results
