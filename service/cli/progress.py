"""A bar on the terminal while something long goes on; nothing where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

Advance = Callable[[float, int], None]
"""How much of it is done, from 0 to 1, and how many rows that were."""


@contextmanager
def progress_bar(words: str) -> Iterator[Advance]:
    """On stderr, so that what a command says can still be piped."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn(words),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=1.0, rows=0)
        yield lambda share, rows: progress.update(task, completed=share, rows=rows)
