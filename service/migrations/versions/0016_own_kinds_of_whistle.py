"""A county adds kinds of whistle, reasons and steps of the ladder; names may be said in English too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ADDED = "own|_%"
KIND_AGAIN = "UPDATE whistle SET kind = (SELECT goes_by FROM whistle_choice WHERE name = 'kind:' || whistle.kind) "


def upgrade() -> None:
    op.add_column("whistle_choice", sa.Column("english", sa.String(60), nullable=False, server_default=""))
    op.add_column("whistle_choice", sa.Column("goes_by", sa.String(40), nullable=True))
    op.create_table(
        "whistle_step",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("duty", sa.String(40), nullable=False),
        sa.Column("rung", sa.String(40), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("kinds", sa.String(1000), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(40), nullable=True),
        sa.Column("is_before", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_whistle_step_changed_by_id_person")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_whistle_step")),
    )


def downgrade() -> None:
    """A whistle of an added kind is again one of the kind that it went by."""
    op.execute(sa.text(f"{KIND_AGAIN} WHERE kind LIKE '{ADDED}' ESCAPE '|'"))
    op.execute(sa.text(f"UPDATE whistle SET reason = 'beyond_power' WHERE reason LIKE '{ADDED}' ESCAPE '|'"))
    op.execute(sa.text(f"DELETE FROM whistle_choice WHERE name LIKE '%:{ADDED}' ESCAPE '|'"))
    op.execute(sa.text(f"DELETE FROM time_limit WHERE name LIKE 'whistle|_%|_{ADDED}' ESCAPE '|'"))
    op.drop_table("whistle_step")
    op.drop_column("whistle_choice", "goes_by")
    op.drop_column("whistle_choice", "english")
