"""Every status × verb × role of the whistle against a grid written by hand, then the table against itself."""

from datetime import timedelta
from itertools import product

import pytest

from tests.cast import (
    OTHER_TICKET,
    OUTSIDERS,
    POWER_BUREAU,
    RESIDENT,
    ROADS_BUREAU,
    TOWN_DESK,
    TOWN_PATH,
    VILLAGE_PATH,
    WATER_BUREAU,
    official,
)
from tests.workflows import cases as tickets
from tests.workflows.whistle_cases import (
    CALL,
    CONTESTED,
    NOW,
    PLAYERS,
    REPORT_DUE,
    SAMPLES,
    UNCONFIRMED,
    call,
    case_in,
    new_case,
    ready_case,
    sample,
)
from workflows import whistle_commands as c
from workflows.actors import Actor
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import ENDED, Role, Status
from workflows.whistle_cases import CallCase, WhistleCase
from workflows.whistle_commands import WHISTLE_COMMANDS, CallRuling, ContestGround, WhistleCommand
from workflows.whistle_duties import duties_of
from workflows.whistle_kinds import BESIDE_THE_TOWN, WhistleBook
from workflows.whistle_roles import whistling_unit
from workflows.whistle_words import WHISTLE_VERB_WORDS, CallState, WhistleKind, WhistleStatus
from workflows.whistles import (
    WHISTLES,
    DutyName,
    WhistleRole,
    as_markdown,
    available_on_whistle,
    decide_whistle,
    kinds_to_blow,
    may_blow,
    rows_of_whistle,
    standing_at,
)

S, R = WhistleStatus, WhistleRole
BOOK = WhistleBook()
STATUSES: tuple[WhistleStatus | None, ...] = (None, *WhistleStatus)
LETTERS = {
    "T": R.town,
    "P": R.principal,
    "L": R.called_lead,
    "U": R.called_supporting,
    "O": R.ruling_officer,
    "S": R.supervisor,
    "D": R.leader,
    "X": R.system,
}

# Town, Principal, Lead, sUpporting, ruling Officer, Supervisor, leaDer (who is a supervisor, too), X the clock;
# "-" is a wrong status whoever asks.
WHO_MAY = """
                    none raised blown   at_work completed accepted dismissed
blow_whistle        TP   -      -       -       -         -        -
approve_whistle     -    PD     -       -       -         -        -
refuse_whistle      -    PD     PD      PD      -         -        -
confirm_whistle     -    -      PD      PD      PD        -        -
report_in           -    -      LU      LU      -         -        -
contest_call        -    -      LUX     LUX     -         -        -
rule_on_call        -    -      OD      OD      -         -        -
survey              -    -      TLU     TLU     -         -        -
hold_site_meeting   -    -      TL      TL      -         -        -
plan_work           -    -      -       L       -         -        -
report_milestone    -    -      -       TLU     -         -        -
change_milestone    -    -      -       TL      -         -        -
hand_over_part      -    -      -       U       -         -        -
complete_whistle    -    -      -       L       -         -        -
accept_whistle      -    -      -       -       TP        -        -
refuse_acceptance   -    -      -       -       TP        -        -
score_call          -    -      -       -       TP        TP       -
dismiss_whistle     -    TP     TP      TP      -         -        -
call_more           -    -      TO      TO      -         -        -
note_whistle        -    TPOSD  TPLUOSD TPLUOSD TPLUOSD   TPOSD    TPOSD
escalate_whistle    -    X      X       X       X         -        -
move_whistle        -    X      X       X       X         -        -
tell_ticket_ended   -    X      X       X       X         -        -
recalculate_whistle -    X      X       X       X         -        -
"""

# verb, status, role (* is any), where it leads; whatever is not named here leaves the status as it is.
MOVES = """
blow_whistle      none      T raised
blow_whistle      none      P blown
approve_whistle   raised    * blown
refuse_whistle    raised    * dismissed
refuse_whistle    blown     * dismissed
refuse_whistle    at_work   * dismissed
report_in         blown     L at_work
complete_whistle  at_work   * completed
accept_whistle    completed * accepted
refuse_acceptance completed * at_work
dismiss_whistle   raised    * dismissed
dismiss_whistle   blown     * dismissed
dismiss_whistle   at_work   * dismissed
"""


def named(status: WhistleStatus | None) -> str:
    return status or "none"


def grid() -> dict[tuple[str, WhistleStatus | None], frozenset[WhistleRole]]:
    heading, *lines = [line.split() for line in WHO_MAY.strip().splitlines()]
    assert heading == [named(status) for status in STATUSES]
    cells = {(line[0], status): cell for line in lines for status, cell in zip(STATUSES, line[1:], strict=True)}
    return {place: frozenset(LETTERS[letter] for letter in cell.strip("-")) for place, cell in cells.items()}


GRID = grid()
MOVED = {(verb, start, who): to for verb, start, who, to in (line.split() for line in MOVES.strip().splitlines())}


def answer(case: WhistleCase, command: WhistleCommand, actor: Actor) -> str:
    try:
        return decide_whistle(case, command, actor, NOW).status_to
    except WrongStatus:
        return "wrong status"
    except NotPermitted:
        return "not permitted"


def expected(verb: str, status: WhistleStatus | None, role: WhistleRole) -> str:
    if not GRID[verb, status]:
        return "wrong status"
    if role not in GRID[verb, status]:
        return "not permitted"
    letter = next(letter for letter, each in LETTERS.items() if each is role)
    start = named(status)
    return MOVED.get((verb, start, letter)) or MOVED.get((verb, start, "*")) or start


def test_the_grid_speaks_of_every_verb_and_every_status() -> None:
    assert GRID.keys() == set(product(WHISTLE_COMMANDS, STATUSES))
    assert {row.verb for row in WHISTLES} == WHISTLE_COMMANDS.keys() == SAMPLES.keys() == WHISTLE_VERB_WORDS.keys()


@pytest.mark.parametrize("verb", WHISTLE_COMMANDS)
def test_every_status_and_role_gets_the_answer_of_the_grid(verb: str) -> None:
    disagreements = [
        f"{verb} in {named(status)} by {role}: {got}, not {wanted}"
        for status, role in product(STATUSES, WhistleRole)
        if (got := answer(ready_case(status, verb), sample(verb, role), PLAYERS[role]))
        != (wanted := expected(verb, status, role))
    ]
    assert disagreements == []


@pytest.mark.parametrize("who", [*OUTSIDERS, "the villager herself"])
def test_outsiders_move_nothing(who: str) -> None:
    actor = OUTSIDERS.get(who, RESIDENT)
    answers = {
        answer(ready_case(status, verb), sample(verb, R.town), actor)
        for verb, status in product(SAMPLES, WhistleStatus)
    }
    assert answers == {"wrong status", "not permitted"}


@pytest.mark.parametrize("status", WhistleStatus)
def test_the_players_have_their_roles_in_every_status(status: WhistleStatus) -> None:
    case = case_in(status)
    is_called = status in {S.blown, S.at_work, S.completed}
    for role, actor in PLAYERS.items():
        wanted = frozenset({role, R.supervisor} if role is R.leader else {role})
        if role in {R.called_lead, R.called_supporting} and not is_called:
            wanted = frozenset()
        assert standing_at(actor, case) == wanted, role


@pytest.mark.parametrize("status", WhistleStatus)
def test_buttons_are_what_is_allowed(status: WhistleStatus) -> None:
    for role, actor in PLAYERS.items():
        case = case_in(status)
        for command in available_on_whistle(case, actor, NOW):
            verb = command.model_fields["verb"].default
            assert standing_at(actor, case) & GRID[verb, status], (role, verb)
    offered = {
        each.model_fields["verb"].default for each in available_on_whistle(case_in(S.blown), PLAYERS[R.town], NOW)
    }
    assert offered == {"dismiss_whistle", "survey", "hold_site_meeting", "call_more", "note_whistle"}


KINDS = """
emergency      T blown
emergency      P blown
enforcement    T raised
priority       T raised
public_concern T raised
public_concern P blown
community      T blown
liaison        T blown
"""


@pytest.mark.parametrize("line", KINDS.strip().splitlines())
def test_the_kind_decides_whether_the_principal_is_asked_first(line: str) -> None:
    kind, letter, to = line.split()
    case = new_case(kind=WhistleKind(kind), own_units=OWN.get(WhistleKind(kind), frozenset()))
    command = CALL.model_copy(update={"kind": WhistleKind(kind)})
    decided = decide_whistle(case, command, PLAYERS[LETTERS[letter]], NOW)
    assert decided.status_to == to
    assert decided.after.awaits_confirmation is (kind == "emergency" and letter == "T")


OWN = dict.fromkeys(BESIDE_THE_TOWN, frozenset({WATER_BUREAU, POWER_BUREAU}))

TERMS = {
    WhistleKind.emergency: timedelta(minutes=30),
    WhistleKind.enforcement: timedelta(hours=24),
    WhistleKind.liaison: timedelta(hours=24),
}


@pytest.mark.parametrize("kind", WhistleKind)
def test_each_kind_has_its_own_report_in_clock(kind: WhistleKind) -> None:
    blown = decide_whistle(
        new_case(kind=kind, own_units=OWN.get(kind, frozenset())), CALL, PLAYERS[R.principal], NOW
    ).after
    days = {
        WhistleKind.priority: "2026-03-05",
        WhistleKind.public_concern: "2026-03-04",
        WhistleKind.community: "2026-03-04",
    }
    due = blown.calls[0].report_due_at
    if kind in TERMS:
        assert due == NOW + TERMS[kind]
    else:
        assert due.astimezone(NOW.tzinfo).strftime("%Y-%m-%d %H:%M") == f"{days[kind]} 18:00"


def test_the_clock_runs_from_the_approval_and_not_from_the_asking() -> None:
    later = NOW + timedelta(days=3)
    blown = decide_whistle(case_in(S.raised), c.ApproveWhistle(), PLAYERS[R.principal], later).after
    assert all(call.called_at == later and call.report_due_at > later for call in blown.calls)


# Contesting and ruling


def ruled(case: WhistleCase, **fields: object) -> WhistleCase:
    command = c.RuleOnCall(**{"unit": WATER_BUREAU, "words": "裁定", **fields})
    return decide_whistle(case, command, PLAYERS[R.ruling_officer], NOW).after


def states(case: WhistleCase) -> dict[int, CallState]:
    return {each.unit_id: each.state for each in case.calls}


def lead_of(case: WhistleCase) -> CallCase:
    assert case.lead is not None
    return case.lead


BOTH = (call(WATER_BUREAU, CallState.contested), call(POWER_BUREAU, CallState.contested))


def test_both_contest_and_the_officer_holds_both() -> None:
    case = case_in(S.blown, calls=BOTH)
    assert {duty.name for duty in duties_of(case)} == {DutyName.ruling}
    assert len(duties_of(case)) == 2 and case.unit_id == case.ruling_unit_id


def test_who_must_come_has_its_term_anew_and_contests_no_more() -> None:
    after = ruled(case_in(S.blown, calls=BOTH), decision=CallRuling.must_come, was_needed=True)
    assert after.was_needed is True
    assert lead_of(after).is_ruled and lead_of(after).report_due_at == REPORT_DUE
    with pytest.raises(Refused):
        decide_whistle(after, SAMPLES["contest_call"], PLAYERS[R.called_lead], NOW)


def test_a_released_lead_is_followed_by_the_next() -> None:
    after = ruled(case_in(S.blown, calls=BOTH), decision=CallRuling.released)
    assert after.status is S.blown and lead_of(after).unit_id == POWER_BUREAU
    come = (call(WATER_BUREAU, CallState.contested), call(POWER_BUREAU, CallState.reported))
    after = ruled(case_in(S.blown, calls=come), decision=CallRuling.released)
    assert after.status is S.at_work and duties_of(after)[0].name is DutyName.plan


def test_the_last_one_released_ends_it() -> None:
    alone = case_in(S.blown, calls=(call(WATER_BUREAU, CallState.contested),))
    after = ruled(alone, decision=CallRuling.released, was_needed=False)
    assert (after.status, after.was_needed, duties_of(after)) == (S.dismissed, False, ())


def test_a_replacement_leads_in_its_place() -> None:
    after = ruled(case_in(S.blown, calls=BOTH), decision=CallRuling.replaced, replacement=ROADS_BUREAU)
    assert lead_of(after).unit_id == ROADS_BUREAU and lead_of(after).is_ruled
    assert states(after)[WATER_BUREAU] is CallState.released
    with pytest.raises(Refused, match="已经叫过"):
        ruled(case_in(S.blown, calls=BOTH), decision=CallRuling.replaced, replacement=POWER_BUREAU)


def test_a_ruling_may_send_the_towns_own_desk_and_it_then_works_and_accepts() -> None:
    after = ruled(case_in(S.blown, calls=BOTH), decision=CallRuling.replaced, replacement=TOWN_DESK)
    town = PLAYERS[R.town]
    assert standing_at(town, after) == {R.called_lead, R.town}
    came = decide_whistle(after, SAMPLES["report_in"], town, NOW)
    assert (came.status_to, lead_of(came.after).reported_by_id) == (S.at_work, town.person)
    assert c.PlanWork in available_on_whistle(came.after, town, NOW)
    done = decide_whistle(came.after.changed(calls=came.after.calls[-1:]), SAMPLES["complete_whistle"], town, NOW)
    assert decide_whistle(done.after, SAMPLES["accept_whistle"], town, NOW).status_to is S.accepted


def test_a_dissolved_unit_cannot_be_ordered_to_come() -> None:
    case = case_in(S.blown, calls=BOTH, dissolved=frozenset({WATER_BUREAU}))
    with pytest.raises(Refused):
        ruled(case, decision=CallRuling.must_come)


def test_only_the_clock_says_that_a_unit_is_dissolved() -> None:
    said = c.ContestCall(ground=ContestGround.unit_dissolved, words="这个单位撤销了", unit=WATER_BUREAU)
    with pytest.raises(Refused):
        decide_whistle(case_in(S.blown), said, PLAYERS[R.called_lead], NOW)
    with pytest.raises(Refused):
        decide_whistle(case_in(S.blown), said, PLAYERS[R.system], NOW)


def test_an_emergency_is_accepted_once_it_was_confirmed() -> None:
    with pytest.raises(Refused):
        decide_whistle(case_in(S.completed, **UNCONFIRMED), SAMPLES["accept_whistle"], PLAYERS[R.town], NOW)


def test_whoever_never_came_was_absent_and_whoever_was_released_was_not() -> None:
    late = REPORT_DUE + timedelta(hours=1)
    ended = decide_whistle(case_in(S.blown), SAMPLES["dismiss_whistle"], PLAYERS[R.town], late).after
    assert [each.was_late for each in ended.calls] == [True, True]
    in_time = decide_whistle(case_in(S.blown), SAMPLES["dismiss_whistle"], PLAYERS[R.town], NOW).after
    assert [each.was_late for each in in_time.calls] == [None, None]


# Who may blow


def test_a_town_and_its_village_may_blow_and_a_bureau_and_another_town_may_not() -> None:
    case = tickets.case_in(Status.in_progress, lead_unit_id=21)
    village = official(301, Role.handler, 21, VILLAGE_PATH)
    assert all(may_blow(case, actor, BOOK) for actor in (PLAYERS[R.town], PLAYERS[R.principal], village))
    assert not any(may_blow(case, actor, BOOK) for actor in OUTSIDERS.values())
    assert not any(
        may_blow(case, PLAYERS[role], BOOK) for role in (R.called_lead, R.ruling_officer, R.supervisor, R.leader)
    )
    for status in ENDED | {Status.submitted, Status.replied, Status.follow_up}:
        assert not may_blow(tickets.case_in(status, lead_unit_id=21), PLAYERS[R.town], BOOK)


def test_a_village_blows_through_its_town_and_a_community_for_itself() -> None:
    case = tickets.case_in(Status.in_progress, lead_unit_id=21, id=OTHER_TICKET)
    village = official(301, Role.handler, 21, VILLAGE_PATH)
    assert whistling_unit(case, village, BOOK.kinds[WhistleKind.public_concern]) == TOWN_DESK
    assert whistling_unit(case, village, BOOK.kinds[WhistleKind.community]) == 21


def test_whoever_of_the_town_blows_it_is_the_towns_whistle_and_no_other_kind_goes_round_the_principal() -> None:
    office = official(302, Role.handler, 22, TOWN_PATH)
    case = tickets.case_in(Status.in_progress, lead_unit_id=22)
    for actor in (office, PLAYERS[R.town], PLAYERS[R.principal]):
        assert whistling_unit(case, actor, BOOK.kinds[WhistleKind.public_concern]) == TOWN_DESK
        assert not any(row.is_beside_the_town for row in kinds_to_blow(case, actor, BOOK))


def test_the_head_of_an_office_is_not_the_towns_principal() -> None:
    office_head = official(303, Role.handler, 22, TOWN_PATH, is_head=True)
    assert standing_at(office_head, case_in(S.raised)) == frozenset()
    case = case_in(S.raised, ticket_units=frozenset({22}))
    assert standing_at(office_head, case) == {R.town}
    with pytest.raises(NotPermitted):
        decide_whistle(case, c.ApproveWhistle(), office_head, NOW)
    assert not may_blow(tickets.case_in(Status.in_progress, lead_unit_id=21), office_head, BOOK)


def test_a_town_calls_nobody_of_its_own_and_a_village_no_bureau() -> None:
    own = frozenset({TOWN_DESK, 21, 22})
    with pytest.raises(Refused, match="站所"):
        decide_whistle(new_case(own_units=own | {POWER_BUREAU}), CALL, PLAYERS[R.town], NOW)
    with pytest.raises(Refused, match="站所"):
        decide_whistle(case_in(S.blown, own_units=own), c.CallMore(unit=22), PLAYERS[R.town], NOW)
    for kind in BESIDE_THE_TOWN:
        command = CALL.model_copy(update={"kind": kind})
        with pytest.raises(Refused, match="县里的部门"):
            decide_whistle(new_case(kind=kind, own_units=own), command, PLAYERS[R.town], NOW)


def test_one_matter_has_one_whistle_for_one_lead() -> None:
    running = new_case(led_already=frozenset({(WATER_BUREAU, 12), (WATER_BUREAU, 9), (ROADS_BUREAU, 4)}))
    with pytest.raises(Refused, match="9 号哨"):
        decide_whistle(running, CALL, PLAYERS[R.town], NOW)
    led_by_another = CALL.model_copy(update={"lead": POWER_BUREAU, "supporting": (WATER_BUREAU,)})
    assert decide_whistle(running, led_by_another, PLAYERS[R.town], NOW).status_to is S.raised


# The table against itself


def test_one_verb_is_one_word_everywhere() -> None:
    for verb, command in WHISTLE_COMMANDS.items():
        assert "".join(part.capitalize() for part in verb.split("_")) == command.__name__
        assert {row.command for row in rows_of_whistle(verb)} == {command}
    assert list(WHISTLE_VERB_WORDS) == list(WHISTLE_COMMANDS)


def test_rows_of_one_verb_stand_together() -> None:
    verbs = [row.verb for row in WHISTLES]
    assert verbs == sorted(verbs, key=verbs.index)
    assert rows_of_whistle("no_such_verb") == ()


def test_the_printed_table_has_a_line_for_each_row() -> None:
    lines = as_markdown().strip().splitlines()[2:]
    assert len(lines) == len(WHISTLES)
    for row, line in zip(WHISTLES, lines, strict=True):
        assert f"`{row.verb}`" in line and WHISTLE_VERB_WORDS[row.verb] in line


@pytest.mark.parametrize("ground", ["not_our_duty", "another_unit_competent", "outside_our_area"])
def test_whoever_says_that_it_is_not_his_says_whose_it_is(ground: str) -> None:
    with pytest.raises(Refused, match="请写明应由哪个单位报到"):
        c.ContestCall(ground=ContestGround(ground), words="按三定方案不归我们")
    said = c.ContestCall(ground=ContestGround(ground), words="按三定方案不归我们", suggested_unit=WATER_BUREAU)
    case = case_in(S.blown, calls=(call(WATER_BUREAU, is_lead=True),))
    with pytest.raises(Refused, match="不能是您自己的单位"):
        decide_whistle(case, said, PLAYERS[R.called_lead], NOW)


def both(one: Actor, other: Actor) -> Actor:
    """Somebody who has two posts."""
    return Actor(person=one.person, posts=one.posts + other.posts)


def test_nobody_rules_on_what_his_own_unit_contests_and_the_leader_may() -> None:
    case = case_in(S.blown, calls=CONTESTED)
    own = both(PLAYERS[R.ruling_officer], PLAYERS[R.called_lead])
    with pytest.raises(Refused, match="由别的裁定人"):
        decide_whistle(case, SAMPLES["rule_on_call"], own, NOW)
    assert decide_whistle(case, SAMPLES["rule_on_call"], PLAYERS[R.leader], NOW).role is R.leader


def test_nobody_accepts_or_scores_the_work_of_his_own_unit() -> None:
    own = both(PLAYERS[R.town], PLAYERS[R.called_lead])
    done = ready_case(S.completed, "accept_whistle")
    assert c.AcceptWhistle not in available_on_whistle(done, own, NOW)
    with pytest.raises(Refused, match="要由别人来验收"):
        decide_whistle(done, SAMPLES["accept_whistle"], own, NOW)
    with pytest.raises(Refused, match="不能给自己的单位打分"):
        decide_whistle(done, SAMPLES["score_call"], own, NOW)
    assert decide_whistle(done, SAMPLES["accept_whistle"], PLAYERS[R.town], NOW).status_to is S.accepted


def test_whoever_has_missed_a_milestone_does_not_move_it_himself() -> None:
    case = ready_case(S.at_work, "change_milestone")
    command = SAMPLES["change_milestone"]
    late = max(each.due_at for each in case.milestones) + timedelta(minutes=1)
    later = command.model_copy(update={"due": (late + timedelta(days=9)).date()})
    assert decide_whistle(case, command, PLAYERS[R.called_lead], NOW).after.milestones[0].moves == 1
    with pytest.raises(Refused, match="过了期的节点由吹哨的镇来改"):
        decide_whistle(case, later, PLAYERS[R.called_lead], late)
    assert decide_whistle(case, later, PLAYERS[R.town], late).after.milestones[0].moves == 1


def test_no_plan_reaches_into_years_in_which_nobody_will_ask() -> None:
    case = ready_case(S.at_work, "change_milestone")
    far = (NOW + timedelta(days=731)).date()
    draft = c.MilestoneDraft(title="路面恢复", unit=WATER_BUREAU, due=far)
    for command in (c.PlanWork(milestones=(draft,)), SAMPLES["change_milestone"].model_copy(update={"due": far})):
        with pytest.raises(Refused, match="两年以内"):
            decide_whistle(case, command, PLAYERS[R.called_lead], NOW)
