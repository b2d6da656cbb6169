"""The command line as an operator uses it: what is printed, what it exits with, and never a traceback."""

import csv
import json
import logging
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
import typer
from click.testing import Result
from sqlmodel import col, func, select, update
from typer.testing import CliRunner

from service import keys, schema
from service.accounts import sessions
from service.administration.change_words import facts_of, title_of
from service.cli import COMMANDS, app
from service.database import Database
from service.directory.models import Appointment, Category, DirectoryEvent, Link, Person
from service.directory.reference import reference
from service.local_words import LocalWords
from service.oversight.checks import CHECKS, breaches
from service.security import verify_password
from service.settings import settings
from service.tickets.models import Ticket, TicketEvent
from service.tickets.numbers import number_of
from tests.factories import NOW, TOKEN, County, act, build_county, later, submit_wish, ticket_of, wish_in
from tests.service.exchange.sheet_files import cells_of, write_book, write_xlsx
from tests.support import processes
from tests.support.keys import KEYRING, TEST_KEY
from tests.support.server import PROGRAM, environment
from workflows.commands import Merge
from workflows.measures import CATALOGUE
from workflows.statuses import Role, Status

HEADINGS = ["编号", "内容", "来电时间", "承办单位", "答复", "答复时间"]
WISH = ["GD-1", "村口的路灯坏了", "2026-03-02 10:00", "县交通运输局", "路灯已经修好，请您看看。", "2026-03-04 15:00"]

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> Iterator[Run]:
    """`run("link", "list")` in a process that is told of this database; a wide terminal, no colours."""
    for name, value in environment(database_url, tmp_path).items():
        if name.startswith("WEIYUAN_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    settings.cache_clear()
    keys.use(KEYRING)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


def told(result: Result, code: int = 0) -> str:
    """What was printed, on either stream; a traceback is never an answer."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == code, result.output
    return result.output


def sheet(tmp_path: Path, *rows: list[Any], headings: list[str] = HEADINGS) -> Path:
    return write_xlsx(tmp_path / "wishes.xlsx", [headings, *rows])


# Help.


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))
        yield (*path, name), command


EVERY_COMMAND = dict(commands(typer.main.get_command(app)))


PROMISED = (
    *("serve", "migrate", "backup", "demo", "check", "figures", "settings", "version", "user add", "user reset"),
    *("link create", "link list", "link revoke", "link poster"),
    *("import wishes", "import directory", "export wishes", "export directory"),
)


def test_the_promised_commands_are_there() -> None:
    assert set(PROMISED) <= {" ".join(path) for path in EVERY_COMMAND}


def ask(*words: str) -> Result:
    """What needs no county."""
    return CliRunner().invoke(app, words, env={"COLUMNS": "200", "NO_COLOR": "1"})


@pytest.mark.parametrize("path", EVERY_COMMAND, ids=" ".join)
def test_the_help_of_each_command_reads_well(path: tuple[str, ...]) -> None:
    said = told(ask(*path, "--help"))
    command = EVERY_COMMAND[path]
    first = (command.help or "").strip().splitlines()[0]
    assert f"Usage: weiyuan {' '.join(path)}" in said.replace("root", "weiyuan")
    assert first.endswith((".", "…")) and first in said
    assert all(getattr(each, "help", None) for each in command.params), "every option says what it is for"
    assert max(len(line) for line in (command.help or "").splitlines()) <= 116


def test_the_whole_says_what_there_is() -> None:
    lines = [line.strip("│ ").split("  ")[0] for line in told(ask("--help")).splitlines()]
    assert [line for line in lines if line in COMMANDS] == list(COMMANDS)


def test_a_word_that_nobody_knows_is_explained() -> None:
    assert "No such command" in told(ask("wish"), 2)
    assert "--link" in told(ask("import", "wishes", "a.xlsx"), 2)


# The small ones.


def test_version() -> None:
    assert told(ask("version")).startswith("weiyuan 0.")


def test_settings_say_where_they_come_from_and_hide_what_is_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEIYUAN_SMTP_URL", "smtp://post:opensesame@mail.example.com")
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", "postgresql://weiyuan:verysecret@db.example.com/county")
    (tmp_path / ".env").write_text("WEIYUAN_COUNTY_NAME=青岭县\n")
    settings.cache_clear()
    said = told(run("settings"))
    assert "WEIYUAN_COUNTY_NAME=青岭县  [.env]" in said
    assert "WEIYUAN_PORT=8000  [default]" in said
    assert "WEIYUAN_SECRET_KEY=********  [environment]" in said
    assert "db.example.com/county" in said
    assert not any(secret in said for secret in ("opensesame", "verysecret", TEST_KEY))


def test_a_machine_without_chinese_letters_is_warned_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("settings").stderr == ""
    monkeypatch.setattr("service.letters.FONTS", ())
    assert "apt-get install fonts-noto-cjk" in run("settings").stderr


def test_migrating_twice_does_nothing_the_second_time(run: Run, monkeypatch: pytest.MonkeyPatch, bare_url: str) -> None:
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", bare_url)
    settings.cache_clear()
    assert "weiyuan migrate" in told(run("check"), 1)
    assert "Applied: 0001" in told(run("migrate"))
    assert "Nothing to do" in told(run("migrate"))
    opened = Database(bare_url)
    with opened.reading() as session:
        assert session.exec(select(Category.key)).first() is not None
    assert schema.is_current(opened)
    opened.close()


def test_a_new_county_gets_its_key_in_a_file_of_its_own(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WEIYUAN_SECRET_KEY")
    monkeypatch.setenv("WEIYUAN_KEY_FILE", str(tmp_path / "new" / "key"))
    settings.cache_clear()
    assert "weiyuan migrate" in told(run("link", "list"), 1)
    assert "Keep a copy" in told(run("migrate"))
    assert stat.S_IMODE((tmp_path / "new" / "key").stat().st_mode) == 0o600


def test_a_lost_key_is_never_replaced_by_a_new_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, county: County, tmp_path: Path
) -> None:
    monkeypatch.delenv("WEIYUAN_SECRET_KEY")
    lost = tmp_path / "lost"
    monkeypatch.setenv("WEIYUAN_KEY_FILE", str(lost))
    settings.cache_clear()
    assert "put its copy back" in told(run("check"), 1)
    for words in (("migrate",), ("demo",)):
        assert "no new key could read them" in told(run(*words), 1)
    assert not lost.exists()


def test_another_key_than_the_one_that_sealed_opens_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, county: County, tmp_path: Path
) -> None:
    monkeypatch.delenv("WEIYUAN_SECRET_KEY")
    monkeypatch.setenv("WEIYUAN_KEY_FILE", str(tmp_path / "key"))
    settings.cache_clear()
    (tmp_path / "key").write_text(keys.new_key())
    monkeypatch.setenv("WEIYUAN_PORT", str(processes.free_port()))
    for words in (("check",), ("migrate",), ("serve",), ("figures",)):
        assert "sealed with another key" in told(run(*words), 1)
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    assert "cannot be read" in told(run("check"), 1)
    (tmp_path / "key").write_text(f"{keys.new_key()}\n{TEST_KEY}\n")
    assert "0 breaches" in told(run("check"))


def test_a_file_that_is_no_database_is_explained(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", f"sqlite:///{tmp_path}/letter.db")
    settings.cache_clear()
    (tmp_path / "letter.db").write_text("各位乡亲：" * 1000)
    monkeypatch.setenv("WEIYUAN_PORT", str(processes.free_port()))
    for words in (("check",), ("migrate",), ("serve",)):
        assert "cannot be read: file is not a database" in told(run(*words), 1)


def test_a_file_that_cannot_be_written_is_a_sentence(run: Run, county: County) -> None:
    for kind in ("csv", "xlsx", "docx"):
        words = ("report", "monthly_bulletin", "--format", kind, "--out", f"/nowhere/a.{kind}")
        assert "No such file or directory." in told(run(*words), 1)
    assert "let the file name end in .xlsx" in told(run("export", "directory", "a.csv"), 1)


def test_a_database_that_is_none_is_explained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, sentence in (("sqlite://", "give a file"), ("mysql://localhost/county", "postgresql://")):
        monkeypatch.setenv("WEIYUAN_DATABASE_URL", url)
        settings.cache_clear()
        assert sentence in told(run("check"), 1)


def test_a_wrong_letter_in_a_name_leaves_no_empty_database(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", f"sqlite:///{tmp_path}/typo/weiyuan.db")
    settings.cache_clear()
    for words in (("check",), ("figures",), ("link", "list"), ("export", "wishes", "a.csv"), ("user", "reset", "li")):
        assert "There is no database" in told(run(*words), 1)
    assert not (tmp_path / "typo").exists()


def test_a_server_that_does_not_answer_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"postgresql://weiyuan:verysecret@127.0.0.1:{processes.free_port()}/county"
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", address)
    settings.cache_clear()
    for words in (("check",), ("migrate",)):
        said = told(run(*words), 1)
        assert "does not answer" in said and "127.0.0.1" in said and "verysecret" not in said
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", "weiyuan:verysecret@127.0.0.1/county")
    settings.cache_clear()
    said = told(run("check"), 1)
    assert "no address of a database: write sqlite:///FILE" in said and "verysecret" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("TIME_ZONE", "Mars/X"),
        ("TIME_ZONE", "Asia"),
        ("WORKERS", "0"),
        ("BASE_URL", "wish.example.gov.cn"),
        ("BASE_URL", "https://example.gov.cn/wish"),
        ("FILES_URL", "ftp://example.gov.cn"),
    ],
)
def test_a_setting_that_means_nothing_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"WEIYUAN_{name}", value)
    settings.cache_clear()
    for words in (("settings",), ("check",), ("migrate",), ("serve",), ("demo",)):
        assert f"WEIYUAN_{name}={value}: " in told(run(*words), 1)


def test_a_backup_is_a_whole_county_without_its_key(
    run: Run, monkeypatch: pytest.MonkeyPatch, database: Database, county: County, tmp_path: Path
) -> None:
    photos, there = tmp_path / "photos", tmp_path / "disk" / "copies"
    monkeypatch.setenv("WEIYUAN_FILES_URL", str(photos))
    settings.cache_clear()
    if database.dialect == "postgresql":
        assert "pg_dump" in told(run("backup", there), 1) and not there.exists()
        return
    (photos / "pictures").mkdir(parents=True)
    (photos / "pictures" / "a1").write_text("picture")
    said = told(run("backup", there))
    assert "(1 new file)" in said and "The key is not in it" in said
    (copy,) = there.glob("weiyuan-*.db")
    assert (stat.S_IMODE(copy.stat().st_mode), stat.S_IMODE(there.stat().st_mode)) == (0o600, 0o700)
    assert (there / "files" / "pictures" / "a1").read_text() == "picture"
    restored = copy.rename(tmp_path / "restored.db")
    assert "(0 new files)" in told(run("backup", there))
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", f"sqlite:///{restored}")
    settings.cache_clear()
    assert "0 breaches" in told(run("check"))
    assert TOKEN in told(run("link", "list"))


# check and figures.


def test_a_sound_county_passes(run: Run, database: Database, county: County) -> None:
    with database.writing() as session:
        for status in Status:
            wish_in(session, county, status)
    assert told(run("check")).splitlines()[-1] == f"{len(CHECKS)} checks, 0 breaches."


def test_a_breach_is_a_line_and_a_failure(run: Run, database: Database, county: County) -> None:
    with database.writing() as session:
        ticket_id = wish_in(session, county, Status.closed)
        session.execute(update(Ticket).where(col(Ticket.id) == ticket_id).values(stage=2))
    lines = told(run("check"), 1).splitlines()
    assert lines[0].startswith(f"stage_against_status: ticket {ticket_id}")
    assert lines[-1] == f"{len(CHECKS)} checks, 1 breach."


def test_figures_are_there_for_programs_and_for_people(
    run: Run, database: Database, county: County, database_url: str
) -> None:
    with database.writing() as session:
        for status in (Status.closed, Status.closed, Status.submitted):
            wish_in(session, county, status)
    figures = json.loads(told(run("figures", "--json")))
    assert (figures["collected"], figures["concluded"], figures["open"]) == (3, 2, 1)
    assert datetime.fromisoformat(figures["as_of"]).tzinfo is not None
    satisfaction = figures["rates"]["satisfaction_rate"]
    assert (satisfaction["numerator"], satisfaction["denominator"], satisfaction["rate"]) == (2, 2, 1.0)
    said = told(run("figures", "--database", database_url))
    moment = datetime.now(ZoneInfo("Asia/Shanghai"))
    assert said.startswith(f"青岭县, as of {moment:%Y-%m-%d} ") and "collected" in said


def test_how_each_figure_is_counted_is_told_in_both_languages_without_a_database(run: Run) -> None:
    lines = told(run("figures", "--measures")).splitlines()
    assert lines[0].startswith("key,name_zh,name_en,") and len(lines) == len(CATALOGUE) + 1
    rows = json.loads(told(run("figures", "--measures", "--format", "json")))
    satisfaction = next(row for row in rows if row["key"] == "satisfaction_rate")
    assert satisfaction["name_zh"] == "满意率" and "0.9" in satisfaction["numerator_zh"]
    assert "0.9" in satisfaction["numerator_en"] and satisfaction["least_number_to_rank"] == 10
    assert run("figures", "--format", "csv").exit_code == 2


def test_a_merged_wish_is_open_as_long_as_the_one_that_it_was_merged_into(
    run: Run, database: Database, county: County
) -> None:
    with database.writing() as session:
        main, other = submit_wish(session, county), submit_wish(session, county)
        number = number_of(main, ticket_of(session, main).created_at)
        act(session, other, Merge(into=number), county.dispatcher, later(hours=1))
    counts = json.loads(told(run("figures", "--json")))["counts"]
    assert (counts["open"], counts["open_merged"], counts["merged"]) == (2, 1, 0)
    assert "1 of them merged into another" in told(run("figures"))


# link and user.


def test_a_link_is_made_listed_printed_and_taken_back(
    run: Run, database: Database, county: County, tmp_path: Path
) -> None:
    made = told(run("link", "create", "清溪镇/双喜村", "--label", "二组群", "--valid-until", "2099-12-31"))
    token = made.split()[0]
    assert f"/w/{token}" in made and "清溪镇双喜村  二组群" in made
    assert f"{token}  works" in told(run("link", "list"))
    for name, start in (("poster.svg", b"<"), ("code.png", b"\x89PNG")):
        assert name in told(run("link", "poster", token, "--out", tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(start)
    assert "no longer works" in told(run("link", "revoke", token, "--ask", "清溪镇受理台"))
    assert f"{token}  revoked" in told(run("link", "list"))
    with database.reading() as session:
        link = session.exec(select(Link).where(Link.token == token)).one()
        assert (link.area_id, link.fallback_unit_id) == (county.village, county.town_desk)
    assert in_the_record(database) == [("新建一个链接", "二组群"), ("停用链接", "二组群")]


LINK_MISTAKES = {
    "a place that is not there": (("create", "桃花镇", "--label", "群"), "No place is called 桃花镇"),
    "a day that is over": (
        ("create", "清溪镇", "--label", "群", "--valid-until", "2020-01-01"),
        "last day cannot be earlier",
    ),
    "an unknown link": (("revoke", "nothere1"), "no such link"),
    "a link without a name": (("create", "清溪镇", "--label", " "), "at least 1"),
    "a name that fills the screen": (("create", "清溪镇", "--label", "群" * 200), "60 characters at most"),
    "somebody who is not there": (("create", "清溪镇", "--label", "群", "--pushed-by", "nobody"), "as nobody"),
    "an unknown unit": (("revoke", TOKEN, "--ask", "县气象局"), "县气象局"),
    "a poster that goes nowhere": (("poster", TOKEN, "--out", "nowhere/p.svg"), "nowhere/p.svg cannot be written"),
    "a poster of nothing": (("poster", "nothere1", "--out", "a.svg"), "There is no link nothere1"),
}


@pytest.mark.parametrize(("words", "sentence"), LINK_MISTAKES.values(), ids=LINK_MISTAKES.keys())
def test_what_a_link_cannot_be_is_explained(run: Run, county: County, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in told(run("link", *words), 1)


def test_the_list_tells_all_that_one_asks_of_a_link(
    run: Run, database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIYUAN_BASE_URL", "https://wish.example.com")
    settings.cache_clear()
    limits = ("--valid-until", "2099-12-31", "--daily-cap", "30", "--pushed-by", "dispatcher")
    made = told(run("link", "create", "清溪镇", "--label", "大群", *limits))
    assert "WEIYUAN_BASE_URL" not in made
    with database.writing() as session:
        link = session.exec(select(Link).where(Link.token == made.split()[0])).one()
        pusher = session.get_one(Person, link.pushed_by_id)
        session.add(
            Link(token="oldold22", area_id=county.town, label="旧", valid_until=date(2020, 1, 1), created_at=NOW)
        )
        wish_in(session, county, Status.closed)
        session.execute(update(Ticket).values(link_id=link.id))
    lines = {line.split()[0]: line for line in told(run("link", "list")).splitlines()}
    line = lines[link.token]
    assert f"https://wish.example.com/w/{link.token}  清溪镇  大群" in line and "1 wish " in line
    assert line.endswith(f"pushed by {pusher.name}  until 2099-12-31  at most 30 a day")
    assert lines["oldold22"].startswith("oldold22  expired")


def test_a_sheet_that_nobody_can_use_comes_with_a_warning(run: Run, county: County, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "poster.svg")
    assert "WEIYUAN_BASE_URL is not set: http://127.0.0.1:8000" in told(run("link", "poster", TOKEN, *out))
    assert "WEIYUAN_BASE_URL" in told(run("link", "create", "清溪镇", "--label", "群"))
    told(run("link", "revoke", TOKEN))
    assert "This link is revoked" in told(run("link", "poster", TOKEN, *out))


def test_a_person_is_added_and_gets_a_new_password(run: Run, database: Database, county: County) -> None:
    post = ("--name", "李四", "--unit", "清溪镇受理台", "--role", "dispatcher", "--role", "reviewer", "--head")
    given = told(run("user", "add", "li-si", *post)).split()[-1]
    with database.writing() as session:
        person = session.exec(select(Person).where(Person.login == "li-si")).one()
        posts = session.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
        assert {(post.role, post.is_head) for post in posts} == {(Role.dispatcher, True), (Role.reviewer, True)}
        assert is_password(person, given)
        secret = sessions.begin(session, person.id or 0, "test", datetime.now().astimezone())
    again = told(run("user", "reset", "li-si")).split()[-1]
    with database.reading() as session:
        person = session.exec(select(Person).where(Person.login == "li-si")).one()
        assert is_password(person, again) and not is_password(person, given)
        assert sessions.find(session, secret, datetime.now().astimezone()) is None

    assert in_the_record(database) == [("加一个人", "李四"), ("加一个岗位", "李四"), ("重设密码", "李四")]
    with database.reading() as session:
        added = session.exec(select(DirectoryEvent).order_by(col(DirectoryEvent.id))).first()
    assert added and not {"phone", "email"} & added.details["new"].keys(), "nobody gave a number, and none is told of"


def in_the_record(database: Database) -> list[tuple[str, str]]:
    """What an administrator reads on the page of changes: what was done, and about whom or what."""
    words = LocalWords(ZoneInfo("Asia/Shanghai"), NullTranslations())
    with database.reading() as session:
        known = reference(session)
        events = session.exec(select(DirectoryEvent).order_by(col(DirectoryEvent.id))).all()
        assert all(facts_of(event, known, words) and event.person_id is None for event in events)
        assert all(event.area_path in {area.path for area in known.areas.values()} for event in events)
        return [(title_of(event, words), event.details["about"]) for event in events]


def is_password(person: Person, given: str) -> bool:
    return verify_password(given, person.password_hash)


def test_only_posts_that_somebody_can_be_given_are_offered(run: Run, database: Database, county: County) -> None:
    post = ("--name", "王三", "--unit", "清溪镇受理台", "--role")
    said = told(run("user", "add", "wang-san", *post, "resident"), 2)
    assert "supervisor" in said and "resident" not in said.partition("is not one of")[2]
    told(run("user", "add", "wang-san", *post, "supervisor", "--role", "supervisor"))
    with database.reading() as session:
        person = session.exec(select(Person).where(Person.login == "wang-san")).one()
        assert len(session.exec(select(Appointment).where(Appointment.person_id == person.id)).all()) == 1


POST = ("--name", "李", "--unit", "清溪镇受理台", "--role", "handler")
USER_MISTAKES = {
    "a login that is taken": (
        ("add", "dispatcher", "--name", "李", "--unit", "清溪镇受理台", "--role", "handler"),
        "this user name already",
    ),
    "an unknown unit": (("add", "li-si", "--name", "李", "--unit", "县气象局", "--role", "handler"), "县气象局"),
    "no login": (("add", "", *POST), "User name"),
    "two words for a login": (("add", "wa ng", *POST), "letters, digits"),
    "a login that fills the screen": (("add", "w" * 200, *POST), "60 characters at most"),
    "no name": (("add", "wang", *POST, "--name", " "), "at least 1"),
    "a name that fills the screen": (("add", "wang", *POST, "--name", "王" * 200), "40 characters at most"),
    "a short password": (("reset", "dispatcher", "--password", "short"), "at least 10 characters"),
    "an unknown login": (("reset", "nobody"), "no such user name"),
}


@pytest.mark.parametrize(("words", "sentence"), USER_MISTAKES.values(), ids=USER_MISTAKES.keys())
def test_what_a_person_cannot_be_is_explained(run: Run, county: County, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in told(run("user", *words), 1)


# import wishes and export wishes.


def test_a_sheet_is_taken_in_and_summed_up(run: Run, county: County, tmp_path: Path) -> None:
    rows = [WISH, ["GD-2", "没人答复的", "2026-03-02", None, None, None]]
    path = sheet(tmp_path, *([*row, "旧"] for row in rows), headings=[*HEADINGS, "备注"])
    said = told(run("import", "wishes", path, "--link", TOKEN))
    assert "Sheet 工单, headings in row 1:" in said
    assert "编号 → number" in said and "not used: 备注" in said
    assert "2 rows: 2 taken (1 answered, 1 open, 1 overdue), 0 there already, 0 rejected." in said
    assert "reminds the units of the 1 overdue" in said
    assert "0 taken (0 answered, 0 open, 0 overdue), 2 there already" in told(
        run("import", "wishes", path, "--link", TOKEN)
    )
    assert "0 breaches" in told(run("check"))


def test_rejected_rows_are_named_listed_and_counted(run: Run, county: County, tmp_path: Path) -> None:
    bad = [["GD-9", "路灯坏了", "昨天", None, None, None], ["GD-8", None, "2026-03-02", "县气象局", None, None]]
    path = sheet(tmp_path, WISH, *bad)
    said = told(run("import", "wishes", path, "--link", TOKEN, "--report", tmp_path / "bad.csv"), 3)
    assert 'row 3, 来电时间: The time "昨天" is not clear' in said
    assert "1 taken" in said and "2 rejected." in said
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig") as file:
        headings, *lines = csv.reader(file)
    assert headings == ["行", "列", "问题", "结果"]
    assert [(line[0], line[1], line[3]) for line in lines] == [
        ("3", "来电时间", "这一行没有导入"),
        ("4", "承办单位", "这一行没有导入"),
        ("4", "内容", "这一行没有导入"),
    ]
    assert stat.S_IMODE((tmp_path / "bad.csv").stat().st_mode) == 0o600


def test_all_or_nothing_takes_nothing_when_one_row_is_bad(
    run: Run, database: Database, county: County, tmp_path: Path
) -> None:
    bad = ["GD-9", "路灯坏了", "昨天", None, None, None]
    said = told(run("import", "wishes", sheet(tmp_path, WISH, bad), "--link", TOKEN, "--all-or-nothing"), 1)
    assert "1 could be taken" in said and "Nothing was written." in said
    assert count(database) == 0
    told(run("import", "wishes", sheet(tmp_path, WISH), "--link", TOKEN, "--all-or-nothing"))
    assert count(database) == 1


def test_a_dry_run_writes_nothing(run: Run, database: Database, county: County, tmp_path: Path) -> None:
    said = told(run("import", "wishes", sheet(tmp_path, WISH), "--link", TOKEN, "--dry-run"))
    assert "1 could be taken" in said and "Nothing was written." in said
    assert count(database) == 0


def count(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


def test_other_headings_and_other_sheets_are_named(
    run: Run, database: Database, county: County, tmp_path: Path
) -> None:
    path = write_book(
        tmp_path / "a.xlsx", {"说明": [["看第二页"]], "三月": [["群众说了啥", "啥时候"], ["修路", "2026-03-02"]]}
    )
    words = ("--sheet", "三月", "--map", "群众说了啥=text", "--map", "啥时候=submitted_at")
    assert "1 taken" in told(run("import", "wishes", path, "--link", TOKEN, *words))
    assert count(database) == 1


def test_left_out_cells_are_counted_by_their_reason(run: Run, county: County, tmp_path: Path) -> None:
    rows = [["路灯坏了", "138****0001"], ["水管爆了", "138****0002"], ["修路", "无"]]
    said = told(run("import", "wishes", sheet(tmp_path, *rows, headings=["内容", "电话"]), "--link", TOKEN))
    assert "电话: It is hidden by asterisks, so it was left out. × 2" in said


IMPORT_MISTAKES: dict[str, tuple[tuple[str, ...], str, int]] = {
    "an unknown link": (("wishes.xlsx", "--link", "nothere1"), "There is no link nothere1", 1),
    "a file that is not there": (("none.xlsx", "--link", TOKEN), "no such file", 1),
    "a file that is no sheet": (("photo.xlsx", "--link", TOKEN), "neither a table nor text", 1),
    "an unknown sheet": (("wishes.xlsx", "--link", TOKEN, "--sheet", "四月"), "四月", 1),
    "no headings": (("plain.csv", "--link", TOKEN), "--map", 1),
    "a heading that is not there": (("wishes.xlsx", "--link", TOKEN, "--map", "啥=text"), "啥", 1),
    "headings and nothing below": (("empty.csv", "--link", TOKEN), "There is no row below the headings", 1),
    "a list of what there is": (("wishes.xlsx", "--link", TOKEN, "--map", "啥=text"), "编号, 内容, 来电时间", 1),
    "a column that is none": (("wishes.xlsx", "--link", TOKEN, "--map", "内容=wish"), "wish", 1),
    "half a heading": (("wishes.xlsx", "--link", TOKEN, "--map", "内容"), "HEADING=NAME", 2),
    "a report that cannot be written": (("wishes.xlsx", "--link", TOKEN, "--report", "no/a.csv"), "no/a.csv", 1),
    "a report of another kind": (("wishes.xlsx", "--link", TOKEN, "--report", "a.pdf"), ".xlsx", 1),
}


@pytest.mark.parametrize(("words", "sentence", "code"), IMPORT_MISTAKES.values(), ids=IMPORT_MISTAKES.keys())
def test_what_cannot_be_taken_in_is_explained(
    run: Run, database: Database, county: County, tmp_path: Path, words: tuple[str, ...], sentence: str, code: int
) -> None:
    sheet(tmp_path, WISH)
    (tmp_path / "photo.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "plain.csv").write_text("甲,乙\n1,2\n")
    (tmp_path / "empty.csv").write_text("编号,内容\n")
    assert sentence in told(run("import", "wishes", *words), code)
    assert count(database) == 0


def test_wishes_are_written_masked_or_with_a_reason_that_is_remembered(
    run: Run, database: Database, county: County, tmp_path: Path
) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.closed, name="王建国")
    assert "1 wish written" in told(run("export", "wishes", tmp_path / "a.xlsx"))
    assert "138****5678" in str(cells_of(tmp_path / "a.xlsx"))
    with database.reading() as session:
        assert session.exec(select(DirectoryEvent)).all() == []
    said = told(run("export", "wishes", tmp_path / "b.csv", "--with-personal-data", "市督查组抽查"))
    assert "keep the file safe" in said
    assert "王建国" in (tmp_path / "b.csv").read_text(encoding="utf-8-sig")
    with database.reading() as session:
        event = session.exec(select(DirectoryEvent)).one()
        assert (event.what, event.person_id) == ("export_wishes", None)
        chinese = LocalWords(ZoneInfo("Asia/Shanghai"), NullTranslations())
        assert (title_of(event, chinese), event.details["about"]) == ("导出心愿，带个人信息", "b.csv")
        facts = {fact.label: fact.new for fact in facts_of(event, reference(session), chinese)}
        assert facts["理由"] == "市督查组抽查" and facts["电脑上的用户"]


def test_a_reason_is_asked_for(run: Run, database: Database, county: County, tmp_path: Path) -> None:
    assert "say why" in told(run("export", "wishes", tmp_path / "a.csv", "--with-personal-data", " "), 2)
    assert not (tmp_path / "a.csv").exists()


def test_only_some_wishes_are_written(run: Run, database: Database, county: County, tmp_path: Path) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.closed)
        wish_in(session, county, Status.submitted, area=county.town)
    path = tmp_path / "a.csv"
    for words, written in (
        (("--area", "双喜村"), 1),
        (("--area", "清溪镇", "--status", "closed"), 1),
        (("--since", "2026-10-12", "--until", "2026-10-12"), 2),
        (("--since", "2026-10-13"), 0),
        (("--until", "2026-10-11"), 0),
    ):
        assert f"{written} wish" in told(run("export", "wishes", path, *words))
    assert "桃花镇" in told(run("export", "wishes", path, "--area", "桃花镇"), 1)
    assert ".pdf" in told(run("export", "wishes", tmp_path / "a.pdf"), 1)


# import directory and export directory.

DIRECTORY = {
    "区划": [["上级", "名称"], [None, "青岭县"], ["青岭县", "清溪镇"]],
    "单位": [["名称", "类别", "区划", "受理台"], ["县受理中心", "县级受理", "青岭县", "是"]],
    "人员": [["登录名", "姓名", "单位", "岗位"], ["li-si", "李四", "县受理中心", "管理员、派单员"]],
}


def test_a_new_county_fills_in_the_sample_and_can_sign_in(run: Run, database: Database, tmp_path: Path) -> None:
    assert "is a sample" in told(run("export", "directory", tmp_path / "sample.xlsx"))
    assert "nothing but examples" in told(run("import", "directory", tmp_path / "sample.xlsx"))
    path = write_book(tmp_path / "county.xlsx", DIRECTORY)
    assert "dry run" in told(run("import", "directory", path, "--dry-run"))
    said = told(run("import", "directory", path))
    assert "区划: 2 added, 0 changed, 0 unchanged" in said
    password = said.split("li-si")[1].split()[0]
    with database.reading() as session:
        assert is_password(session.exec(select(Person)).one(), password)
        assert reference(session).county.name == "青岭县"
    assert "password" not in told(run("import", "directory", path)).lower()
    assert "0 breaches" in told(run("check"))
    assert "people masked" in told(run("export", "directory", tmp_path / "out.xlsx"))
    assert "in clear" in told(run("export", "directory", tmp_path / "out.xlsx", "--with-personal-data", "备份"))
    assert "李四" in str(cells_of(tmp_path / "out.xlsx", "人员"))


def test_passwords_go_into_a_new_file_that_only_the_operator_can_read(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path, file = write_book(tmp_path / "county.xlsx", DIRECTORY), tmp_path / "passwords.csv"
    file.write_text("somebody's")
    assert "is there already" in told(run("import", "directory", path, "--passwords", file), 1)
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []
    file.unlink()
    said = told(run("import", "directory", path, "--passwords", file))
    assert "1 password in" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig") as lines, database.reading() as session:
        [_headings, (login, password)] = csv.reader(lines)
        assert login == "li-si" and password not in said
        assert is_password(session.exec(select(Person)).one(), password)


def test_a_directory_with_mistakes_is_not_taken(run: Run, database: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "county.xlsx", DIRECTORY | {"单位": [*DIRECTORY["单位"], ["", "部门", "桃花镇", ""]]})
    said = told(run("import", "directory", path, "--passwords", tmp_path / "p.csv"), 1)
    assert "单位, row 3, 名称: Please fill in 名称." in said and "Nothing was taken." in said
    assert not (tmp_path / "p.csv").exists()
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []


def test_without_an_administrator_it_is_said(run: Run, tmp_path: Path) -> None:
    people = [DIRECTORY["人员"][0], ["li-si", "李四", "县受理中心", "派单员"]]
    path = write_book(tmp_path / "county.xlsx", DIRECTORY | {"人员": people})
    assert "Nobody is an administrator" in told(run("import", "directory", path))


# The program itself.

ROWS = 1000


def test_an_import_that_is_killed_goes_on_where_it_stopped(
    database: Database, county: County, database_url: str, tmp_path: Path
) -> None:
    rows = [[f"GD-{number}", f"第 {number} 户的路灯坏了", *WISH[2:]] for number in range(ROWS)]
    command = [str(PROGRAM), "import", "wishes", str(sheet(tmp_path, *rows)), "--link", TOKEN]
    env = environment(database_url, tmp_path)
    process = processes.start(command, log=tmp_path / "import.log", env=env, cwd=tmp_path)
    give_up = time.monotonic() + 60
    while count(database) == 0 and time.monotonic() < give_up:
        time.sleep(0.01)
    processes.kill(process)
    half = count(database)
    assert 0 < half < ROWS, (tmp_path / "import.log").read_text()
    with database.reading() as session:
        assert list(breaches(session)) == []
    again = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"{ROWS:,} rows: {ROWS - half:,} taken" in again.stdout
    assert f"{half:,} there already" in again.stdout
    assert again.stderr == "", "no bar where nobody watches"
    with database.reading() as session:
        assert list(breaches(session)) == []
        assert session.exec(select(func.count()).select_from(TicketEvent)).one() == ROWS * 6


def test_a_bar_is_shown_to_who_watches(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    with sqlite_database.writing() as session:
        build_county(session)
    path = sheet(tmp_path, *([f"GD-{number}", *WISH[1:]] for number in range(300)))
    words = [str(PROGRAM), "import", "wishes", str(path), "--link", TOKEN, "--dry-run"]
    watch = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
    env = environment(sqlite_url, tmp_path) | {"TERM": "xterm", "COLUMNS": "100"}
    seen = subprocess.run([sys.executable, "-c", watch, *words], env=env, capture_output=True, text=True, check=True)
    assert "checking" in seen.stdout and "300 rows" in seen.stdout


def test_each_command_loads_only_what_it_needs(tmp_path: Path, sqlite_url: str) -> None:
    code = "import sys; from service.cli import app; print({'sqlmodel', 'fastapi', 'xlsxwriter'} & sys.modules.keys())"
    env = environment(sqlite_url, tmp_path)
    loaded = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert loaded.stdout == "set()\n"
