"""Emergency mode (平急转换): while an area is in flood season, what is promised there is shorter. Running clocks stay."""

from workflows.terms import Term, hours, minutes, working_days
from workflows.time_limits import Limits
from workflows.whistle_words import WhistleKind

# fmt: off
EMERGENCY_LIMITS: tuple[tuple[str, Term], ...] = (
    ("dispatch",          hours(1)),
    ("dispatch_danger",   minutes(15)),
    ("acknowledge",       hours(1)),
    ("acknowledge_danger", minutes(15)),
    ("contact",           hours(4)),
    ("reply_danger",      hours(1)),
    ("reply_urgent",      hours(12)),
    ("reply_ordinary",    working_days(2)),
    ("reply_complex",     working_days(7)),
    ("whistle_approve",   hours(1)),
    ("whistle_confirm",   hours(12)),
    ("whistle_report_emergency",      minutes(15)),
    ("whistle_report_enforcement",    hours(4)),
    ("whistle_report_priority",       hours(24)),
    ("whistle_report_public_concern", hours(12)),
    ("whistle_report_community",      hours(12)),
    ("whistle_report_liaison",        hours(4)),
    ("whistle_contest",   hours(4)),
    ("whistle_contest_emergency",     minutes(15)),
    ("whistle_rule",      hours(4)),
    ("whistle_rule_emergency",        minutes(15)),
    ("whistle_plan_emergency",        hours(12)),
    ("whistle_plan_enforcement",      working_days(1)),
    ("whistle_plan_priority",         working_days(1)),
    ("whistle_plan_public_concern",   working_days(1)),
    ("whistle_plan_community",        working_days(1)),
    ("whistle_plan_liaison",          working_days(1)),
    ("whistle_complete",  working_days(1)),
    ("whistle_accept",    working_days(1)),
)
# fmt: on


def in_emergency(limits: Limits) -> Limits:
    """The county's limits with the shorter ones in their place; a limit of its own that is shorter still is kept."""
    rows = dict(EMERGENCY_LIMITS)
    own = {name: rows[like] for name, like in limits.added.items() if like in rows}
    return limits.with_overrides({name: shorter(limits.terms[name], term) for name, term in (rows | own).items()})


def shorter(usual: Term, emergency: Term) -> Term:
    """Terms of different kinds (a working day, twelve hours) cannot be compared: then the emergency's holds."""
    is_known = usual.unit is emergency.unit or (usual.is_natural and emergency.is_natural)
    if not is_known:
        return emergency
    return min(usual, emergency, key=_length)


def kind_offered(is_emergency: bool) -> WhistleKind:
    """The kind of whistle that stands chosen in a new form: 应急处置 while there is an emergency."""
    return WhistleKind.emergency if is_emergency else WhistleKind.public_concern


def as_markdown() -> str:
    """The table as the README prints it."""
    usual = Limits.defaults().terms
    lines = [f"| `{name}` | {usual[name].in_words()} | {term.in_words()} |\n" for name, term in EMERGENCY_LIMITS]
    return "| name | 平时（默认） | 应急 |\n|---|---|---|\n" + "".join(lines)


def _length(term: Term) -> float:
    return term.length.total_seconds() if term.is_natural else term.amount
