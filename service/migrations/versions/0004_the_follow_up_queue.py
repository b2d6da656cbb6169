"""The queue of follow-ups: when each villager is to be called, what was tried, and which wishes a rule draws."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NEW_ON_TICKET = (
    "follow_up_half_days",
    "attempted_at",
    "attempt_result",
    "call_back_at",
    "call_at",
    "is_groundless",
    "is_drawn",
    "sampling_rule_id",
)
TO_BE_CALLED = sa.text("call_at IS NOT NULL")

# What waits at this moment was tried under the old rule, and is called by its deadline at the latest.
IN_FOLLOW_UP = """
UPDATE ticket SET
    follow_up_half_days = follow_up_attempts,
    call_at = CASE WHEN follow_up_rule <> 'never' OR (rated_round = round AND (
            satisfaction = 'dissatisfied' OR NOT coalesce(is_resolved, true))) THEN (
        SELECT due_at FROM assignment
        WHERE assignment.ticket_id = ticket.id AND assignment.ended_at IS NULL AND assignment.role = 'lead') END
WHERE status = 'follow_up'
"""


def upgrade() -> None:
    op.create_table(
        "sample_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_sample_rule_is_a_share")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_sample_rule_area_id_area")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_sample_rule_category_id_category")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_sample_rule_ended_by_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_sample_rule_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_rule")),
    )
    op.add_column("ticket", sa.Column("follow_up_half_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("attempt_result", sa.String(40), nullable=True))
    op.add_column("ticket", sa.Column("call_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("call_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("is_groundless", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("ticket", sa.Column("is_drawn", sa.Boolean(), nullable=True))
    op.add_column("ticket", sa.Column("sampling_rule_id", sa.Integer(), nullable=True))
    op.execute(IN_FOLLOW_UP)
    for name, columns in (("ix_ticket_call", ["call_at", "id"]), ("ix_ticket_town_call", ["town_id", "call_at", "id"])):
        op.create_index(name, "ticket", columns, sqlite_where=TO_BE_CALLED, postgresql_where=TO_BE_CALLED)


def downgrade() -> None:
    for name in ("ix_ticket_town_call", "ix_ticket_call"):
        op.drop_index(name, "ticket")
    for name in NEW_ON_TICKET:
        op.drop_column("ticket", name)
    op.drop_table("sample_rule")
