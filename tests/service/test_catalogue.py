"""English: every sentence has its translation, and no page shows Chinese but what people and places are called."""

import gettext
import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from sqlmodel import Session, select
from starlette.testclient import TestClient

from service import web
from service.app import ROUTERS
from service.database import Database
from service.directory.defaults import CATEGORIES
from service.directory.models import Area, CalendarYear, Category, Link, Person, Unit
from service.issues import lifecycle as issues
from service.local_words import Catalogue, LocalWords
from service.reports.attention import BY_KEY
from service.reports.ticket_pages import COUNT_WORDS
from service.sealing import secret_address, tracking_token
from service.security import SESSION_COOKIE
from service.tickets.views import VIEWS
from service.whistles import lifecycle as whistles
from service.whistles.listing import VIEWS as WHISTLE_VIEWS
from tests import messages
from tests.factories import TEXT, TOKEN, County, act, actor, build_county, later, sign_in, wish_in
from tests.factories import number_of as number_in
from tests.support.app import app_on
from tests.workflows.china import CHINA, at
from workflows import commands as c
from workflows import issue_commands as i
from workflows import whistle_commands as w
from workflows.actors import system
from workflows.explanations import in_words
from workflows.statuses import Status
from workflows.terms import working_days
from workflows.whistle_words import WhistleKind, WhistleReason

PLACEHOLDER = re.compile(r"%%|%\(\w+\)s|\{\w*\}")
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]+")
HEADER = "Content-Transfer-Encoding"
KNOWN = {message.id: message for message in messages.catalogue() if message.id}


def chinese(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def english(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_every_sentence_of_the_source_is_in_the_catalogue_and_nothing_else() -> None:
    wanted = {message.id for message in messages.source() if message.id}
    assert (sorted(map(str, wanted - KNOWN.keys())), sorted(map(str, KNOWN.keys() - wanted))) == ([], []), (
        "run: make messages"
    )


def test_every_sentence_has_english() -> None:
    assert [chinese(message) for message in KNOWN.values() if not all(map(str.strip, english(message)))] == []


def test_nothing_is_guessed_or_left_over() -> None:
    assert [chinese(message) for message in KNOWN.values() if message.fuzzy] == []
    assert list(messages.catalogue().obsolete) == []


def test_english_has_the_placeholders_of_the_chinese_and_a_plural_wherever_it_counts() -> None:
    assert [
        (chinese(message), form)
        for message in KNOWN.values()
        for form in english(message)
        if sorted(PLACEHOLDER.findall(chinese(message))) != sorted(PLACEHOLDER.findall(form))
    ] == []
    assert {len(english(message)) for message in KNOWN.values() if message.pluralizable} == {2}


def test_the_catalogue_is_written_as_make_messages_writes_it() -> None:
    """Whoever runs it next changes nothing but what is new."""
    text = messages.CATALOGUE.read_text(encoding="utf-8")
    assert messages.written(messages.catalogue()) == text
    assert not re.search(r"^#:|Date:|Translator|Generated", text, re.MULTILINE)


@pytest.fixture
def speaks_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[gettext.GNUTranslations]:
    """The catalogue as it is written now, whenever `make assets` compiled it last."""
    compiled = io.BytesIO()
    write_mo(compiled, messages.catalogue())
    compiled.seek(0)
    words = Catalogue(compiled)
    web.translations.cache_clear()
    web.environment.cache_clear()
    monkeypatch.setattr(
        gettext,
        "translation",
        lambda name, folder, languages, *how, **more: words if languages == ["en"] else _chinese(),
    )
    yield words
    web.translations.cache_clear()
    web.environment.cache_clear()


def _chinese() -> gettext.NullTranslations:
    return gettext.NullTranslations()


def test_it_compiles_and_counts(speaks_english: gettext.GNUTranslations) -> None:
    assert speaks_english.gettext("微愿") == "Micro-wishes"
    assert web.translations("en").gettext("") == ""
    assert [speaks_english.ngettext("{n} 天", "{n} 天", n).format(n=n) for n in (1, 2)] == ["1 day", "2 days"]


@time_machine.travel(later(), tick=False)
def test_moments_are_said_as_english_says_them(speaks_english: gettext.GNUTranslations) -> None:
    local = LocalWords(ZoneInfo("Asia/Shanghai"), speaks_english)
    assert local.day(later()) == "October\u00a012"
    assert local.day(later(days=365)) == "October\u00a012,\u00a02027"
    assert local.weekday(later()) == "Monday, October\u00a012"
    assert local.time(later()) == "October\u00a012, 10:00"
    assert [local.when(later(**span)) for span in ({"hours": -1}, {"days": 3}, {})] == [
        "1 hour ago",
        "in 3 days",
        "just now",
    ]
    assert [chip.words for span in (-30, 5) if (chip := local.left(later(hours=span)))] == [
        "1 day overdue",
        "5 hours left",
    ]


def test_a_deadline_is_explained_in_one_english_sentence(speaks_english: gettext.GNUTranslations) -> None:
    translate = LocalWords(ZoneInfo("Asia/Shanghai"), speaks_english)._
    assert in_words(CHINA.explain(at("2026-09-28 10:00"), working_days(5)), translate) == (
        "5 working days, counted from the day after September 28, without National Day (October 1 to 7), "
        "counting the make-up working day October 10, until 18:00 on October 10"
    )


# Pages

VIEWERS = ("county_dispatcher", "dispatcher", "handler", "reviewer", "follow_up_officer", "supervisor", "administrator")
TYPED = re.compile(r'(<textarea[^>]*>|class="as-typed">)[^<]*|(<input[^>]*?) value="[^"]*"')
"""What stands in a field is what somebody typed, or what he is about to change."""
VILLAGER_PAGES = (
    "/",
    "/sign-in",
    "/track",
    f"/w/{TOKEN}",
    "/w/nobodyKnw",
    "/t/a-page-of-nobody",
    "/nowhere",
)
SPOKEN = (TEXT, "路灯已经修好，请您看看。", "这件事请到法院起诉。", "请先到现场看看。", "还没有修好。")
"""What people typed stays as they typed it."""


@dataclass(frozen=True)
class Setting:
    """The county, its tickets by status, and everything that is data and no sentence of ours."""

    app: FastAPI
    database: Database
    county: County
    tickets: dict[Status, int]
    numbers: dict[Status, str]
    data: tuple[str, ...]

    def browser(self, person_id: int | None = None) -> TestClient:
        cookies = {"lang": "en"}
        if person_id is not None:
            with self.database.writing() as session:
                cookies[SESSION_COOKIE] = sign_in(session, person_id)
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        return TestClient(self.app, cookies=cookies, headers=headers, follow_redirects=False)

    def chinese_on(self, page: str) -> list[str]:
        words = html.unescape(TYPED.sub(r"\1\2", page))
        for known in self.data:
            words = words.replace(known, "")
        return CHINESE.findall(words)


@pytest.fixture
def setting(sqlite_database: Database, sqlite_url: str, tmp_path: Path, speaks_english: object) -> Iterator[Setting]:
    with time_machine.travel(later(), tick=True), sqlite_database.writing() as session:
        county = build_county(session)
        _name_categories(session)
        tickets = {status: wish_in(session, county, status) for status in Status if status is not Status.deferred}
        _live_a_little(session, county, tickets)
        numbers = {status: number_in(session, ticket) for status, ticket in tickets.items()}
        data = _data(session)
    with time_machine.travel(later(hours=1), tick=True):
        app = app_on(sqlite_url, tmp_path, county_name="Qingling")
        with TestClient(app):
            yield Setting(app, sqlite_database, county, tickets, numbers, data)


def _name_categories(session: Session) -> None:
    """As a new county has them: these names are ours, and have English."""
    for row, default in zip(session.exec(select(Category)).all(), CATEGORIES, strict=False):
        row.name, row.prompts = default.name, "\n".join(default.prompts)


def _live_a_little(session: Session, county: County, tickets: dict[Status, int]) -> None:
    """Facts and words of the timeline that no plain road through the statuses has."""
    handled = tickets[Status.in_progress]
    act(session, handled, c.Contact(is_reached=True, words="还没有修好。"), county.handler)
    act(session, handled, c.Verify(words="请先到现场看看。"), county.handler)
    act(session, handled, c.Supervise(note="请先到现场看看。"), county.supervisor)
    act(session, handled, c.MarkOverdue(), system("overdue"), later(days=30))
    _blow_a_whistle(session, county, handled)
    _make_an_issue(session, county, handled)
    reassign = c.Reassign(unit=county.other_bureau, reason="请先到现场看看。")
    act(session, tickets[Status.assigned], reassign, county.dispatcher)


def _make_an_issue(session: Session, county: County, ticket: int) -> None:
    """Answered once: one wish got the words, the other is not dispatched yet."""
    dispatcher, handler = (actor(session, ticket, who) for who in (county.dispatcher, county.handler))
    in_hand, waiting = wish_in(session, county, Status.in_progress), wish_in(session, county, Status.submitted)
    numbers = tuple(number_in(session, each) for each in (in_hand, waiting))
    command = i.CreateIssue(title="还没有修好。", public_text="请先到现场看看。", tickets=numbers)
    issue = issues.create(session, command, dispatcher, later()).issue_id
    answer = i.AnswerIssue(outcome=c.Outcome.explained, words="请先到现场看看。")
    issues.perform(session, issue, answer, handler, later())


def _blow_a_whistle(session: Session, county: County, ticket: int) -> None:
    """One bureau has come and plans, the other has not, and is late."""
    words = "请先到现场看看。"
    blown = w.BlowWhistle(
        kind=WhistleKind.emergency,
        reason=WhistleReason.beyond_power,
        text=words,
        lead=county.other_bureau,
        supporting=(county.bureau,),
    )
    whistle = whistles.blow(session, ticket, blown, actor(session, ticket, county.dispatcher), later())
    step = w.MilestoneDraft(title=words, unit=county.other_bureau, due=later(days=9).date())
    for command in (w.ReportIn(is_on_site=True, place=words, words=words), w.PlanWork(milestones=(step,))):
        whistles.perform(session, whistle, command, actor(session, ticket, county.wrong_handler), later())


def _data(session: Session) -> tuple[str, ...]:
    """Names of places, units and people, longest first so that no part of one is left standing."""
    columns: tuple[Any, ...] = (*(Area.name, Unit.name, Unit.short_name, Person.name, Link.label, CalendarYear.source),)
    found = {value for column in columns for value in session.exec(select(column)).all()}
    return tuple(sorted((*found, *SPOKEN, ">中文<"), key=len, reverse=True))


def plain_pages(routes: Iterable[object] | None = None) -> Iterator[str]:
    """Every page that needs nothing in its address."""
    for route in ROUTERS if routes is None else routes:
        inner = getattr(route, "original_router", route)
        if isinstance(inner, APIRouter):
            yield from plain_pages(inner.routes)
        elif isinstance(inner, APIRoute) and "GET" in inner.methods and "{" not in inner.path:
            yield inner.path


def pages_about(setting: Setting) -> list[str]:
    """The pages of the very things that this county has."""
    county = setting.county
    return [
        *(f"/desk/tickets/{number}" for number in setting.numbers.values()),
        *(f"/desk/units/{unit}" for unit in (county.bureau, county.town_desk)),
        *(f"/desk/areas/{area}" for area in (county.county, county.village)),
        *(f"/desk/people/{person}" for person in (county.handler, county.administrator)),
        *(f"/desk/categories/{county.lamps}", f"/desk/links/{TOKEN}", f"/desk/links/{TOKEN}/poster"),
        *(f"/desk?view={view.name}" for view in VIEWS),
        *(f"/desk/whistles/1?open={verb}" for verb in ("plan_work", "report_milestone", "call_more", "report_in")),
        *("/desk/issues/1", "/desk/issues/1?open=answer_issue", f"/i/{secret_address('issue', 1)}"),
        f"/desk/issues?like={setting.numbers[Status.in_progress]}",
        *(f"/desk/whistles?view={view.name}" for view in WHISTLE_VIEWS),
        f"/desk/tickets/{setting.numbers[Status.in_progress]}/whistle",
        *("/desk?q=2026", "/board?area=2", "/desk/tickets/2026-999999", "/desk/calendar?year=2027"),
    ]


def pages_behind_figures() -> list[str]:
    counts, concerns = (f"count={count}" for count in COUNT_WORDS), (f"concern={concern}" for concern in BY_KEY)
    return [f"/board/tickets?{behind}" for behind in (*counts, *concerns)]


def wrong_on(setting: Setting, client: TestClient, paths: Iterable[str]) -> dict[str, Any]:
    """By address: what is Chinese there, and what should never be on any page."""
    return {path: wrong for path in paths if (wrong := wrong_in(setting, client.get(path)))}


def wrong_in(setting: Setting, answer: Any) -> list[Any]:
    if "html" not in answer.headers.get("content-type", ""):
        return []
    broken = [answer.status_code] if answer.status_code >= 500 or HEADER in answer.text else []
    return broken + setting.chinese_on(answer.text)


def test_pages_of_officials_are_english(setting: Setting) -> None:
    paths = sorted({*plain_pages(), *pages_about(setting)})
    assert len(paths) > 40
    found = {who: wrong_on(setting, setting.browser(getattr(setting.county, who)), paths) for who in VIEWERS}
    found["the figures"] = wrong_on(setting, setting.browser(setting.county.supervisor), pages_behind_figures())
    assert {who: wrong for who, wrong in found.items() if wrong} == {}


def test_pages_of_villagers_are_english(setting: Setting) -> None:
    own = [f"/t/{tracking_token(ticket)}" for ticket in setting.tickets.values()]
    receipts = [path.replace("/t/", "/r/") for path in own]
    assert wrong_on(setting, setting.browser(), [*VILLAGER_PAGES, *own, *receipts]) == {}


def test_what_a_page_answers_to_a_mistake_is_english(setting: Setting) -> None:
    villager, dispatcher = setting.browser(), setting.browser(setting.county.dispatcher)
    ticket, number = setting.tickets[Status.submitted], setting.numbers[Status.submitted]
    answers = {
        "an empty wish": villager.post(f"/w/{TOKEN}", data={"kind": "trouble", "text": "", "area": "x", "phone": "1"}),
        "a wrong code": villager.post("/track", data={"number": number, "code": "000000"}),
        "a wrong number": villager.post("/track", data={"number": "x", "code": "000000"}),
        "nothing to add": villager.post(f"/t/{tracking_token(ticket)}/supplement", data={"version": "1"}),
        "a wrong password": villager.post("/sign-in", data={"login": "nobody", "password": "x"}),
        "no unit": dispatcher.post(f"/desk/tickets/{number}/assign", data={"verb": "assign", "version": "1"}),
        "an old page": dispatcher.post(
            f"/desk/tickets/{number}/note", data={"verb": "note", "version": "9", "words": "x"}
        ),
        "an empty meeting": dispatcher.post("/desk/meeting", data={"lines": "", "check": "1"}),
        "a meeting with faults": dispatcher.post("/desk/meeting", data={"lines": "x\tx\tx", "check": "1"}),
        "an empty entry": dispatcher.post("/desk/new", data={}),
        "nothing ticked": dispatcher.post("/desk/bulk", data={"verb": "assign"}),
    }
    assert {what: wrong for what, answer in answers.items() if (wrong := wrong_in(setting, answer))} == {}
    assert [what for what, answer in answers.items() if answer.status_code < 400 and answer.status_code != 200] == []
