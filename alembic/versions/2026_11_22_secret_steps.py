"""Let a task be secret, so that a step can be kept from everybody but its queues.

Takes the lock of the table `task` for the length of one scan: the column has a constant default and rewrites nothing,
the constraint reads every row once. Waits for the lock as long as the connection says, then fails and changes nothing.
The running version lives with it: it names its columns, and its tasks are not secret. Down makes secret tasks
confidential ones: their words stay with their queues, but the others on the ticket see a mask again.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_secret_steps"
down_revision = "2026_11_21_main_job"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("secret", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_check_constraint(
        op.f("ck_task_secret_is_for_queues"),
        "task",
        "NOT secret OR (queue_id IS NOT NULL AND cardinality(confidential_to) > 0)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_task_secret_is_for_queues"), "task", type_="check")
    op.drop_column("task", "secret")
