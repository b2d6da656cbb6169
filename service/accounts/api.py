"""Sign-in for programs: a password becomes a token, sent as `Authorization: Bearer …` until it ends."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from service import clock
from service.accounts import sessions
from service.accounts.passwords import person_behind
from service.accounts.visits import Acting, Looking, secret_of
from service.api_docs import SIGNED_IN, problems
from service.dependencies import TheDatabase

router = APIRouter(prefix="/api/v1", tags=["officials"])


class Credentials(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"login": "zhangyumei", "password": "…"}]})
    login: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=1, max_length=200)


class Token(BaseModel):
    """The token is shown this once; the service keeps only its hash."""

    token: str
    expires_at: datetime


class Me(BaseModel):
    person_id: int
    name: str
    posts: list[str] = Field(description="Role and unit of each post")


@router.post("/session", status_code=201, response_model=Token, responses=problems(401, 429, has_body=True))
def sign_in(credentials: Credentials, request: Request, database: TheDatabase) -> Token:
    """Exchange login and password for a token. Tries are limited."""
    address = request.client.host if request.client else ""
    person_id = person_behind(database, credentials.login, credentials.password, address)
    now = clock.now()
    with database.writing() as session:
        secret = sessions.begin(session, person_id, request.headers.get("user-agent", "API"), now)
    return Token(token=secret, expires_at=now + sessions.LASTS)


@router.get("/session", response_model=Me, dependencies=SIGNED_IN, responses=problems(401))
def who_am_i(visit: Looking) -> Me:
    """Whose token this is, and in which posts he acts."""
    posts = [f"{post.role} · {visit.known.unit_name(post.unit)}" for post in visit.actor.posts]
    return Me(person_id=visit.person_id, name=visit.person.name, posts=posts)


@router.delete("/session", status_code=204, dependencies=SIGNED_IN, responses=problems(401))
def sign_out(visit: Acting, request: Request) -> None:
    """End this token now."""
    sessions.revoke(visit.session, secret_of(request), visit.now)
