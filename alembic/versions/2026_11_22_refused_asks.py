"""Tell an ask that ended because it was not approved from one that was taken back.

Adds a column with a default, which rewrites nothing. What is there is told apart by its tasks and by whether its log
says that somebody cancelled it. The running version lives with it: it does not know the column. Down forgets it.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_refused_asks"
down_revision = "2026_11_22_calls"
branch_labels = None
depends_on = None

REFUSED = """
UPDATE ask SET refused = true
WHERE cancelled_at IS NOT NULL
  AND EXISTS (SELECT FROM task WHERE task.ask_id = ask.id AND task.refused)
  AND NOT EXISTS (
    SELECT FROM event
    WHERE event.ask_id = ask.id AND event.kind = 'amended' AND event.what @> '{"cancelled": true}'
  )
"""


def upgrade() -> None:
    op.add_column("ask", sa.Column("refused", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(REFUSED)


def downgrade() -> None:
    op.drop_column("ask", "refused")
