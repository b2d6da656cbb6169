"""A wish may be spoken, may say by satellite where it is, and may be said for a neighbour."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "voice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_voice_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["event_id"], ["ticket_event.id"], name=op.f("fk_voice_event_id_ticket_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice")),
    )
    op.create_index(op.f("ix_voice_ticket_id"), "voice", ["ticket_id"])
    op.add_column("ticket", sa.Column("position", sa.LargeBinary(), nullable=True))
    op.add_column("ticket", sa.Column("is_for_other", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("attachment", sa.Column("keeps_position", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("attachment", sa.Column("position", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table, name in (("attachment", "position"), ("attachment", "keeps_position")):
        op.drop_column(table, name)
    for table, name in (("ticket", "is_for_other"), ("ticket", "position")):
        op.drop_column(table, name)
    op.drop_index(op.f("ix_voice_ticket_id"), "voice")
    op.drop_table("voice")
