"""Kinds of whistle and reasons for one are a county's own data; each kind has a term of its own for the plan."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = ("enforcement", "priority", "public_concern", "community", "liaison")
COPY = "INSERT INTO time_limit (name, amount, unit, changed_at, changed_by_id) SELECT :name, amount, unit, changed_at, "
COPY += "changed_by_id FROM time_limit WHERE name = 'whistle_plan'"


def upgrade() -> None:
    """What a county had set for every plan holds for each kind from now on."""
    op.create_table(
        "whistle_choice",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=40), nullable=False),
        sa.Column("approval", sa.Enum("before", "after", "none", native_enum=False, length=40), nullable=True),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_whistle_choice_changed_by_id_person")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_whistle_choice")),
    )
    for kind in KINDS:
        op.execute(sa.text(COPY).bindparams(name=f"whistle_plan_{kind}"))
    op.execute("DELETE FROM time_limit WHERE name = 'whistle_plan'")


def downgrade() -> None:
    copied = ", ".join(f"'whistle_plan_{kind}'" for kind in KINDS)
    op.execute(f"DELETE FROM time_limit WHERE name IN ({copied})")
    op.drop_table("whistle_choice")
