"""Tables move by the same steps on both databases, all or nothing, and end where the models say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from service import migrations, schema
from service.database import Database
from service.migrations import migrate, upgrade
from service.migrations.tables import all_tables


@pytest.fixture
def bare(bare_url: str) -> Iterator[Database]:
    opened = Database(bare_url)
    yield opened
    opened.close()


def names_of(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def copies_of(database: Database) -> list[Path]:
    path = Path(str(database.url.database))
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def differences(connection: Connection) -> list[object]:
    """What Alembic would still change. Expressions, partial indexes and full-text tables are beyond what it sees."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found = compare_metadata(context, all_tables())
    return [step for step in found if step[0] not in {"remove_table", "remove_index"}]


def test_a_new_county_gets_all_tables(bare: Database) -> None:
    assert not schema.is_current(bare)
    applied = migrate(bare)
    assert applied == sorted(applied) and applied[-1] == schema.newest_revision()
    assert set(all_tables().tables) <= names_of(bare)
    assert schema.is_current(bare)


def test_the_steps_end_where_the_models_say(bare: Database) -> None:
    migrate(bare)
    with bare.engine.connect() as connection:
        assert differences(connection) == []


def test_a_second_time_there_is_nothing_to_do(bare_url: str) -> None:
    assert upgrade(bare_url) != []
    assert upgrade(bare_url) == []


def test_a_file_with_content_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'weiyuan.db'}")
    first, *others = migrate(database)
    assert copies_of(database) == [] and others
    with database.migrating() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :first"), {"first": first})
        connection.commit()
    with pytest.raises(Exception, match="already exists"):
        migrate(database)
    [copy] = copies_of(database)
    assert f"before-{others[0]}" in copy.name and oct(copy.stat().st_mode & 0o777) == "0o600"
    kept = Database(f"sqlite:///{copy}")
    assert set(all_tables().tables) <= names_of(kept) and schema.revision_of(kept) == first
    kept.close()
    database.close()


def test_a_step_that_fails_leaves_the_database_as_it_was(
    bare: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder_of_steps(
        tmp_path,
        "op.create_table('one', sa.Column('id', sa.Integer(), primary_key=True))",
        "op.create_table('two', sa.Column('id', sa.Integer(), primary_key=True)); op.execute('SELECT no FROM nowhere')",
    )
    monkeypatch.setattr(migrations, "HERE", folder)
    with pytest.raises(Exception, match="nowhere"):
        migrate(bare)
    assert names_of(bare) & {"one", "two"} == set()


def test_a_step_that_would_leave_rows_without_what_they_refer_to_is_undone(
    bare: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder_of_steps(
        tmp_path,
        "op.create_table('parent', sa.Column('id', sa.Integer(), primary_key=True));"
        " op.create_table('child', sa.Column('p', sa.Integer(), sa.ForeignKey('parent.id')));"
        " op.execute('INSERT INTO child (p) VALUES (7)')",
    )
    monkeypatch.setattr(migrations, "HERE", folder)
    with pytest.raises(Exception, match=r"refer to nothing|foreign key"):
        migrate(bare)
    assert "child" not in names_of(bare)


def a_folder_of_steps(folder: Path, *steps: str) -> Path:
    (folder / "versions").mkdir()
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_text((migrations.HERE / name).read_text())
    before: str | None = None
    for number, step in enumerate(steps, 1):
        head = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = '{number}'\ndown_revision = {before!r}\n"
        (folder / "versions" / f"{number}_step.py").write_text(f"{head}def upgrade():\n    {step}\n")
        before = str(number)
    return folder


def test_after_a_migration_references_are_checked_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'weiyuan.db'}")
    migrate(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_steps_are_numbered_in_their_order_and_their_files_begin_with_the_number() -> None:
    scripts = list(ScriptDirectory(str(migrations.HERE)).walk_revisions())[::-1]
    assert [script.revision for script in scripts] == [f"{number:04}" for number in range(1, len(scripts) + 1)]
    for script in scripts:
        assert re.fullmatch(rf"{script.revision}_[a-z0-9_]+\.py", Path(script.path).name)
