"""make lighthouse: Lighthouse's marks for the villager's pages, in Debian's Chromium as a phone on a slow line."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from service import clock
from service.sealing import tracking_token
from tests.benchmarks.counties import database_of, open_county
from tests.factories import TOKEN, wish_in
from tests.support.app import app_on, serving
from tests.support.browser import ARGUMENTS
from workflows.statuses import Status

PROGRAM = Path(__file__).parent / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST, TIMES = 98, 3

Marks = dict[str, int]


def main() -> int:
    with (
        database_of("sqlite") as url,
        open_county(url) as (database, county),
        tempfile.TemporaryDirectory() as folder,
        serving(app_on(url, Path(folder))) as address,
    ):
        with database.writing() as session:
            token = tracking_token(wish_in(session, county, Status.follow_up, clock.now()))
        pages = {"form": f"/w/{TOKEN}", "receipt": f"/r/{token}", "tracking": f"/t/{token}"}
        return report({name: marks_of(address + path, Path(folder)) for name, path in pages.items()})


def marks_of(url: str, folder: Path) -> Marks:
    """Out of 100 in each category, the median of some looks: a busy machine is no fault of the page."""
    looks = [looked_at(url, folder) for _time in range(TIMES)]
    return {name: int(median(look[name] for look in looks)) for name in CATEGORIES}


def looked_at(url: str, folder: Path) -> Marks:
    """What lost a mark is told on the error output."""
    found = folder / "found.json"
    chromium = shutil.which("chromium") or "chromium"
    command = [
        *(str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={found}"),
        *(f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"),
        f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
    ]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium})
    report = json.loads(found.read_text(encoding="utf8"))
    for name in CATEGORIES:
        for lost in _lost(report, name):
            print(f"  {url}: {lost}", file=sys.stderr)
    return {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}


def _lost(report: dict[str, dict[str, dict[str, object]]], name: str) -> list[str]:
    weighed = report["categories"][name]["auditRefs"]
    assert isinstance(weighed, list)
    audits = [report["audits"][each["id"]] for each in weighed if each["weight"]]
    return [
        f"{name}: {each['title']} {each.get('displayValue', '')}" for each in audits if each["score"] not in (None, 1)
    ]


def report(marks: dict[str, Marks]) -> int:
    print(f"| page | {' | '.join(CATEGORIES)} |\n|---|{'---|' * len(CATEGORIES)}")
    for name, each in marks.items():
        print(f"| {name} | {' | '.join(str(each[category]) for category in CATEGORIES)} |")
    return int(any(mark < LEAST for each in marks.values() for mark in each.values()))


if __name__ == "__main__":
    sys.exit(main())
