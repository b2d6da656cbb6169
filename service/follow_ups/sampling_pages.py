"""抽样回访: the rules with their seeds, published for everybody who works here, and the draw made again for any number."""

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Action, Choice, Field, fields_of
from service.follow_ups import draws
from service.follow_ups.draws import AddSampleRule
from service.tickets.desk_choices import area_choices, category_choices
from service.tickets.form_words import errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.typed import Typed
from service.web import flash, redirect, render, say
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.words import _

router = APIRouter(prefix="/sampling")

HERE = "/desk/follow-ups/sampling"
READS = (Role.follow_up_officer, Role.supervisor, Role.administrator)
ADD = _("定一条规则")
EXPLAINED = _(
    "从现在起收到的心愿按它来抽；已经收到的件件回访，因为编号已经有了，不能让人照着编号挑种子。同一个地方、同一类事项原来的规则就此停止。"
)


@router.get("")
def show_rules(request: Request, visit: Looking) -> Response:
    visit.must_be(*READS)
    return _page(request, visit)


@router.post("/add_sample_rule")
def add_rule(request: Request, typed: Typed, visit: Acting) -> Response:
    visit.must_be(*READS)
    try:
        asked = command_from_form(AddSampleRule, typed)
        assert isinstance(asked, AddSampleRule)
        with visit.session.begin_nested():
            draws.add(visit, asked)
    except (Refused, Conflict) as refused:
        values = {name: values_typed(AddSampleRule, name, typed) for name in AddSampleRule.model_fields}
        return _page(request, visit, _action(request, visit, values, refused), refused)
    response = redirect(HERE)
    flash(request, response, _("定好了，种子已经公布在下面。"))
    return response


@router.post("/{rule_id}/end_sample_rule")
def end_rule(request: Request, rule_id: int, visit: Acting) -> Response:
    visit.must_be(*READS)
    draws.end(visit, rule_id)
    response = redirect(HERE)
    flash(request, response, _("停了。从现在起答复的心愿件件回访。"))
    return response


@router.get("/{verb}")
def ask(verb: str) -> Response:
    """The address of a form that was refused, opened again."""
    return redirect(HERE)


def _page(
    request: Request, visit: Visit, action: Action | None = None, refused: Refused | Conflict | None = None
) -> Response:
    number, found = request.query_params.get("number", "").strip(), draws.rules(visit.session, visit.known)
    may_change = draws.may_change(visit.actor, visit.known)
    is_above = refused is not None and not isinstance(refused, Mistaken) and not getattr(refused, "field", None)
    return render(
        request,
        "follow_ups/sampling.html",
        refused.http_status if refused else 200,
        rules=found,
        may_change=may_change,
        action=action or (_action(request, visit) if may_change else None),
        number=number,
        lots=draws.lots_of(number, found),
        refusal=say(request, refused.sentence, **refused.values) if refused and is_above else None,
    )


def _action(
    request: Request, visit: Visit, values: dict[str, object] | None = None, refused: Exception | None = None
) -> Action:
    choices: dict[str, list[Choice]] = {
        "area": area_choices(visit.known, visit.actor),
        "category": category_choices(visit.known),
    }
    errors = errors_by_field(request, refused)
    fields: list[Field] = fields_of(AddSampleRule, choices=choices, values=values or {}, errors=errors)
    return Action(
        "add_sample_rule", ADD, f"{HERE}/add_sample_rule", fields, "plain", say(request, EXPLAINED), values is not None
    )
