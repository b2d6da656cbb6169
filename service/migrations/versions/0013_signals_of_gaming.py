"""The register of signals of gaming, fingerprints of pictures, and marks of the devices that ratings came from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("fingerprint", sa.String(length=16), nullable=True))
    op.create_table(
        "rating_mark",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("was_signed_in", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["ticket_event.id"], name=op.f("fk_rating_mark_event_id_ticket_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_rating_mark")),
    )
    op.create_index(op.f("ix_rating_mark_at"), "rating_mark", ["at"])
    _create_findings()


def _create_findings() -> None:
    op.create_table(
        "signal_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signal", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Enum("innocent", "talked", "wrong", native_enum=False, length=40), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["looked_by_id"], ["person.id"], name=op.f("fk_signal_finding_looked_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signal_finding_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_finding")),
        sa.UniqueConstraint("signal", "subject", "month", name=op.f("uq_signal_finding_signal_subject_month")),
    )
    op.create_index(op.f("ix_signal_finding_unit_id"), "signal_finding", ["unit_id"])
    op.create_index(op.f("ix_signal_finding_looked_at"), "signal_finding", ["looked_at"])
    op.create_table(
        "signal_ticket",
        sa.Column("finding_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["signal_finding.id"], name=op.f("fk_signal_ticket_finding_id_signal_finding")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_signal_ticket_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("finding_id", "ticket_id", name=op.f("pk_signal_ticket")),
    )
    op.create_index(op.f("ix_signal_ticket_ticket_id"), "signal_ticket", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("signal_ticket")
    op.drop_table("signal_finding")
    op.drop_table("rating_mark")
    op.drop_column("attachment", "fingerprint")
