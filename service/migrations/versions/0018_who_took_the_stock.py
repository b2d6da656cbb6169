"""Of each count of the open stock: when it was made and by whom. Of a bulletin: what was wrong with its template."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("stock_taken", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stock_taken", sa.Column("taken_by_id", sa.Integer(), nullable=True))
    op.add_column("bulletin", sa.Column("template_refused", sa.String(300), nullable=True))


def downgrade() -> None:
    op.drop_column("bulletin", "template_refused")
    op.drop_column("stock_taken", "taken_by_id")
    op.drop_column("stock_taken", "taken_at")
