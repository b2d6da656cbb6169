"""What a reader has chosen stays; a language for villagers stops at the workbench; its catalogue says what is there."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

from service import web
from service.settings import Settings
from tests import messages

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w*\}")
UYGHUR = messages.PROJECT / "service/locale/ug/LC_MESSAGES/messages.po"
TEMPLATES = messages.PROJECT / "service/tickets/templates/tickets"
HERS = (
    messages.PROJECT / "service/templates/layout_villager.html",
    *(TEMPLATES / f"{name}.html" for name in ("track", "track_find", "stop", "_tell_me", "_tell_me_box", "_question")),
    messages.PROJECT / "service/tickets/resident_words.py",
    messages.PROJECT / "service/tickets/resident_acts.py",
)
"""Her own page, which holds everything that stands a villager in need: nothing on it is left in Chinese."""


def uyghur() -> Catalog:
    with UYGHUR.open("rb") as file:
        return read_po(file, locale="ug")


def said_in(path: Path) -> set[str]:
    reader = "jinja2" if path.suffix == ".html" else "python"
    options = {"newstyle_gettext": "true", "silent": "false"} if reader == "jinja2" else None
    found = extract_from_file(reader, path, messages.KEYWORDS, (), options)
    return {words if isinstance(words, str) else words[0] for _line, words, *_rest in found}


@pytest.fixture
def offering(client: TestClient) -> TestClient:
    face = client.app.state.face  # type: ignore[attr-defined]
    client.app.state.face = web.Face(**{**vars(face), "languages": ("zh", "en", "ug")})  # type: ignore[attr-defined]
    return client


def test_her_own_page_is_wholly_translated() -> None:
    known = {each.id if isinstance(each.id, str) else each.id[0] for each in uyghur() if each.id}
    for path in HERS:
        assert said_in(path) - known == set(), path.name


def test_the_catalogue_says_nothing_that_no_page_says_and_keeps_every_placeholder() -> None:
    source = {each.id for each in messages.source() if each.id}
    for each in uyghur():
        if each.id:
            assert each.id in source, each.id
            chinese = each.id if isinstance(each.id, str) else each.id[0]
            forms = each.string if isinstance(each.string, tuple) else (each.string,)
            for form in forms:
                assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(chinese)), chinese
                assert form.startswith(" ") == chinese.startswith(" ") and form.strip(), chinese


def test_a_choice_made_by_a_link_stays(offering: TestClient) -> None:
    offering.get("/track?lang=ug")
    offering.get("/track?contrast=high")
    page = offering.get("/track").text
    assert 'lang="ug" dir="rtl"' in page and "ئارزۇيۇمنى تەكشۈرۈش" in page
    assert re.search(r'contrast\.[^"]*css[^>]*">', page) and "prefers-contrast" not in page
    assert "prefers-contrast" in offering.get("/track?contrast=normal").text


def test_a_language_for_villagers_stops_at_the_workbench(offering: TestClient) -> None:
    offering.get("/track?lang=ug")
    assert 'lang="zh-CN"' in offering.get("/desk/sign-in").text
    assert offering.get("/api/v1/nothing", headers={"accept-language": "ug, zh"}).status_code == 404


def test_a_county_offers_what_it_has_chosen(client: TestClient) -> None:
    page = client.get("/track?lang=ug").text
    assert "ئۇيغۇرچە" not in page and 'lang="zh-CN"' in page and "English" in page
    assert Settings(languages="zh, ug").offered_languages == ("zh", "ug")
    with pytest.raises(ValueError, match="no catalogue for xx"):
        Settings(languages="zh,xx")
