"""Every status × verb × role against a grid written by hand, then the transition table against itself."""

import re
from collections.abc import Iterator
from itertools import product
from typing import get_args

import pytest

from tests.cast import CAST, NEWCOMER, OUTSIDERS
from tests.workflows.cases import BY_SUPERVISION, NEEDS, NOW, SAMPLES, case_in, ready_case, ready_for, samples_of
from workflows import transitions
from workflows.actors import IMPORTER, Actor
from workflows.cases import Case, standing
from workflows.commands import COMMANDS, VERB_WORDS, Command, CommandBase
from workflows.decide import Decision, decide, with_what_follows
from workflows.every_command import EVERY_COMMAND
from workflows.guards import Guard
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import ENDED, OPEN, ROLE_WORDS, STAGE_OF, STATUS_WORDS, FollowUpRule, Role, Status
from workflows.transitions import TRANSITIONS, Row

STATUSES: tuple[Status | None, ...] = (None, *Status)
LETTERS = {
    "R": Role.resident,
    "D": Role.dispatcher,
    "H": Role.handler,
    "C": Role.supporter,
    "V": Role.reviewer,
    "F": Role.follow_up_officer,
    "S": Role.supervisor,
    "A": Role.administrator,
    "X": Role.system,
}

# Resident, Dispatcher, Handler, Co-handler, reViewer, Follow-up officer, Supervisor, Administrator, X the clock or an
# import; "-" is a wrong status whoever asks, "." a right one where nobody may do
# just what the sample says. Any official enters a wish from a meeting, hence the first line: the
# cast's supporter is the handler of another bureau there. Administrators keep accounts and never move a wish.
WHO_MAY = """
                none     submitted assigned in_progress deferred replied follow_up closed declined withdrawn merged
submit          RDHCVFSX -         -        -           -        -       -         -      -        -         -
supplement      -        RDH       RDH      RDH         RDH      RDH     RDH       -      -        -         -
inquire         -        -         -        H           -        -       -         -      -        -         -
lapse_inquiry   -        -         -        X           -        -       -         -      -        -         -
withdraw        -        R         R        R           R        -       -         -      -        -         -
decline         -        D         -        -           -        -       -         -      -        -         -
assign          -        DX        -        -           -        -       -         -      -        -         -
reassign        -        -         D        D           -        -       -         -      -        -         -
acknowledge     -        -         HX       -           -        -       -         -      -        -         -
contact         -        DHCV      DHCV     DHCV        DHCV     DHCV    DHCV      -      -        -         -
verify          -        -         DHC      DHC         -        -       -         -      -        -         -
report_progress -        -         -        HC          -        -       -         -      -        -         -
reply           -        -         -        HX          -        -       -         -      -        -         -
approve_reply   -        -         -        -           -        VX      -         -      -        -         -
send_back       -        -         -        -           -        V       -         -      -        -         -
rate            -        -         -        -           -        -       R         R      -        -         R
follow_up       -        -         -        -           -        -       F         -      -        -         -
reopen          -        -         -        -           -        -       -         RFSX   DS       -         -
close           -        -         -        -           -        -       FX        -      -        -         -
merge           -        D         D        D           -        -       -         -      -        -         -
unmerge         -        -         -        -           -        -       -         -      -        -         D
split           -        D         D        D           -        -       -         -      -        -         -
expedite        -        RDSX      RDSX     RDSX        RDSX     RDSX    RDSX      -      -        -         -
supervise       -        SX        SX       SX          SX       SX      SX        -      -        -         -
answer_supervision - D        H         H           H        HV      HF        -      -        -         -
warn            -        X         X        X           X        X       X         -      -        -         -
mark_claimable  -        D         D        D           D        D       D         -      -        -         -
unmark_claimable -       D         D        D           D        D       D         -      -        -         -
publish         -        DVF      DVF      DVF         DVF      DVF     DVF       DVF    -        -         -
take_down       -        DVF      DVF      DVF         DVF      DVF     DVF       DVF    -        -         -
note            -        DHCVFS    DHCVFS   DHCVFS      DHCVFS   DHCVFS  DHCVFS    DHCVFS DHCVFS   DHCVFS    DHCVFS
mark_overdue    -        X         X        X           X        X       -         -      -        -         -
recalculate_due -        X         X        X           X        X       X         -      -        -         -
request_return  -        -         H        H           -        -       -         -      -        -         -
request_extension -      -         H        H           -        -       -         -      -        -         -
request_deferral -       -         H        H           -        -       -         -      -        -         -
request_exclusion -      -         -        H           -        H       H         -      -        -         -
request_consultation -   D         DH       DH          -        -       -         -      -        -         -
grant           -        -         DS       DS          -        .       .         -      -        -         -
refuse          -        DS        DS       DS          -        DS      DS        -      -        -         -
rule            -        DS        DS       DS          -        -       -         -      -        -         -
resume          -        -         -        -           DHX      -       -         -      -        -         -
review_deferral -        -         -        -           DS       -       -         -      -        -         -
press_decision  -        X         X        X           X        X       X         -      -        -         -
report_undecided -       X         X        X           X        X       X         -      -        -         -
keep_promise    -        -         H        H           H        H       H         H      -        -         -
remind_promise  -        -         X        X           X        X       X         X      -        -         -
break_promise   -        -         X        X           X        X       X         X      -        -         -
confirm_promise -        -         R        R           R        R       R         R      -        -         -
return_to_desk  -        -         X        X           X        -       -         -      -        -         -
"""

# Where a verb moves the ticket; whatever is not named here leaves the status as it is.
MOVES = """
submit         none         submitted
withdraw       submitted    withdrawn
withdraw       assigned     withdrawn
withdraw       in_progress  withdrawn
withdraw       deferred     withdrawn
decline        submitted    declined
assign         submitted    assigned
reassign       assigned     assigned
reassign       in_progress  assigned
acknowledge    assigned     in_progress
reply          in_progress  replied
approve_reply  replied      follow_up
send_back      replied      in_progress
rate           follow_up    closed
follow_up      follow_up    closed
close          follow_up    closed
reopen         closed       in_progress
reopen         declined     submitted
merge          submitted    merged
merge          assigned     merged
merge          in_progress  merged
unmerge        merged       submitted
grant          assigned     deferred
grant          in_progress  deferred
rule           submitted    assigned
rule           assigned     assigned
rule           in_progress  assigned
resume         deferred     in_progress
return_to_desk assigned     submitted
return_to_desk in_progress  submitted
return_to_desk deferred     submitted
"""


def grid() -> dict[tuple[str, Status | None], frozenset[Role] | None]:
    heading, *lines = [line.split() for line in WHO_MAY.strip().splitlines()]
    assert heading == [named(status) for status in STATUSES]
    cells = {(line[0], status): cell for line in lines for status, cell in zip(STATUSES, line[1:], strict=True)}
    return {
        place: None if cell == "-" else frozenset(LETTERS[letter] for letter in cell.strip("."))
        for place, cell in cells.items()
    }


def named(status: Status | None) -> str:
    return status or "none"


def moves() -> dict[tuple[str, str], str]:
    lines = [line.split() for line in MOVES.strip().splitlines()]
    return {(verb, start): to for verb, start, to in lines}


GRID, MOVED = grid(), moves()


def actor_as(role: Role, case: Case) -> Actor:
    return NEWCOMER if role is Role.resident and case.status is None else CAST[role]


def answer(case: Case, command: CommandBase, actor: Actor) -> str:
    """In one word what somebody gets who asks."""
    try:
        return decide(case, command, actor, NOW).status_to
    except WrongStatus:
        return "wrong status"
    except NotPermitted:
        return "not permitted"


def expected(verb: str, status: Status | None, role: Role) -> str:
    if GRID[verb, status] is None:
        return "wrong status"
    if role not in GRID[verb, status]:
        return "not permitted"
    return MOVED.get((verb, named(status)), named(status))


def test_the_grid_speaks_of_every_verb_and_every_status() -> None:
    assert GRID.keys() == set(product(COMMANDS, STATUSES))
    assert MOVED.keys() <= {(verb, named(status)) for (verb, status), who in GRID.items() if who}


@pytest.mark.parametrize("status", STATUSES, ids=named)
def test_the_cast_plays_its_roles_in_every_status(status: Status | None) -> None:
    case = ready_case(status)
    roles = {role: standing(actor_as(role, case), case) for role in Role}
    on_a_new_wish = {Role.supporter: frozenset({Role.handler})} if status is None else {}
    beside_it: dict[Role, frozenset[Role]] = {Role.neighbour: frozenset()}
    assert roles == {role: frozenset({role}) for role in Role} | on_a_new_wish | beside_it


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_status_and_role_gets_the_answer_of_the_grid(verb: str) -> None:
    disagreements = [
        f"{verb} in {named(status)} by {role}: {got}, not {wanted}"
        for status, role in product(STATUSES, Role)
        if (got := answer(ready_for(verb, status), SAMPLES[verb], actor_as(role, ready_for(verb, status))))
        != (wanted := expected(verb, status, role))
    ]
    assert disagreements == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_move_nothing(who: str) -> None:
    answers = {answer(ready_case(status), SAMPLES[verb], OUTSIDERS[who]) for verb, status in product(COMMANDS, Status)}
    assert answers == {"wrong status", "not permitted"}


def test_a_wish_is_handed_in_by_somebody_whose_place_it_is() -> None:
    allowed = {
        who for who, actor in OUTSIDERS.items() if answer(ready_case(None), SAMPLES["submit"], actor) != "not permitted"
    }
    assert allowed == {"somebody who only opened a link", "a handler of the wrong unit"}


REPLIES = [(True, Status.replied), (False, Status.follow_up)]


@pytest.mark.parametrize(("needs_review", "to"), REPLIES)
def test_a_reply_goes_to_the_reviewer_or_straight_to_the_villager(needs_review: bool, to: Status) -> None:
    case = ready_case(Status.in_progress, needs_review=needs_review)
    assert answer(case, SAMPLES["reply"], CAST[Role.handler]) == to


# verb, what is said (place in samples_of), in which status, under which rule of calling, and where it leads
OPINIONS = """
rate       satisfied              follow_up  if_unrated  closed
rate       satisfied              follow_up  never       closed
rate       satisfied              follow_up  always      follow_up
rate       basically_satisfied    follow_up  if_unrated  closed
rate       dissatisfied_wordless  follow_up  if_unrated  follow_up
rate       dissatisfied_wordless  follow_up  always      follow_up
rate       dissatisfied_wordless  follow_up  never       follow_up
rate       dissatisfied           follow_up  if_unrated  in_progress
rate       dissatisfied           follow_up  always      in_progress
rate       unresolved             follow_up  if_unrated  in_progress
rate       satisfied              closed     if_unrated  closed
rate       satisfied              closed     always      closed
rate       dissatisfied           closed     if_unrated  in_progress
rate       unresolved             closed     never       in_progress
rate       dissatisfied           follow_up  never       in_progress
follow_up  satisfied              follow_up  if_unrated  closed
follow_up  satisfied              follow_up  always      closed
follow_up  unreachable            follow_up  if_unrated  follow_up
follow_up  call_later             follow_up  always      follow_up
follow_up  unresolved             follow_up  if_unrated  in_progress
follow_up  dissatisfied           follow_up  always      in_progress
follow_up  dissatisfied           follow_up  never       in_progress
follow_up  groundless             follow_up  if_unrated  closed
follow_up  groundless             follow_up  always      closed
"""
SAID = {
    "rate": ("satisfied", "dissatisfied_wordless", "dissatisfied", "unresolved", "basically_satisfied"),
    "follow_up": ("satisfied", "unreachable", "call_later", "unresolved", "dissatisfied", "groundless"),
}


@pytest.mark.parametrize("line", OPINIONS.strip().splitlines(), ids=lambda line: "-".join(line.split()))
def test_what_the_villager_says_decides_where_it_goes(line: str) -> None:
    verb, said, status, rule, to = line.split()
    command = dict(zip(SAID[verb], samples_of(verb), strict=True))[said]
    actor = CAST[Role.resident if verb == "rate" else Role.follow_up_officer]
    assert answer(ready_case(Status(status), follow_up_rule=FollowUpRule(rule)), command, actor) == to


# The table against itself.


def name_of(row: Row) -> str:
    chosen_by = "_".join(guard.name for guard in row.when)
    return (
        f"{row.verb}-{'or'.join(sorted(map(named, row.start))) if len(row.start) < 3 else 'many'}-{row.to}-{chosen_by}"
    )


def situations(verb: str, status: Status | None) -> Iterator[Case]:
    for needs_review, rule in product((True, False), FollowUpRule):
        yield ready_for(verb, status, needs_review=needs_review, follow_up_rule=rule)
    if "asks" in NEEDS.get(verb, {}):
        yield ready_for(verb, status, asks=BY_SUPERVISION)


def ways_into(row: Row) -> Iterator[tuple[Case, CommandBase, Actor]]:
    """Every way that the samples know to ask for exactly this row."""
    for status, role in product(row.start, row.who):
        for case, command in product(situations(row.verb, status), samples_of(row.verb)):
            for actor in actors_as(role, case):
                if first_that_fits(case, command, role, actor) is row and all_hold(row.guards, case, command, actor):
                    yield case, command, actor


def actors_as(role: Role, case: Case) -> tuple[Actor, ...]:
    """The clock and an import are both the system, and the table tells them apart."""
    return (CAST[role], IMPORTER) if role is Role.system else (actor_as(role, case),)


def first_that_fits(case: Case, command: CommandBase, role: Role, actor: Actor) -> Row | None:
    rows = (row for row in TRANSITIONS if row.verb == command.verb and case.status in row.start and role in row.who)
    return next((row for row in rows if all_hold(row.when, case, command, actor)), None)


def all_hold(guards: tuple[Guard, ...], case: Case, command: CommandBase, actor: Actor) -> bool:
    return all(guard.holds(case, command, actor, NOW) for guard in guards)


@pytest.mark.parametrize("row", TRANSITIONS, ids=name_of)
def test_every_row_can_be_reached_and_does_what_it_says(row: Row) -> None:
    reached = set()
    for case, command, actor in ways_into(row):
        decision = decide(case, command, actor, NOW)
        assert decision == as_the_row_says(row, case, command, actor, decision)
        reached.add((case.status, decision.role))
    assert reached == set(product(row.start, row.who))


def as_the_row_says(row: Row, case: Case, command: CommandBase, actor: Actor, decision: Decision) -> Decision:
    to = row.to or case.status
    assert to is not None and decision.after.status is to
    changes = with_what_follows(case, row.changes(case, command, actor, NOW), to)
    return Decision(row.verb, decision.role, case.status, to, changes, decision.after)


@pytest.mark.parametrize("row", TRANSITIONS, ids=name_of)
def test_every_guard_of_a_row_refuses_with_its_own_sentence(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    case, command, actor = next(ways_into(row))
    for guard in row.guards:
        closed = Guard(guard.name, guard.sentence, lambda *_: False, guard.reads_command)
        replaced = tuple(closed if each is guard else each for each in row.guards)
        shut = Row(row.command, row.start, row.to, row.who, row.changes, replaced, row.when)
        rows = tuple(shut if each is row else each for each in TRANSITIONS if each.verb == row.verb)
        monkeypatch.setitem(transitions._ROWS_BY_VERB, row.verb, rows)
        with pytest.raises(Refused, match=re.escape(guard.sentence)) as refusal:
            decide(case, command, actor, NOW)
        assert type(refusal.value) is Refused


def test_no_verb_moves_a_ticket_that_has_ended_except_to_take_it_up_again() -> None:
    movers = {row.verb for row in TRANSITIONS if row.start & ENDED and row.to is not None}
    assert movers == {"reopen", "rate", "unmerge"}


def test_every_status_is_reached_from_the_beginning() -> None:
    reached: set[Status | None] = {None}
    for _ in Status:
        reached |= {row.to for row in TRANSITIONS if row.to is not None and row.start & reached}
    assert set(Status) == reached - {None}


@pytest.mark.parametrize("status", sorted(OPEN))
def test_no_open_status_is_a_dead_end_for_officials(status: Status) -> None:
    ways_out = {row.to for row in TRANSITIONS if status in row.start and row.who - {Role.resident}} - {None, status}
    assert ways_out


# One verb is one word, everywhere.


@pytest.mark.parametrize("member", get_args(get_args(Command)[0]), ids=lambda member: member.__name__)
def test_one_verb_is_one_word_everywhere(member: type[CommandBase]) -> None:
    verb = member.model_fields["verb"].default
    assert "".join(part.capitalize() for part in verb.split("_")) == member.__name__
    assert get_args(member.model_fields["verb"].annotation) == (verb,)
    assert COMMANDS[verb] is member
    assert verb in VERB_WORDS
    assert {row.command for row in TRANSITIONS if row.verb == verb} == {member}
    assert isinstance(SAMPLES[verb], member)


def test_no_word_stands_for_two_verbs() -> None:
    assert sorted(VERB_WORDS) == sorted(EVERY_COMMAND)
    assert len(set(VERB_WORDS.values())) == len(VERB_WORDS)


def test_rows_of_one_verb_stand_together() -> None:
    verbs = [row.verb for row in TRANSITIONS]
    assert verbs == sorted(verbs, key=verbs.index)
    assert all(transitions.rows_of(verb) for verb in COMMANDS)
    assert transitions.rows_of("no_such_verb") == ()


@pytest.mark.parametrize("row", TRANSITIONS, ids=name_of)
def test_every_guard_has_a_sentence_and_what_chooses_has_none(row: Row) -> None:
    assert all(re.fullmatch(r"[^\x00-\x7f{}]+(，?[^{}]*)。", guard.sentence) for guard in row.guards)
    assert all(guard.sentence == "" and guard.reads_command for guard in row.when)
    assert all(guard.name.isidentifier() for guard in (*row.guards, *row.when))


def test_every_status_and_role_has_a_word_and_every_status_a_stage() -> None:
    assert STATUS_WORDS.keys() == STAGE_OF.keys() == set(Status)
    assert ROLE_WORDS.keys() == set(Role)
    assert len(set(STATUS_WORDS.values())) == len(Status)
    assert {status for status in Status if case_in(status).is_open} == OPEN == set(Status) - ENDED


def test_the_printed_table_has_a_line_for_each_row() -> None:
    head, rule, *lines = transitions.as_markdown().splitlines()
    assert len(lines) == len(TRANSITIONS)
    assert {line.count("|") for line in (head, rule, *lines)} == {8}
    for row, line in zip(TRANSITIONS, lines, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:2] == [f"`{row.verb}`", VERB_WORDS[row.verb]]
        assert cells[3] == (STATUS_WORDS[row.to] if row.to else "–")
        assert set(cells[4].split()) == {ROLE_WORDS[role] for role in row.who}
