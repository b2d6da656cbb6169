"""`weiyuan report`: the list, the files, and a sentence for what cannot be made."""

from pathlib import Path

import openpyxl
import pytest
from docx import Document
from typer.testing import CliRunner

from service.cli import app
from service.database import Database
from service.settings import settings
from tests.factories import build_county
from tests.service.reports.documents.conftest import fill
from tests.support.server import environment


def test_reports_are_made_at_the_command_line(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(sqlite_url, tmp_path).items():
        if name.startswith("WEIYUAN_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    with sqlite_database.writing() as session:
        fill(session, build_county(session))

    def run(*words: str) -> str:
        return CliRunner().invoke(app, ["report", *words]).output

    try:
        assert "monthly_bulletin      月通报  csv, xlsx, docx, pdf" in run()
        assert "written to demands-2026-10.csv" in run("demands", "--period", "2026-10")
        assert (tmp_path / "demands-2026-10.csv").read_text(encoding="utf-8-sig").startswith("青岭县需求清单")
        run("problems", "--format", "xlsx", "--area", "清溪镇", "--out", "problems.xlsx")
        assert openpyxl.load_workbook(tmp_path / "problems.xlsx")["说明"]["A1"].value == "清溪镇问题清单"
        run("town_meeting", "--format", "docx", "--area", "清溪镇", "--period", "2026-10", "--out", "page.docx")
        assert Document(str(tmp_path / "page.docx")).paragraphs[0].text == "清溪镇会议一页"
        assert "say which with --area" in run("town_meeting")
        assert "say which with --unit" in run("daily_follow_up", "--unit", "没有的局")
        assert "日跟进" in run("daily_follow_up", "--unit", "县交通运输局")
        assert "is made as csv, xlsx." in run("demands", "--format", "pdf")
        assert "There is no report tea" in run("tea")
        refused = run("demands", "--period", "soon")
        assert "soon" in refused and "2026-W42" in refused and "Traceback" not in refused
    finally:
        monkeypatch.undo()
        settings.cache_clear()
