"""What every page has: a language, a size of type, messages shown once, addresses that change with the content."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from service import static_files, web
from service.errors import NotFound, install

FACE = web.Face(county="青岭县", zone="Asia/Shanghai", key=b"k" * 32)
HREF = re.compile(r'href="([^"]*)"')
FALLBACK = re.compile(r"(?<![\w-])([\w-]+):\s*([^;{}]+);\s*\1:\s*([^;{}]*var\([^;{}]*);")


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    web.set_up(app, FACE)
    install(app, web.error_page, web.say)

    @app.get("/find")
    def find(request: Request) -> Response:
        return web.render(request, "tickets/track_find.html", values={}, errors={})

    @app.get("/done")
    def done(request: Request) -> Response:
        response = web.redirect("/find")
        web.flash(request, response, "交给{unit}了", unit="<b>交通局</b>")
        return response

    @app.get("/lost")
    def lost() -> None:
        raise NotFound()

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("name", web.environment("zh", "Asia/Shanghai").list_templates(["html"]))
def test_every_template_compiles(name: str) -> None:
    assert web.environment("zh", "Asia/Shanghai").get_template(name).name == name


def test_large_type_is_chosen_by_a_link_and_stays(client: TestClient) -> None:
    assert 'class="large"' not in client.get("/find").text
    assert 'class="large"' in client.get("/find?type=large").text
    assert 'class="large"' in client.get("/find").text
    client.get("/find?type=normal")
    assert 'class="large"' not in client.get("/find").text


@pytest.mark.parametrize("path", ["//evil.example/", "/%5Cevil.example/", "/%09/evil.example/", "///evil.example"])
def test_a_page_that_is_not_there_leads_to_no_other_site(client: TestClient, path: str) -> None:
    addresses = [
        urljoin("http://testserver/", found) for found in HREF.findall(client.get(f"http://testserver{path}").text)
    ]
    assert addresses
    assert {urlsplit(each).netloc for each in addresses} == {"testserver"}


def test_a_language_is_chosen_by_a_link_and_stays_and_an_unknown_one_is_ignored(client: TestClient) -> None:
    client.get("/find?lang=en")
    assert '<html lang="en"' in client.get("/find?lang=xx").text


@pytest.mark.parametrize("language", web.LANGUAGES)
def test_a_name_that_somebody_typed_is_never_markup_and_may_hold_any_sign(language: str) -> None:
    page = web.environment(language, "Asia/Shanghai").from_string("{{ _(name) }} {{ _('%(n)s 件', n=name) }}")
    shown = page.render(name="<img src=x>'50%办%(结)s{}")
    assert "<img" not in shown
    assert unescape(shown).startswith("<img src=x>'50%办%(结)s{} <img src=x>'50%办%(结)s{}")


def test_a_message_survives_one_redirect_and_is_shown_once_and_as_text(client: TestClient) -> None:
    assert "交给&lt;b&gt;交通局&lt;/b&gt;了" in client.get("/done").text
    assert "交给" not in client.get("/find").text


@pytest.mark.parametrize("forged", [b"", b".", b"eyJ9.00", b"W10=", b"W10=.\xff"])
def test_nobody_else_puts_words_on_our_pages(client: TestClient, forged: bytes) -> None:
    assert client.get("/find", headers={b"Cookie": b"flash=" + forged}).status_code == 200


def test_an_error_is_a_page_with_the_sentence(client: TestClient) -> None:
    answer = client.get("/lost", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "没有找到您要看的内容" in answer.text


def test_a_link_keeps_the_query_and_starts_the_list_again() -> None:
    scope = {"type": "http", "path": "/desk", "query_string": b"stage=3&cursor=9&lang=en", "headers": []}
    request = Request(scope)
    assert web.here(request, unit=4) == "/desk?stage=3&unit=4"
    assert web.here(request, stage=None) == "/desk"
    assert web.here(request, cursor="9~7") == "/desk?stage=3&cursor=9~7"


def test_static_files_may_be_kept_for_a_year_under_the_address_of_their_content(client: TestClient) -> None:
    address = static_files.static_url("tokens.css")
    assert re.fullmatch(r"/static/tokens\.css\?v=[0-9a-f]{8}", address)
    assert "immutable" in client.get(address).headers["cache-control"]
    assert "immutable" not in client.get("/static/tokens.css").headers.get("cache-control", "")


def test_the_plain_value_before_a_token_is_that_tokens_own() -> None:
    """Browsers without custom properties see the same colours and lengths; a sheet may have tokens of its own."""
    common = tokens_of(static_files.STATIC.joinpath("tokens.css").read_text().split(":root.")[0])
    pairs = []
    for sheet in static_files.STATIC.glob("*.css"):
        written = sheet.read_text()
        tokens = common | tokens_of("".join(re.findall(r"^:root \{([^}]*)\}", written, re.MULTILINE)))
        pairs += [
            (sheet.name, name, plain.strip(), plainly(value, tokens))
            for name, plain, value in FALLBACK.findall(written)
        ]
    assert len(pairs) > 100
    assert [pair for pair in pairs if pair[2] != pair[3]] == []


def plainly(value: str, tokens: Mapping[str, str]) -> str:
    return re.sub(r"var\((--[\w-]+)\)", lambda found: tokens[found[1]], value).strip()


def tokens_of(written: str) -> dict[str, str]:
    found: list[tuple[str, str]] = re.findall(r"(--[\w-]+):\s*([^;]+);", written)
    return dict(found)


def test_styles_and_scripts_go_compressed_over_a_slow_line_and_pages_do_not(client: TestClient) -> None:
    style = client.get("/static/tokens.css", headers={"Accept-Encoding": "gzip"})
    assert style.headers["content-encoding"] == "gzip"
    assert "--" in style.text
    assert "content-encoding" not in client.get("/track", headers={"Accept-Encoding": "gzip"}).headers
