"""Programs that speak to the API: JSON in, JSON out, each with the token of whoever it works for."""

from dataclasses import dataclass, field
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.database import Database
from tests.factories import number_of, sign_in

API = "/api/v1"
PROBLEM = "application/problem+json"


@dataclass
class Program:
    """`client` is a TestClient or an httpx.Client: its answers are alike. Without a token it is a villager's."""

    client: Any
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def gets(self, path: str, **query: Any) -> Any:
        return self.client.get(API + path, params=query, headers=self._headers())

    def sends(self, path: str, body: Any, *, key: str | None = None, **query: Any) -> Any:
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(API + path, json=body, params=query, headers=self._headers() | more)

    def ends(self, path: str) -> Any:
        return self.client.delete(API + path, headers=self._headers())

    def says(self, number: str, verb: str, version: int | None = None, **fields: Any) -> Any:
        """A command on a ticket."""
        query = {} if version is None else {"version": version}
        return self.sends(f"/tickets/{number}/commands", {"verb": verb, **fields}, **query)

    def answers(self, tracking_token: str, verb: str, version: int | None = None, **fields: Any) -> Any:
        """A command of the villager's."""
        query = {} if version is None else {"version": version}
        return self.sends(f"/wishes/{tracking_token}/commands", {"verb": verb, **fields}, **query)

    def _headers(self) -> dict[str, str]:
        return self.headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


def program_of(client: Any, database: Database, person_id: int) -> Program:
    """Signed in without the door: the password has tests of its own."""
    with database.writing() as session:
        return Program(client, sign_in(session, person_id))


def quick_hash(password: str) -> str:
    """As sign-in takes it, but made in no time, and as quickly verified."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(password)


def is_problem(answer: Any, status: int) -> bool:
    """As RFC 9457 has it, with a sentence and without a traceback."""
    told = answer.json()
    return (
        answer.status_code == status == told["status"]
        and answer.headers["content-type"] == PROBLEM
        and told["type"] == "about:blank"
        and bool(told["title"])
        and len(told["detail"]) > 3
        and "Traceback" not in answer.text
    )


def number_in(database: Database, ticket_id: int) -> str:
    with database.reading() as session:
        return number_of(session, ticket_id)
