"""The API of wishes and tickets: what the pages can do, a program can do, and it is told as plainly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import update
from sqlmodel import col, select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Link
from service.models import Attempt
from service.rate_limits import PHONE_SEARCH
from service.sealing import tracking_token
from service.tickets.api_examples import EXAMPLES, SAID
from service.tickets.api_villagers import RESIDENTS_VERBS
from service.tickets.models import Assignment, Ticket
from tests.factories import (
    NOW,
    PHONE,
    TEXT,
    TOKEN,
    County,
    act,
    add,
    later,
    submit_wish,
    ticket_of,
    wish_in,
)
from tests.support.programs import API, Program, is_problem, number_in, program_of
from workflows.commands import COMMANDS, ContactWay, Note, Split
from workflows.statuses import Role, Status
from workflows.transitions import TRANSITIONS

S = Status
WISH = {"text": TEXT, "category": "lamps", "place": "三组晒坝旁", "name": "李大姐", "phone": PHONE}


@pytest.fixture
def villager(client: TestClient, county: County) -> Program:
    """`client` opened the application's own database."""
    return Program(client)


@pytest.fixture
def program(client: TestClient, database: Database, county: County) -> Callable[[str], Program]:
    """`program("handler")` works for the county's handler."""
    return lambda who: program_of(client, database, getattr(county, who))


@pytest.fixture
def brought_to(database: Database, county: County) -> Callable[..., int]:
    """A wish in this status, by real transitions; the ticket's id."""

    def bring(status: Status, **fields: Any) -> int:
        with database.writing() as session:
            return wish_in(session, county, status, **fields)

    return bring


def tickets_in(database: Database) -> list[Ticket]:
    with database.reading() as session:
        return list(session.exec(select(Ticket).order_by(col(Ticket.id))))


def numbers_of(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["tickets"]]


# Handing in


def test_a_wish_that_is_handed_in_gets_a_number_a_code_a_deadline_and_a_secret_address(
    villager: Program, database: Database, county: County
) -> None:
    answer = villager.sends(f"/links/{TOKEN}/wishes", WISH)
    assert answer.status_code == 201
    receipt, (ticket,) = answer.json(), tickets_in(database)
    assert receipt["number"] == number_in(database, ticket.id or 0)
    assert len(receipt["code"]) == 6 and receipt["due_at"].startswith(f"{ticket.due_at:%Y-%m-%dT%H:%M}")
    assert receipt["tracking_url"].endswith(f"/t/{receipt['tracking_token']}")
    assert (ticket.wish, ticket.phone, ticket.name, ticket.place) == (TEXT, PHONE, "李大姐", "三组晒坝旁")
    assert (ticket.area_id, ticket.unit_id, ticket.source) == (county.village, county.town_desk, "link")


def test_the_address_on_the_receipt_opens_her_page(villager: Program) -> None:
    receipt = villager.sends(f"/links/{TOKEN}/wishes", WISH).json()
    page = villager.client.get(f"/t/{receipt['tracking_token']}")
    assert page.status_code == 200 and receipt["number"] in page.text


def test_the_same_key_again_answers_with_the_same_receipt_and_writes_nothing(
    villager: Program, database: Database
) -> None:
    first = villager.sends(f"/links/{TOKEN}/wishes", WISH, key="k-1")
    second = villager.sends(f"/links/{TOKEN}/wishes", WISH, key="k-1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len(tickets_in(database)) == 1


def test_other_keys_and_none_at_all_are_other_wishes(villager: Program, database: Database) -> None:
    answers = [villager.sends(f"/links/{TOKEN}/wishes", WISH, key=key) for key in ("k-1", "k-2", None, None)]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["number"] for answer in answers}) == len(tickets_in(database)) == 4


def test_a_key_that_is_used_for_another_wish_is_refused_so_that_no_wish_is_swallowed(
    villager: Program, database: Database
) -> None:
    villager.sends(f"/links/{TOKEN}/wishes", WISH, key="k-1")
    answer = villager.sends(f"/links/{TOKEN}/wishes", WISH | {"text": "还有一件：水管也漏了。"}, key="k-1")
    assert is_problem(answer, 422) and "Idempotency-Key" in answer.json()["detail"]
    assert len(tickets_in(database)) == 1


@pytest.mark.parametrize("other", [{"phone": "19900009999"}, {"name": "别人"}, {"phone": None}, {"place": "别处"}])
def test_who_guesses_a_key_and_repeats_the_words_gets_no_receipt_of_his_neighbours_wish(
    villager: Program, database: Database, other: dict[str, str | None]
) -> None:
    hers = villager.sends(f"/links/{TOKEN}/wishes", WISH | {"name": "李大姐", "phone": PHONE}, key="k-1").json()
    answer = villager.sends(f"/links/{TOKEN}/wishes", WISH | {"name": "李大姐", "phone": PHONE} | other, key="k-1")
    assert is_problem(answer, 422) and hers["tracking_token"] not in answer.text
    assert len(tickets_in(database)) == 1


def test_a_key_of_another_links_wish_is_free(villager: Program, database: Database, county: County) -> None:
    with database.writing() as session:
        add(session, Link(token="another1", area_id=county.village, label="另一个群", created_at=NOW))
    villager.sends(f"/links/{TOKEN}/wishes", WISH, key="k-1")
    assert villager.sends("/links/another1/wishes", WISH, key="k-1").status_code == 201


def test_a_button_pressed_many_times_at_once_is_one_wish(address: str, database: Database, county: County) -> None:
    def press(_number: int) -> tuple[int, str]:
        with httpx.Client(base_url=address, trust_env=False, timeout=20) as client:
            answer = client.post(f"{API}/links/{TOKEN}/wishes", json=WISH, headers={"Idempotency-Key": "k-1"})
        return answer.status_code, answer.json()["number"]

    with ThreadPoolExecutor(8) as fingers:
        pressed = list(fingers.map(press, range(16)))
    assert sorted(status for status, _number in pressed) == [200] * 15 + [201]
    assert len({number for _status, number in pressed}) == len(tickets_in(database)) == 1


@pytest.mark.parametrize(
    ("columns", "status", "words"),
    [
        ({"revoked_at": NOW - timedelta(days=1)}, 410, "停用"),
        ({"valid_until": (NOW - timedelta(days=1)).date()}, 410, "到期"),
        ({"daily_cap": 1}, 429, "收满"),
    ],
    ids=["revoked", "expired", "full"],
)
def test_a_link_that_takes_no_wishes_says_why_and_whom_to_ask(
    villager: Program, database: Database, county: County, columns: dict[str, Any], status: int, words: str
) -> None:
    with database.writing() as session:
        submit_wish(session, county, later(minutes=-1))
        link = session.exec(select(Link).where(Link.token == TOKEN)).one()
        for name, value in columns.items():
            setattr(link, name, value)
    answer = villager.sends(f"/links/{TOKEN}/wishes", WISH)
    assert is_problem(answer, status)
    assert words in answer.json()["detail"] and "清溪镇受理台 0915-2520001" in answer.json()["detail"]
    assert len(tickets_in(database)) == 1


def test_a_link_that_nobody_pushed_is_not_found_in_a_sentence(villager: Program) -> None:
    for token in ("unknown9", "x", "' OR 1=1 --", "长" * 40):
        answer = villager.sends(f"/links/{token}/wishes", WISH)
        assert is_problem(answer, 404) and "没有找到这个入口" in answer.json()["detail"], token


WRONG_WISHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("text", {"text": ""}),
    ("text", {"text": "\u200b \n"}),
    ("text", {"text": "长" * 5001}),
    ("text", {"text": 7}),
    ("category", {"category": "no_such_category"}),
    ("area", {"area": 999_999}),
    ("phone", {"phone": "没有电话"}),
    ("kind", {"kind": "complaint"}),
    ("surprise", {"surprise": 1}),
    ("source", {"source": "hotline"}),
    ("photos.0", {"photos": [1]}),
    ("position", {"position": "村口"}),
)


def test_what_has_to_be_mended_is_named_with_a_sentence_and_never_repeated(
    villager: Program, database: Database
) -> None:
    for field, fields in WRONG_WISHES:
        answer = villager.sends(f"/links/{TOKEN}/wishes", WISH | fields)
        assert is_problem(answer, 422) and field in fields_of(answer), fields
        assert PHONE not in answer.text and "没有电话" not in answer.text
    assert tickets_in(database) == []


def test_each_field_is_named_as_it_is_called_and_spoken_of_as_what_it_is(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database
) -> None:
    dispatcher, number = program("dispatcher"), number_in(database, brought_to(S.submitted))
    assert "unit" in fields_of(dispatcher.says(number, "assign", unit="somewhere"))
    assert "parts.0" in fields_of(dispatcher.says(number, "split", parts=["", "路灯坏了两盏。"]))
    merged = dispatcher.says(number, "merge", into="nowhere")
    assert "into" in fields_of(merged) and "手机号" not in merged.text
    page = dispatcher.gets("/tickets", cursor="zzz")
    assert "cursor" in fields_of(page) and "手机号" not in page.text
    address, headers = f"{API}/tickets/{number}/commands", {"Authorization": f"Bearer {dispatcher.token}"}
    broken = dispatcher.client.post(address, content=b"{", headers=headers | {"content-type": "application/json"})
    assert "body" in fields_of(broken) and "JSON" in broken.text


def fields_of(answer: Any) -> set[str | None]:
    """What a refusal names."""
    told = answer.json()
    return {told.get("field"), *(mistake["field"] for mistake in told.get("errors", ()))}


def test_a_wish_for_a_place_outside_of_the_links_own_is_refused(
    villager: Program, database: Database, county: County
) -> None:
    assert is_problem(villager.sends(f"/links/{TOKEN}/wishes", WISH | {"area": county.town}), 422)
    assert tickets_in(database) == []


def test_a_key_that_is_empty_or_endless_is_refused(villager: Program) -> None:
    for key in ("", "k" * 81):
        headers = {"Idempotency-Key": key}
        assert is_problem(villager.client.post(f"{API}/links/{TOKEN}/wishes", json=WISH, headers=headers), 422)


# The villager follows her wish


def test_her_wish_is_told_without_her_number_and_without_what_stays_inside(
    villager: Program, database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, text=f"路灯坏了，请打 {PHONE}")
        act(session, wish, Note(words="这家去年也来过"), county.dispatcher)
    told = villager.gets(f"/wishes/{tracking_token(wish)}")
    assert told.status_code == 200
    assert PHONE not in told.text and "138****5678" in told.json()["text"]
    assert "去年也来过" not in told.text and [entry["verb"] for entry in told.json()["timeline"]] == ["submit"]
    assert told.json()["unit"] == "清溪镇受理台" and told.json()["stage"] == 1


def test_the_answer_is_told_with_its_outcome_also_of_the_wish_that_hers_was_merged_into(
    villager: Program, database: Database, county: County
) -> None:
    with database.writing() as session:
        main = wish_in(session, county, S.in_progress)
        mine = submit_wish(session, county)
        act(session, mine, COMMANDS["merge"](into=number_of_(session, main)), county.dispatcher)
        reply = COMMANDS["reply"](outcome="for_now", words="明年三月换新灯。", promised_for="2027-03-01")
        act(session, main, reply, county.handler)
        act(session, main, COMMANDS["approve_reply"](), county.reviewer)
    told = villager.gets(f"/wishes/{tracking_token(mine)}").json()
    assert (told["status"], told["answer"]) == ("merged", "明年三月换新灯。")
    assert (told["outcome"], told["promised_for"], told["commands"]) == ("for_now", "2027-03-01", ["rate"])


def number_of_(session: Any, ticket_id: int) -> str:
    return f"{NOW:%Y}-{ticket_of(session, ticket_id).id:06d}"


def test_a_made_up_token_is_not_found(villager: Program) -> None:
    tokens = ("", "x" * 22, "1111111111111111111111", "%00", "..%2f..", "长" * 22)
    assert {token: villager.gets(f"/wishes/{token}").status_code for token in tokens} == dict.fromkeys(tokens, 404)


TO_THE_26TH = {"until": "2026-10-26", "reason": "灯杆要从外地调来，下周才到。"}
FOR_NOW: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("reply", "handler", {"outcome": "for_now", "words": "灯杆明年换，先修一盏。", "promised_for": "2027-02-01"}),
    ("approve_reply", "reviewer", {}),
)
HERS: dict[str, tuple[Status, dict[str, Any], Status]] = {
    "supplement": (S.assigned, {"text": "晒坝那盏也坏了。"}, S.assigned),
    "withdraw": (S.assigned, {"reason": "自己修好了"}, S.withdrawn),
    "expedite": (S.in_progress, {}, S.in_progress),
    "rate": (S.follow_up, {"satisfaction": "satisfied"}, S.closed),
    "reopen": (S.closed, {"reason": "又不亮了"}, S.in_progress),
    "confirm_promise": (S.in_progress, {"is_kept": True, "words": "换好了"}, S.follow_up),
}


def test_all_that_she_may_do_she_may_do_here(
    villager: Program, brought_to: Callable[..., int], database: Database, county: County
) -> None:
    for verb, (status, fields, then) in HERS.items():
        wish = brought_to(status)
        prepare(database, county, wish, verb)
        token = tracking_token(wish)
        assert verb in villager.gets(f"/wishes/{token}").json()["commands"]
        told = villager.answers(token, verb, **fields)
        assert told.status_code == 200 and told.json()["status"] == then, verb
        with database.reading() as session:
            assert ticket_of(session, wish).status is then


def test_no_verb_of_hers_is_forgotten() -> None:
    by_her = {row.verb for row in TRANSITIONS if Role.resident in row.who}
    assert set(HERS) == set(RESIDENTS_VERBS) == by_her - {"submit"}


def test_what_officials_do_she_may_not(villager: Program, brought_to: Callable[..., int]) -> None:
    token = tracking_token(brought_to(S.submitted))
    for verb in sorted(set(COMMANDS) - set(HERS)):
        answer = villager.answers(token, verb, **SAID[verb])
        assert is_problem(answer, 403) and answer.json()["field"] == "verb", verb


def test_her_answer_to_a_state_that_has_changed_is_a_conflict(
    villager: Program, brought_to: Callable[..., int], database: Database, county: County
) -> None:
    wish = brought_to(S.assigned)
    seen = villager.gets(f"/wishes/{tracking_token(wish)}").json()["version"]
    with database.writing() as session:
        act(session, wish, COMMANDS["acknowledge"](), county.handler)
    assert is_problem(villager.answers(tracking_token(wish), "withdraw", seen), 409)
    assert villager.answers(tracking_token(wish), "withdraw", seen + 1).status_code == 200


# Officials


PARTS = ["三组的路灯坏了。", f"水沟堵了，请打 {PHONE}"]
OFFICIALS: dict[str, tuple[Status, str, dict[str, Any], Status]] = {
    # verb: from, by whom, with what, to
    "supplement": (S.assigned, "dispatcher", {"text": "她又来电话了。"}, S.assigned),
    "decline": (S.submitted, "dispatcher", SAID["decline"], S.declined),
    "assign": (S.submitted, "dispatcher", {"unit": "bureau", "note": "请先看现场"}, S.assigned),
    "reassign": (S.assigned, "dispatcher", {"unit": "other_bureau", "reason": "归农业局"}, S.assigned),
    "acknowledge": (S.assigned, "handler", {}, S.in_progress),
    "contact": (S.in_progress, "handler", {"way": ContactWay.visit, "is_reached": True}, S.in_progress),
    "verify": (S.in_progress, "handler", SAID["verify"], S.in_progress),
    "report_progress": (S.in_progress, "handler", SAID["report_progress"], S.in_progress),
    "inquire": (S.in_progress, "handler", SAID["inquire"], S.in_progress),
    "reply": (S.in_progress, "handler", SAID["reply"], S.replied),
    "approve_reply": (S.replied, "reviewer", {}, S.follow_up),
    "send_back": (S.replied, "reviewer", SAID["send_back"], S.in_progress),
    "follow_up": (S.follow_up, "follow_up_officer", SAID["follow_up"], S.closed),
    "close": (S.follow_up, "follow_up_officer", SAID["close"], S.closed),
    "reopen": (S.closed, "supervisor", {"reason": "回头看没有修好"}, S.in_progress),
    "merge": (S.submitted, "dispatcher", {"into": "another"}, S.merged),
    "unmerge": (S.merged, "dispatcher", {"reason": "说的是另一盏灯"}, S.submitted),
    "split": (S.submitted, "dispatcher", {"parts": PARTS}, S.submitted),
    "expedite": (S.assigned, "dispatcher", {}, S.assigned),
    "supervise": (S.in_progress, "supervisor", SAID["supervise"], S.in_progress),
    "answer_supervision": (S.in_progress, "handler", SAID["answer_supervision"], S.in_progress),
    "mark_claimable": (S.in_progress, "dispatcher", SAID["mark_claimable"], S.in_progress),
    "unmark_claimable": (S.in_progress, "dispatcher", SAID["unmark_claimable"], S.in_progress),
    "publish": (S.in_progress, "dispatcher", SAID["publish"], S.in_progress),
    "take_down": (S.in_progress, "dispatcher", SAID["take_down"], S.in_progress),
    "note": (S.closed, "handler", SAID["note"], S.closed),
    "request_return": (S.assigned, "handler", SAID["request_return"] | {"unit": "other_bureau"}, S.assigned),
    "request_extension": (S.in_progress, "handler", TO_THE_26TH, S.in_progress),
    "request_deferral": (S.in_progress, "handler", SAID["request_deferral"], S.in_progress),
    "request_exclusion": (S.in_progress, "handler", SAID["request_exclusion"], S.in_progress),
    "request_consultation": (
        S.in_progress,
        "handler",
        {"units": ["other_bureau"], "reason": "两家都说不管"},
        S.in_progress,
    ),
    "grant": (S.in_progress, "dispatcher", {"ask": "extension"}, S.in_progress),
    "refuse": (S.in_progress, "dispatcher", SAID["refuse"], S.in_progress),
    "rule": (S.in_progress, "county_dispatcher", {"unit": "other_bureau", "words": "议定由农业局主办。"}, S.assigned),
    "resume": (S.deferred, "dispatcher", SAID["resume"], S.in_progress),
    "review_deferral": (S.deferred, "dispatcher", {"until": "2026-12-25", "reason": "铁路还没有完工。"}, S.deferred),
    "keep_promise": (S.in_progress, "handler", SAID["keep_promise"], S.follow_up),
}
PREPARED: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    # what others have said before it can be said
    "unmark_claimable": (("mark_claimable", "dispatcher", SAID["mark_claimable"]),),
    "take_down": (("publish", "dispatcher", SAID["publish"]),),
    "answer_supervision": (("supervise", "supervisor", {"note": "请说明"}),),
    "grant": (("request_extension", "handler", TO_THE_26TH),),
    "refuse": (("request_extension", "handler", TO_THE_26TH),),
    "rule": (("request_consultation", "handler", {"units": ["other_bureau"], "reason": "两家都说不管"}),),
    "keep_promise": FOR_NOW,
    "confirm_promise": (*FOR_NOW, ("keep_promise", "handler", SAID["keep_promise"])),
}
ELSEWHERE = {"submit", "withdraw", "rate", "confirm_promise"}
"""A wish is entered by POST /tickets; the others are the villager's alone."""


def test_every_verb_has_its_way_in(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database, county: County
) -> None:
    by_the_clock_alone = {verb for verb in COMMANDS if {Role.system} == who_may(verb)}
    assert set(OFFICIALS) | ELSEWHERE | by_the_clock_alone == set(COMMANDS)
    assert set(EXAMPLES) == set(COMMANDS) - {"submit"} - by_the_clock_alone
    another = number_in(database, brought_to(S.submitted))
    came_through = {}
    for verb, (status, who, fields, _then) in OFFICIALS.items():
        wish = brought_to(status)
        with database.writing() as session:
            tried = 3 if verb == "close" else 0
            ticket = ticket_of(session, wish)
            ticket.follow_up_attempts = ticket.follow_up_half_days = tried
        prepare(database, county, wish, verb)
        given: dict[str, Any] = {
            name: another if value == "another" else ids(county, value) for name, value in fields.items()
        }
        done = program(who).says(number_in(database, wish), verb, **given)
        came_through[verb] = (done.status_code, done.json().get("status_to"), done.json().get("detail"))
    assert came_through == {verb: (200, then, None) for verb, (_from, _who, _with, then) in OFFICIALS.items()}


def prepare(database: Database, county: County, wish: int, verb: str) -> None:
    with database.writing() as session:
        for before, who, fields in PREPARED.get(verb, ()):
            given: dict[str, Any] = {name: ids(county, value) for name, value in fields.items()}
            act(session, wish, COMMANDS[before](**given), getattr(county, who))


def who_may(verb: str) -> set[Role]:
    return {role for row in TRANSITIONS if row.verb == verb for role in row.who}


def ids(county: County, value: Any) -> Any:
    if isinstance(value, list):
        return [ids(county, each) for each in value]
    return getattr(county, value) if isinstance(value, str) and hasattr(county, value) else value


def test_a_command_answers_with_what_it_did(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database, county: County
) -> None:
    number = number_in(database, brought_to(S.submitted))
    done = program("dispatcher").says(number, "assign", 1, unit=county.bureau).json()
    assert (done["number"], done["version"], done["is_repeat"]) == (number, 2, False)
    assert (done["status_from"], done["status_to"]) == ("submitted", "assigned")
    shown = program("handler").gets(f"/tickets/{number}").json()
    assert (shown["version"], shown["due_at"]) == (2, done["due_at"])


def test_a_ticket_is_shown_with_its_story_its_buttons_and_no_number_of_hers(
    program: Callable[[str], Program], database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, text=f"请打 {PHONE}", place=f"问 {PHONE}", name="李秀英")
        act(session, wish, Split(parts=tuple(PARTS)), county.dispatcher)
    told = program("dispatcher").gets(f"/tickets/{number_in(database, wish)}")
    ticket = told.json()
    assert PHONE not in told.text and "李秀英" not in told.text
    assert (ticket["phone"], ticket["name"]) == ("138****5678", "李**")
    assert [event["verb"] for event in ticket["events"]] == ["submit", "split"]
    assert [event["number"] for event in ticket["events"]] == [1, 2] and len(ticket["events"][1]["hash"]) == 64
    assert {"assign", "decline", "merge", "split"} <= set(ticket["commands"])


def test_each_filter_gives_exactly_what_it_says(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database, county: County
) -> None:
    wish = {status: brought_to(status, phone=None) for status in S if status is not S.merged}
    late = brought_to(S.assigned, text="水管漏了好几天了。", phone="13987654321")
    with database.writing() as session:
        for ticket_id in (late, wish[S.follow_up]):
            # What was answered, in time or too late, waits for the villager: nobody owes an answer.
            ticket_of(session, ticket_id).due_at = NOW - timedelta(hours=1)
    number = {status: number_in(database, ticket_id) for status, ticket_id in wish.items()}
    told = program("county_dispatcher")
    everything = sorted([*number.values(), number_in(database, late)], reverse=True)
    is_late = [number_in(database, late)]
    open_ones = {number[s] for s in (S.submitted, S.assigned, S.in_progress, S.deferred, S.replied, S.follow_up)} | {
        *is_late
    }
    assert numbers_of(told.gets("/tickets")) == everything
    assert numbers_of(told.gets("/tickets", status="replied")) == [number[S.replied]]
    assert numbers_of(told.gets("/tickets", stage=3)) == [number[S.deferred], number[S.in_progress]]
    assert numbers_of(told.gets("/tickets", overdue="true")) == is_late
    assert [each["is_overdue"] for each in told.gets("/tickets").json()["tickets"]].count(True) == 1
    assert set(numbers_of(told.gets("/tickets", open="true"))) == open_ones
    assert set(numbers_of(told.gets("/tickets", unit=county.bureau))) == {
        number[S.assigned],
        number[S.in_progress],
        number[S.deferred],
        *is_late,
    }
    assert numbers_of(told.gets("/tickets", q="水管")) == is_late
    assert numbers_of(told.gets("/tickets", q=number[S.closed])) == [number[S.closed]]
    assert numbers_of(told.gets("/tickets", q="139 8765 4321")) == is_late
    with database.writing() as session:
        session.execute(update(Attempt).where(col(Attempt.kind) == PHONE_SEARCH.kind).values(count=PHONE_SEARCH.most))
    assert is_problem(told.gets("/tickets", q="139 8765 4322"), 429)
    assert numbers_of(told.gets("/tickets", q="没有这样的话")) == []
    assert set(numbers_of(program("handler").gets("/tickets", mine="true"))) == {
        number[S.assigned],
        number[S.in_progress],
        number[S.deferred],
        *is_late,
    }


@pytest.mark.parametrize("query", [{}, {"open": "true"}], ids=["newest first", "in the order of time left"])
def test_pages_hold_every_ticket_once_while_others_come_in(
    program: Callable[[str], Program],
    brought_to: Callable[..., int],
    database: Database,
    county: County,
    monday: time_machine.Traveller,
    query: dict[str, str],
) -> None:
    first = {number_in(database, brought_to(S.submitted)) for _each in range(5)}
    monday.move_to(later(hours=2))
    first |= {number_in(database, brought_to(S.submitted, now=later(hours=2))) for _each in range(2)}
    told, cursor, pages = program("dispatcher"), None, []
    while True:
        answer = told.gets("/tickets", limit=2, **query, **({"cursor": cursor} if cursor else {}))
        pages.append(numbers_of(answer))
        cursor = answer.json()["cursor"]
        if cursor is None:
            break
        brought_to(S.submitted, now=later(hours=2))
        assert len(pages) < 20
    seen = [number for page in pages for number in page]
    assert len(seen) == len(set(seen)) and first <= set(seen)
    assert {len(page) for page in pages[:-1]} == {2}


SENSELESS: tuple[dict[str, str], ...] = (
    {"cursor": "x"},
    {"cursor": "~"},
    {"cursor": "9" * 40},
    {"cursor": "2026-13-45T00:00:00+00:00~1", "open": "true"},
    {"cursor": "2026-10-12T00:00:00~1", "open": "true"},
    {"cursor": "7", "open": "true"},
    {"unit": "9" * 30},
    {"unit": "0"},
    {"stage": "6"},
    {"status": "lost"},
    {"limit": "0"},
    {"limit": "201"},
    {"q": "长" * 201},
    {"open": "perhaps"},
)


def test_a_query_that_means_nothing_is_refused_in_a_sentence(program: Callable[[str], Program]) -> None:
    dispatcher = program("dispatcher")
    for query in SENSELESS:
        assert is_problem(dispatcher.gets("/tickets", **query), 422), query


def test_a_search_for_anything_finds_nothing_rather_than_fails(
    program: Callable[[str], Program], brought_to: Callable[..., int]
) -> None:
    brought_to(S.submitted, text="晒坝要修", phone=None)
    dispatcher = program("dispatcher")
    for words in ("\x00", "路\x00灯", "%", "' OR 1=1 --", '"', "*", "2026-999999"):
        assert numbers_of(dispatcher.gets("/tickets", q=words)) == [], words


def test_a_search_for_a_number_that_is_none_finds_nothing(
    program: Callable[[str], Program], brought_to: Callable[..., int]
) -> None:
    brought_to(S.submitted, phone=None)
    assert numbers_of(program("dispatcher").gets("/tickets", q="1234567890123456")) == []


def test_what_one_cannot_see_does_not_exist_and_what_one_may_not_do_is_refused(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database
) -> None:
    number = number_in(database, brought_to(S.assigned))
    wrong, handler = program("wrong_handler"), program("handler")
    assert numbers_of(wrong.gets("/tickets")) == [] and numbers_of(handler.gets("/tickets")) == [number]
    assert is_problem(wrong.gets(f"/tickets/{number}"), 404)
    assert is_problem(wrong.says(number, "acknowledge"), 404)
    assert is_problem(handler.says(number, "reassign", unit=1, reason="不归我们管"), 403)
    assert is_problem(program("administrator").gets(f"/tickets/{number}"), 404)


def test_nobody_is_let_in_without_a_token(
    villager: Program, brought_to: Callable[..., int], database: Database
) -> None:
    number = number_in(database, brought_to(S.assigned))
    stranger = Program(villager.client, "made-up")
    answers = [
        who.gets(path) for who in (villager, stranger) for path in ("/tickets", f"/tickets/{number}", "/figures")
    ]
    answers += [villager.says(number, "acknowledge"), villager.sends("/tickets", {"text": TEXT, "area": 1})]
    assert all(is_problem(answer, 401) for answer in answers)


def test_who_comes_second_is_told_and_nothing_is_done(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database, county: County
) -> None:
    wish = brought_to(S.submitted)
    number, dispatcher = number_in(database, wish), program("dispatcher")
    assert dispatcher.says(number, "assign", 1, unit=county.bureau).status_code == 200
    assert is_problem(dispatcher.says(number, "assign", 1, unit=county.other_bureau), 409)
    assert is_problem(dispatcher.says(number, "assign", unit=county.other_bureau), 409)
    with database.reading() as session:
        ticket = ticket_of(session, wish)
        holds = session.exec(select(Assignment.unit_id).where(Assignment.ticket_id == wish)).all()
    assert (ticket.version, ticket.unit_id) == (2, county.bureau)
    assert county.other_bureau not in holds


def test_the_clocks_verbs_are_the_clocks(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database
) -> None:
    number, supervisor = number_in(database, brought_to(S.in_progress)), program("supervisor")
    for verb in ("warn", "mark_overdue", "recalculate_due"):
        assert is_problem(supervisor.says(number, verb, **SAID[verb]), 403)


WRONG_COMMANDS: tuple[tuple[str | None, Any], ...] = (
    (None, {"verb": "abolish"}),
    (None, {}),
    (None, []),
    (None, "assign"),
    (None, None),
    ("unit", {"verb": "assign"}),
    ("unit", {"verb": "assign", "unit": "交通局"}),
    ("promised_for", {"verb": "reply", "outcome": "for_now", "words": "明年再说吧。"}),
    ("referred_to", {"verb": "reply", "outcome": "referred", "words": "请找法院。"}),
    ("words", {"verb": "decline", "ground": "unlawful", "words": "不"}),
    ("unit", {"verb": "assign", "unit": 999_999}),
    ("unit", {"verb": "assign", "unit": 10**40}),
    ("category", {"verb": "assign", "unit": "bureau", "category": "no_such_category"}),
    ("is_reached", {"verb": "contact", "words": "打过电话了。"}),
    ("photos", {"verb": "supplement", "text": "有照片", "photos": [1]}),
)


def test_a_command_that_does_not_parse_names_what_to_mend(
    program: Callable[[str], Program], brought_to: Callable[..., int], database: Database, county: County
) -> None:
    wish, dispatcher = brought_to(S.submitted), program("dispatcher")
    for field, body in WRONG_COMMANDS:
        if isinstance(body, dict):
            body = {name: ids(county, value) for name, value in body.items()}
        answer = dispatcher.sends(f"/tickets/{number_in(database, wish)}/commands", body)
        assert is_problem(answer, 422) and field in {None, *fields_of(answer)}, body
        assert field != "is_reached" or "“联系上了吗”还没有选，请选“是”或“否”。" in answer.text
    with database.reading() as session:
        assert ticket_of(session, wish).version == 1


def test_a_number_that_nobody_has_is_not_found(program: Callable[[str], Program]) -> None:
    dispatcher = program("dispatcher")
    for number in ("2026-999999", "2026-1", "x", "2026-" + "9" * 12, "０００", "%00", "-1"):
        assert is_problem(dispatcher.gets(f"/tickets/{number}"), 404), number


# Entering for others


def test_an_official_enters_what_she_told_him_and_once_only(
    program: Callable[[str], Program], database: Database, county: County
) -> None:
    wish = {"text": TEXT, "area": county.village, "source": "courtyard_meeting", "meeting": "8 月院落会"}
    dispatcher = program("dispatcher")
    first, second = (dispatcher.sends("/tickets", wish, key="line-1") for _press in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["number"] == second.json()["number"] and second.json()["is_repeat"]
    (ticket,) = tickets_in(database)
    assert (ticket.source, ticket.meeting) == ("courtyard_meeting", "8 月院落会")
    assert ticket.entered_by_id == county.dispatcher
    assert program("county_dispatcher").sends("/tickets", wish, key="line-1").status_code == 201
    assert is_problem(dispatcher.sends("/tickets", wish | {"text": "另一件事情"}, key="line-1"), 422)


NOT_TO_BE_ENTERED: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (422, "dispatcher", {"area": 999_999}),
    (422, "dispatcher", {"category": "no_such_category"}),
    (422, "dispatcher", {"source": "link"}),
    (422, "dispatcher", {"source": "imported"}),
    (422, "dispatcher", {"text": ""}),
    (403, "dispatcher", {"area": "county"}),
    (403, "administrator", {}),
)


def test_nobody_enters_wishes_for_elsewhere_or_of_another_origin(
    program: Callable[[str], Program], database: Database, county: County
) -> None:
    for status, who, fields in NOT_TO_BE_ENTERED:
        wish = {"text": TEXT, "area": county.village, "source": "home_visit"} | fields
        wish["area"] = ids(county, wish["area"])
        assert is_problem(program(who).sends("/tickets", wish), status), fields
    assert tickets_in(database) == []


def test_real_http_speaks_as_the_test_client_does(app: FastAPI, address: str, county: County) -> None:
    with httpx.Client(base_url=address, trust_env=False) as client:
        answer = Program(client).sends(f"/links/{TOKEN}/wishes", WISH)
        again = client.get(answer.json()["tracking_url"])
    assert (answer.status_code, again.status_code) == (201, 200)
    assert (
        answer.headers["content-type"] == "application/json" and answer.headers["x-content-type-options"] == "nosniff"
    )
