"""The timed work in a process of its own, so that nobody who asks for a page waits for it.

`serve` has one such process beside it, and its workers only stand in when that one has died. How they know: two files
of this run, each locked by the timekeeper for as long as it says something: that it is alive, and that it leads.
"""

import fcntl
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from service import logs
from service.database import Database
from service.leadership import FileLock, Lock, lock_for
from service.scheduler import Clockwork
from service.settings import Settings

SIGNS = "WEIYUAN_TIMEKEEPER_SIGNS"
"""Names the folder of the two files to the workers, in their environment."""
ALIVE, LEADS = "alive", "leads"
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder where each worker writes what it has counted, in the environment: prometheus_client looks there."""
POLITENESS = 5
# A job that waits for something that never comes, be it a bucket or a mail server, does not keep the service from
# ending: it is cut off after so many seconds, and whatever it had not committed was never there.
LAST_MOMENT = 25
# Nobody waits for the timed work: rather than fail, it waits until the others have written.
PATIENCE = 60.0


@contextmanager
def beside(chosen: Settings) -> Iterator[None]:
    """Do the timed work in another process while the block runs; it ends with the block, and when this process dies.

    To be entered before any thread is started: the other process is a fork, and shares the memory of the program.
    """
    folder = Path(tempfile.mkdtemp(prefix="weiyuan-"))
    ended, lifeline = os.pipe()
    # What the collector never looks through stays shared memory.
    gc.collect()
    gc.freeze()
    child = os.fork()
    if child == 0:
        os.close(lifeline)
        _keep_time_and_leave(chosen, ended, folder)
    os.close(ended)
    os.environ[SIGNS] = str(folder)
    # The server hands the signal on once everybody is answered: then the timekeeper is still to be waited for.
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        os.close(lifeline)
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
        signal.signal(signal.SIGTERM, before)


@contextmanager
def counted_together(workers: int) -> Iterator[None]:
    """Where there are several, each writes its counts where the one that is asked for them finds all.

    To be entered before a worker is started: it looks for the folder once, when it begins.
    """
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="weiyuan-counts-") as folder:
        os.environ[COUNTS] = folder
        yield


def leads() -> bool:
    """Whether the timekeeper of this run, or a worker in its place, does the county's timed work just now."""
    return _is_shown(LEADS)


def stand_in(database: Database) -> Lock:
    """The lock of a worker's own clockwork: free to it only while no timekeeper of this run is alive."""
    folder = os.environ.get(SIGNS)
    lock = lock_for(database)
    return StandIn(Telling(lock, FileLock(Path(folder) / LEADS)) if folder else lock)


class StandIn:
    """Leaves the lead to the timekeeper, and gives it back as soon as there is one again."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def take(self) -> bool:
        if _is_shown(ALIVE):
            self._lock.release()
            return False
        return self._lock.take()

    def release(self) -> None:
        self._lock.release()


class Telling:
    """Shows a sign for as long as the lead is ours."""

    def __init__(self, lock: Lock, sign: FileLock) -> None:
        self._lock, self._sign = lock, sign

    def take(self) -> bool:
        is_ours = self._lock.take()
        if is_ours:
            # The folder of the signs goes with the timekeeper, and the work goes on without.
            with suppress(OSError):
                self._sign.take()
        else:
            self._sign.release()
        return is_ours

    def release(self) -> None:
        self._sign.release()
        self._lock.release()


def _is_shown(sign: str) -> bool:
    folder = os.environ.get(SIGNS)
    if not folder:
        return False
    try:
        with (Path(folder) / sign).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _keep_time_and_leave(chosen: Settings, ended: int, folder: Path) -> None:
    """In the forked process: it must never return into what its parent was doing."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _leave)
        logs.configure(chosen.log_json, chosen.log_level)
        _keep_time(chosen, ended, folder)
        code = 0
    finally:
        os._exit(code)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _keep_time(chosen: Settings, ended: int, folder: Path) -> None:
    """Until the lifeline breaks, which it does when the parent ends, however it ends."""
    alive = FileLock(folder / ALIVE)
    alive.take()
    # Whoever waits for a page goes first where there is not enough for both.
    os.nice(POLITENESS)
    database = Database(chosen.database_url, chosen.pool_size, PATIENCE)
    clockwork = Clockwork(database, chosen, lock=Telling(lock_for(database), FileLock(folder / LEADS)))
    clockwork.start()
    with suppress(SystemExit):
        os.read(ended, 1)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.alarm(LAST_MOMENT)
    clockwork.stop()
    database.close()
    alive.release()
    shutil.rmtree(folder, ignore_errors=True)
