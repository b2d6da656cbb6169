"""The house style that no linter knows: small functions and files, one way to commit, nothing of anybody's machine."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("workflows", "notifications", "service")
SLICES = (
    "accounts",
    "administration",
    "claims",
    "directory",
    "exchange",
    "follow_ups",
    "issues",
    "outbox",
    "oversight",
    "reports",
    "tickets",
    "wall",
    "whistles",
)

LONGEST_FUNCTION = 40
LONGEST_FILE = 250
LONGEST_LINE = 120
# What only a machine reads may stand beyond the edge, where the formatter leaves it too.
PRAGMA = re.compile(r"  # (type: ignore\[[\w,-]+\]|noqa: [A-Z0-9, ]+)$")

# A table of rules is read as a whole, and splitting it would only hide half of it.
TABLES = {
    "workflows/commands.py": "one class per verb, which is its form, its API body and its event",
    "notifications/notices.py": "who hears of what, by which channel, is read as one table",
    "workflows/whistle_commands.py": "one class per verb of the whistle",
    "workflows/measures.py": "the catalogue of measures: a page of definitions is printed from it row by row",
    "service/tickets/models.py": "the tables of a ticket: what belongs to a wish in the database is seen at once",
}

# A migration is written once, tells every table and is never edited again.
MIGRATIONS = "service/migrations/versions/"

# Put together from halves, so that this file does not name them itself.
MACHINE_PATHS = [f"(?<![\\w.])/{folder}/\\w" for folder in ("work", "farm", "root")]
REGISTRIES = [rf"\b{host}\.(org|com)\b" for host in ("npmjs", "pypi", "pythonhosted", "debian")]
OF_A_MACHINE = re.compile("|".join(MACHINE_PATHS + REGISTRIES))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    names = listing.stdout.split("\0")
    return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path))


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def at(path: Path, node: ast.AST) -> str:
    return f"{name_of(path)}:{getattr(node, 'lineno', 1)}"


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def test_no_function_is_longer_than_a_screen() -> None:
    breaches = [
        f"{at(path, function)} {function.name}"
        for path in modules(*PACKAGES)
        if not name_of(path).startswith(MIGRATIONS)
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]
    assert breaches == []


def test_no_file_grows_past_what_one_reads_in_a_sitting() -> None:
    lengths = {name_of(path): len(source(path).splitlines()) for path in modules(*PACKAGES)}
    breaches = [
        f"{name}: {length} lines"
        for name, length in lengths.items()
        if length > LONGEST_FILE and name not in TABLES and not name.startswith(MIGRATIONS)
    ]
    assert breaches == []
    assert [name for name in TABLES if lengths.get(name, 0) <= LONGEST_FILE] == [], "needs no exception any more"


def test_no_line_is_longer_than_the_editor_is_wide() -> None:
    breaches = [
        f"{name_of(path)}:{number}"
        for path in modules(*PACKAGES, "tests")
        if not name_of(path).startswith(MIGRATIONS)
        for number, line in enumerate(source(path).splitlines(), 1)
        if len(PRAGMA.sub("", line)) > LONGEST_LINE and number not in laid_out_by_hand(path)
    ]
    assert breaches == []


@cache
def laid_out_by_hand(path: Path) -> set[int]:
    """Lines between `fmt: off` and `fmt: on`: a table whose rows are rows."""
    inside = False
    found = set()
    for number, line in enumerate(source(path).splitlines(), 1):
        inside = line.strip() == "# fmt: off" or (inside and line.strip() != "# fmt: on")
        found |= {number} if inside else set()
    return found


def test_imports_stand_at_the_top() -> None:
    breaches = [
        at(path, node)
        for path in modules(*PACKAGES, "tests")
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert breaches == []


def test_every_module_says_what_it_is_for() -> None:
    breaches = [
        name_of(path) for path in modules(*PACKAGES) if source(path).strip() and not ast.get_docstring(tree(path))
    ]
    assert breaches == []


def test_slices_leave_the_commit_to_the_edge() -> None:
    breaches = [
        at(path, node)
        for path in modules(*(f"service/{name}" for name in SLICES))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert breaches == []


def test_no_error_is_swallowed() -> None:
    breaches = [
        at(path, node)
        for path in modules(*PACKAGES, "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or swallows_everything(node))
    ]
    assert breaches == []


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    catches_all = isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    return catches_all and all(isinstance(statement, ast.Pass) for statement in handler.body)


def test_files_are_named_for_what_they_hold() -> None:
    vague = {"service", "services", "manager", "helper", "helpers", "util", "utils", "common", "misc"}
    assert [name_of(path) for path in modules(*PACKAGES, "tests") if path.stem in vague] == []


def test_every_test_asserts_something() -> None:
    breaches = [
        f"{at(path, function)} {function.name}"
        for path in modules("tests")
        for function in functions(path)
        if function.name.startswith("test_") and not any(asserts(node) for node in ast.walk(function))
    ]
    assert breaches == []


def asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return (
        called == "expect"
        or called.endswith(("pytest.raises", "pytest.fail"))
        or called.split(".")[-1].startswith("assert_")
    )


def test_nothing_names_a_machine_or_a_registry() -> None:
    breaches = [
        f"{name_of(path)}:{number}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if OF_A_MACHINE.search(line)
    ]
    assert breaches == []


def text_of(path: Path) -> str:
    """Pictures and sheets have no text."""
    try:
        return path.read_text(encoding="utf8")
    except UnicodeDecodeError:
        return ""


LOCKS = {"requirements.lock": ["build"], "requirements-dev.lock": ["build", "dev"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_the_project_asks_for(lock: str) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = [requirement for group in LOCKS[lock] for requirement in project["dependency-groups"][group]]
    asked = [Requirement(line) for line in project["project"]["dependencies"] + groups]
    locked = pins(lock)
    breaches = [
        str(requirement)
        for requirement in asked
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert breaches == [], "run make lock"


def test_both_locks_pin_the_same_versions() -> None:
    running, developing = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: developing.get(name) for name in running} == running


def test_what_is_installed_is_what_is_locked() -> None:
    here = pins("requirements-dev.lock", only_here=True)
    assert {name: distribution(name).version for name in here} == here


def pins(lock: str, only_here: bool = False) -> dict[str, str]:
    lines = re.findall(r"^(\S+==[^\\\n]+?)(?: *\\)?$", (PROJECT / lock).read_text(), re.MULTILINE)
    pinned = [Requirement(line) for line in lines]
    return {
        canonicalize_name(pin.name): str(Version(str(pin.specifier).removeprefix("==")))
        for pin in pinned
        if not only_here or pin.marker is None or pin.marker.evaluate()
    }


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_locks_carry_hashes_and_no_addresses(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:])
    assert "://" not in text and "--index" not in text and "--find-links" not in text


def test_the_browser_packages_are_locked_without_addresses() -> None:
    text = (PROJECT / "service/static/package-lock.json").read_text()
    assert '"integrity"' in text
    assert '"resolved"' not in text and "://" not in text
