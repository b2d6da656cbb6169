"""The register of signals (防造假台账): what was found, what is behind it, and what a supervisor says of it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.directory.models import Person
from service.errors import Conflict
from service.fields import Action, Choice, Field
from service.signals import queries
from service.tickets.panels import Register
from service.typed import Typed
from service.web import flash, redirect, render, say
from workflows.commands import LARGEST_ID
from workflows.signals import OUTCOME_WORDS, SIGNALS, SPAN, Outcome
from workflows.statuses import Role
from workflows.words import _

router = APIRouter(prefix="/desk/signals", include_in_schema=False)

FindingId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Cursor = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
WORDS_LEAST, WORDS_MOST = 2, 500
NO_OUTCOME = _("请选一项：看下来是什么情况。")
NO_WORDS = _("请写一句看到了什么（2 到 500 个字）。")


class LookedAt(BaseModel):
    """What the form says."""

    model_config = ConfigDict(str_strip_whitespace=True)
    outcome: str = ""
    words: str = ""


@router.get("")
def show_register(request: Request, visit: Looking, show: str = "", cursor: Cursor = None) -> Response:
    visit.must_be(Role.supervisor)
    has_looked = show == "looked_at"
    rows, more = queries.listed(visit, has_looked, cursor)
    return render(
        request,
        "signals/register.html",
        rows=rows,
        cursor=more,
        which="looked_at" if has_looked else "open",
        filters=[("open", _("待查看"), "?show=open"), ("looked_at", _("已查看"), "?show=looked_at")],
        signals=SIGNALS,
        days=SPAN.days,
        outcomes=OUTCOME_WORDS,
    )


@router.get("/{finding_id}")
def show_finding(request: Request, finding_id: FindingId, visit: Looking) -> Response:
    visit.must_be(Role.supervisor)
    return _page(request, visit, finding_id)


@router.post("/{finding_id}")
def look_at(request: Request, finding_id: FindingId, typed: Typed, visit: Acting) -> Response:
    """Raise Conflict when somebody else has said what it is: his words are on the page."""
    visit.must_be(Role.supervisor)
    found = queries.finding_of(visit, finding_id, to_change=True)
    said = _said(typed)
    errors = _errors(request, said)
    if errors:
        return _page(request, visit, finding_id, said, errors)
    if found.looked_at is not None:
        raise Conflict()
    found.looked_at, found.looked_by_id = visit.now, visit.person_id
    found.outcome, found.words = Outcome(said.outcome), said.words
    visit.session.add(found)
    response = redirect("/desk/signals")
    flash(request, response, _("记下了。"))
    return response


def _said(typed: FormData) -> LookedAt:
    return LookedAt.model_validate({name: str(typed.get(name) or "") for name in LookedAt.model_fields})


def _errors(request: Request, said: LookedAt) -> dict[str, str]:
    errors = {}
    if said.outcome not in set(Outcome):
        errors["outcome"] = say(request, NO_OUTCOME)
    if not WORDS_LEAST <= len(said.words) <= WORDS_MOST:
        errors["words"] = say(request, NO_WORDS)
    return errors


def _page(
    request: Request,
    visit: Visit,
    finding_id: int,
    said: LookedAt | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    row = queries.finding_of(visit, finding_id)
    return render(
        request,
        "signals/finding.html",
        422 if errors else 200,
        found=queries.told(visit, row),
        behind=queries.behind(visit, row),
        action=_action(f"/desk/signals/{row.id}", said or LookedAt(), errors or {}) if row.looked_at is None else None,
        outcomes=OUTCOME_WORDS,
        days=SPAN.days,
        looked_by=_name_of(visit, row.looked_by_id),
    )


def _action(url: str, said: LookedAt, errors: Mapping[str, str]) -> Action:
    choices = [Choice(str(outcome), words) for outcome, words in OUTCOME_WORDS.items()]
    fields = (
        Field("outcome", _("看下来是"), "choice", "", True, choices, said.outcome, errors.get("outcome", "")),
        Field(
            "words", _("看到了什么、做了什么"), "words", "", True, (), said.words, errors.get("words", ""), WORDS_MOST
        ),
    )
    return Action("look_at", _("记下"), url, fields, tone="primary")


def _name_of(visit: Visit, person_id: int | None) -> str:
    person = visit.session.get(Person, person_id) if person_id else None
    return person.name if person else ""


REGISTER = Register(
    "signals",
    "/desk/signals",
    _("防造假台账"),
    _("卡点答复、答复雷同、照片重复、评价扎堆一类的迹象。只提醒督查员看一看、问一问，不自动扣分，不处罚谁。"),
    count=queries.count_open,
    roles=frozenset({Role.supervisor}),
)
