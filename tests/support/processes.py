"""Processes that a test starts and that never outlive it, even when the test run itself is killed."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    dies_by: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start the command as a group of its own, its output in `log`; `dies_by` is sent to it when this process dies."""
    # setpriv belongs to every Linux; it turns into the command, so the process has the number that we are given.
    tied = ["setpriv", "--pdeathsig", dies_by.name, "--"] if shutil.which("setpriv") else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*tied, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM, within: float = 15) -> int:
    """Ask the process to end and wait; what is left of its group is killed."""
    if process.poll() is None:
        process.send_signal(by)
    try:
        return process.wait(within)
    except subprocess.TimeoutExpired:
        return kill(process)
    finally:
        kill_group(process)


def kill(process: subprocess.Popen[bytes]) -> int:
    """As when the power fails: no process of the group may finish what it does."""
    kill_group(process)
    return process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
