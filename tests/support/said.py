"""What anybody may say in a property test: the samples of the pure tests, with the county's units, days and numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.workflows.cases import samples_of
from tests.workflows.whistle_cases import SAMPLES as WHISTLE_SAMPLES
from workflows import claim_commands as cl
from workflows import issue_commands as i
from workflows.ask_words import AskKind
from workflows.claim_words import ClaimantKind
from workflows.command_fields import CommandBase
from workflows.commands import Outcome
from workflows.time_limits import Urgency
from workflows.whistle_commands import CallRuling, ContestGround
from workflows.whistle_words import WhistleKind

Draw = Callable[[st.SearchStrategy[Any]], Any]
DAYS = (0, 1, 4, 12, 60)


@dataclass(frozen=True)
class Around:
    """What there is to be named: units, numbers of tickets, open milestones; and what day it is."""

    draw: Draw
    today: date
    units: Sequence[int]
    numbers: Sequence[str]
    milestones: Sequence[int] = ()
    called: Sequence[int] = ()

    def unit(self) -> int:
        return int(self.draw(st.sampled_from(self.units)))

    def one_called(self) -> int:
        return int(self.draw(st.sampled_from(self.called or self.units)))

    def day(self) -> date:
        return self.today + timedelta(days=self.draw(st.sampled_from(DAYS)))

    def maybe(self, value: Callable[[], Any]) -> Any:
        return value() if self.draw(st.booleans()) else None

    def several(self) -> tuple[int, ...]:
        return tuple(self.draw(st.lists(st.sampled_from(self.units), max_size=2, unique=True)))

    def number(self) -> str:
        return str(self.draw(st.sampled_from(self.numbers)))


Filler = Callable[[Around], Any]

FIELDS: dict[str, Filler] = {
    "lead": Around.unit,
    "supporting": Around.several,
    "until": Around.day,
    "promised_for": Around.day,
    "held_on": lambda around: around.today,
    "deliver_by": Around.day,
    "given_on": lambda around: around.today,
    "into": Around.number,
    "outcome": lambda around: around.draw(st.sampled_from(Outcome)),
    "referred_to": lambda around: "县法院",
    "ask": lambda around: around.draw(st.sampled_from(AskKind)),
    "urgency": lambda around: around.draw(st.sampled_from([None, *Urgency])),
    "kind": lambda around: around.draw(st.sampled_from([*WhistleKind, "own_1"])),
    "milestone": lambda around: around.draw(st.sampled_from(around.milestones or [1])),
    "is_done": lambda around: around.draw(st.booleans()),
    "is_kept": lambda around: around.draw(st.booleans()),
    "units": lambda around: (around.unit(),),
    "unit": Around.unit,
}
OF_VERB: dict[str, dict[str, Filler]] = {
    "grant": {"until": lambda around: None, "unit": lambda around: around.maybe(around.unit)},
    "report_in": {"unit": lambda around: None},
    "hand_over_part": {"unit": lambda around: None},
    "contest_call": {
        "unit": lambda around: None,
        "ground": lambda around: around.draw(
            st.sampled_from([ContestGround.settled_before, ContestGround.town_can_do_it])
        ),
    },
    "score_call": {"unit": Around.one_called},
    "supplement": {"kind": lambda around: None},
}


def say(verb: str, around: Around) -> CommandBase:
    """One of the sensible commands of this verb. Raises Refused where it contradicts itself."""
    if verb in SPECIAL:
        return SPECIAL[verb](around)
    samples = (WHISTLE_SAMPLES[verb],) if verb in WHISTLE_SAMPLES else samples_of(verb)
    return filled(around.draw(st.sampled_from(samples)), around)


def filled(sample: CommandBase, around: Around) -> CommandBase:
    command = type(sample)
    fillers = FIELDS | OF_VERB.get(sample.verb, {})
    drawn = {name: fillers[name](around) for name in command.model_fields if name in fillers}
    said: CommandBase = command.model_validate({**sample.model_dump(), **drawn})
    return said


def _ruling(around: Around) -> CommandBase:
    decision = around.draw(st.sampled_from(CallRuling))
    replacement = around.unit() if decision is CallRuling.replaced else None
    told = {"unit": around.one_called(), "decision": decision, "replacement": replacement, "was_needed": False}
    return type(WHISTLE_SAMPLES["rule_on_call"]).model_validate({"words": "按职责分工裁定", **told})


def _plan(around: Around) -> CommandBase:
    drafts = [{"title": "修一段路", "unit": around.one_called(), "due": around.day()} for _draft in range(2)]
    return type(WHISTLE_SAMPLES["plan_work"]).model_validate({"milestones": drafts})


def _change(around: Around) -> CommandBase:
    is_dropped = around.draw(st.booleans())
    told = {"milestone": FIELDS["milestone"](around), "due": None if is_dropped else around.day()}
    return type(WHISTLE_SAMPLES["change_milestone"]).model_validate(
        {**told, "is_dropped": is_dropped, "reason": "下雨停工"}
    )


def _claim(command: type[cl.ClaimTerms]) -> Filler:
    company = {"kind": ClaimantKind.company, "name": "岭上禾药材公司", "phone": "0900 1234567"}
    own = {"kind": ClaimantKind.organisation}
    return lambda around: command.model_validate(company if around.draw(st.booleans()) else own)


SPECIAL: dict[str, Filler] = {
    "rule_on_call": _ruling,
    "plan_work": _plan,
    "change_milestone": _change,
    "claim": _claim(cl.Claim),
    "join_claim": _claim(cl.JoinClaim),
    "contact_claimed": lambda around: cl.ContactClaimed(deliver_by=around.day()),
    "deliver_claim": lambda around: cl.DeliverClaim(words="药苗一百株", given_on=around.today),
    "withdraw_claim": lambda around: cl.WithdrawClaim(reason="货车坏了"),
    "join_issue": lambda around: i.JoinIssue(tickets=(around.number(),)),
    "leave_issue": lambda around: i.LeaveIssue(ticket=around.number(), reason="说的是另一段路"),
    "take_over_issue": lambda around: i.TakeOverIssue(ticket=around.number()),
    "describe_issue": lambda around: i.DescribeIssue(title="路压坏了", expected_on=around.day()),
    "answer_issue": lambda around: i.AnswerIssue(
        outcome=Outcome.for_now, words="{place}的路先保通，铁路修完再大修。", promised_for=around.day()
    ),
    "end_issue": lambda around: i.EndIssue(reason="都答复了"),
}
