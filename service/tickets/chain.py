"""The chain of events of one ticket: each carries the hash of the one before and a salted digest of its words."""

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

from service.keys import keyring

START = bytes(32)
SALT_BYTES = 16
USE = "event chain"
FACTS = ("ticket_id", "number", "round", "verb", "role", "person_id", "unit_id", "rule", "status_from", "status_to")

ABOUT = ("subject", "subject_to")
"""Facts only of events that happened to something besides the ticket."""


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def digest_of(details: dict[str, Any], salt: bytes) -> bytes:
    """SHA-256 of salt and words: once both are erased, nobody can tell what the words were."""
    return hashlib.sha256(salt + canonical(details)).digest()


def hash_of(facts: dict[str, Any], at: datetime, digest: bytes, previous: bytes) -> bytes:
    """HMAC-SHA256 under the county's key over the event before, this event's facts and the digest of its words.

    Who can write the database but has not got the key cannot make a chain anew.
    """
    return keyring().mark(USE, _told(facts, at, digest, previous))


def is_hash_of(mark: bytes, facts: dict[str, Any], at: datetime, digest: bytes, previous: bytes) -> bool:
    """Hashes made under older keys hold as long as these are in force."""
    return len(mark) == len(START) and keyring().has_marked(USE, _told(facts, at, digest, previous), mark)


def _told(facts: dict[str, Any], at: datetime, digest: bytes, previous: bytes) -> bytes:
    about = [facts[name] for name in ABOUT] if facts.get("subject") else []
    told = [facts[name] for name in FACTS] + about + [at.astimezone(UTC).isoformat(timespec="microseconds")]
    return previous + canonical(told) + digest


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
