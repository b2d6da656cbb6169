"""The chain of events of one ticket: each carries the hash of the one before and a salted digest of its words."""

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

START = bytes(32)
SALT_BYTES = 16
FACTS = ("ticket_id", "number", "round", "verb", "role", "person_id", "unit_id", "rule", "status_from", "status_to")


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def digest_of(details: dict[str, Any], salt: bytes) -> bytes:
    """SHA-256 of salt and words: once both are erased, nobody can tell what the words were."""
    return hashlib.sha256(salt + canonical(details)).digest()


def hash_of(facts: dict[str, Any], at: datetime, digest: bytes, previous: bytes) -> bytes:
    """SHA-256 over the event before, this event's facts (in the order of FACTS) and the digest of its words."""
    told = [facts[name] for name in FACTS] + [at.astimezone(UTC).isoformat(timespec="microseconds")]
    return hashlib.sha256(previous + canonical(told) + digest).digest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
