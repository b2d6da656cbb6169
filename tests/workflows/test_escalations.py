"""The escalation table: each rule at its very second, once a round, whatever is written about the ticket meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import CAST, DISPATCHER, HANDLER, RESIDENT, REVIEWER, SUPERVISOR
from tests.workflows.cases import HANDED_IN, INQUIRED, NOW, SAMPLES, SECOND, UNDER_NOTICE, case_in, pending, ready_case
from tests.workflows.china import SHANGHAI, at
from workflows import escalations
from workflows.actors import system
from workflows.ask_words import AskKind, PromiseState, SupervisionLevel
from workflows.cases import Case
from workflows.commands import VERB_WORDS, Satisfaction
from workflows.decide import decide
from workflows.escalations import BY_NAME, ESCALATIONS, Clock, Escalation, due_rules, moment_of, next_alarm
from workflows.refusals import Refused
from workflows.statuses import ENDED, OPEN, FollowUpRule, Role, Status
from workflows.terms import working_days
from workflows.time_limits import DEFAULT_TERMS, Urgency
from workflows.transitions import rows_of

S = Status
RULES = pytest.mark.parametrize("rule", ESCALATIONS, ids=lambda rule: rule.name)


def fired(case: Case, *names: str) -> Case:
    """As the sweep leaves it: the rule has performed its command and is remembered."""
    for name in names:
        decision = decide(case, BY_NAME[name].command, system(name), its_moment(BY_NAME[name], case))
        case = decision.after.changed(fired=decision.after.fired | {name})
    return case


def names(rules: tuple[Escalation, ...]) -> list[str]:
    return [rule.name for rule in rules]


NEVER = {"follow_up_rule": FollowUpRule.never}
UNDRAWN = {"is_drawn": False}
DISSATISFIED = {"satisfaction": Satisfaction.dissatisfied}
BEFORE_THE_LEADER = {**UNDER_NOTICE, "supervision_level": SupervisionLevel.leader}
ASKED = {"asks": (pending(AskKind.extension),)}
PROMISED = {"promise_state": PromiseState.open, "promised_for": date(2026, 4, 1)}
NEEDED = {
    "close_undrawn": UNDRAWN,
    "notice_unanswered": UNDER_NOTICE,
    "leader_unanswered": BEFORE_THE_LEADER,
    **dict.fromkeys(("undecided", "undecided_long"), ASKED),
    **{name: {**PROMISED, "answered_at": NOW} for name in ("promise_soon", "promise_broken")},
    "inquiry_unanswered": {"inquired_at": INQUIRED},
}
"""What a rule is about, where an ordinary life does not have it."""

# Which rule at which second, in the ordinary life of cases.py: a wish of Monday 10:00, assigned at 11:00.
MOMENTS: list[tuple[str, Status, dict[str, Any], str]] = [
    ("undispatched", S.submitted, {}, "2026-03-02 16:00"),
    ("undispatched_overdue", S.submitted, {}, "2026-03-02 16:00"),
    ("undispatched_long", S.submitted, {}, "2026-03-03 18:00"),
    ("unacknowledged", S.assigned, {}, "2026-03-03 18:00"),
    ("due_soon", S.assigned, {}, "2026-03-06 09:00"),
    ("due_soon", S.in_progress, {}, "2026-03-06 09:00"),
    ("overdue", S.in_progress, {}, "2026-03-09 18:00"),
    ("overdue", S.replied, {}, "2026-03-09 18:00"),
    ("long_overdue", S.assigned, {}, "2026-03-16 18:00"),
    ("long_overdue", S.replied, {}, "2026-03-16 18:00"),
    ("inquiry_unanswered", S.in_progress, {"inquired_at": INQUIRED}, "2026-03-09 18:00"),
    ("unreviewed", S.replied, {}, "2026-03-05 18:00"),
    ("not_followed_up", S.follow_up, {}, "2026-03-17 18:00"),
    ("not_followed_up", S.follow_up, {"follow_up_rule": FollowUpRule.always}, "2026-03-17 18:00"),
    ("not_followed_up", S.follow_up, {**NEVER, **DISSATISFIED, "rated_round": 1}, "2026-03-17 18:00"),
    ("notice_unanswered", S.submitted, UNDER_NOTICE, "2026-03-06 09:30"),
    ("notice_unanswered", S.deferred, UNDER_NOTICE, "2026-03-06 09:30"),
    ("notice_unanswered", S.follow_up, UNDER_NOTICE, "2026-03-06 09:30"),
    ("leader_unanswered", S.in_progress, BEFORE_THE_LEADER, "2026-03-06 09:30"),
    ("close_uncalled", S.follow_up, NEVER, "2026-03-12 10:00"),
    ("close_undrawn", S.follow_up, UNDRAWN, "2026-03-12 10:00"),
    ("not_followed_up", S.follow_up, {**UNDRAWN, **DISSATISFIED, "rated_round": 1}, "2026-03-17 18:00"),
    ("close_uncalled", S.follow_up, {**NEVER, **DISSATISFIED, "round": 2, "rated_round": 1}, "2026-03-12 10:00"),
    ("undecided", S.assigned, ASKED, "2026-03-06 18:00"),
    ("undecided_long", S.in_progress, ASKED, "2026-03-09 18:00"),
    ("review_soon", S.deferred, {"hold_due": at("2026-05-08 09:00")}, "2026-04-30 09:00"),
    ("review_date", S.deferred, {"hold_due": at("2026-05-08 09:00")}, "2026-05-08 09:00"),
    ("promise_soon", S.follow_up, PROMISED, "2026-03-27 09:00"),
    ("promise_soon", S.closed, PROMISED, "2026-03-27 09:00"),
    ("promise_broken", S.closed, PROMISED, "2026-04-01 18:00"),
]


@pytest.mark.parametrize(("name", "status", "values", "moment"), MOMENTS, ids=str)
def test_a_rule_fires_at_its_very_second(name: str, status: Status, values: dict[str, Any], moment: str) -> None:
    case, due = case_in(status, **values), at(moment)
    assert moment_of(BY_NAME[name], case) == due
    assert name not in names(due_rules(case, due - SECOND))
    assert name in names(due_rules(case, due))
    assert name in names(due_rules(case, due + timedelta(days=365)))


def test_every_rule_and_every_status_that_it_names_is_tried() -> None:
    assert {name for name, *_ in MOMENTS} == set(BY_NAME)
    assert len(BY_NAME) == len(ESCALATIONS)


# Danger to life: assigned on Sunday 8 March at 02:10, promised for 04:00. Natural time, at night, on a Sunday.
DANGER = {
    "urgency": Urgency.danger,
    "round_started_at": at("2026-03-08 02:00"),
    "due_at": at("2026-03-08 04:00"),
    "hold_since": at("2026-03-08 02:10"),
    "hold_due": at("2026-03-08 04:10"),
}


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("unacknowledged", "2026-03-08 02:40"),
        ("due_soon", "2026-03-08 03:00"),
        ("overdue", "2026-03-08 04:00"),
        ("long_overdue", "2026-03-13 18:00"),
    ],
)
def test_danger_is_watched_in_natural_time_and_warned_of_at_half_time(name: str, moment: str) -> None:
    """A working day before a deadline of two hours would be the Friday before the wish."""
    assert moment_of(BY_NAME[name], case_in(S.assigned, **DANGER)) == at(moment)


def test_a_warning_leaves_a_whole_working_day_over_a_holiday() -> None:
    """Due on Thursday 8 October 2026; the last working day before the holidays is Wednesday, 30 September."""
    case = case_in(S.in_progress, round_started_at=at("2026-09-22 10:00"), due_at=at("2026-10-08 18:00"))
    assert moment_of(BY_NAME["due_soon"], case) == at("2026-09-30 14:00"), "half of the term"
    longer = case.changed(round_started_at=at("2026-09-10 10:00"))
    assert moment_of(BY_NAME["due_soon"], longer) == at("2026-09-30 09:00")


def test_limits_that_a_county_has_edited_hold_at_once() -> None:
    case = case_in(S.in_progress)
    limits = case.limits.with_overrides({"supervise_after": working_days(1), "due_soon_before": working_days(2)})
    edited = case.changed(limits=limits)
    assert moment_of(BY_NAME["long_overdue"], edited) == at("2026-03-10 18:00")
    assert moment_of(BY_NAME["due_soon"], edited) == at("2026-03-06 02:00"), "never before half time"


def test_every_limit_of_a_rule_stands_in_the_table_of_limits() -> None:
    for rule, urgency in product(ESCALATIONS, Urgency):
        for limit in (rule.after, rule.before):
            if limit is not None:
                assert limit(case_in(S.assigned, urgency=urgency)) in DEFAULT_TERMS.values()


# The table against the transition table.


@RULES
def test_the_clock_may_do_what_a_rule_asks_of_it_in_every_status_it_names(rule: Escalation) -> None:
    for status, follow_up_rule in product(rule.statuses, FollowUpRule):
        needed = NEEDED.get(rule.name, {})
        case = ready_case(status, **{**needed, "follow_up_rule": follow_up_rule, "follow_up_attempts": 0})
        if rule.when(case):
            decision = decide(case, rule.command, system(rule.name), its_moment(rule, case))
            assert decision.role is Role.system and decision.verb == rule.command.verb


def its_moment(rule: Escalation, case: Case) -> datetime:
    moment = moment_of(rule, case)
    assert moment is not None
    return moment


@RULES
def test_a_rule_has_one_direction_and_a_name_in_plain_words(rule: Escalation) -> None:
    assert rule.after is None or rule.before is None
    assert rule.name.replace("_", "").isalpha() and len(rule.name) <= 40
    assert rule.statuses and rule.statuses <= OPEN | {S.closed}
    assert rule.command.verb in VERB_WORDS and rows_of(rule.command.verb)


@RULES
@pytest.mark.parametrize("status", [None, *S])
def test_a_rule_never_fires_in_a_status_that_it_does_not_name(rule: Escalation, status: Status | None) -> None:
    far = NOW + timedelta(days=3650)
    for follow_up_rule in FollowUpRule:
        case = ready_case(status, follow_up_rule=follow_up_rule)
        is_due = rule in due_rules(case, far)
        assert is_due is (status in rule.statuses and rule.when(case))
        assert is_due is (moment_of(rule, case) is not None)


@pytest.mark.parametrize("status", sorted(ENDED))
def test_nothing_is_due_on_a_ticket_that_has_ended(status: Status) -> None:
    """But a promise that was given with the answer: it is watched until it is kept or broken."""
    assert next_alarm(case_in(status)) is None
    assert (next_alarm(case_in(status, **PROMISED)) is not None) is (status is S.closed)
    assert due_rules(case_in(status), NOW + timedelta(days=3650)) == ()


@pytest.mark.parametrize("status", sorted(OPEN))
def test_no_open_ticket_is_left_unwatched(status: Status) -> None:
    for follow_up_rule, word, rated_round in product(FollowUpRule, (None, *Satisfaction), (None, 1)):
        values = {"follow_up_rule": follow_up_rule, "satisfaction": word, "rated_round": rated_round}
        assert next_alarm(case_in(status, **values)) is not None


@pytest.mark.parametrize("follow_up_rule", FollowUpRule)
@pytest.mark.parametrize("word", [None, *Satisfaction])
def test_a_ticket_that_waits_for_her_word_is_called_about_or_closed_by_the_clock(
    follow_up_rule: FollowUpRule, word: Satisfaction | None
) -> None:
    case = case_in(S.follow_up, follow_up_rule=follow_up_rule, satisfaction=word, rated_round=word and 1)
    is_closed_uncalled = follow_up_rule is FollowUpRule.never and word is not Satisfaction.dissatisfied
    [watching] = [rule.name for rule in ESCALATIONS if moment_of(rule, case) is not None]
    assert watching == ("close_uncalled" if is_closed_uncalled else "not_followed_up")


# Once a round.


@RULES
def test_a_rule_fires_once_a_round(rule: Escalation) -> None:
    for status in rule.statuses:
        case = case_in(status, **NEEDED.get(rule.name, {}), follow_up_rule=follow_up_rule_for(rule))
        after = fired(case, rule.name)
        assert moment_of(rule, after) is None
        assert rule not in due_rules(after, NOW + timedelta(days=3650))


def follow_up_rule_for(rule: Escalation) -> FollowUpRule:
    return FollowUpRule.never if rule.name == "close_uncalled" else FollowUpRule.if_unrated


def test_a_new_round_is_watched_from_its_own_beginning() -> None:
    late = case_in(S.follow_up, fired=frozenset({"due_soon", "overdue", "long_overdue"}), overdue_at=NOW)
    rating = SAMPLES["rate"].model_copy(update={"satisfaction": Satisfaction.dissatisfied, "words": "还是不亮"})
    again = decide(late, rating, RESIDENT, at("2026-03-20 10:00")).after
    assert moment_of(BY_NAME["due_soon"], again) == at("2026-03-26 09:00")
    assert moment_of(BY_NAME["overdue"], again) == at("2026-03-27 18:00")
    assert due_rules(again, at("2026-03-26 08:59")) == ()


def test_a_wish_taken_back_from_the_declined_ones_is_watched_again() -> None:
    case = case_in(S.declined, fired=frozenset({"undispatched", "undispatched_long"}))
    assert names(due_rules(decide(case, SAMPLES["reopen"], SUPERVISOR, NOW).after, at("2026-03-06 17:00"))) == [
        "undispatched",
        "undispatched_overdue",
    ]


WORDS_ABOUT_IT = ["note", "supplement", "contact", "verify", "report_progress", "expedite", "warn"]


@pytest.mark.parametrize("verb", WORDS_ABOUT_IT)
@pytest.mark.parametrize("status", [S.assigned, S.in_progress])
def test_words_about_a_ticket_neither_stop_nor_repeat_a_rule(verb: str, status: Status) -> None:
    case = fired(case_in(status), "due_soon")
    for actor in CAST.values():
        try:
            after = decide(case, SAMPLES[verb], actor, NOW).after
        except Refused:
            continue
        assert [moment_of(rule, after) for rule in ESCALATIONS] == [moment_of(rule, case) for rule in ESCALATIONS]
        assert next_alarm(after) == next_alarm(case)


def test_passing_on_a_ticket_does_not_stop_the_clock_of_the_promise() -> None:
    moved = decide(case_in(S.in_progress), SAMPLES["reassign"], DISPATCHER, at("2026-03-09 17:00")).after
    assert "overdue" in names(due_rules(moved, at("2026-03-09 18:00")))
    assert moment_of(BY_NAME["unacknowledged"], moved) == at("2026-03-10 18:00"), "the next unit has its own term"


def test_a_ticket_dispatched_too_late_is_overdue_in_the_hands_of_its_unit_at_once() -> None:
    late = at("2026-03-12 10:00")
    after = decide(case_in(S.submitted), SAMPLES["assign"], DISPATCHER, late).after
    assert names(due_rules(after, late)) == ["due_soon", "overdue"]
    assert next_alarm(after) == at("2026-03-06 09:00")


def test_a_reply_in_review_is_late_for_the_villager_all_the_same() -> None:
    replied = decide(case_in(S.in_progress), SAMPLES["reply"], HANDLER, at("2026-03-09 17:00")).after
    assert names(due_rules(replied, at("2026-03-09 18:00"))) == ["overdue"]
    answered = decide(replied, SAMPLES["approve_reply"], REVIEWER, at("2026-03-09 17:30")).after
    assert due_rules(answered, at("2026-03-09 18:00")) == ()


def test_a_whole_life_under_the_clock_alone() -> None:
    """Nobody moves; every minute somebody looks."""
    assert fired_while_waiting(case_in(S.submitted)) == [
        ("2026-03-02 16:00", "undispatched"),
        ("2026-03-02 16:00", "undispatched_overdue"),
        ("2026-03-03 18:00", "undispatched_long"),
        ("2026-03-06 18:00", "notice_unanswered"),
        ("2026-03-10 18:00", "leader_unanswered"),
    ]
    assert fired_while_waiting(case_in(S.assigned)) == [
        ("2026-03-03 18:00", "unacknowledged"),
        ("2026-03-06 09:00", "due_soon"),
        ("2026-03-09 18:00", "overdue"),
        ("2026-03-16 18:00", "long_overdue"),
        ("2026-03-19 18:00", "notice_unanswered"),
        ("2026-03-23 18:00", "leader_unanswered"),
    ]
    assert fired_while_waiting(case_in(S.follow_up, **NEVER)) == [("2026-03-12 10:00", "close_uncalled")]


def test_the_clock_ends_nothing_that_she_said_is_not_right() -> None:
    """She is dissatisfied and says no more: somebody has to call her, whatever the category asks for."""
    rating = SAMPLES["rate"].model_copy(update=DISSATISFIED)
    told = decide(case_in(S.follow_up, **NEVER), rating, RESIDENT, NOW).after
    assert fired_while_waiting(told) == [("2026-03-17 18:00", "not_followed_up")]


def fired_while_waiting(case: Case) -> list[tuple[str, str]]:
    """What a sweep finds that wakes at the alarm, which is all that it looks at."""
    seen: list[tuple[str, str]] = []
    while (alarm := next_alarm(case)) is not None:
        due = due_rules(case, alarm)
        assert due, "an alarm without a rule would ring for ever"
        seen += [(f"{alarm.astimezone(HANDED_IN.tzinfo):%Y-%m-%d %H:%M}", rule.name) for rule in due]
        case = fired(case, *names(due))
    return seen


# Properties over any open case.

FIRST, LAST = datetime(2026, 1, 1), datetime(2027, 3, 31)  # noqa: DTZ001
MOMENTS_OF_A_YEAR = st.datetimes(FIRST, LAST, timezones=st.just(SHANGHAI))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    start = draw(MOMENTS_OF_A_YEAR)
    lengths = st.integers(0, 60 * 24 * 40).map(lambda minutes: timedelta(minutes=minutes))
    return case_in(
        draw(st.sampled_from([None, *S])),
        urgency=draw(st.sampled_from(Urgency)),
        follow_up_rule=draw(st.sampled_from(FollowUpRule)),
        satisfaction=draw(st.none() | st.sampled_from(Satisfaction)),
        rated_round=draw(st.sampled_from([None, 1])),
        fired=frozenset(draw(st.sets(st.sampled_from(sorted(BY_NAME))))),
        round_started_at=start,
        due_at=start + draw(lengths),
        hold_since=(since := start + draw(lengths)),
        hold_due=since + draw(lengths),
    )


@given(cases())
def test_the_alarm_is_the_first_moment_at_which_a_rule_is_due(case: Case) -> None:
    moments = [moment for rule in ESCALATIONS if (moment := moment_of(rule, case)) is not None]
    alarm = next_alarm(case)
    assert alarm == min(moments, default=None)
    if alarm is not None:
        assert due_rules(case, alarm) and not due_rules(case, alarm - SECOND)


@given(cases(), MOMENTS_OF_A_YEAR, MOMENTS_OF_A_YEAR)
def test_what_is_due_stays_due_until_it_has_fired(case: Case, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert set(due_rules(case, earlier)) <= set(due_rules(case, later))
    assert not {rule.name for rule in due_rules(case, later)} & case.fired
    assert names(due_rules(case, later)) == [name for name in BY_NAME if BY_NAME[name] in due_rules(case, later)]


@given(cases())
def test_a_warning_comes_between_half_time_and_the_deadline(case: Case) -> None:
    moment = moment_of(BY_NAME["due_soon"], case)
    if moment is not None:
        assert case.round_started_at and case.due_at
        assert case.round_started_at + (case.due_at - case.round_started_at) / 2 <= moment <= case.due_at


# A row more is a rule more.


def test_a_new_rule_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(BY_NAME["overdue"], name="far_overdue", after=lambda case: working_days(10))
    monkeypatch.setattr(escalations, "ESCALATIONS", (*ESCALATIONS, rule))
    case = case_in(S.in_progress, fired=frozenset(BY_NAME))
    assert next_alarm(case) == at("2026-03-23 18:00")
    assert due_rules(case, at("2026-03-23 18:00")) == (rule,)


def lines() -> Iterator[list[str]]:
    return ([cell.strip() for cell in line.strip("|").split("|")] for line in escalations.as_markdown().splitlines())


def test_the_printed_table_has_a_line_for_each_rule() -> None:
    head, _, *rows = lines()
    assert len(head) == 4
    for rule, cells in zip(ESCALATIONS, rows, strict=True):
        assert cells[0] == f"`{rule.name}`"
        assert set(cells[1].split()) == {f"`{status}`" for status in rule.statuses}
        assert cells[2].endswith(f"`{rule.clock}`")
        assert cells[3] == f"`{rule.command.verb}`"
    assert {rule.clock for rule in ESCALATIONS} == set(Clock)
