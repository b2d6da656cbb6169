"""What has to hold before something is asked, decided or put off, each with its sentence of refusal."""

from datetime import date, datetime
from typing import Any

from workflows import asks, holds
from workflows.actors import Actor
from workflows.ask_words import AskKind
from workflows.cases import Case
from workflows.guards import Guard, choose, guard
from workflows.pending_asks import of_kind
from workflows.words import _


@guard(_("退单的期限已经过了，请办理，或者申请会商。"))
def is_within_the_return_window(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    since = case.hold_since
    return since is not None and now <= case.calendar.add(since, case.limits.term("return_window"))


@guard(_("这件事已经退过两次，不能再退。"))
def was_not_returned_too_often(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.return_count < asks.RETURNS_MOST


@guard(_("这个单位是裁定的主办单位，不能退单。"))
def was_not_named_by_a_ruling(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.ruled_unit_id is None or case.ruled_unit_id != case.lead_unit_id


@guard(_("主办单位是县里裁定的，只有县里能改派。"))
def a_ruling_is_changed_by_the_county_only(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.ruled_unit_id is None or case.ruled_unit_id != case.lead_unit_id or case.desks[-1] in actor.units


@guard(_("期限已经过了，延期要在到期前申请。"))
def is_not_due_yet(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.due_at is not None and now < case.due_at


@guard(_("这件事已经延过两次，不能再延。"))
def was_not_extended_too_often(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.extension_count < asks.EXTENSIONS_MOST


@guard(_("延到的日子要在原来的期限之后，而且不超过一次延期的上限。"), reads_command=True)
def extends_no_further_than_allowed(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    until = _date_of(case, command, AskKind.extension)
    if until is None or case.due_at is None:
        return False
    evening = holds.evening_of(case, until)
    return max(case.due_at, now) < evening <= case.calendar.add(case.due_at, case.limits.term("extension_most"))


@guard(_("再看的日子要在今天之后，而且不超过一个季度。"), reads_command=True)
def is_looked_at_within_a_quarter(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    until = _date_of(case, command, AskKind.deferral)
    if until is None:
        return False
    latest = case.calendar.add(now, case.limits.term("deferral_most"))
    return now < holds.morning_of(case, until) <= latest


@guard(_("为这件事吹的哨还在走，不能挂账；先等它办完，或者请镇里撤哨。"))
def no_whistle_runs(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    """Bureaus are called, have dates and a ladder: what they work on is not put off behind their backs."""
    return not case.whistle_runs


def _date_of(case: Case, command: Any, kind: AskKind) -> date | None:
    ask = of_kind(case.asks, kind)
    return command.until or (ask.until if ask else None)


def nothing_is_pending(kind: AskKind, name: str, sentence: str) -> Guard:
    return Guard(name, sentence, lambda case, command, actor, now: of_kind(case.asks, kind) is None)


no_return_is_pending = nothing_is_pending(
    AskKind.giving_back, "no_return_is_pending", _("退单已经申请了，正等着决定。")
)
no_extension_is_pending = nothing_is_pending(
    AskKind.extension, "no_extension_is_pending", _("延期已经申请了，正等着决定。")
)
no_deferral_is_pending = nothing_is_pending(
    AskKind.deferral, "no_deferral_is_pending", _("挂账已经申请了，正等着决定。")
)
no_exclusion_is_pending = nothing_is_pending(
    AskKind.exclusion, "no_exclusion_is_pending", _("剔除已经申请了，正等着决定。")
)
no_consultation_is_pending = nothing_is_pending(
    AskKind.consultation, "no_consultation_is_pending", _("会商已经申请了，正等着裁定。")
)


@guard(_("这件事已经剔除了。"))
def counts_in_the_statistics(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.is_excluded


@guard(_("没有等着决定的申请。"))
def something_is_asked(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(case.asks)


@guard(_("这要由承办单位和申请单位以外、有权决定的人来定。"))
def has_an_ask_to_decide(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(asks.decidable(case, actor))


@guard(_("没有这一项申请，或者别人已经决定了。"), reads_command=True)
def is_pending(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return of_kind(case.asks, command.ask) is not None


@guard(_("这一项申请不由您决定。"), reads_command=True)
def decides_this_one(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    ask = of_kind(case.asks, command.ask)
    return ask is not None and asks.may_decide(case, ask, actor)


@guard(_("准退单要写明改派给哪个单位，不能还是原来的单位。"), reads_command=True)
def names_another_unit(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return command.unit is not None and command.unit != case.lead_unit_id


@guard(_("第二次退单要由县里裁定，请用“裁定”。"), reads_command=True)
def is_the_first_return(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.return_count == 0


@guard(_("没有等着裁定的会商或第二次退单。"))
def something_is_to_be_ruled(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return any(asks.is_ruled(case, ask.kind) for ask in case.asks)


@guard(_("裁定要由承办单位和申请单位以外、有权裁定的人来作。"))
def rules_from_outside(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return any(asks.is_ruled(case, ask.kind) for ask in asks.decidable(case, actor))


@guard(_("这要由承办单位以外的人来定。"))
def acts_from_outside(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return not actor.units & asks.inside(case)


def asks_for(kind: AskKind) -> Guard:
    return choose(f"about_{kind}", lambda case, command, actor, now: command.ask == kind)


ruling_keeps_the_lead = choose(
    "ruling_keeps_the_lead", lambda case, command, actor, now: command.unit == case.lead_unit_id
)


GUARDS: dict[str, Guard] = {each.name: each for each in tuple(globals().values()) if isinstance(each, Guard)}
