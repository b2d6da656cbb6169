"""The public wall: the words that an official approved for everybody's eyes, and since when they stand there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ON_THE_WALL = sa.text("published_at IS NOT NULL")
INDEXES = (("ix_ticket_wall", ["published_at", "id"]), ("ix_ticket_town_wall", ["town_id", "published_at", "id"]))


def upgrade() -> None:
    op.add_column("ticket", sa.Column("wall_text", sa.String(), nullable=True))
    op.add_column("ticket", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    for name, columns in INDEXES:
        op.create_index(name, "ticket", columns, sqlite_where=ON_THE_WALL, postgresql_where=ON_THE_WALL)


def downgrade() -> None:
    for name, _columns in reversed(INDEXES):
        op.drop_index(name, "ticket")
    for name in ("published_at", "wall_text"):
        op.drop_column("ticket", name)
