"""Let tasks be offered to people: strategies of queues, limits and skills of members, offers, absences with an address.

Takes the locks of `task`, `queue` and `queue_member` for moments: their columns are null or have constant defaults and
rewrite nothing. The two indexes of `task` and its foreign key read it once while it cannot be written. `absence` is
rewritten, each row with a random id of its own; it is a small table. Waits for the locks as long as the connection
says, then fails and changes nothing. The running version lives with it: it names its columns, offers nothing, and gives
what was offered to whoever claims it. Down forgets strategies, limits, skills, which offers a rule made, and why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_assignment"
down_revision = "2026_11_22_figure_search"
branch_labels = None
depends_on = None

STRATEGIES = ("manual", "round_robin", "least_loaded", "skill", "same_person", "point_of_contact")


def upgrade() -> None:
    strategy = sa.Enum(*STRATEGIES, name="strategy", native_enum=False, create_constraint=False, length=30)
    op.add_column("queue", sa.Column("strategy", strategy, server_default="manual", nullable=False))
    op.create_check_constraint(op.f("ck_queue_strategy"), "queue", f"strategy IN {STRATEGIES}")
    op.add_column("queue", sa.Column("skill", sa.Text(), server_default="", nullable=False))
    op.add_column("queue", sa.Column("topic", sa.Text(), server_default="", nullable=False))
    op.add_column("queue", sa.Column("answer_minutes", sa.BigInteger(), server_default="240", nullable=False))
    op.create_check_constraint(op.f("ck_queue_answer_takes_time"), "queue", "answer_minutes > 0")
    op.add_column("queue_member", sa.Column("most_tasks", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_queue_member_most_tasks"), "queue_member", "most_tasks >= 0")
    words = postgresql.ARRAY(sa.Text())
    op.add_column("queue_member", sa.Column("skills", words, server_default="{}", nullable=False))
    op.add_column("queue_member", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("considered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("offered_for_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_task_offered_for_id"), "task", "person", ["offered_for_id"], ["id"])
    to_consider = sa.text("state = 'ready' AND assignee_id IS NULL AND considered_at IS NULL AND queue_id IS NOT NULL")
    op.create_index("ix_task_to_consider", "task", ["id"], unique=False, postgresql_where=to_consider)
    offered = sa.text("state = 'ready' AND assignee_id IS NOT NULL AND considered_at IS NOT NULL")
    op.create_index("ix_task_offered", "task", ["ticket_id"], unique=False, postgresql_where=offered)
    made = sa.text("gen_random_uuid()")
    op.add_column("absence", sa.Column("public_id", sa.Uuid(), server_default=made, nullable=False))
    op.create_unique_constraint(op.f("uq_absence_public_id"), "absence", ["public_id"])
    op.alter_column("absence", "public_id", server_default=None)


FORGET_WHY = """
UPDATE task SET why = (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
      FROM jsonb_array_elements(why) WITH ORDINALITY AS kept(one, place)
     WHERE one->>'kind' NOT LIKE 'assign.%')
 WHERE EXISTS (SELECT FROM jsonb_array_elements(why) AS one WHERE one->>'kind' LIKE 'assign.%')
"""


def downgrade() -> None:
    op.execute(FORGET_WHY)
    op.drop_column("absence", "public_id")
    op.drop_index("ix_task_offered", table_name="task")
    op.drop_index("ix_task_to_consider", table_name="task")
    for table, columns in (
        ("task", ("offered_for_id", "offer_ends_at", "considered_at")),
        ("queue_member", ("offered_at", "skills", "most_tasks")),
        ("queue", ("answer_minutes", "topic", "skill", "strategy")),
    ):
        for column in columns:
            op.drop_column(table, column)
