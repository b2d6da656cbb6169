"""The buttons of a whistle: those that the rules offer now, each with its short form, the likeliest first and large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.accounts.visits import Visit
from service.fields import Action, Choice, Field, fields_of
from service.local_words import LocalWords
from service.tickets import buttons
from service.whistles.consequences import consequence
from service.whistles.models import Whistle
from service.whistles.plan_forms import MilestoneRow
from service.whistles.whom import callable_choices
from workflows.whistle_cases import CallCase, WhistleCase
from workflows.whistle_commands import GROUND_WORDS, WHISTLE_COMMANDS, ContestGround, WhistleCommand
from workflows.whistle_words import WHISTLE_VERB_WORDS, CallState
from workflows.whistles import available_on_whistle
from workflows.words import _

LIKELIEST_FIRST = (
    *("report_in", "approve_whistle", "confirm_whistle", "rule_on_call", "accept_whistle", "plan_work"),
    *("report_milestone", "complete_whistle", "score_call", "hand_over_part", "survey", "hold_site_meeting"),
    *("change_milestone", "call_more", "contest_call", "refuse_acceptance", "note_whistle", "refuse_whistle"),
    "dismiss_whistle",
)
"""A verb that is not named here stands at the end: a new one needs no line."""
BY_THE_WAY = frozenset({"note_whistle"})
"""Never the large button: a page where nothing else is left to do is through."""
ENDS_IT = frozenset({"refuse_whistle", "dismiss_whistle"})
SPEAKS_FOR_A_UNIT = {
    "report_in": CallState.called,
    "contest_call": CallState.called,
    "hand_over_part": CallState.reported,
}
"""Where somebody has several units, he says for which one; its call must be in this state."""


@dataclass(frozen=True)
class Pressed(buttons.Pressed):
    """With the rows of a plan as they were typed."""

    rows: Sequence[MilestoneRow] = ()


NOTHING_PRESSED = Pressed()


def actions_of(visit: Visit, whistle: Whistle, case: WhistleCase, local: LocalWords, pressed: Pressed) -> list[Action]:
    """What the rules offer now; a form that came back stays, even when the button is gone, so that its words do."""
    offered = [verb_of(command) for command in available_on_whistle(case, visit.actor, visit.now)]
    if pressed.values is not None and pressed.verb not in offered and pressed.verb in WHISTLE_COMMANDS:
        offered.append(pressed.verb)
    ranked = sorted(offered, key=lambda verb: _rank(verb, case))
    actions = [_action(verb, visit, whistle, case, local, pressed) for verb in ranked]
    useful = [action for action in actions if action.is_open or all(map(_can_be_answered, action.fields))]
    likeliest = next((each for each in useful if each.tone == "plain" and each.verb not in BY_THE_WAY), None)
    return [replace(each, tone="primary") if each is likeliest is useful[0] else each for each in useful]


def _can_be_answered(field: Field) -> bool:
    """A list without a row asks for what this reader has nothing to say of: a milestone of others."""
    return field.name != "milestone" or bool(field.choices)


def _action(
    verb: str, visit: Visit, whistle: Whistle, case: WhistleCase, local: LocalWords, pressed: Pressed
) -> Action:
    is_open = verb == pressed.verb
    values = pressed.values if is_open and pressed.values is not None else (pressed.chosen if is_open else {})
    choices = choices_of(verb, visit, case, local)
    return Action(
        verb=verb,
        label=WHISTLE_VERB_WORDS[verb],
        url=f"/desk/whistles/{whistle.id}/{verb}",
        fields=form_of(WHISTLE_COMMANDS[verb], choices, values, pressed.errors if is_open else {}),
        tone="danger" if verb in ENDS_IT else "plain",
        explanation=consequence(verb, case, visit.now, visit.known, local),
        is_open=is_open,
        version=whistle.version,
    )


def form_of(
    command: type[WhistleCommand],
    choices: Mapping[str, Sequence[Choice]],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> list[Field]:
    """The fields as the macros draw them; a list of one needs no question, and a plan has rows of its own."""
    found = fields_of(command, choices=choices, values=values, errors=errors)
    return [_drawn(field) for field in found if field.widget != "milestones" and not _goes_without_saying(field)]


def _goes_without_saying(field: Field) -> bool:
    return field.name == "unit" and not field.is_required and len(field.choices) <= 1


def _drawn(field: Field) -> Field:
    if field.widget == "issue":
        return replace(field, widget="hidden")
    if field.widget == "score":
        return replace(field, widget="choice")
    if field.name in {"unit", "milestone"} and len(field.choices) == 1 and field.value is None:
        return replace(field, widget="select", value=field.choices[0].value)
    return replace(field, widget="select") if field.widget == "milestone" else field


def choices_of(verb: str, visit: Visit, case: WhistleCase, local: LocalWords) -> dict[str, Sequence[Choice]]:
    """By field name and by widget, as `fields_of` asks for them."""
    is_beside = case.is_beside_the_town
    every = callable_choices(
        visit.known, case.area_path, case.own_units, local, for_town=not is_beside, beside_town=is_beside
    )
    return {
        "unit": _units(verb, visit, case, every),
        "suggested_unit": every,
        "replacement": _replacements(visit, case, local),
        "ground": [Choice(str(ground), words) for ground, words in GROUND_WORDS.items() if ground not in SAID_BY_CLOCK],
        "milestone": _milestones(verb, visit, case, local),
        "score": [Choice(str(points), local._(_("{n} 分")).format(n=points)) for points in range(1, 6)],
    }


def _replacements(visit: Visit, case: WhistleCase, local: LocalWords) -> list[Choice]:
    """A ruling may send anybody who is not called yet, the town's own units too."""
    anybody = callable_choices(visit.known, case.area_path, case.own_units, local, for_town=True, beside_town=True)
    return [each for each in anybody if case.call_of(int(each.value)) is None]


SAID_BY_CLOCK = frozenset({ContestGround.unit_dissolved})


def _units(verb: str, visit: Visit, case: WhistleCase, every: Sequence[Choice]) -> Sequence[Choice]:
    if verb == "call_more":
        return [each for each in every if _is_new(each, case)]
    return _named(visit, [call.unit_id for call in case.calls if _is_spoken_of(verb, call, visit)])


def _is_spoken_of(verb: str, call: CallCase, visit: Visit) -> bool:
    if verb in SPEAKS_FOR_A_UNIT:
        return call.unit_id in visit.actor.units and call.state is SPEAKS_FOR_A_UNIT[verb]
    if verb == "rule_on_call":
        return call.state is CallState.contested
    return call.scored_at is None and (call.reported_at is not None or bool(call.was_late))


def _named(visit: Visit, units: Sequence[int]) -> list[Choice]:
    return [Choice(str(unit), visit.known.unit_name(unit)) for unit in units]


def _is_new(choice: Choice, case: WhistleCase) -> bool:
    return case.call_of(int(choice.value)) is None and int(choice.value) != case.town_unit_id


def _milestones(verb: str, visit: Visit, case: WhistleCase, local: LocalWords) -> list[Choice]:
    """Those that the reader may say something of: the lead answers for the whole plan, the others for their part."""
    leads = verb == "change_milestone" or (case.lead is not None and case.lead.unit_id in visit.actor.units)
    return [
        Choice(str(each.id), f"{local.day(each.due_at)} {each.title} · {visit.known.unit_name(each.unit_id)}")
        for each in sorted(case.open_milestones, key=lambda each: each.due_at)
        if leads or each.unit_id in visit.actor.units
    ]


def plan_units(visit: Visit, case: WhistleCase) -> list[Choice]:
    """Who may be given a part of the work: whoever is called, and the town itself."""
    called = [call.unit_id for call in case.active_calls]
    town = [case.town_unit_id] if case.town_unit_id and case.town_unit_id not in called else []
    return _named(visit, [*called, *town])


def verb_of(command: type[WhistleCommand]) -> str:
    return str(command.model_fields["verb"].default)


def _rank(verb: str, case: WhistleCase) -> tuple[bool, int]:
    """What the whistle waits for comes first: a plan that is there already is added to by the way."""
    place = LIKELIEST_FIRST.index(verb) if verb in LIKELIEST_FIRST else len(LIKELIEST_FIRST)
    return (verb == "plan_work" and case.planned_at is not None, place)
