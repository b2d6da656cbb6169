"""What a press says by its exit code; apart from everything else, so that a press loads no more than it needs."""

from pathlib import Path

STYLES = Path(__file__).parents[2] / "static" / "paper.css"
WRONG_FIELD, WRONG_SYNTAX, UNREADABLE, TOO_MUCH, LINKED = 4, 5, 6, 7, 8
