"""Of each look: whether it was at her number, her voice or the exact place, and whether the looker's unit had the ticket."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ONCE_A_DAY = ["ticket_id", "person_id", "what", "day"]


def upgrade() -> None:
    op.add_column("reveal", sa.Column("what", sa.String(40), nullable=False, server_default="number"))
    op.add_column("reveal", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("reveal", sa.Column("was_holding", sa.Boolean(), nullable=True))
    op.create_index("ix_reveal_once_a_day", "reveal", ONCE_A_DAY, unique=True)


def downgrade() -> None:
    op.drop_index("ix_reveal_once_a_day", "reveal")
    for name in ("was_holding", "day", "what"):
        op.drop_column("reveal", name)
