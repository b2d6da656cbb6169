"""What a verb does besides the status: who holds the ticket and until when, what was promised, what is remembered."""

import re
from dataclasses import fields
from datetime import date, datetime
from itertools import product

import pytest

from tests.cast import (
    CAST,
    COUNTY_DESK,
    DISPATCHER,
    FOLLOW_UP_OFFICER,
    HANDLER,
    NEWCOMER,
    OTHER_TICKET,
    OUTSIDERS,
    POWER_BUREAU,
    RESIDENT,
    REVIEWER,
    ROADS_BUREAU,
    SUPERVISOR,
    SYSTEM,
    TOWN_DESK,
    WATER_BUREAU,
)
from tests.workflows.cases import (
    ACKNOWLEDGED,
    ANSWERED,
    ASSIGNED,
    CLOSED,
    DISPATCH_DUE,
    FOLLOW_UP_DUE,
    HANDED_IN,
    NOW,
    PROMISED,
    REPLIED,
    REVIEW_DUE,
    SAMPLES,
    WISH,
    case_in,
    new_case,
    ready_case,
    samples_of,
)
from tests.workflows.china import CHINA, at
from workflows import commands as c
from workflows.actors import Actor, Post
from workflows.cases import Case, standing
from workflows.changes import Changes, Duty, Hold, HoldRole
from workflows.commands import COMMANDS, CommandBase, Outcome, Satisfaction
from workflows.decide import HANDLING_VERBS, available, decide
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import ENDED, OPEN, FollowUpRule, Role, Status
from workflows.supervision import NOT_SUPERVISED
from workflows.terms import DayKind, SpecialDay, working_days
from workflows.time_limits import Urgency
from workflows.transitions import TRANSITIONS, rows_of
from workflows.workdays import WorkCalendar

S = Status
STATUSES: tuple[Status | None, ...] = (None, *Status)
EVERYBODY = {**{str(role): actor for role, actor in CAST.items()}, **OUTSIDERS}


def test_an_ordinary_life_is_what_the_cases_say() -> None:
    """The cases were written by hand; these are the rules, walked through."""
    case = decide(new_case(), WISH, NEWCOMER, HANDED_IN).after.changed(id=7)
    assert case == case_in(S.submitted)
    case = decide(case, SAMPLES["assign"], DISPATCHER, ASSIGNED).after
    assert case == case_in(S.assigned)
    case = decide(case, SAMPLES["acknowledge"], HANDLER, ACKNOWLEDGED).after
    assert case == case_in(S.in_progress)
    case = decide(case, SAMPLES["reply"], HANDLER, REPLIED).after
    assert case == case_in(S.replied)
    case = decide(case, SAMPLES["approve_reply"], REVIEWER, ANSWERED).after
    assert case == case_in(S.follow_up)
    case = decide(case, SAMPLES["rate"], RESIDENT, CLOSED).after
    assert case == case_in(S.closed)


@pytest.mark.parametrize(("verb", "to"), [("decline", S.declined), ("withdraw", S.withdrawn)])
def test_a_wish_that_ends_early_is_held_by_nobody(verb: str, to: Status) -> None:
    actor = DISPATCHER if verb == "decline" else RESIDENT
    decision = decide(case_in(S.submitted), SAMPLES[verb], actor, CLOSED)
    assert decision.changes == Changes({"closed_at": CLOSED, "deferred_until": None}, ended="ended", supporting=())
    assert decision.after == case_in(to)


def test_a_wish_that_is_merged_names_the_one_that_goes_on() -> None:
    case = case_in(S.assigned, target=case_in(S.in_progress, id=OTHER_TICKET))
    assert decide(case, SAMPLES["merge"], DISPATCHER, CLOSED).after.changed(target=None) == case_in(S.merged)


# Purity.


@pytest.mark.parametrize(("verb", "status"), list(product(COMMANDS, STATUSES)))
def test_deciding_twice_gives_one_answer_and_changes_nothing(verb: str, status: Status | None) -> None:
    for command, actor in product(samples_of(verb), EVERYBODY.values()):
        case = ready_case(status)
        before = {field.name: getattr(case, field.name) for field in fields(Case)}
        assert outcome_of(case, command, actor) == outcome_of(case, command, actor)
        assert {field.name: getattr(case, field.name) for field in fields(Case)} == before


def outcome_of(case: Case, command: CommandBase, actor: Actor) -> object:
    try:
        return decide(case, command, actor, NOW)
    except Refused as refused:
        return type(refused), refused.sentence


def test_what_is_written_is_what_the_case_becomes() -> None:
    """Columns that a case has too are the same in `after`; the rest of the case stays."""
    for row, status in [(each, status) for each in TRANSITIONS for status in each.start]:
        case = ready_case(status)
        for command, actor in product(samples_of(row.verb), CAST.values()):
            try:
                decision = decide(case, command, actor, NOW)
            except Refused:
                continue
            columns = decision.changes.columns
            assert {name: getattr(decision.after, name) for name in columns} == columns


# Who asks.


def test_the_status_is_judged_before_the_person() -> None:
    """Who may not see a ticket never gets here; who sees it learns that it has moved on."""
    with pytest.raises(WrongStatus) as refused:
        decide(case_in(S.closed), SAMPLES["reply"], OUTSIDERS["nobody"], NOW)
    assert (refused.value.http_status, type(refused.value).__bases__) == (409, (Refused,))
    with pytest.raises(NotPermitted) as not_permitted:
        decide(case_in(S.in_progress), SAMPLES["reply"], OUTSIDERS["nobody"], NOW)
    assert not_permitted.value.http_status == 403


def test_somebody_with_two_roles_acts_in_the_one_that_the_verb_asks_for() -> None:
    both = Actor(person=120, posts=(*SUPERVISOR.posts, *DISPATCHER.posts))
    assert decide(ready_case(S.submitted), SAMPLES["decline"], both, NOW).role is Role.dispatcher
    assert decide(ready_case(S.submitted), SAMPLES["supervise"], both, NOW).role is Role.supervisor


def test_a_post_holds_in_its_area_and_below_and_nowhere_else() -> None:
    def dispatcher_of(path: str) -> Actor:
        return Actor(person=121, posts=(Post(Role.dispatcher, TOWN_DESK, path),))

    for path, may in {"/1/": True, "/1/4/": True, "/1/4/9/": True, "/1/4/9/2/": False, "/1/5/": False}.items():
        for case in (case_in(S.submitted), case_in(S.submitted, area_path="/1/4/9/")):
            assert (c.Decline in available(case, dispatcher_of(path), NOW)) is may
    assert c.Decline not in available(case_in(S.submitted, area_path="/1/41/"), dispatcher_of("/1/4/"), NOW)


@pytest.mark.parametrize("role", [Role.resident, Role.supporter, Role.system])
def test_nobody_is_appointed_to_what_only_a_ticket_or_the_clock_can_give(role: Role) -> None:
    """A row that says so, however it came about, gives no power."""
    appointed = Actor(person=122, posts=(Post(role, TOWN_DESK, "/1/"),))
    for status in STATUSES:
        assert standing(appointed, ready_case(status)) == frozenset()
        assert available(ready_case(status), appointed, NOW) == ()


def test_a_unit_that_had_the_ticket_before_has_no_say_any_more() -> None:
    moved = decide(case_in(S.in_progress), SAMPLES["reassign"], DISPATCHER, NOW).after
    with pytest.raises(NotPermitted):
        decide(moved, SAMPLES["acknowledge"], HANDLER, NOW)


# Buttons.


@pytest.mark.parametrize(("who", "status"), list(product(EVERYBODY, STATUSES)))
def test_a_button_is_shown_where_the_rules_could_say_yes(who: str, status: Status | None) -> None:
    actor = EVERYBODY[who]
    for case in (ready_case(status), case_in(status)):
        shown = {member.model_fields["verb"].default for member in available(case, actor, NOW)}
        for verb in COMMANDS:
            outcomes = [outcome_of(case, command, actor) for command in samples_of(verb)]
            refused_for = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
            if len(refused_for) < len(outcomes):
                assert verb in shown, f"{verb} works and has no button"
            elif verb in shown:
                assert {kind for kind, _ in refused_for} == {Refused}
                assert {sentence for _, sentence in refused_for} <= sentences_about_words(verb)


def sentences_about_words(verb: str) -> set[str]:
    return {guard.sentence for row in rows_of(verb) for guard in row.guards if guard.reads_command}


def test_buttons_come_in_the_order_of_the_verbs_and_once_each() -> None:
    shown = [member.model_fields["verb"].default for member in available(ready_case(S.follow_up), RESIDENT, NOW)]
    assert shown == ["supplement", "rate", "expedite"]


# The promise and the holder's own term.


def test_a_wish_has_a_unit_and_a_deadline_from_the_first_second() -> None:
    decision = decide(new_case(), WISH, NEWCOMER, HANDED_IN)
    assert decision.changes.hold == Hold(TOWN_DESK, DISPATCH_DUE, Duty.dispatch)
    assert (decision.after.unit_id, decision.after.due_at, decision.after.round) == (TOWN_DESK, DISPATCH_DUE, 1)
    assert decision.after.original_due_at is None, "the dispatch term is not yet a promise to the villager"


def test_danger_to_life_is_dispatched_within_half_an_hour_even_at_night() -> None:
    night = at("2026-03-08 02:00")
    after = decide(new_case(urgency=Urgency.danger), WISH, NEWCOMER, night).after
    assert after.due_at == at("2026-03-08 02:30")
    assigned = decide(after, c.Assign(unit=WATER_BUREAU), DISPATCHER, at("2026-03-08 02:20")).after
    assert assigned.due_at == at("2026-03-08 04:00"), "two hours from the moment she spoke"
    assert assigned.hold_due == at("2026-03-08 04:20"), "two hours from the moment the unit heard of it"


@pytest.mark.parametrize(
    ("urgency", "promise"),
    [
        (Urgency.urgent, at("2026-03-03 10:00")),
        (Urgency.ordinary, PROMISED),
        (Urgency.complex, at("2026-03-23 18:00")),
        (Urgency.development, at("2026-04-01 10:00")),
    ],
)
def test_the_promise_counts_from_the_day_she_spoke(urgency: Urgency, promise: datetime) -> None:
    late = at("2026-03-04 11:00")
    decision = decide(case_in(S.submitted), c.Assign(unit=WATER_BUREAU, urgency=urgency), DISPATCHER, late)
    assert decision.after.due_at == decision.after.original_due_at == promise
    assert decision.after.urgency is urgency
    assert decision.after.hold_due == CHINA.add(late, case_in(S.submitted).limits.reply(urgency))


def test_supporting_units_hold_the_ticket_beside_the_lead() -> None:
    decision = decide(case_in(S.submitted), SAMPLES["assign"], DISPATCHER, ASSIGNED)
    assert decision.changes.ended == "dispatched"
    assert decision.changes.hold == Hold(WATER_BUREAU, PROMISED, Duty.handle)
    assert decision.changes.supporting == (Hold(POWER_BUREAU, PROMISED, Duty.handle, role=HoldRole.supporting),)


def test_passing_on_gives_the_next_unit_its_own_term_and_leaves_the_promise() -> None:
    decision = decide(case_in(S.in_progress), SAMPLES["reassign"], DISPATCHER, at("2026-03-06 11:00"))
    after = decision.after
    assert decision.changes.hold == Hold(ROADS_BUREAU, at("2026-03-13 18:00"), Duty.handle)
    assert (after.due_at, after.original_due_at, after.supporting) == (PROMISED, PROMISED, frozenset({POWER_BUREAU}))
    assert after.acknowledged_at is None
    assert after.handling_units == {WATER_BUREAU, POWER_BUREAU, ROADS_BUREAU}
    assert (decision.changes.supporting, decision.changes.released) == (None, frozenset())


def test_a_unit_that_takes_over_the_lead_supports_no_longer() -> None:
    case = case_in(S.in_progress, supporting=frozenset({POWER_BUREAU, ROADS_BUREAU}))
    decision = decide(case, c.Reassign(unit=POWER_BUREAU, reason="线路归供电所"), DISPATCHER, NOW)
    after = decision.after
    assert (decision.changes.released, decision.changes.supporting) == (frozenset({POWER_BUREAU}), None)
    assert (after.lead_unit_id, after.supporting) == (POWER_BUREAU, frozenset({ROADS_BUREAU}))
    assert standing(CAST[Role.supporter], after) == {Role.handler}, "one unit plays one part"
    assert standing(HANDLER, after) == frozenset()


@pytest.mark.parametrize(
    ("sent_back", "mend_by"),
    [(at("2026-03-05 10:00"), PROMISED), (at("2026-03-09 17:00"), at("2026-03-10 18:00"))],
)
def test_a_reply_sent_back_is_mended_by_the_promise_or_within_one_review_term(
    sent_back: datetime, mend_by: datetime
) -> None:
    decision = decide(case_in(S.replied), SAMPLES["send_back"], REVIEWER, sent_back)
    assert decision.changes.hold == Hold(WATER_BUREAU, mend_by, Duty.handle)
    assert (decision.after.unit_id, decision.after.due_at) == (WATER_BUREAU, PROMISED)


def test_the_first_answer_decides_whether_the_promise_was_kept() -> None:
    late = at("2026-03-10 09:00")
    answered_late = decide(case_in(S.replied), SAMPLES["approve_reply"], REVIEWER, late).after
    assert answered_late.answered_on_time is False
    again = decide(answered_late, SAMPLES["rate"].model_copy(update=DISCONTENT), RESIDENT, late).after
    replied = decide(again.changed(needs_review=False), SAMPLES["reply"], HANDLER, late).after
    assert (replied.answered_at, replied.answered_on_time) == (late, False), "the second answer is in time"


DISCONTENT = {"satisfaction": Satisfaction.dissatisfied, "words": "还是不亮"}


def test_an_answer_at_the_very_moment_of_the_deadline_is_in_time() -> None:
    assert decide(case_in(S.replied), SAMPLES["approve_reply"], REVIEWER, PROMISED).after.answered_on_time is True


def test_the_follow_up_is_for_a_desk_that_did_not_handle_the_matter() -> None:
    handled_by_the_town = case_in(S.replied, handling_units=frozenset({TOWN_DESK}))
    decision = decide(handled_by_the_town, SAMPLES["approve_reply"], REVIEWER, ANSWERED)
    assert decision.changes.hold == Hold(COUNTY_DESK, FOLLOW_UP_DUE, Duty.follow_up)


def test_a_reply_waits_for_the_review_desk() -> None:
    decision = decide(case_in(S.in_progress), SAMPLES["reply"], HANDLER, REPLIED)
    assert decision.changes.hold == Hold(TOWN_DESK, REVIEW_DUE, Duty.review)
    assert decision.after.answered_at is None, "the villager has not been told yet"


def test_a_dated_promise_is_kept_on_the_ticket() -> None:
    reply = c.Reply(outcome=Outcome.for_now, words="四月一日前修好", promised_for=at("2026-04-01 00:00").date())
    after = decide(case_in(S.in_progress), reply, HANDLER, REPLIED).after
    assert (after.outcome, after.promised_for) == (Outcome.for_now, reply.promised_for)


# New rounds.


@pytest.mark.parametrize("verb", ["reopen", "rate", "follow_up"])
def test_a_new_round_has_a_new_promise_and_the_same_unit(verb: str) -> None:
    status = S.follow_up if verb == "follow_up" else S.closed
    actor = FOLLOW_UP_OFFICER if verb == "follow_up" else RESIDENT
    command = SAMPLES[verb] if verb == "reopen" else SAMPLES[verb].model_copy(update=DISCONTENT)
    case = ready_case(status, fired=frozenset({"overdue"}), overdue_at=NOW, supervised_at=NOW, follow_up_attempts=2)
    decision = decide(case, command, actor, NOW)
    after = decision.after
    assert after.round == 2 and after.reopen_count == 1
    assert (after.status, after.unit_id, after.lead_unit_id) == (S.in_progress, WATER_BUREAU, WATER_BUREAU)
    assert after.round_started_at == NOW and after.due_at == at("2026-03-13 18:00")
    assert after.original_due_at == PROMISED and after.answered_on_time is True
    assert (after.closed_at, after.overdue_at, after.supervised_at) == (None, None, None)
    assert (after.replied_at, after.replied_by_id) == (None, None)
    assert (after.fired, after.follow_up_attempts) == (frozenset(), 0)
    assert decision.changes.ended == ("reopened" if status is S.follow_up else None)


@pytest.mark.parametrize("verb", ["reopen", "rate"])
def test_what_is_done_again_counts_again_though_its_last_round_was_left_out(verb: str) -> None:
    """An exclusion once granted must not swallow whatever she says of a later answer."""
    command = SAMPLES[verb] if verb == "reopen" else SAMPLES[verb].model_copy(update=DISCONTENT)
    after = decide(ready_case(S.closed, is_excluded=True), command, RESIDENT, NOW).after
    assert after.round == 2 and not after.is_excluded


def test_first_and_last_word_are_kept_apart() -> None:
    case = decide(case_in(S.follow_up), SAMPLES["rate"].model_copy(update=DISCONTENT), RESIDENT, NOW).after
    assert (case.first_satisfaction, case.satisfaction) == (Satisfaction.dissatisfied, Satisfaction.dissatisfied)
    replied = decide(case.changed(needs_review=False), SAMPLES["reply"], HANDLER, NOW).after
    rated = decide(replied, SAMPLES["rate"], RESIDENT, NOW).after
    assert (rated.first_satisfaction, rated.satisfaction) == (Satisfaction.dissatisfied, Satisfaction.satisfied)


def test_what_a_call_did_not_ask_changes_nothing() -> None:
    rated = case_in(S.follow_up, satisfaction=Satisfaction.satisfied, is_resolved=True, was_contacted=True)
    call = c.FollowUp(result=c.CallResult.unreachable)
    after = decide(rated, call, FOLLOW_UP_OFFICER, NOW).after
    assert (after.satisfaction, after.is_resolved, after.was_contacted) == (Satisfaction.satisfied, True, True)
    assert after.follow_up_attempts == 1


def test_a_declined_wish_taken_back_starts_anew_at_its_desk() -> None:
    case = case_in(S.declined, fired=frozenset({"undispatched"}), supervised_at=CLOSED)
    decision = decide(case, SAMPLES["reopen"], SUPERVISOR, NOW)
    after = decision.after
    assert decision.changes.hold == Hold(TOWN_DESK, at("2026-03-06 17:00"), Duty.dispatch)
    assert (after.unit_id, after.due_at, after.created_at) == (TOWN_DESK, at("2026-03-06 17:00"), HANDED_IN)
    assert after.round_started_at == NOW and after.closed_at is None and after.supervised_at is None
    assert (after.round, after.fired) == (2, frozenset()), "rules fire once a round, and this one has its own clock"


# Small facts.


def test_only_a_talk_that_happened_is_a_contact_and_the_first_one_counts() -> None:
    tried = decide(case_in(S.in_progress), c.Contact(is_reached=False, words="没人接"), HANDLER, NOW).after
    assert tried.contacted_at is None
    talked = decide(tried, SAMPLES["contact"], HANDLER, NOW).after
    assert talked.contacted_at == NOW
    assert decide(talked, SAMPLES["contact"], HANDLER, PROMISED).after.contacted_at == NOW


@pytest.mark.parametrize("verb", sorted(HANDLING_VERBS))
def test_whoever_has_handled_the_matter_is_remembered(verb: str) -> None:
    status = S.assigned if verb == "acknowledge" else S.in_progress
    assert decide(case_in(status), SAMPLES[verb], HANDLER, NOW).after.handled_by >= {HANDLER.person}
    if verb in {"acknowledge", "reply"}:
        assert decide(case_in(status), SAMPLES[verb], SYSTEM, NOW).after.handled_by == case_in(status).handled_by


@pytest.mark.parametrize(
    "verb", ["supplement", "note", "verify", "report_progress", "expedite", "supervise", "contact"]
)
def test_words_about_a_ticket_move_no_deadline_and_no_holder(verb: str) -> None:
    case = ready_case(S.in_progress, fired=frozenset({"due_soon"}))
    actor = next(actor for actor in CAST.values() if not isinstance(outcome_of(case, SAMPLES[verb], actor), tuple))
    decision = decide(case, SAMPLES[verb], actor, NOW)
    remembered = {"contacted_at", "expedited_at", "resident_expedited_at", *NOT_SUPERVISED}
    assert decision.changes == Changes(decision.changes.columns)
    assert decision.changes.columns.keys() <= remembered
    assert decision.after.fired == {"due_soon"}


@pytest.mark.parametrize(("verb", "column"), [("supervise", "supervised_at"), ("mark_overdue", "overdue_at")])
def test_the_first_moment_of_being_late_is_kept(verb: str, column: str) -> None:
    case = case_in(S.in_progress, **{column: ANSWERED})
    assert getattr(decide(case, SAMPLES[verb], SYSTEM, NOW).after, column) == ANSWERED


def test_splitting_makes_wishes_of_the_same_villager() -> None:
    children = decide(ready_case(S.submitted), SAMPLES["split"], DISPATCHER, NOW).changes.children
    assert [child.text for child in children] == ["路灯不亮", "水渠堵了"]
    assert {(child.name, child.phone, child.area) for child in children} == {(WISH.name, WISH.phone, WISH.area)}
    assert all(decide(new_case(), child, DISPATCHER, NOW).status_to is S.submitted for child in children)


@pytest.mark.parametrize("status", sorted(OPEN - {S.deferred}))
def test_every_open_case_has_a_unit_and_every_deadline(status: Status) -> None:
    case = case_in(status)
    assert None not in (case.unit_id, case.due_at, case.hold_since, case.hold_due)


@pytest.mark.parametrize("status", sorted(ENDED))
def test_no_ended_case_is_held(status: Status) -> None:
    assert (case_in(status).hold_since, case_in(status).hold_due) == (None, None)


# Provisional deadlines, and counting them again.

UNANNOUNCED = WorkCalendar(official_years=frozenset({2026}))
NEW_YEAR = {date(2027, 1, 1): SpecialDay(DayKind.off, "元旦")}
ANNOUNCED = WorkCalendar(NEW_YEAR, frozenset({2026, 2027}))
LATE_IN_THE_YEAR = at("2026-12-30 10:00")


STEPS = {
    "assign": (DISPATCHER, at("2026-12-30 10:30")),
    "acknowledge": (HANDLER, at("2026-12-30 11:00")),
    "reply": (HANDLER, at("2026-12-31 10:00")),
    "approve_reply": (REVIEWER, at("2026-12-31 11:00")),
    "send_back": (REVIEWER, at("2027-01-06 11:00")),
}


def walked(calendar: WorkCalendar, *verbs: str, urgency: Urgency = Urgency.ordinary) -> Case:
    case = decide(new_case(calendar=calendar, urgency=urgency), WISH, NEWCOMER, LATE_IN_THE_YEAR).after
    for verb in verbs:
        case = decide(case, SAMPLES[verb], *STEPS[verb]).after
    return case


LIVES = [
    (),
    ("assign",),
    ("assign", "acknowledge"),
    ("assign", "acknowledge", "reply"),
    ("assign", "acknowledge", "reply", "send_back"),
    ("assign", "acknowledge", "reply", "approve_reply"),
]


@pytest.mark.parametrize("verbs", LIVES, ids="-".join)
def test_deadlines_counted_again_are_what_they_would_have_been(verbs: tuple[str, ...]) -> None:
    provisional = walked(UNANNOUNCED, *verbs)
    assert provisional.due_is_provisional and provisional.hold_is_provisional
    decision = decide(
        provisional.changed(calendar=ANNOUNCED), SAMPLES["recalculate_due"], SYSTEM, at("2027-01-07 09:00")
    )
    assert decision.after == walked(ANNOUNCED, *verbs)
    assert decision.changes.hold is None and decision.changes.ended is None
    assert not decision.after.due_is_provisional and not decision.after.hold_is_provisional


@pytest.mark.parametrize("urgency", [Urgency.danger, Urgency.urgent, Urgency.development])
def test_natural_terms_depend_on_no_calendar(urgency: Urgency) -> None:
    case = walked(UNANNOUNCED, "assign", "acknowledge", urgency=urgency)
    assert not case.due_is_provisional and not case.hold_is_provisional


def test_a_promise_that_is_certain_is_not_counted_again() -> None:
    """A county may have edited its limits since: what a villager was promised stays."""
    limits = new_case().limits.with_overrides({"reply_ordinary": working_days(1)})
    case = case_in(S.in_progress, hold_is_provisional=True, limits=limits)
    after = decide(case, SAMPLES["recalculate_due"], SYSTEM, NOW).after
    assert (after.due_at, after.original_due_at) == (PROMISED, PROMISED)


def test_the_follow_up_rule_and_review_are_the_case_s_own() -> None:
    """They change with the category, which the service looks up; no verb writes them."""
    columns = {
        name
        for row in TRANSITIONS
        for status in row.start
        for command in samples_of(row.verb)
        for actor in CAST.values()
        if not isinstance(outcome := outcome_of(ready_case(status), command, actor), tuple)
        for name in outcome.changes.columns  # type: ignore[attr-defined]
    }
    assert columns <= {field.name for field in fields(Case)}
    assert not columns & {"needs_review", "follow_up_rule", "area_path", "desks", "id", "fired", "handled_by"}
    assert all(re.fullmatch(r"[a-z_]+", name) for name in columns)
    assert FollowUpRule.if_unrated is new_case().follow_up_rule
