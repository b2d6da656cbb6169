"""Where pictures lie: a folder outside the web root, or a bucket; the name of each is the hash of its content."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from obstore.store import LocalStore, ObjectStore, S3Store

ORIGINALS = "originals"
PICTURES = "pictures"
THUMBNAILS = "thumbnails"
# A villager waits for the original to be kept: she is told soon when it cannot be.
RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}


class Missing(LookupError):
    """There is no such file in the store."""


class PictureStore:
    """What was put is on the disk (or in the bucket) when `put` returns; the same content twice is one file."""

    def __init__(self, url: str) -> None:
        """`url` is a folder, `file:///FOLDER`, or `s3://BUCKET/PREFIX?endpoint=…&region=…`.

        What an S3 address leaves out comes from the usual AWS_… variables.
        """
        parts = urlsplit(url)
        self._folder: Path | None = None
        self._store: ObjectStore
        if parts.scheme == "s3":
            self._store = _bucket(url.partition("?")[0], dict(parse_qsl(parts.query)))
            return
        self._folder = Path(parts.path if parts.scheme == "file" else url).absolute()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._store = LocalStore(self._folder)

    def put(self, kind: str, name: str, content: bytes) -> None:
        path = _path(kind, name)
        self._store.put(path, content)
        if self._folder is not None:
            _sync(self._folder / path, self._folder)

    def get(self, kind: str, name: str) -> bytes:
        """Raise Missing when nobody put it there, or it was removed."""
        try:
            return bytes(self._store.get(_path(kind, name)).bytes())
        except FileNotFoundError:
            raise Missing(f"{kind}/{name}") from None

    def remove(self, kind: str, name: str) -> None:
        """Removing what is gone already is no mistake."""
        try:
            self._store.delete(_path(kind, name))
        except FileNotFoundError:
            return

    def listing(self, kind: str) -> Iterator[tuple[str, datetime]]:
        """The names of one kind, and when each was last put."""
        for batch in self._store.list(kind):
            yield from ((entry["path"].rpartition("/")[2], entry["last_modified"]) for entry in batch)


@lru_cache(maxsize=8)
def store_at(url: str) -> PictureStore:
    return PictureStore(url)


def _path(kind: str, name: str) -> str:
    """Never more than a few thousand files in one folder."""
    return f"{kind}/{name[:2]}/{name}"


def _bucket(address: str, options: dict[str, str]) -> ObjectStore:
    endpoint = options.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL", "")
    client: Any = {"allow_http": endpoint.startswith("http://"), "timeout": "20s"}
    given: dict[str, Any] = dict(options)
    return S3Store.from_url(address, client_options=client, retry_config=RETRIES, **given)


def _sync(file: Path, top: Path) -> None:
    """The content, and the folders that name it: a transaction that is committed after this loses no picture."""
    for path in (file, *(parent for parent in file.parents if parent.is_relative_to(top))):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
