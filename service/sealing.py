"""Personal data at rest: sealed columns, the blind index that finds them, and secret addresses.

Secret addresses and codes are derived from a ticket's id: nothing to store, nothing to leak with the database.
"""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from service.keys import Broken, KeyMissing, Keyring, create_key_file, keyring, new_key, use

__all__ = ["Broken", "KeyMissing", "Keyring", "create_key_file", "keyring", "new_key", "use"]

# Without 0, O, I and l: an address may be copied by hand.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ID_BYTES = 4
MARK_BYTES = 12
TOKEN_LENGTH = 22
CODE_DIGITS = 6
STAMP_BYTES = 8
# All that can be asked of a sealed column is whether there is something in it.
ALLOWED = frozenset({operators.is_, operators.is_not})
FORM_LIFETIME = timedelta(hours=24)


def blind_index(text: str) -> str:
    """What an equal text is found by without being readable: 64 hexadecimal digits. Normalise the text first."""
    return keyring().index(text)


class Sealed(TypeDecorator[Any]):
    """A column whose content only the service can read. Equal values look different: search by a blind index."""

    impl = LargeBinary
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """No two seals are equal: a comparison would find nothing and look like "no such person"."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            if op not in ALLOWED:
                raise TypeError("A sealed column cannot be compared: search by its blind index.")
            return super().operate(op, *other, **options)

    comparator_factory = Comparator

    def __init__(self, place: str = "") -> None:
        """`place` is "table.column": a value copied into another column does not open there."""
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().seal(self.packed(value), self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.unpacked(keyring().open(bytes(value), self.place))

    def packed(self, value: Any) -> bytes:
        raise NotImplementedError

    def unpacked(self, plain: bytes) -> Any:
        raise NotImplementedError


class SealedText(Sealed):
    """`phone: str | None = Field(sa_type=SealedText("ticket.phone"))`; None stays NULL."""

    cache_ok = True

    def packed(self, value: str) -> bytes:
        return value.encode()

    def unpacked(self, plain: bytes) -> str:
        return plain.decode()


class SealedJSON(Sealed):
    """Any JSON value; None stays NULL."""

    cache_ok = True

    def packed(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def unpacked(self, plain: bytes) -> Any:
        return json.loads(plain)


def tracking_token(ticket_id: int) -> str:
    """The last part of /t/<token>: 22 letters and digits, 96 bits of which nobody can guess."""
    return secret_address("tracking", ticket_id)


def ticket_of(token: str) -> int | None:
    """The ticket's id, or None when the address was made up."""
    return id_behind("tracking", token)


def tracking_code(ticket_id: int) -> str:
    """Six digits for who has lost the address. Limit the tries: a million is not many."""
    return _code(keyring().mark("tracking code", _id_bytes(ticket_id)))


def is_tracking_code(ticket_id: int, code: str) -> bool:
    """Codes of older keys hold as long as these are in force."""
    message = _id_bytes(ticket_id)
    fits = [
        secrets.compare_digest(_code(key.mac("tracking code", message)).encode(), code.strip().encode())
        for key in keyring().keys
    ]
    return any(fits)


def secret_address(kind: str, row_id: int) -> str:
    """An address of this kind of thing; the id within is no secret, the mark behind it is."""
    message = _id_bytes(row_id)
    return _written(message + keyring().mark(f"address/{kind}", message)[:MARK_BYTES])


def id_behind(kind: str, token: str) -> int | None:
    packed = _read(token)
    if packed is None:
        return None
    message, mark = packed[:ID_BYTES], packed[ID_BYTES:]
    if not keyring().has_marked(f"address/{kind}", message, mark):
        return None
    return int.from_bytes(message, "big")


def form_token(owner: str, now: datetime) -> str:
    """Goes into a form as a hidden field: shows that the form came from us and was made for this owner's cookie."""
    stamp = int(now.timestamp()).to_bytes(STAMP_BYTES, "big")
    return (stamp + keyring().mark("form", stamp + owner.encode())).hex()


def is_form_token(token: str, owner: str, now: datetime, lifetime: timedelta = FORM_LIFETIME) -> bool:
    try:
        packed = bytes.fromhex(token)
    except ValueError:
        return False
    stamp, mark = packed[:STAMP_BYTES], packed[STAMP_BYTES:]
    age = now.timestamp() - int.from_bytes(stamp, "big")
    is_ours = len(mark) == 32 and keyring().has_marked("form", stamp + owner.encode(), mark)
    return is_ours and 0 <= age <= lifetime.total_seconds()


def _id_bytes(row_id: int) -> bytes:
    return row_id.to_bytes(ID_BYTES, "big")


def _code(mark: bytes) -> str:
    return str(int.from_bytes(mark[:8], "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def _written(packed: bytes) -> str:
    number, letters = int.from_bytes(packed, "big"), ""
    for _ in range(TOKEN_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return letters


def _read(token: str) -> bytes | None:
    if len(token) != TOKEN_LENGTH or any(letter not in ALPHABET for letter in token):
        return None
    number = 0
    for letter in token:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    size = ID_BYTES + MARK_BYTES
    return number.to_bytes(size, "big") if number < 256**size else None
