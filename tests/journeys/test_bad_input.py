"""Whatever is typed, sent or mangled: a plain sentence, the words come back, nothing is half done, no traceback."""

import html
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlmodel import col, func, select

from service import clock, keys
from service.app import ROUTERS
from service.database import Database
from service.directory.lifecycle import LinkTerms, create_link
from service.directory.models import Appointment, Link
from service.oversight.checks import breaches
from service.sealing import tracking_token
from service.security import SESSION_COOKIE
from service.tickets.models import Ticket
from tests.factories import TOKEN, County, act, build_county, number_of, sign_in, submit_wish
from tests.support import postgres, server
from tests.support.databases import fresh_name
from tests.support.keys import KEYRING
from tests.support.officials import Page
from tests.support.programs import Program, is_problem
from tests.support.server import Server
from workflows.commands import Assign
from workflows.statuses import POSTS

MANY = "长" * 100_000
TAKEN: dict[str, str] = {
    "emoji": "路灯坏了😭👨‍👩‍👧‍👦🏮",
    "right to left": "\u202e路灯坏了\u202c שלום",
    "HTML": "<script>alert(1)</script><b>路灯</b>&amp;",
    "SQL": "'; DROP TABLE ticket; -- 路灯",
    "a template": "{{ 7*7 }} {% raw %} ${jndi} %(n)s {due}",
    "lines": "一、路灯\n\n二、水管\t漏",
    "rare signs": "𠮷家村\U0002a6d6的路",
    "the longest": "长" * 5000,
}
WITHOUT_TURNS = str.maketrans("", "", "\u202e\u202c")
"""Signs that would turn what stands around them on a page: they are kept with her words, and not shown."""
REFUSED: dict[str, str] = {"nothing": "", "one sign": "灯", "spaces": " \n\u3000\u200b ", "100,000 signs": MANY}


@dataclass
class World:
    """A served county; `page` and `program` are a villager's browser and a villager's program."""

    server: Server
    database: Database
    county: County
    page: httpx.Client

    @property
    def program(self) -> Program:
        return Program(self.page)

    def opens(self, path: str) -> Page:
        return Page(self.page.get(path))  # type: ignore[arg-type]

    def says(self, text: str, token: str = TOKEN, **fields: str) -> Page:
        data = {"text": text, "kind": "trouble", "area": str(self.county.village), "category": "lamps"} | fields
        return Page(self.page.post(f"/w/{token}", data=data))  # type: ignore[arg-type]

    def wish(self) -> int:
        """Of a household of its own: of one that asks again and again, the clock would warn in the middle of a test."""
        with self.database.writing() as session:
            return submit_wish(session, self.county, clock.now(), phone=None)

    def official(self, who: str) -> httpx.Client:
        with self.database.writing() as session:
            secret = sign_in(session, getattr(self.county, who))
        return self.server.client(cookies={SESSION_COOKIE: secret})

    def address(self, wish: int) -> str:
        with self.database.reading() as session:
            return f"/desk/tickets/{number_of(session, wish)}"

    def tickets(self) -> int:
        with self.database.reading() as session:
            return int(session.exec(select(func.count()).select_from(Ticket)).one())

    def newest(self) -> Ticket:
        with self.database.reading() as session:
            return session.exec(select(Ticket).order_by(col(Ticket.id).desc()).limit(1)).one()

    def ticket(self, wish: int) -> Ticket:
        with self.database.reading() as session:
            return session.get_one(Ticket, wish)

    def breaches(self) -> list[str]:
        with self.database.reading() as session:
            return [str(breach) for breach in breaches(session)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    keys.use(KEYRING)
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        (folder / "weiyuan.db").write_bytes(template.read_bytes())
        yield from serving(f"sqlite:///{folder / 'weiyuan.db'}", folder)
        return
    template_name = request.getfixturevalue("postgres_template")
    with postgres.database(request.getfixturevalue("postgres_server"), fresh_name(), template_name) as url:
        yield from serving(url, folder)


def serving(url: str, folder: Path) -> Iterator[World]:
    database = Database(url)
    with database.writing() as session:
        county = build_county(session)
    started = server.start(server.environment(url, folder, WEIYUAN_MAX_BODY_MB="1"), folder)
    try:
        with started.client(headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}) as page:
            yield World(started, database, county, page)
    finally:
        started.stop()
        database.close()


@pytest.fixture
def world(served: World) -> Iterator[World]:
    """After every test: nothing is half done, and the log holds neither a traceback nor a 5xx."""
    read = len(served.server.log_text())
    yield served
    assert served.breaches() == []
    log = served.server.log_text()[read:]
    assert "Traceback" not in log and not re.search(r"status=5\d\d", log), log


# Her words


def test_strange_words_are_kept_as_typed_and_shown_as_words(world: World) -> None:
    for name, words in TAKEN.items():
        answer = world.says(words)
        assert (answer.status, answer.goes_to[:3]) == (303, "/r/"), (name, answer.words)
        assert world.newest().wish == words, name
        page = world.opens(answer.goes_to.replace("/r/", "/t/"))
        assert page.status == 200 and words[:200].translate(WITHOUT_TURNS) in html.unescape(page.source), name
        assert "<script>alert" not in page.source
        receipt = world.program.sends(f"/links/{TOKEN}/wishes", {"text": words})
        assert receipt.status_code == 201 and world.newest().wish == words, name


def test_what_no_screen_can_show_is_left_out(world: World) -> None:
    assert world.says("路\x00灯\x07坏了\ufeff").status == 303
    assert world.newest().wish == "路灯坏了"
    assert world.program.sends(f"/links/{TOKEN}/wishes", {"text": "水\x00管漏了"}).status_code == 201
    assert world.newest().wish == "水管漏了"


def test_too_little_and_too_much_come_back_filled_with_a_sentence_beside_the_field(world: World) -> None:
    before = world.tickets()
    for name, words in REFUSED.items():
        page = world.says(words, place="三组晒坝", phone="13812345678")
        assert page.status == 422, name
        assert page.value_of("text").strip() == words.strip(" \n\u3000\u200b"), name
        assert (page.value_of("place"), page.value_of("phone")) == ("三组晒坝", "13812345678")
        assert re.search(r'id="text-error">.*?字。', page.source, re.DOTALL), name
        assert is_problem(world.program.sends(f"/links/{TOKEN}/wishes", {"text": words}), 422), name
    assert "现在有 100000 个字" in world.says(MANY).words
    assert world.tickets() == before


def test_every_other_field_that_is_wrong_is_named_and_all_comes_back(world: World) -> None:
    before = world.tickets()
    wrong = {
        "phone": "没有电话",
        "category": "no_such_category",
        "area": "999999",
        "kind": "complaint",
        "name": "名" * 41,
        "place": "处" * 201,
    }
    for name, typed in wrong.items():
        page = world.says("村口的路灯坏了。", **{name: typed})
        assert page.status == 422 and page.value_of("text") == "村口的路灯坏了。", name
        assert 'class="error"' in page.source, name
    page = world.says("村口的路灯坏了。", **wrong)
    assert page.status == 422 and page.source.count('class="error"') >= 4
    assert world.tickets() == before


def test_one_button_pressed_many_times_is_one_wish(world: World) -> None:
    before = world.tickets()

    def press(_finger: int) -> str:
        with world.server.client() as browser:
            data = {
                "text": "路灯坏了两盏。",
                "kind": "trouble",
                "area": str(world.county.village),
                "form_key": "k-press",
            }
            return str(browser.post(f"/w/{TOKEN}", data=data).headers.get("location"))

    with ThreadPoolExecutor(6) as fingers:
        assert len(set(fingers.map(press, range(12)))) == 1
    assert world.tickets() == before + 1


# What no browser sends


def test_what_is_too_large_is_refused_in_a_sentence(world: World) -> None:
    huge = b"x" * 5_000_000
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = {
        "announced": world.page.post(f"/w/{TOKEN}", content=b"text=" + huge, headers=form),
        "elsewhere": world.page.post("/track", content=b"number=" + huge[:2_000_000], headers=form),
        "in pieces": world.page.post(f"/w/{TOKEN}", content=in_pieces(b"text=" + huge), headers=form),
        "a field in pieces": world.page.post(
            f"/w/{TOKEN}", content=in_pieces(b"text=" + huge[:1_500_000]), headers=form
        ),
        "pieces elsewhere": world.page.post("/track", content=in_pieces(b"number=" + huge), headers=form),
        "pieces at the door": world.page.post("/sign-in", content=in_pieces(b"login=" + huge), headers=form),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 413)
    assert all("太大了" in answer.text for answer in answers.values())
    assert is_problem(world.program.sends(f"/links/{TOKEN}/wishes", {"text": "x" * 1_200_000}), 413)


def in_pieces(body: bytes) -> Iterator[bytes]:
    """Sent without saying beforehand how much it will be."""
    yield from (body[at : at + 16_384] for at in range(0, len(body), 16_384))


def test_a_form_in_another_form_is_answered_by_a_page(world: World) -> None:
    before = world.tickets()
    bodies: dict[str, tuple[bytes, str]] = {
        "JSON": (b'{"text": "\xe8\xb7\xaf\xe7\x81\xaf"}', "application/json"),
        "no type": (b"text=lamps", ""),
        "XML": (b"<text>lamps</text>", "text/xml"),
        "parts without end": (
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nla',
            "multipart/form-data; boundary=x",
        ),
        "parts without mark": (b"text=lamps", "multipart/form-data"),
        "no parts": (b"", "multipart/form-data; boundary=x"),
        "not UTF-8": (b"text=%ff%fe%fd", "application/x-www-form-urlencoded"),
        "a thousand fields": (b"&".join(b"f%d=1" % n for n in range(1500)), "application/x-www-form-urlencoded"),
        "a picture named text": (
            b'--x\r\nContent-Disposition: form-data; name="text"; filename="a.jpg"\r\n\r\nlamps\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    }
    for name, (body, kind) in bodies.items():
        answer = world.page.post(f"/w/{TOKEN}", content=body, headers={"Content-Type": kind} if kind else {})
        assert 400 <= answer.status_code < 500 and answer.headers["content-type"].startswith("text/html"), name
        assert re.search(r"[\u4e00-\u9fff]{4}", answer.text), name
    assert world.tickets() == before


def test_a_method_that_an_address_does_not_know_is_refused_in_a_sentence(world: World) -> None:
    for method, path in (("PUT", f"/w/{TOKEN}"), ("DELETE", "/board"), ("PATCH", "/track"), ("POST", "/healthz")):
        answer = world.page.request(method, path)
        assert answer.status_code == 405 and "不能这样用" in answer.text, path


# Links


def test_links_that_take_no_wishes_say_whom_to_ask_and_give_her_words_back(world: World) -> None:
    now, before = clock.now(), world.tickets()
    with world.database.writing() as session:
        revoked, expired, full = (
            create_link(session, world.county.village, LinkTerms("群"), now) for _link in range(3)
        )
        revoked.revoked_at, expired.valid_until = now, (now - timedelta(days=2)).date()
        full.daily_cap = 1
        submit = submit_wish(session, world.county, now)
        session.get_one(Ticket, submit).link_id = full.id
        tokens = {revoked.token: 410, expired.token: 410, full.token: 429, "unknown9": 404, "x" * 33: 404, "%00": 404}
    for token, status in tokens.items():
        page = world.opens(f"/w/{token}")
        assert page.status == status and "青岭县" not in page.goes_to, token
        assert re.search(r"受理(台|中心)", page.words), page.words
        said = world.says("我的路灯还是没有修好。", token)
        assert said.status == status and "我的路灯还是没有修好。" in said.words, token
        assert is_problem(world.program.sends(f"/links/{token}/wishes", {"text": "路灯坏了"}), status), token
    assert world.tickets() == before + 1
    with world.database.reading() as session:
        assert session.exec(select(Link.revoked_at).where(Link.token == TOKEN)).one() is None


def test_made_up_addresses_of_wishes_are_not_found_in_a_sentence(world: World) -> None:
    for token in ("x", "1" * 22, "%00", "%ff", "..%2f..%2fetc", "长" * 22, "a" * 3000):
        for path in (f"/t/{token}", f"/r/{token}", f"/t/{token}/photos/1"):
            page = world.opens(path)
            assert page.status == 404 and "没有找到" in page.words, path


# Too late, twice, and not now


def test_a_button_of_a_page_that_is_out_of_date_does_nothing_and_gives_her_words_back(world: World) -> None:
    wish = world.wish()
    with world.database.writing() as session:
        act(session, wish, Assign(unit=world.county.bureau), world.county.dispatcher, clock.now())
    for version in ("1", "", "x", "-1", "9" * 30, "١"):
        page = Page(
            world.page.post(
                f"/t/{tracking_token(wish)}/supplement", data={"version": version, "text": "晒坝那盏也坏了"}
            )  # type: ignore[arg-type]
        )
        assert page.status == 409 and "晒坝那盏也坏了" in html.unescape(page.source), version
    assert world.ticket(wish).version == 2


def test_what_is_not_possible_now_is_refused_in_a_sentence(world: World) -> None:
    wish = world.wish()
    for verb in ("rate", "reopen"):
        data = {"version": "1", "satisfaction": "satisfied", "reason": "还是黑的", "words": "还是黑的"}
        page = Page(world.page.post(f"/t/{tracking_token(wish)}/{verb}", data=data))  # type: ignore[arg-type]
        assert page.status == 409 and "现在这一步不能做这件事" in page.words and "还是黑的" in page.words
    for verb in ("assign", "abolish", "%00"):
        assert world.page.post(f"/t/{tracking_token(wish)}/{verb}", data={"version": "1"}).status_code == 404
    assert world.ticket(wish).version == 1


def test_an_officials_form_that_is_wrong_late_or_not_his_comes_back_filled(world: World) -> None:
    wish = world.wish()
    here, bureau = world.address(wish), str(world.county.bureau)
    with world.official("dispatcher") as dispatcher, world.official("handler") as handler:

        def press(verb: str, **typed: str) -> Page:
            return Page(dispatcher.post(f"{here}/{verb}", data={"version": "1", **typed}))  # type: ignore[arg-type]

        assert handler.get(here).status_code == 404
        wrong: tuple[tuple[int, Callable[[], Page]], ...] = (
            (422, lambda: press("assign", note="请先看现场")),
            (422, lambda: press("assign", unit="9" * 30, note="请先看现场")),
            (422, lambda: press("assign", unit="交通局", note="请先看现场")),
            (422, lambda: press("assign", unit=bureau, category="nothing", note="请先看现场")),
            (422, lambda: press("assign", unit=bureau, note="请先看现场" + MANY)),
            (422, lambda: press("assign", unit=bureau, version="", note="请先看现场")),
            (409, lambda: press("assign", unit=bureau, version="7", note="请先看现场")),
            (409, lambda: press("reassign", unit=bureau, reason="请先看现场")),
            (403, lambda: press("supervise", note="请先看现场")),
        )
        for number, (status, pressing) in enumerate(wrong):
            page = pressing()
            assert page.status == status and "请先看现场" in html.unescape(page.source), (number, page.words[:400])
        assert press("abolish").status == 422 and dispatcher.post(f"{here}x/assign").status_code == 404
        assert press("merge", into="2026-999999").status == 422 and press("merge", into="'--").status == 422
        assert press("split", parts="只有一段").status == 422
        assert world.ticket(wish).version == 1
        assert press("assign", unit=bureau).status == 303
        assert press("assign", unit=bureau).status == 409
    assert world.ticket(wish).version == 2


# Every address there is


VALUES = ("-1", "9" * 30, "x", "%00", "'%22--", "長" * 300)
TYPED = (
    *("version", "unit", "area", "category", "number", "code", "login", "password", "next", "q", "name", "until"),
    *("amount", "day", "label", "valid_until", "daily_cap", "source", "lines", "role", "parent", "year", "file"),
    *("level", "phone", "robot_url", "key", "kind", "urgency", "title", "short_name", "position", "form_key", "text"),
)
"""Names of fields on our forms."""
QUERY = ("q", "cursor", "unit", "category", "area", "view", "stage", "status", "again", "lang", "type")
"""What pages may also read of their address."""


@pytest.fixture
def jack_of_all_trades(served: World) -> Iterator[httpx.Client]:
    """Sees every page and may press every button."""
    with served.database.writing() as session:
        held = set(session.exec(select(Appointment.role).where(Appointment.person_id == served.county.supervisor)))
        for role in POSTS - held:
            post = Appointment(person_id=served.county.supervisor, unit_id=served.county.county_desk, role=role)
            session.add(post)
    with served.official("supervisor") as browser:
        yield browser


def test_no_address_however_mangled_is_answered_by_a_failure(served: World, jack_of_all_trades: httpx.Client) -> None:
    """Every page, with nonsense in each of its places and in its query."""
    real = {"number": served.address(served.wish()).rpartition("/")[2], "token": TOKEN}
    failures = set()
    for path, names in sorted(pages("GET")):
        for value in VALUES:
            query = "&".join(f"{name}={value}" for name in names)
            for known in ({}, real):
                answer = jack_of_all_trades.get(f"{filled(path, value, known)}?{query}")
                failures |= {path} if answer.status_code >= 500 else set()
                if "{" not in path:
                    break
    assert failures == set()


def test_no_form_however_wrong_is_answered_by_a_failure(served: World, jack_of_all_trades: httpx.Client) -> None:
    wish = served.wish()
    known = {"number": served.address(wish).rpartition("/")[2], "token": tracking_token(wish)}
    failures = set()
    for path, _names in sorted(pages("POST")):
        if path in {"/sign-out", "/desk/sessions/revoke-others"}:
            continue
        for typed in (None, "x", "\x00", "9" * 30, "-1"):
            data = dict.fromkeys(TYPED, typed) if typed else {}
            answer = jack_of_all_trades.post(filled(path, "9" * 30, known), data=data)
            failures |= {path} if answer.status_code >= 500 else set()
    assert failures == set()
    assert served.breaches() == []


def filled(path: str, value: str, known: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: known.get(found[1], value), path)


def pages(method: str) -> set[tuple[str, tuple[str, ...]]]:
    """Path and names of the query of every page; the API has a test of its own."""
    found = set()
    for route in (each for router in ROUTERS for each in routes_of(router)):
        if method in (route.methods or ()) and not route.path.startswith(("/api/", "/links/", "/wishes/")):
            found.add((route.path, (*QUERY, *asked_in_the_address(route.dependant))))
    return found


def asked_in_the_address(dependant: Dependant) -> Iterator[str]:
    """By the page itself, and by whatever it depends on."""
    yield from (name.alias for name in dependant.query_params)
    for each in dependant.dependencies:
        yield from asked_in_the_address(each)


def routes_of(router: APIRouter) -> Iterator[APIRoute]:
    for each in router.routes:
        if isinstance(each, APIRoute):
            yield each
        elif (included := getattr(each, "original_router", None)) is not None:
            yield from routes_of(included)
