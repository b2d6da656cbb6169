"""make readme: writes the tables of the code into the README; a test asks whether they are there."""

import re
import sys
from dataclasses import asdict
from pathlib import Path

from notifications import notices
from service import rate_limits
from service.reports.documents import table as report_table
from service.settings import Settings, variable_of
from service.tickets import form_limits, kept_files
from workflows import (
    claims,
    emergency,
    escalations,
    guidance,
    inspections,
    issues,
    signals,
    transitions,
    warnings,
    whistle_kinds,
    whistle_ladder,
    whistles,
)
from workflows.definitions import WINDOW_WORDS
from workflows.measures import CATALOGUE
from workflows.rates import DEFAULT_WEIGHTS
from workflows.time_limits import TIME_LIMITS

README = Path(__file__).resolve().parent.parent / "README.md"


def settings_table() -> str:
    lines = [
        f"| `{variable_of(name)}` | {_shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "| variable | default | what it is for |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def limits_table() -> str:
    lines = [f"| `{row.name}` | {row.words} | {row.term.in_words()} | {row.source} |" for row in TIME_LIMITS]
    return "| name | 事项 | 时限 | 依据 |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"


def measures_table() -> str:
    weights = asdict(DEFAULT_WEIGHTS)
    lines = [
        f"| `{row.key}` | {row.words} | {row.numerator.format(**weights)} | {row.denominator or '–'} "
        f"| {row.exclusions} | {WINDOW_WORDS[row.window]} | {row.floor or '–'} |"
        for row in CATALOGUE
    ]
    return (
        "| measure | 名称 | 分子 | 分母 | 不算在内的 | 归期 | 下限 |\n|---|---|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


TABLES = {
    "settings": settings_table,
    "transitions": transitions.as_markdown,
    "escalations": escalations.as_markdown,
    "whistles": whistles.as_markdown,
    "kinds": whistle_kinds.as_markdown,
    "ladder": whistle_ladder.as_markdown,
    "issues": issues.as_markdown,
    "claims": claims.as_markdown,
    "limits": limits_table,
    "notices": notices.as_markdown,
    "measures": measures_table,
    "reports": report_table.as_markdown,
    "warnings": warnings.as_markdown,
    "signals": signals.as_markdown,
    "emergency": emergency.as_markdown,
    "inspections": inspections.as_markdown,
    "guidance": guidance.as_markdown,
    "rates": rate_limits.as_markdown,
    "rooms": kept_files.as_markdown,
    "form limits": form_limits.as_markdown,
}


def with_tables(text: str) -> str:
    for name, table in TABLES.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = block.sub(lambda found, table=table: f"{found[1]}\n{table().strip()}\n\n{found[2]}", text)
    return text


def _shown(default: object) -> str:
    return f"`{default}`" if default not in {None, ""} else "–"


def main() -> int:
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
