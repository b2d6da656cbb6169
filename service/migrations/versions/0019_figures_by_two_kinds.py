"""The tickets as they were last counted are found by theme, source and place: for what the rollups do not hold."""

from collections.abc import Sequence

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLE = "rollup_fact"


def upgrade() -> None:
    op.create_index("ix_rollup_fact_category", TABLE, ["category_id", "source"])
    op.create_index("ix_rollup_fact_source", TABLE, ["source"])
    op.create_index("ix_rollup_fact_area", TABLE, ["area_path"], postgresql_ops={"area_path": "text_pattern_ops"})


def downgrade() -> None:
    for name in ("area", "source", "category"):
        op.drop_index(f"ix_rollup_fact_{name}", TABLE)
