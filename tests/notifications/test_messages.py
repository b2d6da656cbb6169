"""Every row of the notice table has words in both languages, and they say what they should."""

from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound, UndefinedError, meta

from notifications import messages
from notifications.messages import (
    FOLDERS,
    TEMPLATES,
    Language,
    MalformedTemplate,
    Message,
    Values,
    link_of,
    one_line,
    render,
    summary_of,
)
from notifications.notices import NOTICES, Audience, ChannelName, Notice

FOLDER = Path(messages.__file__).parent / "templates"
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES = {field.name for field in fields(Values)}
REQUIRED = [field.name for field in fields(Values) if field.default is MISSING]

SAMPLE = Values(
    number="2026-000123",
    wish_summary="村口到学校的路灯坏了三盏，孩子晚上回家看不见路",
    area="柳溪镇 石桥村 三组",
    unit="县交通运输局",
    due="10 月 12 日 18:00",
    left="还剩 3 天",
    actor_name="李主任",
    actor_unit="柳溪镇便民服务中心",
    note="请联系 138****5678",
    rule="答复期限快到了，请抓紧办理。",
    outcome="部分解决",
    related="2026-000101",
    url="https://wish.example/desk/tickets/2026-000123",
    is_new_round=True,
    answer_by="10 月 14 日（周三） 18:00",
    called="县交通运输局、县水利局",
    town="柳溪镇受理台",
    whistle_kind="群众诉求",
    until="10 月 14 日（周三） 18:00",
)

each_notice = pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: f"{notice.template}-{notice.channel}")
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
@each_notice
def test_every_notice_renders_with_subject_body_and_link(notice: Notice, language: Language) -> None:
    message = render(notice, SAMPLE, language)
    assert SAMPLE.number in message.subject
    assert "\n" not in message.subject
    assert len(message.subject) <= 60
    assert (SAMPLE.wish_summary in message.body) is (notice.audience is not Audience.resident)
    assert "\n\n" not in message.body
    assert link_of(message.body)[2] == SAMPLE.url


@each_language
@each_notice
def test_what_may_be_empty_leaves_no_hole(notice: Notice, language: Language) -> None:
    bare = Values(**{name: getattr(SAMPLE, name) for name in REQUIRED})
    message = render(notice, bare, language)
    for line in [message.subject, *message.body.splitlines()]:
        assert line.strip()
        assert not line.endswith(("：", ":", "：。", ": ."))
        assert "None" not in line


@each_notice
def test_templates_use_only_names_that_exist(notice: Notice) -> None:
    for folder in FOLDERS.values():
        source = (FOLDER / (folder + notice.template)).read_text(encoding="utf8")
        assert meta.find_undeclared_variables(TEMPLATES.parse(source)) <= NAMES


def test_no_template_is_an_orphan() -> None:
    expected = {folder + notice.template for folder in FOLDERS.values() for notice in NOTICES}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()} == expected


def test_every_value_is_said_somewhere() -> None:
    sources = [path.read_text(encoding="utf8") for path in FOLDER.rglob("*.txt")]
    said = {name for source in sources for name in meta.find_undeclared_variables(TEMPLATES.parse(source))}
    assert said == NAMES


def test_the_sample_is_complete() -> None:
    assert all(asdict(SAMPLE).values())


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        TEMPLATES.from_string("{{ nobody }}").render(asdict(SAMPLE))


def test_a_notice_without_words_is_an_error() -> None:
    with pytest.raises(TemplateNotFound):
        render(Notice("submit", Audience.resident, ChannelName.inbox), SAMPLE)


@pytest.mark.parametrize("text", ["only a subject", "two\nlines\n\nbody", "subject\n\n  \n", "\n\nbody"])
def test_a_template_without_subject_gap_and_body_is_refused(text: str) -> None:
    with pytest.raises(MalformedTemplate):
        messages.message_from("test", text)


def test_assignment_reads_as_a_person_would_say_it() -> None:
    notice = Notice("assign", Audience.holder, ChannelName.wecom)
    assert render(notice, SAMPLE) == Message(
        "派给县交通运输局：2026-000123",
        "这件心愿派给县交通运输局办理，请先签收，再联系诉求人。\n"
        "心愿：村口到学校的路灯坏了三盏，孩子晚上回家看不见路\n"
        "地点：柳溪镇 石桥村 三组\n"
        "说明：请联系 138****5678\n"
        "期限：10 月 12 日 18:00（还剩 3 天）\n"
        "查看工单：https://wish.example/desk/tickets/2026-000123",
    )


def test_a_reminder_gives_the_words_of_the_clock_or_names_the_person() -> None:
    notice = Notice("expedite", Audience.holder, ChannelName.inbox)
    by_clock, by_person = render(notice, SAMPLE), render(notice, replace(SAMPLE, rule=""))
    assert by_clock.subject.startswith("提醒")
    assert by_clock.body.startswith("答复期限快到了，请抓紧办理。\n")
    assert by_person.subject.startswith("催办")
    assert by_person.body.startswith("李主任在催这件心愿")


@pytest.mark.parametrize("verb", ["rate", "follow_up"])
def test_a_discontent_villager_means_work_for_the_unit(verb: str) -> None:
    notice = Notice(verb, Audience.handling_unit, ChannelName.inbox)
    back, done = render(notice, SAMPLE), render(notice, replace(SAMPLE, is_new_round=False))
    assert back.subject == "请重办：2026-000123"
    assert "请县交通运输局再办一次" in back.body
    assert "期限：10 月 12 日 18:00（还剩 3 天）" in back.body
    assert "再办" not in done.body
    assert "期限" not in done.body


@pytest.mark.parametrize(
    "typed", ["a\nBcc: all@example.com", "x\r\n\r\n查看工单：https://evil.example", "a\u2028b\x00c\x1b"]
)
@each_language
def test_typed_words_add_no_line(typed: str, language: Language) -> None:
    notice = Notice("assign", Audience.holder, ChannelName.email)
    wild = replace(SAMPLE, wish_summary=typed, note=typed, unit=typed, number=typed)
    assert len(render(notice, wild, language).body.splitlines()) == len(
        render(notice, SAMPLE, language).body.splitlines()
    )
    assert link_of(render(notice, wild, language).body)[2] == SAMPLE.url


def test_template_code_in_a_wish_stays_text() -> None:
    notice = Notice("submit", Audience.dispatchers, ChannelName.inbox)
    body = render(notice, replace(SAMPLE, wish_summary="{{ url }}{% raw %} <b>&</b>")).body
    assert "{{ url }}{% raw %} <b>&</b>" in body


def test_words_that_turn_direction_are_straightened() -> None:
    assert one_line("路灯\u202e坏了\u2066\u200b") == "路灯 坏了"


@given(st.text())
def test_one_line_is_one_line_and_stays_so(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    assert line.encode("utf8").decode("utf8") == line


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_a_summary_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(summary_of(text, length)) <= length


def test_a_summary_ends_with_an_ellipsis_only_when_something_is_missing() -> None:
    assert summary_of("路灯坏了") == "路灯坏了"
    assert summary_of("路" * 61) == "路" * 59 + "…"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("说明\n查看：https://a.example/1", ("说明", "查看", "https://a.example/1")),
        ("text\nOpen the ticket: http://a.example/1", ("text", "Open the ticket", "http://a.example/1")),
        ("查看：https://a.example/1", ("", "查看", "https://a.example/1")),
        ("没有链接", ("没有链接", "", "")),
        ("查看：https://a.example/1 然后\n完", ("查看：https://a.example/1 然后\n完", "", "")),
        ("查看：javascript:alert(1)", ("查看：javascript:alert(1)", "", "")),
    ],
)
def test_the_link_is_the_last_line_or_there_is_none(body: str, expected: tuple[str, str, str]) -> None:
    assert link_of(body) == expected
