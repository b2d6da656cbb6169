"""From `weiyuan serve` to the first answer, and the memory of all its processes after the first requests.

What the processes share is counted once (PSS), as the machine has it once.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from tests.benchmarks.counties import database_of, open_county
from tests.benchmarks.rows import Row
from tests.factories import TOKEN
from tests.support import processes
from tests.support.server import PROGRAM, environment

TIMES = 5
SECONDS_MOST, MEGABYTES_MOST = 2.5, 180


def measure() -> list[Row]:
    with database_of("sqlite") as url, open_county(url), tempfile.TemporaryDirectory() as folder:
        runs = [_start(url, Path(folder)) for _run in range(TIMES)]
    seconds, bare = sorted(run[0] for run in runs)[TIMES // 2], _bare_python()
    return [
        Row(
            "start to first answer",
            seconds,
            "s",
            bare,
            "Python that imports FastAPI and SQLModel",
            f"< {SECONDS_MOST} s",
        ),
        Row(
            "resident memory, one worker and the timed work",
            max(run[1] for run in runs),
            "MB",
            target=f"< {MEGABYTES_MOST} MB",
        ),
    ]


def _start(url: str, folder: Path) -> tuple[float, float]:
    port = processes.free_port()
    began = time.perf_counter()
    process = processes.start(
        [str(PROGRAM), "serve", "--port", str(port)], log=folder / "log", env=environment(url, folder), cwd=folder
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            _first_answer(client)
            seconds = time.perf_counter() - began
            for _time in range(50):
                client.get(f"/w/{TOKEN}").raise_for_status()
        return seconds, sum(_resident_megabytes(each) for each in [process.pid, *_children(process.pid)])
    finally:
        processes.stop(process)


def _first_answer(client: httpx.Client) -> None:
    for _try in range(2000):
        try:
            client.get("/readyz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.01)
    raise TimeoutError("the service did not start")


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident_megabytes(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in rollup if line.startswith("Pss:")).split()[1]) / 1024


def _bare_python() -> float:
    began = time.perf_counter()
    subprocess.run([str(PROGRAM.with_name("python")), "-c", "import fastapi, sqlmodel"], check=True)
    return time.perf_counter() - began
