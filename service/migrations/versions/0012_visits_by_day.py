"""How often each link was opened on each day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "link_day",
        sa.Column("link_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_link_day_link_id_link")),
        sa.PrimaryKeyConstraint("link_id", "day", name=op.f("pk_link_day")),
    )


def downgrade() -> None:
    op.drop_table("link_day")
