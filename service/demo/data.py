"""Reads the data files that lie beside these modules."""

import tomllib
from importlib.resources import files
from typing import Any


def read(name: str) -> dict[str, Any]:
    """One file by its name in this package, such as `county.toml` or `wishes/water.toml`."""
    with files(__package__).joinpath(name).open("rb") as file:
        return tomllib.load(file)


def names(folder: str) -> list[str]:
    """The data files of a folder, in the order of their names."""
    found = files(__package__).joinpath(folder).iterdir()
    return sorted(f"{folder}/{each.name}" for each in found if each.name.endswith(".toml"))
