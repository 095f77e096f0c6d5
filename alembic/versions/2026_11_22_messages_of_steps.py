"""Let a message be sent by a step of the plan instead of a person: at most one for each time that step is a task.

Takes the lock of the table `message`: the check and the index read it once while it cannot be written, some seconds for
a million messages. Waits for the lock as long as the connection says, then fails and changes nothing. The running
version lives with it: it writes an author always; a message without one it shows without a name. Down deletes the
messages that nobody wrote.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_messages_of_steps"
down_revision = "2026_11_22_filled_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("message", "author_id", nullable=True)
    has_either = "author_id IS NOT NULL OR task_id IS NOT NULL"
    op.create_check_constraint(op.f("ck_message_author_or_step"), "message", has_either)
    of_steps = sa.text("author_id IS NULL")
    op.create_index("ix_message_step", "message", ["task_id"], unique=True, postgresql_where=of_steps)


def downgrade() -> None:
    op.drop_index("ix_message_step", table_name="message")
    op.drop_constraint(op.f("ck_message_author_or_step"), "message")
    op.execute("DELETE FROM message WHERE author_id IS NULL")
    op.alter_column("message", "author_id", nullable=False)
