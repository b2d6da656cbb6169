"""Phones of the last eight years: scripts that Chromium 64 and its like can read, styles with a plain value first."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import tinycss2  # type: ignore[import-untyped]

from service.static_files import STATIC, VILLAGER_STYLES
from tests.support import needs

SCRIPTS = sorted(path.name for path in STATIC.glob("*.js") if path.name != "api-docs.js")
# A county PC is younger than a villager's phone. Whatever else there is, or comes, may be loaded by such a phone.
OF_OFFICIALS = {"board.css", "desk.css", "reports.css", "screen.css"}
SHEETS = sorted({path.name for path in STATIC.glob("*.css")} - OF_OFFICIALS)
# Node brings the parser of the language along: it refuses what the edition did not know.
PARSE = """
const {parse} = require('internal/deps/acorn/acorn/dist/acorn');
for (const [name, source] of Object.entries(JSON.parse(require('fs').readFileSync(0, 'utf8')))) {
  try { parse(source, {ecmaVersion: 2017}); } catch (error) { console.log(name + ': ' + error.message); }
}
"""
# Not there in Chromium 64 or WKWebView 11 (2018): each needs another declaration before it, or stands alone in vain.
YOUNG_VALUES = re.compile(r"\b(?:var|min|max|clamp|env|color-mix|light-dark|fit-content)\(|\b(?:[dsl]v[hw]|cqw)\b")
YOUNG_PROPERTIES = {"gap", "row-gap", "inset", "aspect-ratio", "place-items", "overflow-clip-margin"}
YOUNG_SELECTORS = re.compile(r":(?:is|where|has)\(|:not\([^)]*,|&|:focus-visible")
# Without these a page looks plainer, and nothing is lost.
ORNAMENTS = {
    "accent-color",
    "text-wrap",
    "text-underline-offset",
    "color-scheme",
    "text-size-adjust",
    "scroll-margin-top",
}


def objections(scripts: dict[str, str]) -> list[str]:
    """What a browser that knows ECMAScript 2017 and no more says of them."""
    node = shutil.which("node")
    if node is None:
        needs.missing("nodejs", "A script that is parsed as old phones do")
    asked = [node, "--expose-internals", "-e", PARSE]
    answer = subprocess.run(asked, input=json.dumps(scripts), capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def test_every_script_is_one_that_old_phones_can_read() -> None:
    assert objections({name: (STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS}) == []


def test_what_is_younger_would_be_found() -> None:
    young = ["a?.b", "a ?? b", "try {} catch {}", "({...a})", "class A { b = 1 }", "1_000", "async function* a() {}"]
    assert len(objections({text: text for text in young})) == len(young)


@pytest.mark.parametrize("name", SHEETS)
def test_every_style_has_a_plain_value_before_the_young_one(name: str) -> None:
    assert list(without_fallback((STATIC / name).read_text(encoding="utf-8"))) == []


def test_what_villagers_load_is_among_them() -> None:
    assert {*VILLAGER_STYLES} <= {*SHEETS} and {path.name for path in STATIC.glob("*.css")} >= OF_OFFICIALS


def test_a_style_without_a_plain_value_would_be_found() -> None:
    young = "a { color: var(--ink); } b { gap: 1rem; } c, d:has(e) { top: 0; } e { top: 0; top: env(x); }"
    assert list(without_fallback(young)) == ["a: color: var(--ink)", "b: gap: 1rem", "c, d:has(e): young selector"]


def without_fallback(sheet: str) -> Iterator[str]:
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.content and rule.lower_at_keyword == "media":
            yield from without_fallback(tinycss2.serialize(rule.content))
        # A @supports rule is its own fallback.
        elif rule.type == "qualified-rule":
            yield from young_in(tinycss2.serialize(rule.prelude).strip(), rule.content)


def young_in(selector: str, content: list[object]) -> Iterator[str]:
    # One selector that is not known spoils its whole list; alone it only leaves something plainer.
    if "," in selector and YOUNG_SELECTORS.search(selector):
        yield f"{selector}: young selector"
    plain: set[str] = set()
    for each in tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True):
        if each.type != "declaration" or each.name.startswith("--") or each.name in ORNAMENTS:
            continue
        value = tinycss2.serialize(each.value).strip()
        is_young = each.name in YOUNG_PROPERTIES or bool(YOUNG_VALUES.search(value))
        if is_young and not any(each.name == name or each.name.startswith(f"{name}-") for name in plain):
            yield f"{selector}: {each.name}: {value}"
        plain |= set() if is_young else {each.name}
