"""Villagers are told: who has agreed to which way, the messages that go there, and what a unit has asked her."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

QUESTION = ("inquired_at", "inquiry_ended_at")
OF_VILLAGERS = sa.text("consent_id IS NOT NULL")


def upgrade() -> None:
    for name in QUESTION:
        op.add_column("ticket", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_consent_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("ticket_id", "way", name=op.f("uq_consent_ticket_id_way")),
    )
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("consent_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_delivery_consent_id_consent"), "consent", ["consent_id"], ["id"])
    op.create_index(
        "ix_delivery_consent",
        "delivery",
        ["consent_id", "sent_at"],
        sqlite_where=OF_VILLAGERS,
        postgresql_where=OF_VILLAGERS,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_consent", "delivery")
    with op.batch_alter_table("delivery") as table:
        table.drop_column("consent_id")
    op.drop_table("consent")
    for name in reversed(QUESTION):
        op.drop_column("ticket", name)
