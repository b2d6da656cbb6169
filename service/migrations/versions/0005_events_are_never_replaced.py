"""Events are not replaced either: SQLite's REPLACE deletes a row without a word to the triggers of DELETE."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REFUSAL = "events are never changed"
TAKEN = {
    "ticket_event": "EXISTS (SELECT 1 FROM ticket_event WHERE id = NEW.id)"
    " OR EXISTS (SELECT 1 FROM ticket_event WHERE ticket_id = NEW.ticket_id AND number = NEW.number)",
    "ticket_event_details": "EXISTS (SELECT 1 FROM ticket_event_details WHERE event_id = NEW.event_id)",
    "directory_event": "EXISTS (SELECT 1 FROM directory_event WHERE id = NEW.id)",
}


def upgrade() -> None:
    """PostgreSQL knows no such word, and what it has instead is an update."""
    if op.get_bind().dialect.name == "sqlite":
        for table, taken in TAKEN.items():
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TAKEN:
            op.execute(f"DROP TRIGGER {table}_no_replace")
