"""Photographs on the public wall: the one from before and the one from after that an official has approved."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COLUMNS = ("wall_before_id", "wall_after_id")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("ticket", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("ticket", name)
