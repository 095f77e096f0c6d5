"""Keep the addresses of other systems, and the calls that steps make to them.

Makes two new tables, which takes no lock that anybody waits for but the short one on `task` of a foreign key. The
running version lives with it: it knows neither. Down forgets both, and the reasons that the version before would not
know; steps that wait for another system become tasks of their queue.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_calls"
down_revision = "2026_11_22_messages_of_steps"
branch_labels = None
depends_on = None

STATES = ("open", "done", "failed", "late", "dropped")


def upgrade() -> None:
    op.create_table(
        "endpoint",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("networks", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
        sa.UniqueConstraint("key", name=op.f("uq_endpoint_key")),
    )
    op.create_table(
        "call_out",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("endpoint_key", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_call_out_task_id")),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_call_out_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_out")),
        sa.UniqueConstraint("public_id", name=op.f("uq_call_out_public_id")),
        sa.UniqueConstraint("cause", name=op.f("uq_call_out_cause")),
    )
    open_ = sa.text("state = 'open'")
    op.create_index(op.f("ix_call_out_task_id"), "call_out", ["task_id"], unique=False)
    op.create_index("ix_call_out_open", "call_out", ["due_at"], unique=False, postgresql_where=open_)
    op.create_index("ix_call_out_task_open", "call_out", ["task_id"], unique=True, postgresql_where=open_)


FORGET_WHY = """
UPDATE task SET why = (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
      FROM jsonb_array_elements(why) WITH ORDINALITY AS kept(one, place)
     WHERE one->>'kind' NOT LIKE 'call.%')
 WHERE EXISTS (SELECT FROM jsonb_array_elements(why) AS one WHERE one->>'kind' LIKE 'call.%')
"""
TO_TASKS = """
UPDATE task SET kind = 'task',
       state = CASE WHEN state = 'on_hold' THEN 'ready' ELSE state END,
       hold_reason = NULL, held_at = NULL
 WHERE kind = 'call' AND state IN ('waiting', 'ready', 'on_hold')
"""


def downgrade() -> None:
    op.execute(FORGET_WHY)
    op.execute(TO_TASKS)
    op.drop_table("call_out")
    op.drop_table("endpoint")
