"""The secret keys of a county: they seal, index and mark, and each use has its own subkey.

They live in a file or in the environment, never in the database. Several keys may be in force: the first one seals,
every one opens. The last (oldest) one makes the blind index, so that what was indexed before a change is still found.
"""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
KEY_BYTES = 32
NAME_BYTES = 4
NONCE_BYTES = 12
HEAD = len(VERSION) + NAME_BYTES


class KeyMissing(RuntimeError):
    """There is no key, or not the key that sealed this."""


class Broken(ValueError):
    """A sealed value was changed, or moved to a place that it was not sealed for."""


class Key:
    """One secret of 32 bytes and the separate subkeys derived from it, one for each use."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise KeyMissing(f"A key is {KEY_BYTES} bytes, written in base64; this one has {len(secret)}.")
        self.name = _derived(secret, "name")[:NAME_BYTES]
        self.sealing = AESGCM(_derived(secret, "sealing"))
        self._secret = secret
        self._subkeys: dict[str, hmac.HMAC] = {}

    def mac(self, use: str, message: bytes) -> bytes:
        """HMAC-SHA256 under the subkey of this use."""
        if use not in self._subkeys:
            self._subkeys[use] = hmac.new(_derived(self._secret, use), digestmod=hashlib.sha256)
        code = self._subkeys[use].copy()
        code.update(message)
        return code.digest()

    def __repr__(self) -> str:
        return f"Key({self.name.hex()})"


def _derived(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"weiyuan/{use}".encode()).derive(secret)


@dataclass(frozen=True)
class Keyring:
    """The keys in force, newest first."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise KeyMissing("There is no key: set WEIYUAN_SECRET_KEY, or let `weiyuan migrate` create the key file.")

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Keys in base64, newest first, separated by blanks, commas or new lines; `#` begins a remark."""
        lines = (line.partition("#")[0] for line in text.splitlines())
        words = " ".join(lines).replace(",", " ").split()
        return cls(tuple(Key(_decoded(word)) for word in words))

    @classmethod
    def load(cls, key_file: Path, secret_key: str | None = None) -> "Keyring":
        """From the environment if it holds keys, else from the file. Raises KeyMissing."""
        if secret_key:
            return cls.parse(secret_key)
        if not key_file.exists():
            raise KeyMissing(
                f"There is no key file at {key_file}: put its copy back. For a new county, `weiyuan migrate` makes one."
            )
        try:
            return cls.parse(key_file.read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise KeyMissing(f"The key file {key_file} cannot be read: {error}.") from None

    def seal(self, plain: bytes, place: str) -> bytes:
        """`place` says where the value belongs; it can be opened nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        key = self.keys[0]
        head = VERSION + key.name
        return head + nonce + key.sealing.encrypt(nonce, plain, head + place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        head, nonce, rest = sealed[:HEAD], sealed[HEAD : HEAD + NONCE_BYTES], sealed[HEAD + NONCE_BYTES :]
        try:
            return self._named(head).sealing.decrypt(nonce, rest, head + place.encode())
        except (InvalidTag, ValueError):
            raise Broken(f"A sealed value of {place or 'no place'} does not open: it was changed or moved.") from None

    def knows(self, sealed: bytes) -> bool:
        """Whether the key that sealed it is among ours; it need not be opened for that."""
        return any(sealed[:HEAD] == VERSION + key.name for key in self.keys)

    def _named(self, head: bytes) -> Key:
        for key in self.keys:
            if head == VERSION + key.name:
                return key
        raise KeyMissing(f"The key {name_in(head)} that sealed this is not in the key file.")

    def index(self, text: str) -> str:
        return self.keys[-1].mac("blind index", text.encode()).hex()

    def mark(self, use: str, message: bytes) -> bytes:
        return self.keys[0].mac(use, message)

    def has_marked(self, use: str, message: bytes, mark: bytes) -> bool:
        """In constant time; marks of older keys hold as long as these are in force."""
        fits = [hmac.compare_digest(key.mac(use, message)[: len(mark)], mark) for key in self.keys]
        return any(fits)


def _decoded(word: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(word.replace("+", "-").replace("/", "_"))
    except ValueError:
        raise KeyMissing("A key is not in base64.") from None


def name_in(sealed: bytes) -> str:
    """The name of the key that sealed it, as `Key` shows its own."""
    return sealed[len(VERSION) : HEAD].hex()


def new_key() -> str:
    """A fresh key, as it is written in the key file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def create_key_file(path: Path) -> None:
    """Write a fresh key, readable by its owner only. Never overwrites: that would lose every sealed word."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())


_in_use: list[Keyring] = []


def use(keyring: Keyring | None) -> None:
    """The composition root says once which keys this process works with."""
    _in_use[:] = [keyring] if keyring else []


def keyring() -> Keyring:
    if not _in_use:
        raise KeyMissing("No keys are in use yet: call sealing.use(Keyring.load(…)) first.")
    return _in_use[0]
