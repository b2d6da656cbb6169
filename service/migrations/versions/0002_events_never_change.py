"""Events never change: triggers refuse it. And the full-text table, which each database keeps in its own way."""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REFUSAL = "events are never changed"

UP = {
    "sqlite": (
        f"CREATE TRIGGER ticket_event_no_update BEFORE UPDATE ON ticket_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER ticket_event_no_delete BEFORE DELETE ON ticket_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER ticket_event_details_no_update BEFORE UPDATE ON ticket_event_details"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER directory_event_no_update BEFORE UPDATE ON directory_event"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER directory_event_no_delete BEFORE DELETE ON directory_event"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE VIRTUAL TABLE ticket_search USING fts5 (tokens, content='', contentless_delete=1, detail='none')",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER ticket_event_no_change BEFORE UPDATE OR DELETE ON ticket_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER ticket_event_no_truncate BEFORE TRUNCATE ON ticket_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER ticket_event_details_no_update BEFORE UPDATE ON ticket_event_details"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER directory_event_no_change BEFORE UPDATE OR DELETE ON directory_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER directory_event_no_truncate BEFORE TRUNCATE ON directory_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TABLE ticket_search (ticket_id integer PRIMARY KEY REFERENCES ticket (id), tokens tsvector NOT NULL)",
        "CREATE INDEX ix_ticket_search_tokens ON ticket_search USING gin (tokens)",
    ),
}
DOWN = {
    "sqlite": (
        "DROP TABLE ticket_search",
        "DROP TRIGGER directory_event_no_delete",
        "DROP TRIGGER directory_event_no_update",
        "DROP TRIGGER ticket_event_details_no_update",
        "DROP TRIGGER ticket_event_no_delete",
        "DROP TRIGGER ticket_event_no_update",
    ),
    "postgresql": (
        "DROP TABLE ticket_search",
        "DROP TRIGGER directory_event_no_truncate ON directory_event",
        "DROP TRIGGER directory_event_no_change ON directory_event",
        "DROP TRIGGER ticket_event_details_no_update ON ticket_event_details",
        "DROP TRIGGER ticket_event_no_truncate ON ticket_event",
        "DROP TRIGGER ticket_event_no_change ON ticket_event",
        "DROP FUNCTION refuse_change()",
    ),
}


def upgrade() -> None:
    _run(UP)


def downgrade() -> None:
    _run(DOWN)


def _run(steps: dict[str, tuple[str, ...]]) -> None:
    for step in steps[op.get_bind().dialect.name]:
        op.execute(step)
