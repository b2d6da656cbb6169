"""Reminders that follow each other are one line of the ticket's page, and each of them can still be read."""

from fastapi import FastAPI
from starlette.testclient import TestClient

from service.database import Database
from tests.factories import act, build_county, later, wish_in
from tests.support.officials import official
from workflows import commands as c
from workflows.statuses import Status


def test_reminders_are_one_line_until_something_else_happens(
    app: FastAPI, client: TestClient, database: Database
) -> None:
    with database.writing() as session:
        county = build_county(session)
        wish = wish_in(session, county, Status.in_progress)
        act(session, wish, c.Expedite(note="孩子上学看不见路"), county.dispatcher, later(hours=1))
        act(session, wish, c.ReportProgress(words="电缆到了，明天装"), county.handler, later(hours=2))
        for hour in (3, 4, 5):
            act(session, wish, c.Expedite(note=f"第{hour}个钟头再问一次"), county.dispatcher, later(hours=hour))
    page = official(app, database, county.dispatcher).reads(wish)
    assert "催办 3 次，最近 10 月 12 日" in page.words.replace("\u00a0", " ")
    assert page.words.count("第3个钟头再问一次") == 1 and "看每一次" in page.words
    assert page.words.index("催办 3 次") < page.words.index("电缆到了") < page.words.index("孩子上学看不见路")
    assert "催办 4 次" not in page.words and "催办 1 次" not in page.words
