"""Whistles, asks, issues, claims, inspections, emergency mode: tables of their own, and what a ticket knows of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NEW_ON_TICKET = (
    "pending_asks",
    "deferred_until",
    "promise_state",
    "promise_settled_at",
    "promise_confirmed",
    "supervision_level",
    "supervision_due_at",
    "supervision_answered_at",
    "overdue_count",
    "is_claimable",
    "pool_words",
    "pool_rank",
    "pooled_at",
    "issue_id",
    "is_shared",
    "endorsements",
)


def upgrade() -> None:
    op.create_table(
        "emergency_mode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("duty_roster", sa.String(1000), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_emergency_mode_area_id_area")),
        sa.ForeignKeyConstraint(["began_by_id"], ["person.id"], name=op.f("fk_emergency_mode_began_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_emergency_mode_ended_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_mode")),
    )
    with op.batch_alter_table("emergency_mode", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_mode_area_id"), ["area_id"], unique=False)
        batch_op.create_index(
            "ix_emergency_mode_one_open",
            ["area_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "inspection_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("area_path", sa.String(120), nullable=False),
        sa.Column("inspector_unit_id", sa.Integer(), nullable=False),
        sa.Column("closed_from", sa.Date(), nullable=False),
        sa.Column("closed_until", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_inspection_round_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["inspector_unit_id"], ["unit.id"], name=op.f("fk_inspection_round_inspector_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_round")),
    )
    op.create_table(
        "pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_pairing_area_id_area")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_pairing_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("unit_id", "area_id", name=op.f("uq_pairing_unit_id_area_id")),
    )
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairing_area_id"), ["area_id"], unique=False)

    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider_role", sa.String(40), nullable=False),
        sa.Column("decider_unit_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("suggested_unit_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("granted_until", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'pending')", name=op.f("ck_ask_decided_once")),
        sa.CheckConstraint(
            "decider_unit_id IS NOT NULL OR decider_role = 'supervisor'", name=op.f("ck_ask_has_a_decider")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_ask_asked_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_ask_decided_by_id_person")),
        sa.ForeignKeyConstraint(["decider_unit_id"], ["unit.id"], name=op.f("fk_ask_decider_unit_id_unit")),
        sa.ForeignKeyConstraint(["suggested_unit_id"], ["unit.id"], name=op.f("fk_ask_suggested_unit_id_unit")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ask_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ask_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.create_index("ix_ask_decider", ["decider_unit_id", "state", "due_at"], unique=False)
        batch_op.create_index(
            "ix_ask_one_pending",
            ["ticket_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_ask_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("claimant", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deliver_by", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["person.id"], name=op.f("fk_claim_claimed_by_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_claim_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_claim_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(
            "ix_claim_alarm",
            ["contact_due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'claimed'"),
            postgresql_where=sa.text("state = 'claimed'"),
        )
        batch_op.create_index(
            "ix_claim_running",
            ["ticket_id", "unit_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('claimed', 'contacted')"),
            postgresql_where=sa.text("state IN ('claimed', 'contacted')"),
        )
        batch_op.create_index("ix_claim_ticket", ["ticket_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "inspection_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(40), nullable=True),
        sa.Column("inspected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspected_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspected_by_id"], ["person.id"], name=op.f("fk_inspection_item_inspected_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["inspection_round.id"], name=op.f("fk_inspection_item_round_id_inspection_round")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_inspection_item_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_item")),
        sa.UniqueConstraint("round_id", "ticket_id", name=op.f("uq_inspection_item_round_id_ticket_id")),
    )
    with op.batch_alter_table("inspection_item", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_item_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("public_text", sa.String(2000), nullable=False),
        sa.Column("area_path", sa.String(120), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("main_ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_issue_category_id_category")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_issue_created_by_id_person")),
        sa.ForeignKeyConstraint(["main_ticket_id"], ["ticket.id"], name=op.f("fk_issue_main_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_issue_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.create_index(
            "ix_issue_area", ["area_path", "id"], unique=False, postgresql_ops={"area_path": "text_pattern_ops"}
        )
        batch_op.create_index(batch_op.f("ix_issue_main_ticket_id"), ["main_ticket_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_status"), ["status"], unique=False)

    op.create_table(
        "whistle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("area_path", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("public_text", sa.String(2000), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("town_unit_id", sa.Integer(), nullable=False),
        sa.Column("blown_by_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approve_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirm_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("work_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("work_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accept_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_needed", sa.Boolean(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "NOT (status NOT IN ('dismissed', 'accepted')) OR (unit_id IS NOT NULL AND due_at IS NOT NULL)",
            name=op.f("ck_whistle_open_has_unit_due"),
        ),
        sa.ForeignKeyConstraint(["blown_by_id"], ["person.id"], name=op.f("fk_whistle_blown_by_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_whistle_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["town_unit_id"], ["unit.id"], name=op.f("fk_whistle_town_unit_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_whistle_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("whistle", schema=None) as batch_op:
        batch_op.create_index(
            "ix_whistle_alarm",
            ["alarm_at"],
            unique=False,
            sqlite_where=sa.text("alarm_at IS NOT NULL"),
            postgresql_where=sa.text("alarm_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_whistle_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(
            "ix_whistle_open",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("status NOT IN ('dismissed', 'accepted')"),
            postgresql_where=sa.text("status NOT IN ('dismissed', 'accepted')"),
        )
        batch_op.create_index(batch_op.f("ix_whistle_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_whistle_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "issue_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_ticket_issue_id_issue")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_issue_ticket_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_ticket")),
    )
    with op.batch_alter_table("issue_ticket", schema=None) as batch_op:
        batch_op.create_index("ix_issue_ticket_issue", ["issue_id", "ticket_id"], unique=False)
        batch_op.create_index(
            "ix_issue_ticket_one",
            ["ticket_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_issue_ticket_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "issue_answer",
        sa.Column("act_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["ticket_event.id"], name=op.f("fk_issue_answer_act_id_ticket_event")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_issue_answer_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("act_id", "ticket_id", name=op.f("pk_issue_answer")),
    )

    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("whistle_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_late", sa.Boolean(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_milestone_unit_id_unit")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("fk_milestone_whistle_id_whistle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index("ix_milestone_whistle", ["whistle_id", "position"], unique=False)

    op.create_table(
        "whistle_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("whistle_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("is_on_site", sa.Boolean(), nullable=True),
        sa.Column("was_late", sa.Boolean(), nullable=True),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contest_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ruled", sa.Boolean(), nullable=False),
        sa.Column("joined_ticket", sa.Boolean(), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("speed", sa.Integer(), nullable=True),
        sa.Column("work", sa.Integer(), nullable=True),
        sa.Column("result", sa.Integer(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reported_by_id"], ["person.id"], name=op.f("fk_whistle_call_reported_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_whistle_call_unit_id_unit")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("fk_whistle_call_whistle_id_whistle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle_call")),
        sa.UniqueConstraint("whistle_id", "unit_id", name=op.f("uq_whistle_call_whistle_id_unit_id")),
    )
    with op.batch_alter_table("whistle_call", schema=None) as batch_op:
        batch_op.create_index("ix_whistle_call_unit", ["unit_id", "state"], unique=False)

    op.create_table(
        "whistle_firing",
        sa.Column("whistle_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("fk_whistle_firing_whistle_id_whistle")),
        sa.PrimaryKeyConstraint("whistle_id", "subject", "step", name=op.f("pk_whistle_firing")),
    )
    # Columns one by one: the tables are large, and SQLite would copy them whole to change anything else.
    op.execute(
        "ALTER TABLE ticket ADD COLUMN ruled_unit_id INTEGER"
        " CONSTRAINT fk_ticket_ruled_unit_id_unit REFERENCES unit (id)"
    )
    op.add_column("ticket", sa.Column("pending_asks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("deferred_until", sa.Date(), nullable=True))
    op.add_column("ticket", sa.Column("promise_state", sa.String(40), nullable=True))
    op.add_column("ticket", sa.Column("promise_settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("promise_confirmed", sa.Boolean(), nullable=True))
    op.add_column("ticket", sa.Column("supervision_level", sa.String(40), nullable=True))
    op.add_column("ticket", sa.Column("supervision_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("supervision_answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("overdue_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("is_claimable", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("ticket", sa.Column("pool_words", sa.String(200), nullable=True))
    op.add_column("ticket", sa.Column("pool_rank", sa.SmallInteger(), nullable=True))
    op.add_column("ticket", sa.Column("pooled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("issue_id", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("ticket", sa.Column("endorsements", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_endorsement_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
        sa.UniqueConstraint("ticket_id", "browser", name=op.f("uq_endorsement_ticket_id_browser")),
    )
    op.create_index("ix_ticket_deferred_until", "ticket", ["deferred_until"])
    op.create_index(
        "ix_ticket_promise",
        "ticket",
        ["promised_for", "id"],
        sqlite_where=sa.text("promise_state IS NOT NULL"),
        postgresql_where=sa.text("promise_state IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_supervised",
        "ticket",
        ["supervision_due_at", "id"],
        sqlite_where=sa.text("supervision_level IS NOT NULL"),
        postgresql_where=sa.text("supervision_level IS NOT NULL"),
    )
    op.create_index("ix_escalation_firing_rule", "escalation_firing", ["rule", "ticket_id"])
    op.create_index(
        "ix_ticket_parent",
        "ticket",
        ["parent_id"],
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_issue",
        "ticket",
        ["issue_id", "town_id", "status", "lead_unit_id"],
        sqlite_where=sa.text("issue_id IS NOT NULL"),
        postgresql_where=sa.text("issue_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_pool",
        "ticket",
        ["pool_rank", "pooled_at", "id"],
        sqlite_where=sa.text("pool_rank IS NOT NULL"),
        postgresql_where=sa.text("pool_rank IS NOT NULL"),
    )
    op.add_column("ticket_event", sa.Column("subject", sa.String(40), nullable=True))
    op.add_column("ticket_event", sa.Column("subject_to", sa.String(40), nullable=True))
    op.create_index("ix_ticket_event_subject", "ticket_event", ["subject"])


def downgrade() -> None:
    op.drop_table("endorsement")
    op.drop_index("ix_ticket_event_subject", "ticket_event")
    for name in ("subject_to", "subject"):
        op.drop_column("ticket_event", name)
    op.drop_index("ix_ticket_pool", "ticket")
    op.drop_index("ix_ticket_issue", "ticket")
    op.drop_index("ix_ticket_parent", "ticket")
    op.drop_index("ix_ticket_promise", "ticket")
    op.drop_index("ix_escalation_firing_rule", "escalation_firing")
    op.drop_index("ix_ticket_supervised", "ticket")
    op.drop_index("ix_ticket_deferred_until", "ticket")
    for name in NEW_ON_TICKET:
        op.drop_column("ticket", name)
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.drop_column("ruled_unit_id")
    with op.batch_alter_table("whistle_call", schema=None) as batch_op:
        batch_op.drop_index("ix_whistle_call_unit")

    op.drop_table("whistle_call")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index("ix_milestone_whistle")

    op.drop_table("milestone")
    op.drop_table("issue_answer")
    with op.batch_alter_table("issue_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_ticket_ticket_id"))
        batch_op.drop_index(
            "ix_issue_ticket_one", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index("ix_issue_ticket_issue")

    op.drop_table("issue_ticket")
    with op.batch_alter_table("whistle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whistle_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_whistle_status"))
        batch_op.drop_index(
            "ix_whistle_open",
            sqlite_where=sa.text("status NOT IN ('dismissed', 'accepted')"),
            postgresql_where=sa.text("status NOT IN ('dismissed', 'accepted')"),
        )
        batch_op.drop_index(batch_op.f("ix_whistle_issue_id"))
        batch_op.drop_index(
            "ix_whistle_alarm",
            sqlite_where=sa.text("alarm_at IS NOT NULL"),
            postgresql_where=sa.text("alarm_at IS NOT NULL"),
        )

    op.drop_table("whistle")
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_status"))
        batch_op.drop_index(batch_op.f("ix_issue_main_ticket_id"))
        batch_op.drop_index("ix_issue_area", postgresql_ops={"area_path": "text_pattern_ops"})

    op.drop_table("issue")
    with op.batch_alter_table("inspection_item", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_item_ticket")

    op.drop_table("inspection_item")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_unit_id"))
        batch_op.drop_index("ix_claim_ticket")
        batch_op.drop_index(
            "ix_claim_running",
            sqlite_where=sa.text("state IN ('claimed', 'contacted')"),
            postgresql_where=sa.text("state IN ('claimed', 'contacted')"),
        )
        batch_op.drop_index(
            "ix_claim_alarm", sqlite_where=sa.text("state = 'claimed'"), postgresql_where=sa.text("state = 'claimed'")
        )

    op.drop_table("claim")
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.drop_index("ix_ask_ticket")
        batch_op.drop_index(
            "ix_ask_one_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_ask_decider")

    op.drop_table("ask")
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_area_id"))

    op.drop_table("pairing")
    op.drop_table("inspection_round")
    with op.batch_alter_table("emergency_mode", schema=None) as batch_op:
        batch_op.drop_index("ix_emergency_mode_one_open")
        batch_op.drop_index(batch_op.f("ix_emergency_mode_area_id"))

    op.drop_table("emergency_mode")
