"""The README says what the code says."""

import re

from service.cli import COMMANDS
from tests.readme import README, TABLES, with_tables


def test_the_tables_in_the_readme_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_tables(text) == text, "run `make readme`"


def test_every_table_has_its_place_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in TABLES if f"<!-- {name} -->" not in text] == []


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if not re.search(rf"`weiyuan {name}\b", text)] == []
