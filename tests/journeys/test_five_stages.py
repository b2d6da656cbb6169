"""征集 → 派单 → 办理 → 反馈 → 回访, told by programs alone: no page is opened, nothing is looked up but the figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.database import Database
from service.directory.models import Person
from service.oversight.checks import breaches
from tests.factories import PHONE, POSTS, TOKEN, County, build_county
from tests.support.app import app_on, serving
from tests.support.programs import Program, quick_hash
from workflows.rates import MEASURES

PASSWORD = "zwei-lampen-2026"
ANSWER = "路灯换了新的灯头，今晚起亮，请您看看。"


@dataclass
class Town:
    """A served county; everybody signs in at the door with a password."""

    url: str
    client: httpx.Client
    database: Database
    county: County

    @property
    def villager(self) -> Program:
        return Program(self.client)

    def official(self, login: str) -> Program:
        answer = self.villager.sends("/session", {"login": login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return Program(self.client, answer.json()["token"])

    def wishes(self, text: str = "三组的路灯坏了，晚上看不见路。") -> tuple[str, str]:
        """Number and secret token of a new wish."""
        body = {"text": text, "category": "lamps", "phone": PHONE, "name": "王大姐"}
        receipt = self.villager.sends(f"/links/{TOKEN}/wishes", body).json()
        return receipt["number"], receipt["tracking_token"]

    def looks(self, token: str) -> dict[str, Any]:
        return dict(self.villager.gets(f"/wishes/{token}").json())

    def counts(self, who: str = "supervisor") -> dict[str, Any]:
        """What the figures say now, zeros left out; each rate as its two parts."""
        told = self.official(who).gets("/figures").json()
        rates = {key: (rate["numerator"], rate["denominator"]) for key, rate in told["rates"].items()}
        return {name: count for name, count in told["counts"].items() if count} | rates

    def breaches(self) -> list[str]:
        with self.database.reading() as session:
            return [str(breach) for breach in breaches(session)]


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    url = str(request.getfixturevalue(f"{request.param}_url"))
    database = Database(url)
    with database.writing() as session:
        county = build_county(session)
        for who, *_post in POSTS:
            session.get_one(Person, getattr(county, who)).password_hash = quick_hash(PASSWORD)
    with serving(app_on(url, tmp_path)) as address, httpx.Client(base_url=address, trust_env=False, timeout=20) as http:
        yield Town(address, http, database, county)
    database.close()


def does(program: Program, number: str, verb: str, to: str, **fields: Any) -> dict[str, Any]:
    """The command goes through and leads there."""
    done = program.says(number, verb, **fields)
    assert (done.status_code, done.json().get("status_to")) == (200, to), done.text
    return dict(done.json())


def is_answered(town: Town, number: str, handler: Program, reviewer: Program) -> None:
    """From the unit's hands to the villager's."""
    does(handler, number, "reply", "replied", outcome="resolved", words=ANSWER)
    does(reviewer, number, "approve_reply", "follow_up")


def test_a_wish_goes_all_the_way_and_again_when_she_is_not_satisfied(town: Town) -> None:
    number, token = town.wishes()
    assert (town.looks(token)["stage"], town.looks(token)["unit"]) == (1, "清溪镇受理台")

    dispatcher, handler, reviewer = (town.official(who) for who in ("dispatcher", "handler", "reviewer"))
    assert [row["number"] for row in dispatcher.gets("/tickets", stage=1, mine="true").json()["tickets"]] == [number]
    assert handler.gets(f"/tickets/{number}").status_code == 404
    promised = does(dispatcher, number, "assign", "assigned", unit=town.county.bureau)["due_at"]
    assert (town.looks(token)["stage"], town.looks(token)["unit"], town.looks(token)["due_at"]) == (
        2,
        "县交通运输局",
        promised,
    )

    does(handler, number, "acknowledge", "in_progress")
    does(handler, number, "contact", "in_progress", way="phone", is_reached=True)
    does(handler, number, "verify", "in_progress", words="灯头烧了。")
    does(handler, number, "report_progress", "in_progress", words="灯头明天到。")
    assert "灯头明天到。" in [entry["words"] for entry in town.looks(token)["timeline"]]
    assert "灯头烧了。" not in town.villager.gets(f"/wishes/{token}").text

    does(handler, number, "reply", "replied", outcome="resolved", words="灯修好了吧？")
    assert town.looks(token)["answer"] is None
    does(reviewer, number, "send_back", "in_progress", reason="请写清楚修好没有。")
    is_answered(town, number, handler, reviewer)
    assert (town.looks(token)["stage"], town.looks(token)["answer"]) == (5, ANSWER)

    rated = town.villager.answers(token, "rate", satisfaction="dissatisfied", words="昨晚又黑了。")
    assert rated.json()["status"] == "in_progress"
    second = handler.gets(f"/tickets/{number}").json()
    assert (second["round"], second["unit_id"]) == (2, town.county.bureau)
    assert second["original_due_at"] == promised <= second["due_at"]
    assert town.looks(token)["answer"] is None
    assert town.counts()["dissatisfied"] == 1

    is_answered(town, number, handler, reviewer)
    assert town.villager.answers(token, "rate", satisfaction="satisfied", is_resolved=True).json()["status"] == "closed"
    story = dispatcher.gets(f"/tickets/{number}").json()["events"]
    assert [(event["round"], event["verb"]) for event in story] == [
        *((1, verb) for verb in ("submit", "assign", "acknowledge", "contact", "verify", "report_progress")),
        *((1, verb) for verb in ("reply", "send_back", "reply", "approve_reply")),
        (2, "rate"),
        *((2, verb) for verb in ("reply", "approve_reply", "rate")),
    ]
    once = ("collected", "concluded", "closed", "answered_on_time", "closed_on_time", "valid", "contacted", "resolved")
    once += (
        "satisfied",
        "closed_as_promised",
        *(f"raw_{name}" for name in ("valid", "contacted", "resolved", "satisfied")),
    )
    way = ("dispatched", "dispatch_settled", "right_first", "answered", "redone", "heard")
    nothing = {"return_rate": (0, 1), "backlog_rate": (0, 0), "promises_kept": (0, 0)}
    rates = {measure.key: (1, 1) for measure in MEASURES} | nothing
    assert town.counts() == dict.fromkeys((*once, *way), 1) | rates
    assert town.breaches() == []


def test_who_does_not_rate_is_called_by_somebody_from_outside_until_she_answers(town: Town) -> None:
    number, _token = town.wishes()
    does(town.official("dispatcher"), number, "assign", "assigned", unit=town.county.bureau)
    handler, caller = town.official("handler"), town.official("follow_up_officer")
    does(handler, number, "acknowledge", "in_progress")
    is_answered(town, number, handler, town.official("reviewer"))
    assert handler.says(number, "follow_up", result="unreachable").status_code == 403
    does(caller, number, "follow_up", "follow_up", result="unreachable")
    assert caller.says(number, "close", reason="打不通").status_code == 422
    her_words = {"was_contacted": False, "is_resolved": True, "satisfaction": "basically_satisfied"}
    does(caller, number, "follow_up", "closed", result="answered", **her_words)
    counts = town.counts()
    assert (counts["satisfaction_rate"], counts["response_rate"], counts["resolution_rate"]) == (
        (0.9, 1),
        (0, 1),
        (1, 1),
    )
    assert counts["composite"] == (0.86, 1)
    assert town.breaches() == []


def test_neighbours_who_said_the_same_are_answered_together(town: Town) -> None:
    (main, _mine), (twin, her_token), (third, third_token) = town.wishes(), town.wishes(), town.wishes()
    dispatcher, handler, reviewer = (town.official(who) for who in ("dispatcher", "handler", "reviewer"))
    does(dispatcher, third, "merge", "merged", into=twin)
    does(dispatcher, twin, "merge", "merged", into=main, reason="同一盏灯")
    assert dispatcher.says(main, "merge", into=twin).status_code == 422
    assert (town.counts()["collected"], town.counts()["open"]) == (3, 3)
    does(dispatcher, main, "assign", "assigned", unit=town.county.bureau)
    does(handler, main, "acknowledge", "in_progress")
    is_answered(town, main, handler, reviewer)
    for token in (her_token, third_token):
        assert (town.looks(token)["status"], town.looks(token)["answer"]) == ("merged", ANSWER)
        assert town.villager.answers(token, "rate", satisfaction="satisfied").json()["status"] == "merged"
        assert town.villager.answers(token, "rate", satisfaction="dissatisfied").status_code in {409, 422}
    does(
        town.official("follow_up_officer"),
        main,
        "follow_up",
        "closed",
        result="answered",
        was_contacted=True,
        is_resolved=True,
        satisfaction="satisfied",
    )
    counts = town.counts()
    assert (counts["collected"], counts["concluded"], counts["merged"], counts["valid"]) == (3, 3, 2, 1)
    assert town.breaches() == []


def test_two_matters_in_one_wish_become_two_more_each_with_its_own_unit(town: Town) -> None:
    number, _token = town.wishes(f"路灯坏了，水沟也堵了。请打 {PHONE}")
    dispatcher = town.official("dispatcher")
    does(dispatcher, number, "split", "submitted", parts=["路灯坏了。", "水沟也堵了。"])
    rows = dispatcher.gets("/tickets", open="true").json()["tickets"]
    parts = {row["text"]: row["number"] for row in rows if row["number"] != number}
    assert set(parts) == {"路灯坏了。", "水沟也堵了。"} and all(row["due_at"] and row["unit_id"] for row in rows)
    does(dispatcher, parts["路灯坏了。"], "assign", "assigned", unit=town.county.bureau)
    does(dispatcher, parts["水沟也堵了。"], "assign", "assigned", unit=town.county.other_bureau)
    handler, other = town.official("handler"), town.official("wrong_handler")
    assert [row["number"] for row in handler.gets("/tickets").json()["tickets"]] == [parts["路灯坏了。"]]
    assert [row["number"] for row in other.gets("/tickets").json()["tickets"]] == [parts["水沟也堵了。"]]
    assert (town.counts()["collected"], town.counts()["open"]) == (3, 3)
    assert town.breaches() == []


def test_what_was_declined_can_be_taken_back_and_what_she_withdraws_is_over(town: Town) -> None:
    number, token = town.wishes()
    dispatcher, supervisor = town.official("dispatcher"), town.official("supervisor")
    words = "这盏灯是电信公司的，请拨打 10000 报修。"
    does(dispatcher, number, "decline", "declined", ground="outside_public_duties", words=words)
    assert words in [entry["words"] for entry in town.looks(token)["timeline"]]
    assert (town.counts()["declined"], town.counts()["concluded"]) == (1, 1)
    does(supervisor, number, "reopen", "submitted", reason="灯杆是镇里的，应当受理。")
    back = dispatcher.gets(f"/tickets/{number}").json()
    assert (back["round"], back["unit_id"]) == (2, town.county.town_desk) and back["due_at"]
    does(dispatcher, number, "assign", "assigned", unit=town.county.bureau)
    does(dispatcher, number, "reassign", "assigned", unit=town.county.other_bureau, reason="交通局说不是他们的灯")
    assert town.villager.answers(token, "expedite", note="孩子放学怕黑").status_code == 200
    assert town.villager.answers(token, "expedite").status_code == 422
    assert town.villager.answers(token, "withdraw", reason="邻居修好了").json()["status"] == "withdrawn"
    assert dispatcher.says(number, "reassign", unit=town.county.bureau, reason="再看看").status_code == 409
    assert {name: town.counts()[name] for name in ("collected", "concluded", "withdrawn")} == {
        "collected": 1,
        "concluded": 1,
        "withdrawn": 1,
    }
    assert town.breaches() == []
