"""Every table there is: whoever compares the database with the models imports this, so that none is forgotten."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

from service.database import metadata

SERVICE = Path(__file__).parent.parent


def all_tables() -> MetaData:
    for path in sorted(SERVICE.rglob("models.py")):
        import_module(".".join(path.relative_to(SERVICE.parent).with_suffix("").parts))
    return metadata
