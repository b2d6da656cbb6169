"""A PostgreSQL server for the tests: the one named in WEIYUAN_TEST_POSTGRES_URL, or our own from Debian's binaries."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy import make_url

from tests.support import needs, processes

OWNER = "weiyuan"
ADDRESS_VARIABLE = "WEIYUAN_TEST_POSTGRES_URL"
MEMORY = Path("/dev/shm")
ENOUGH = 2**30
EMPTY = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def server(durable: bool = False) -> Iterator[str]:
    """Address of a server's own database. Our own server keeps PostgreSQL's promises of durability only if asked."""
    if given := os.environ.get(ADDRESS_VARIABLE):
        yield given
        return
    binaries = newest_binaries()
    if binaries is None:
        needs.missing("postgresql", "A test on PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="weiyuan-postgres-", dir=None if durable else memory()))
    try:
        with _running(binaries, folder, durable):
            yield f"postgresql://{OWNER}@/postgres?host={quote(str(folder), safe='')}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def newest_binaries() -> Path | None:
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda path: float(path.parent.name), default=None)


def memory() -> str | None:
    """Where files cost no disk, if there is room: a fresh database comes twenty times quicker from there."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return str(MEMORY) if has_room else None


@contextmanager
def database(server_url: str, name: str, template: str | None = None) -> Iterator[str]:
    """Address of a fresh database, a copy of `template` where one is named; it is dropped at the end."""
    copied = f"TEMPLATE {template} STRATEGY file_copy" if template else EMPTY
    command(server_url, f"CREATE DATABASE {name} {copied}")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        command(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def command(url: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


@contextmanager
def _running(binaries: Path, folder: Path, durable: bool) -> Iterator[None]:
    user = _server_user(folder)
    _create_cluster(binaries, folder / "data", user)
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200")
    options = [part for setting in (*settings, *(() if durable else QUICK)) for part in ("-c", setting)]
    log = folder / "log"
    process = processes.start(
        [str(binaries / "postgres"), "-D", str(folder / "data"), *options],
        log=log,
        cwd=folder,
        user=user,
        dies_by=signal.SIGQUIT,
    )
    try:
        _wait_for(process, folder, log)
        yield
    finally:
        processes.stop(process, by=signal.SIGQUIT)


def _server_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root, so there it runs as Debian's own user, to whom the folder is given."""
    if os.getuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return owner.pw_name


def _create_cluster(binaries: Path, data: Path, user: str | None) -> None:
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={OWNER}"]
    subprocess.run(
        [binaries / "initdb", "--pgdata", data, "--no-sync", "--no-instructions", *options],
        cwd=data.parent,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _wait_for(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up and process.poll() is None:
        try:
            psycopg.connect(host=str(folder), user=OWNER, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
