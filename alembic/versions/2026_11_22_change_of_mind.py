"""Keep the answers that an ask had before each change of mind, so that what was done for them is known.

Takes the lock of the table `ask` for an instant: the column has a constant default and rewrites nothing. Waits for the
lock as long as the connection says, then fails and changes nothing. The running version lives with it: it names its
columns, and changes no answers. Down forgets former answers; the tasks and the log of a change of mind stay.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_change_of_mind"
down_revision = "2026_11_22_assignment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("former_answers", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    op.add_column("ask", column)


def downgrade() -> None:
    op.drop_column("ask", "former_answers")
