"""What some tests need from the machine: missing, they fail where every change is judged and are skipped at a desk."""

import os
from typing import NoReturn

import pytest


def missing(package: str, what_for: str) -> NoReturn:
    sentence = f"{what_for} needs the Debian package {package}: apt-get install {package}"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
