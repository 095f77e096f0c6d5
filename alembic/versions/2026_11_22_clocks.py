"""Keep what was promised of asks and tasks: by when, with its pauses, and when it was broken.

Adds a nullable column to `ask` and `task` (an instant's lock) and an index to each, which holds up writing for as long
as it takes to read them. What exists is marked as timed: no promise was made of it. The version that runs meanwhile
leaves what it opens for the new one to time.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_clocks"
down_revision = "2026_11_22_approvals"
branch_labels = None
depends_on = None

KINDS = ("response", "resolution", "queue")
TO_TIME = "queue_id IS NOT NULL AND ready_at IS NOT NULL AND (timed_at IS NULL OR timed_at < ready_at)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("ask", "task"):
        op.add_column(table, sa.Column("timed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE ask SET timed_at = opened_at")
    op.execute("UPDATE task SET timed_at = ready_at WHERE ready_at IS NOT NULL")
    op.create_index("ix_ask_to_time", "ask", ["id"], postgresql_where=sa.text("timed_at IS NULL"))
    op.create_index("ix_task_to_time", "task", ["id"], postgresql_where=sa.text(TO_TIME))
    at = sa.DateTime(timezone=True)
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("ask_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", at, nullable=False),
        sa.Column("planned_at", at, nullable=True),
        sa.Column("due_at", at, nullable=False),
        sa.Column("paused_at", at, nullable=True),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("met", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("missed_at", at, nullable=True),
        sa.Column("noted_at", at, nullable=True),
        sa.Column("event_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_ticket_id")),
        sa.ForeignKeyConstraint(["ask_id"], ["ask.id"], name=op.f("fk_clock_ask_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_clock_task_id")),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_clock_queue_id")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_clock_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint(
            "ask_id",
            "task_id",
            "kind",
            "started_at",
            name=op.f("uq_clock_ask_id_task_id_kind_started_at"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_clock_ticket_id", "clock", ["ticket_id"])
    op.create_index("ix_clock_task_id", "clock", ["task_id"])
    op.create_index("ix_clock_running", "clock", ["due_at"], postgresql_where=sa.text("ended_at IS NULL"))


def downgrade() -> None:
    op.drop_table("clock")
    op.drop_index("ix_task_to_time", "task")
    op.drop_index("ix_ask_to_time", "ask")
    for table in ("ask", "task"):
        op.drop_column(table, "timed_at")
