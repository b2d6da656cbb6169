"""Files of forms that came back, until they are sent; telephone numbers that want no short message."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SEARCHED = ("place", "address", "device", "at")


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("voice_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_kept_file_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_kept_file_voice_id_voice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
    )
    for name in SEARCHED:
        op.create_index(op.f(f"ix_kept_file_{name}"), "kept_file", [name])
    op.create_table(
        "quiet_number",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_quiet_number")),
    )
    op.create_index(op.f("ix_quiet_number_since"), "quiet_number", ["since"])


def downgrade() -> None:
    op.drop_table("quiet_number")
    op.drop_table("kept_file")
