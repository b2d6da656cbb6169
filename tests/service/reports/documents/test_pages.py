"""报表: who sees which report of whom, the files behind the buttons, and templates that an office changes."""

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import openpyxl
import pypdfium2
import pytest
import time_machine
from docx import Document
from fastapi import FastAPI

from service.database import Database
from service.directory.models import Appointment
from service.jobs import Surroundings
from service.reports.documents.table import REPORTS, Format
from service.reports.folding import fold
from service.settings import Settings
from tests.factories import NOW, County, add, build_county
from tests.service.reports.documents.conftest import AFTER, fill
from tests.support.app import app_on
from tests.support.officials import Official, Page, official
from workflows.statuses import Role

HERE = "/desk/reports"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> FastAPI:
    """On SQLite: what a report counts is held on both databases elsewhere."""
    return app_on(sqlite_url, tmp_path)


@pytest.fixture
def county(app: FastAPI, sqlite_database: Database) -> Iterator[County]:
    with sqlite_database.writing() as session:
        county = build_county(session)
        fill(session, county)
        post = Appointment(person_id=county.dispatcher, unit_id=county.town_desk, role=Role.supervisor)
        add(session, post)
    fold(Surroundings(sqlite_database, Settings(), NOW))
    with time_machine.travel(AFTER, tick=False):
        yield county


@pytest.fixture
def supervisor(app: FastAPI, sqlite_database: Database, county: County) -> Iterator[Official]:
    with official(app, sqlite_database, county.supervisor).client as client:
        yield Official(client, sqlite_database)


def as_(supervisor: Official, person: int) -> Official:
    return official(supervisor.client.app, supervisor.database, person)  # type: ignore[arg-type]


def test_every_report_has_a_sentence_a_page_and_its_files(supervisor: Official) -> None:
    listed = supervisor.opens(HERE)
    assert listed.status == 200 and 'href="/desk/reports"' in listed.source
    for report in REPORTS:
        assert report.words in listed.words and report.explained in listed.words
        page = supervisor.opens(f"{HERE}/{report.name}?period=2026-10")
        assert page.status == 200 and report.words in page.words and "截至 2026-10-23 10:00" in page.words
        assert page.source.count(".pdf?") == (Format.pdf in report.formats)
        assert supervisor.opens(f"{HERE}/{report.name}/print?period=2026-10").status == 200
        for kind in (Format.csv, Format.xlsx):
            file = supervisor.client.get(f"{HERE}/{report.name}.{kind}?period=2026-10")
            assert file.status_code == 200 and len(file.content) > 100
            assert f".{kind}" in file.headers["content-disposition"]


def test_a_town_sees_its_own_and_a_handler_the_day_of_his_unit(supervisor: Official, county: County) -> None:
    town, handler = as_(supervisor, county.dispatcher), as_(supervisor, county.handler)
    assert "清溪镇月通报" in town.opens(f"{HERE}/monthly_bulletin?period=2026-10").words
    assert town.opens(f"{HERE}/monthly_bulletin?area={county.county}").status == 403
    assert town.opens(f"{HERE}/daily_follow_up?unit={county.bureau}").status == 404
    assert handler.opens(f"{HERE}/monthly_bulletin").status == 403
    day = handler.opens(f"{HERE}/daily_follow_up")
    assert day.status == 200 and "县交通运输局日跟进" in day.words and "过了期限的" in day.words
    assert handler.opens(f"{HERE}/daily_follow_up?unit={county.other_bureau}").status == 404
    assert "日跟进" in handler.opens("/desk/registers").words
    assert handler.opens(f"{HERE}/templates").status == 403 and town.opens(f"{HERE}/templates").status == 403
    assert supervisor.opens(f"{HERE}/no_such_report").status == 404
    assert "看不懂这个时段" in supervisor.opens(f"{HERE}/demands?period=soon").words


def test_papers_come_as_word_and_pdf_in_chinese(supervisor: Official) -> None:
    word = supervisor.client.get(f"{HERE}/monthly_bulletin.docx?period=2026-10")
    assert word.headers["content-type"] == WORD
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(word.content)).paragraphs)
    assert "青岭县月通报" in text and "征集群众心愿 14 件" in text
    pdf = supervisor.client.get(f"{HERE}/monthly_bulletin.pdf?period=2026-10")
    assert pdf.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(pdf.content)
    printed = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    assert "青岭县月通报" in printed and "征集群众心愿 14 件" in printed and "满意率" in printed
    picture = document[0].render(scale=1).to_pil().convert("L")
    dark = sum(1 for shade in picture.tobytes() if shade < 128)
    assert dark > 3000, "the words are there as pictures, too: the machine has the faces"
    assert supervisor.opens(f"{HERE}/demands.pdf").status == 404


def test_where_pango_is_missing_the_page_says_what_brings_it(
    supervisor: Official, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    page = supervisor.opens(f"{HERE}/monthly_bulletin.pdf?period=2026-10")
    assert page.status == 503
    assert "apt-get install libpango-1.0-0" in page.words and "打印页" in page.words


def test_a_template_goes_out_comes_back_and_is_used(supervisor: Official) -> None:
    page = supervisor.opens(f"{HERE}/templates")
    assert "{{ satisfaction_rate }}" in page.words and "{%tr for row in towns %}" in page.words
    given = supervisor.client.get(f"{HERE}/templates/monthly_bulletin.docx")
    document = Document(io.BytesIO(given.content))
    document.paragraphs[0].text = "某某县群众心愿通报　满意率 {{ satisfaction_rate }}"
    sent = send(supervisor, document)
    used = supervisor.follow(sent).words
    assert "新模板在用了" in used and "自己的模板" in used
    assert heading(supervisor).startswith("某某县群众心愿通报　满意率 ")
    for words, sentence in (
        ("{% for row in towns %}{{ row.happiness }}{% endfor %}", "模板里的字段“happiness”没有这个数"),
        ("{{ collected", "模板里有一处写法看不懂"),
    ):
        document.paragraphs[0].text = words
        refused = send(supervisor, document)
        assert refused.status == 422 and sentence in refused.words and "原来的模板还在用" in refused.words
    broken = supervisor.sends(f"{HERE}/templates/monthly_bulletin", {"template": ("a.docx", b"PK no zip", WORD)})
    assert broken.status == 422 and "这不是 Word 文档" in broken.words
    assert "请选一个" in supervisor.sends(f"{HERE}/templates/monthly_bulletin", {"template": ("", b"", WORD)}).words
    assert heading(supervisor).startswith("某某县群众心愿通报")
    assert supervisor.sends(f"{HERE}/templates/monthly_bulletin", own="yes").status == 303
    assert heading(supervisor) == "青岭县月通报"


def send(supervisor: Official, document: Any) -> Page:
    written = io.BytesIO()
    document.save(written)
    file = {"template": ("通报.docx", written.getvalue(), WORD)}
    return supervisor.sends(f"{HERE}/templates/monthly_bulletin", file)


def heading(supervisor: Official) -> str:
    made = supervisor.client.get(f"{HERE}/monthly_bulletin.docx?period=2026-10")
    return Document(io.BytesIO(made.content)).paragraphs[0].text


def test_programs_ask_for_the_list_and_for_each_report(supervisor: Official, county: County) -> None:
    listed = supervisor.client.get("/api/v1/reports").json()
    assert [row["name"] for row in listed] == [row.name for row in REPORTS]
    for row in listed:
        told = supervisor.client.get(row["url"], params={"period": "2026-10"})
        assert told.status_code == 200 and told.json()["as_of"].startswith("2026-10-23T02:00")
    sheet = supervisor.client.get("/api/v1/reports/demands", params={"period": "2026-10", "format": "csv"})
    assert sheet.text.startswith("\ufeff") and sheet.text.count("清溪镇双喜村") == 14
    mine = as_(supervisor, county.handler).client
    assert [row["name"] for row in mine.get("/api/v1/reports").json()] == ["daily_follow_up"]
    assert mine.get("/api/v1/reports/demands").status_code == 403


@pytest.mark.parametrize("period", ["2026-09", "2026-10"])
def test_every_figure_opens_exactly_its_tickets(supervisor: Official, period: str) -> None:
    """Of a month before the wishes, too: what was handed in later and is late by now is none of its business."""
    page = supervisor.opens(f"{HERE}/monthly_bulletin?period={period}")
    told = supervisor.client.get("/api/v1/reports/monthly_bulletin", params={"period": period}).json()["figures"]
    rates = {each["key"]: each["rate"] for each in told if each["rate"]}
    links = [html.unescape(url) for url in re.findall(r'href="(/board/tickets[^"]+)"', page.source)]
    assert len(links) == 4 + 2 * len(rates)
    weighted = {"satisfaction_rate", "composite"}
    for url in (each for each in links if "measure=" in each):
        asked = dict(parse_qsl(url.partition("?")[2]))
        key, part = asked["measure"], asked["part"]
        if key in weighted and part == "numerator":
            continue
        listed = re.search(r'class="total"><b class="number">([\d,]+)</b>', supervisor.opens(url).source)
        assert listed and float(listed[1]) == rates[key][part], url


def test_a_sheet_of_figures_has_numbers_and_shares(supervisor: Official) -> None:
    file = supervisor.client.get(f"{HERE}/monthly_bulletin.xlsx?period=2026-10")
    towns = openpyxl.load_workbook(io.BytesIO(file.content))["各镇"]
    heads = [cell.value for cell in towns[1]]
    row = dict(zip(heads, towns[2], strict=False))
    assert row["镇"].value == "清溪镇" and row["征集"].value == 14
    assert row["办结率"].number_format == "0.00%" and isinstance(row["办结率：分母"].value, int)
    assert row["办结率"].value == pytest.approx(row["办结率：分子"].value / row["办结率：分母"].value)
    assert towns.freeze_panes == "B2" and len(towns._charts) == 1
