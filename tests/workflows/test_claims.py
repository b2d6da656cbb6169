"""The table of the claim: every state × verb × person against a grid written by hand, then the table against itself."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any, get_args

import pytest

from tests.cast import (
    ADMINISTRATOR,
    COUNTY_PATH,
    DISPATCHER,
    DISPATCHER_ELSEWHERE,
    FOLLOW_UP_OFFICER,
    HANDLER,
    NOBODY,
    OTHER_TOWN_DESK,
    OTHER_TOWN_PATH,
    RESIDENT,
    REVIEWER,
    ROADS_BUREAU,
    STRANGER,
    SUPERVISOR,
    SYSTEM,
    VILLAGE_PATH,
    WITHOUT_A_POST,
    WRONG_HANDLER,
    official,
)
from tests.workflows.china import CHINA, at
from workflows import claims
from workflows.actors import Actor
from workflows.claim_commands import (
    CLAIM_COMMANDS,
    Claim,
    ClaimCommand,
    ContactClaimed,
    DeliverClaim,
    JoinClaim,
    LapseClaim,
    PressClaim,
    WithdrawClaim,
)
from workflows.claim_figures import ClaimCount, PoolCount, claim_figures
from workflows.claim_guards import ClaimCase
from workflows.claim_words import (
    CLAIM_VERB_WORDS,
    CLAIM_WORDS,
    CLAIMANT_WORDS,
    POOL_WORDS,
    RUNNING,
    ClaimantKind,
    ClaimState,
    PoolRank,
)
from workflows.claims import CLAIMS, ClaimDecision, available_on_claim, decide_claim
from workflows.command_fields import CommandBase
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import Role
from workflows.terms import days
from workflows.time_limits import Limits

CLAIMED_AT = at("2026-03-06 11:00")
CONTACT_DUE = at("2026-03-13 11:00")
NOW = at("2026-03-10 10:00")
TODAY = date(2026, 3, 10)
ENTERED_BY = 130
HELPER = official(ENTERED_BY, Role.handler, OTHER_TOWN_DESK, OTHER_TOWN_PATH)
"""Entered the claim for a party member; his unit has nothing to do with it."""

PEOPLE: dict[str, Actor] = {
    "D": DISPATCHER,
    "E": DISPATCHER_ELSEWHERE,
    "U": WRONG_HANDLER,
    "H": HANDLER,
    "B": HELPER,
    "X": SYSTEM,
    "V": REVIEWER,
    "F": FOLLOW_UP_OFFICER,
    "S": SUPERVISOR,
    "A": ADMINISTRATOR,
    "R": RESIDENT,
    "r": STRANGER,
    "n": NOBODY,
    "w": WITHOUT_A_POST,
}
# Dispatcher of the wish's town, dispatcher Elsewhere, a handler of the Unit that claims, a Handler of another one, who
# entered it on Behalf of somebody, X the clock. "-" is a wrong state whoever asks; nobody else may do anything.
WHO_MAY = """
                none   claimed contacted delivered lapsed withdrawn
claim           DEUHB  -       -         -         -      -
join_claim      DEUHB  -       -         -         -      -
contact_claimed -      DUB     -         -         -      -
deliver_claim   -      DUB     DUB       -         -      -
withdraw_claim  -      DUBX    DUBX      -         -      -
lapse_claim     -      X       -         -         -      -
press_claim     -      -       X         -         -      -
"""
LEADS_TO = {
    "claim": "claimed",
    "join_claim": "claimed",
    "contact_claimed": "contacted",
    "deliver_claim": "delivered",
    "withdraw_claim": "withdrawn",
    "lapse_claim": "lapsed",
    "press_claim": "contacted",
}
SAMPLES: dict[str, CommandBase] = {
    "claim": Claim(kind=ClaimantKind.organisation, words="出一百株苗"),
    "join_claim": JoinClaim(kind=ClaimantKind.company, name="青岭药业", phone="0915-2512345"),
    "contact_claimed": ContactClaimed(deliver_by=TODAY, words="约好开春送到村口"),
    "deliver_claim": DeliverClaim(words="金银花苗一百株", given_on=TODAY),
    "withdraw_claim": WithdrawClaim(reason="苗圃今年没有出苗"),
    "lapse_claim": LapseClaim(unit=ROADS_BUREAU),
    "press_claim": PressClaim(unit=ROADS_BUREAU),
}
STATES: tuple[ClaimState | None, ...] = (None, *ClaimState)


def case_in(state: ClaimState | None, **values: Any) -> ClaimCase:
    life: dict[str, Any] = {"state": None} if state is None else {
        "state": state,
        "unit_id": ROADS_BUREAU,
        "entered_by": ENTERED_BY,
        "claimed_at": CLAIMED_AT,
        "contact_due_at": CONTACT_DUE,
        "pool_rank": PoolRank.claimed,
    }  # fmt: skip
    if state is ClaimState.contacted:
        life["contacted_at"] = at("2026-03-07 09:00")
    given: dict[str, Any] = {"is_claimable": True, "limits": Limits.defaults(), "calendar": CHINA}
    return ClaimCase(VILLAGE_PATH, **{**given, **life, **values})


DUE: dict[str, dict[str, Any]] = {
    "lapse_claim": {"contact_due_at": NOW},
    "press_claim": {"deliver_by": TODAY - timedelta(days=1)},
}


def ready_for(verb: str, state: ClaimState | None) -> ClaimCase:
    """With all that a guard of this verb could ask for."""
    others = 1 if verb == "join_claim" else 0
    return case_in(state, others=others, **DUE.get(verb, {}))


def grid() -> dict[tuple[str, ClaimState | None], str]:
    heading, *lines = [line.split() for line in WHO_MAY.strip().splitlines()]
    assert heading == [str(state or "none") for state in STATES]
    return {(line[0], state): cell for line in lines for state, cell in zip(STATES, line[1:], strict=True)}


GRID = grid()


def answer(case: ClaimCase, command: CommandBase, actor: Actor) -> str:
    try:
        return decide_claim(case, command, actor, NOW).state_to
    except WrongStatus:
        return "wrong state"
    except NotPermitted:
        return "not permitted"


def expected(verb: str, state: ClaimState | None, who: str) -> str:
    if GRID[verb, state] == "-":
        return "wrong state"
    return LEADS_TO[verb] if who in GRID[verb, state] else "not permitted"


def test_the_grid_speaks_of_every_verb_and_every_state() -> None:
    assert GRID.keys() == set(product(CLAIM_COMMANDS, STATES))


@pytest.mark.parametrize(("verb", "state"), GRID)
def test_every_cell(verb: str, state: ClaimState | None) -> None:
    case = ready_for(verb, state)
    found = {who: answer(case, SAMPLES[verb], actor) for who, actor in PEOPLE.items()}
    assert found == {who: expected(verb, state, who) for who in PEOPLE}


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: row.verb)
def test_every_guard_refuses_with_its_own_sentence(row: claims.Row, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ready_for(row.verb, min(row.start, key=str))
    actor = SYSTEM if row.verb in DUE else DISPATCHER
    decide_claim(case, SAMPLES[row.verb], actor, NOW)
    for shut in row.guards:
        closed = replace(shut, test=lambda *_: False)
        guards = tuple(closed if each is shut else each for each in row.guards)
        monkeypatch.setitem(claims.BY_VERB, row.verb, replace(row, guards=guards))
        with pytest.raises(Refused, match=re.escape(shut.sentence)):
            decide_claim(case, SAMPLES[row.verb], actor, NOW)
        assert re.fullmatch(r"[^\x00-\x7f{}]+。", shut.sentence)


WRONG: list[tuple[str, dict[str, Any], CommandBase]] = [
    ("已经不在认领池里", {"state": None, "is_claimable": False}, SAMPLES["claim"]),
    ("一起认领", {"state": None, "others": 1}, SAMPLES["claim"]),
    ("还没有别人认领", {"state": None, "others": 0}, SAMPLES["join_claim"]),
    ("不用再认领一次", {"state": None, "others": 1, "is_taken": True}, SAMPLES["join_claim"]),
    ("不能早于今天", {}, ContactClaimed(deliver_by=TODAY - timedelta(days=1))),
    ("最远在一年以内", {}, ContactClaimed(deliver_by=TODAY + timedelta(days=367))),
    ("不能晚于今天", {}, DeliverClaim(words="一百株苗", given_on=TODAY + timedelta(days=1))),
    ("早于认领的那天", {}, DeliverClaim(words="一百株苗", given_on=date(2026, 3, 5))),
]  # fmt: skip


@pytest.mark.parametrize(("said", "values", "command"), WRONG, ids=[f"{row[2].verb}-{row[0]}" for row in WRONG])
def test_what_does_not_hold_is_refused_in_words(said: str, values: dict[str, Any], command: CommandBase) -> None:
    case = replace(case_in(ClaimState.claimed), **values)
    with pytest.raises(Refused, match=said) as refused:
        decide_claim(case, command, DISPATCHER, NOW)
    assert type(refused.value) is Refused


def test_a_claim_lapses_when_its_term_is_over_and_not_a_moment_before() -> None:
    case = case_in(ClaimState.claimed)
    with pytest.raises(Refused, match="还没有过"):
        decide_claim(case, LapseClaim(), SYSTEM, CONTACT_DUE - timedelta(seconds=1))
    assert decide_claim(case, LapseClaim(), SYSTEM, CONTACT_DUE).state_to is ClaimState.lapsed


def test_a_claimant_is_reminded_once_his_day_has_passed_and_not_on_that_day() -> None:
    for deliver_by, pressed, said in ((TODAY, False, "还没有过"), (None, False, "还没有过"), (PAST, True, "已经催过")):
        case = case_in(ClaimState.contacted, deliver_by=deliver_by, was_pressed=pressed)
        with pytest.raises(Refused, match=said):
            decide_claim(case, PressClaim(), SYSTEM, NOW)
    decision = decide_claim(case_in(ClaimState.contacted, deliver_by=PAST), PressClaim(), SYSTEM, NOW)
    assert (decision.state_to, decision.columns) == (ClaimState.contacted, {"state": ClaimState.contacted})


PAST = TODAY - timedelta(days=1)


def test_the_term_is_seven_natural_days_or_what_the_county_says() -> None:
    decision = decide_claim(case_in(None), SAMPLES["claim"], WRONG_HANDLER, CLAIMED_AT)
    assert decision.columns == {"state": "claimed", "claimed_at": CLAIMED_AT, "contact_due_at": CONTACT_DUE}
    shorter = case_in(None, limits=Limits.defaults().with_overrides({"claim_contact": days(2)}))
    assert decide_claim(shorter, SAMPLES["claim"], WRONG_HANDLER, CLAIMED_AT).columns["contact_due_at"] == at(
        "2026-03-08 11:00"
    )


def test_who_gives_something_has_talked_with_her() -> None:
    columns = decide_claim(case_in(ClaimState.claimed), SAMPLES["deliver_claim"], WRONG_HANDLER, NOW).columns
    assert columns == {"state": "delivered", "contacted_at": NOW, "delivered_on": TODAY, "ended_at": NOW}
    earlier = case_in(ClaimState.contacted)
    columns = decide_claim(earlier, SAMPLES["deliver_claim"], WRONG_HANDLER, NOW).columns
    assert columns["contacted_at"] == earlier.contacted_at


# verb, others who still have it, the place in the pool afterwards
PLACES = [
    ("claim", 0, PoolRank.claimed),
    ("join_claim", 1, PoolRank.claimed),
    ("deliver_claim", 0, PoolRank.delivered),
    ("deliver_claim", 2, PoolRank.claimed),
    ("withdraw_claim", 0, PoolRank.returned),
    ("withdraw_claim", 1, PoolRank.claimed),
    ("lapse_claim", 0, PoolRank.returned),
    ("lapse_claim", 1, PoolRank.claimed),
]


def decided(verb: str, **values: Any) -> ClaimDecision:
    state = None if verb in {"claim", "join_claim"} else ClaimState.claimed
    case = replace(case_in(state), contact_due_at=NOW, **values)
    return decide_claim(case, SAMPLES[verb], SYSTEM if verb == "lapse_claim" else DISPATCHER, NOW)


@pytest.mark.parametrize(("verb", "others", "rank"), PLACES)
def test_what_comes_back_goes_first_in_the_pool(verb: str, others: int, rank: PoolRank) -> None:
    assert decided(verb, others=others, pool_rank=PoolRank.free).changes.columns == {"pool_rank": rank}
    assert decided(verb, others=others, pool_rank=rank).changes.columns == {}


@pytest.mark.parametrize("verb", ["deliver_claim", "withdraw_claim", "lapse_claim"])
def test_a_claim_goes_on_when_its_wish_has_left_the_pool_and_puts_it_nowhere(verb: str) -> None:
    assert decided(verb, is_claimable=False, pool_rank=None).changes.columns == {}


def test_only_what_may_be_done_is_offered() -> None:
    def offered(case: ClaimCase, actor: Actor) -> list[str]:
        return [command.model_fields["verb"].default for command in available_on_claim(case, actor, NOW)]

    assert offered(case_in(None), HANDLER) == ["claim"]
    assert offered(case_in(None, others=1), HANDLER) == ["join_claim"]
    assert offered(case_in(None, is_claimable=False), HANDLER) == []
    assert offered(case_in(ClaimState.claimed), WRONG_HANDLER) == ["contact_claimed", "deliver_claim", "withdraw_claim"]
    assert offered(case_in(ClaimState.contacted), HELPER) == ["deliver_claim", "withdraw_claim"]
    assert offered(case_in(ClaimState.claimed), HANDLER) == offered(case_in(ClaimState.delivered), DISPATCHER) == []
    assert offered(case_in(ClaimState.claimed), SUPERVISOR) == []


def test_a_post_of_another_unit_or_area_is_nobody_to_a_claim() -> None:
    everywhere = official(140, Role.dispatcher, OTHER_TOWN_DESK, COUNTY_PATH)
    assert answer(case_in(ClaimState.claimed), SAMPLES["withdraw_claim"], everywhere) == "withdrawn"
    nowhere = case_in(ClaimState.claimed, unit_id=None, entered_by=None)
    assert answer(nowhere, SAMPLES["withdraw_claim"], WRONG_HANDLER) == "not permitted"
    assert answer(nowhere, SAMPLES["withdraw_claim"], NOBODY) == "not permitted"


# What is said.


def test_who_claims_for_somebody_else_says_for_whom_and_how_to_reach_him() -> None:
    assert Claim(kind=ClaimantKind.organisation).is_for_own_unit
    assert not Claim(kind=ClaimantKind.organisation, name="志愿者协会", phone="13800001234").is_for_own_unit
    for kind in (ClaimantKind.party_member, ClaimantKind.company):
        with pytest.raises(Refused) as refused:
            Claim(kind=kind)
        assert refused.value.field == "name"
    with pytest.raises(Refused) as refused:
        Claim(kind=ClaimantKind.company, name="青岭药业")
    assert refused.value.field == "phone"


def test_no_event_repeats_who_claims_or_his_number() -> None:
    assert SAMPLES["join_claim"].details() == {"kind": "company"}


@pytest.mark.parametrize("member", get_args(get_args(ClaimCommand)[0]), ids=lambda member: member.__name__)
def test_one_verb_is_one_word_everywhere(member: type[CommandBase]) -> None:
    verb = member.model_fields["verb"].default
    assert "".join(part.capitalize() for part in verb.split("_")) == member.__name__
    assert CLAIM_COMMANDS[verb] is member and isinstance(SAMPLES[verb], member)
    assert [row.command for row in CLAIMS if row.verb == verb] == [member]
    assert list(CLAIM_VERB_WORDS) == list(CLAIM_COMMANDS)


def test_everything_has_a_word() -> None:
    assert CLAIM_WORDS.keys() == set(ClaimState) and CLAIMANT_WORDS.keys() == set(ClaimantKind)
    assert POOL_WORDS.keys() == set(PoolRank) and set(RUNNING) < set(ClaimState)


def test_the_printed_table_has_a_line_for_each_row() -> None:
    head, rule, *lines = claims.as_markdown().splitlines()
    assert [line.split("|")[1].strip(" `") for line in lines] == [row.verb for row in CLAIMS]
    assert {line.count("|") for line in (head, rule, *lines)} == {7}


# The figures.


def test_the_figures_count_wishes_in_the_pool_and_claims_beside_it() -> None:
    pool = [PoolCount(PoolRank.returned, 1), PoolCount(PoolRank.free, 4), PoolCount(PoolRank.claimed, 2)]
    made = [
        ClaimCount(ClaimState.claimed, None, 1),
        ClaimCount(ClaimState.claimed, False, 1),
        ClaimCount(ClaimState.contacted, True, 1, is_on_day=False),
        ClaimCount(ClaimState.delivered, True, 3, is_on_day=True),
        ClaimCount(ClaimState.delivered, False, 1, is_on_day=False),
        ClaimCount(ClaimState.lapsed, False, 1),
        ClaimCount(ClaimState.withdrawn, None, 1),
    ]
    figures = claim_figures(pool, made)
    assert (figures.claimable, figures.waiting, figures.returned) == (7, 5, 1)
    assert (figures.claimed, figures.running, figures.delivered) == (9, 3, 4)
    assert (figures.contacted_in_time.numerator, figures.contacted_in_time.denominator) == (4, 7)
    assert (figures.kept.numerator, figures.kept.denominator) == (4, 6)
    assert (figures.on_day.numerator, figures.on_day.denominator) == (3, 5)


def test_nothing_counted_gives_no_rate() -> None:
    figures = claim_figures([], [])
    assert figures.claimable == figures.claimed == 0
    assert figures.contacted_in_time.value is None and figures.kept.value is None
