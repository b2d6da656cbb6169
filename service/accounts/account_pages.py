"""A person's own account: who one is here, a new password, and where one is signed in."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from service.accounts import own_password, own_sessions
from service.accounts.own_password import FIELDS, FreshPassword
from service.accounts.visits import Acting, Looking, Visit
from service.errors import NotFound, answer_to
from service.web import flash, redirect, render, say
from workflows.words import _

router = APIRouter()


@router.get("/desk/account")
def show_account(request: Request, visit: Looking) -> Response:
    return _account(request, visit)


@router.post("/desk/account/password")
def change_password(request: Request, fresh: FreshPassword, visit: Acting) -> Response:
    if fresh.hash is None:
        return _account(request, visit, fresh.refused)
    count = own_password.change(visit, fresh.hash)
    response = redirect("/desk/account")
    flash(request, response, _("密码改好了，下次登录用新的。其他 {count} 处登录都已退出。"), count=count)
    return response


def _account(request: Request, visit: Visit, refused: Exception | None = None) -> Response:
    """What was typed does not come back: passwords are written on no page."""
    if refused is None:
        return render(request, "accounts/account.html", fields=FIELDS, login=visit.person.login)
    told = answer_to(refused)
    sentence, wrong = say(request, told.sentence, **told.values), getattr(refused, "field", None)
    fields = [replace(each, error=sentence if each.name == wrong else "") for each in FIELDS]
    values = {"fields": fields, "login": visit.person.login, "refusal": None if wrong else sentence}
    return render(request, "accounts/account.html", told.http_status, **values)


@router.get("/desk/sessions")
def list_sessions(request: Request, visit: Looking) -> Response:
    rows = own_sessions.running_of(visit.session, visit.person_id, visit.now)
    return render(request, "accounts/sessions.html", rows=rows, here_id=visit.signed_in.id)


@router.post("/desk/sessions/{session_id}/revoke")
def revoke_session(request: Request, session_id: int, visit: Acting) -> Response:
    """Raises NotFound for a session that is not one's own."""
    if not own_sessions.revoke_own(visit.session, visit.person_id, session_id, visit.now):
        raise NotFound()
    response = redirect("/desk/sessions")
    flash(request, response, _("那一处已经退出。"))
    return response


@router.post("/desk/sessions/revoke-others")
def revoke_others(request: Request, visit: Acting) -> Response:
    count = own_sessions.revoke_others(visit.session, visit.signed_in, visit.now)
    response = redirect("/desk/sessions")
    flash(request, response, _("除了这里，其他 {count} 处都已退出。"), count=count)
    return response
