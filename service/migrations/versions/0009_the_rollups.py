"""The figures are kept as rollups, folded from marks that triggers leave; and the open stock is written down daily."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = (
    "collected", "concluded", "open", "open_overdue", "not_yet_due", "open_merged", "closed", "declined", "withdrawn",
    "merged", "answered_on_time", "closed_on_time", "valid", "contacted", "resolved", "satisfied",
    "basically_satisfied", "dissatisfied", "unreachable", "unrated", "excluded", "closed_as_promised",
    "open_past_original", "raw_valid", "raw_contacted", "raw_resolved", "raw_satisfied", "raw_basically_satisfied",
    "dispatched", "returned", "dispatch_settled", "right_first", "answered", "redone", "backlog", "promises_due",
    "promises_kept", "promises_open", "heard", "late", "undispatched", "unacknowledged", "soon_due",
    "not_followed_up", "supervised", "done_again", "asked", "warned",
)  # fmt: skip

# Whatever a count is made from; `version` stands for the holds, which never change without an event.
WATCHED = (
    "version", "status", "area_path", "category_id", "source", "created_at", "closed_at", "lead_unit_id", "due_at",
    "original_due_at", "acknowledged_at", "contacted_at", "answered_at", "answered_on_time", "outcome", "satisfaction",
    "is_resolved", "was_contacted", "follow_up_attempts", "supervised_at", "reopen_count", "return_count",
    "is_excluded", "promise_state", "promise_confirmed", "merged_into_id",
)  # fmt: skip
MARK = "INSERT INTO rollup_mark (ticket_id) VALUES (NEW.id)"
ON_CHANGE = f"AFTER UPDATE OF {', '.join(WATCHED)} ON ticket"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER ticket_mark_new AFTER INSERT ON ticket BEGIN {MARK}; END",
        f"CREATE TRIGGER ticket_mark_changed {ON_CHANGE} BEGIN {MARK}; END",
    ),
    "postgresql": (
        f"CREATE FUNCTION mark_ticket() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {MARK}; RETURN NULL; END $$",
        "CREATE TRIGGER ticket_mark_new AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION mark_ticket()",
        f"CREATE TRIGGER ticket_mark_changed {ON_CHANGE} FOR EACH ROW EXECUTE FUNCTION mark_ticket()",
    ),
}
NO_TRIGGERS = {
    "sqlite": ("DROP TRIGGER ticket_mark_changed", "DROP TRIGGER ticket_mark_new"),
    "postgresql": (
        "DROP TRIGGER ticket_mark_changed ON ticket",
        "DROP TRIGGER ticket_mark_new ON ticket",
        "DROP FUNCTION mark_ticket()",
    ),
}


def upgrade() -> None:
    _tables_of_the_fold()
    _rollups()
    _stock()
    op.drop_table("figures_snapshot")
    for step in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(step)


def _tables_of_the_fold() -> None:
    op.create_table(
        "rollup_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_mark")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rollup_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("reference_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_state")),
    )
    op.create_table(
        "rollup_fact",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.BigInteger(), nullable=False),
        sa.Column("area_path", sa.String(120), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("answer_days", sa.Integer(), nullable=True),
        sa.Column("turns_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_rollup_fact")),
    )
    has_turn = sa.text("turns_at IS NOT NULL")
    op.create_index(
        "ix_rollup_fact_turns", "rollup_fact", ["turns_at"], sqlite_where=has_turn, postgresql_where=has_turn
    )


def _rollups() -> None:
    op.create_table(
        "rollup",
        *_key(),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("window", "area_id", "dimension", "day", "member", name=op.f("pk_rollup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_answer",
        *_key(),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "window", "area_id", "dimension", "day", "member", "days", name=op.f("pk_rollup_answer")
        ),
        sqlite_with_rowid=False,
    )


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("window", sa.String(12), nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("member", sa.String(40), nullable=False),
    ]


def _stock() -> None:
    op.create_table(
        "stock_taken",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("day", "revision", name=op.f("pk_stock_taken")),
    )
    op.create_table(
        "open_stock",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("town_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("age", sa.String(12), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "revision", "town_id", "unit_id", "age", name=op.f("pk_open_stock")),
    )


def downgrade() -> None:
    for step in NO_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(step)
    for table in ("open_stock", "stock_taken", "rollup_answer", "rollup", "rollup_fact", "rollup_state", "rollup_mark"):
        op.drop_table(table)
    op.create_table(
        "figures_snapshot",
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_figures_snapshot_area_id_area")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_figures_snapshot")),
    )
