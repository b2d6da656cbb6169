"""Sheets of a hotline: reading 100,000 rows, and taking in answered wishes; the memory must not follow the rows."""

import random
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from xlsxwriter import Workbook

from tests.benchmarks.counties import DIALECTS, database_of, open_county
from tests.benchmarks.rows import Row
from tests.factories import TOKEN
from tests.support.server import PROGRAM, environment

READ, FEW, MANY = 100_000, 1_000, 20_000
LETTERS = "村口的路灯坏了三个月晚上孩子放学看不见请尽快安排维修自来水停两天老人挑不方便田坎被冲一截垃圾池满没人拉"
HEADINGS = ("编号", "主题", "诉求内容", "来电时间", "事项", "姓名", "联系电话", "答复内容", "答复时间")
BEGAN = datetime(2024, 1, 2, 9)  # noqa: DTZ001
"""A sheet knows the county's wall clock only."""

OURS = """
import sys
from pathlib import Path
from service.exchange.opening import chosen, opened
with opened(Path(sys.argv[1])) as workbook:
    print(sum(len(row.cells) for row in chosen(workbook).rows()))
"""
OPENPYXL = """
import sys
import openpyxl
sheet = openpyxl.load_workbook(sys.argv[1], read_only=True).worksheets[0]
print(sum(len(row) for row in sheet.iter_rows(values_only=True)))
"""


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="weiyuan-bench-", dir=".") as folder:
        return [*_reading(Path(folder)), *(row for dialect in DIALECTS for row in _taking(dialect, Path(folder)))]


def _reading(folder: Path) -> list[Row]:
    path = _sheet(folder / "read.xlsx", READ)
    python = str(PROGRAM.with_name("python"))
    ours, their = ([python, "-c", code, str(path)] for code in (OURS, OPENPYXL))
    (seconds, megabytes), (floor_seconds, floor_megabytes) = _run(ours), _run(their)
    what = f"read {READ:,} rows of {len(HEADINGS)} cells, {path.stat().st_size >> 20} MB"
    return [
        Row(what, seconds, "s", floor_seconds, "openpyxl, read only"),
        Row(f"{what}: memory", megabytes, "MB", floor_megabytes, "openpyxl, read only"),
    ]


def _taking(dialect: str, folder: Path) -> list[Row]:
    """Each wish is answered and old: handed in, assigned, acknowledged, answered, approved, closed."""
    figures = {}
    for size in (FEW, MANY):
        path = _sheet(folder / f"{size}.xlsx", size)
        with database_of(dialect) as url, open_county(url):
            command = [str(PROGRAM), "import", "wishes", str(path.resolve()), "--link", TOKEN]
            figures[size] = _run(command, environment(url, folder.resolve()))
    pace = (MANY - FEW) / (figures[MANY][0] - figures[FEW][0])
    return [
        Row(f"import of answered wishes, {dialect}", pace, "rows/s"),
        Row(
            f"import of {MANY:,} rows: memory, {dialect}",
            figures[MANY][1],
            "MB",
            figures[FEW][1],
            f"{FEW:,} rows",
            "about 1",
        ),
    ]


def _run(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds, and the most megabytes that were resident."""
    began, most = time.perf_counter(), 0.0
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE)
    while process.poll() is None:
        most = max(most, _most_megabytes(process.pid))
        time.sleep(0.02)
    said, _nothing = process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode())
    return time.perf_counter() - began, most


def _most_megabytes(pid: int) -> float:
    """0 when the process has ended meanwhile."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _sheet(path: Path, rows: int) -> Path:
    """Lengths as in real messages: 222 characters asked, 276 answered (practice), and no two alike."""
    lots = random.Random(rows)
    with Workbook(str(path)) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet("工单")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, rows + 1):
            asked = BEGAN + timedelta(minutes=7 * row)
            words = [_words(lots, length) for length in (12, 222, 3, 276)]
            sheet.write_string(row, 0, f"GD{row:07d}")
            sheet.write_string(row, 1, words[0])
            sheet.write_string(row, 2, words[1])
            sheet.write_datetime(row, 3, asked, moment)
            sheet.write_string(row, 4, "路灯")
            sheet.write_string(row, 5, words[2])
            sheet.write_number(row, 6, 13_800_000_000 + row)
            sheet.write_string(row, 7, words[3])
            sheet.write_datetime(row, 8, asked + timedelta(days=4), moment)
    return path


def _words(lots: random.Random, length: int) -> str:
    return "".join(lots.choices(LETTERS, k=length))
