"""Keep which forms of an ask somebody has filled in, so that what hangs on their answers is decided once.

Takes the lock of the table `ask` for an instant: the column has a constant default and rewrites nothing. Waits for the
lock as long as the connection says, then fails and changes nothing. The running version lives with it: it names its
columns, and knows no forms. Down forgets it, and takes away the reasons that the version before would not know; the
answers stay.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_filled_in"
down_revision = "2026_11_22_proof"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ask", sa.Column("filled", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))


FORGET_WHY = """
UPDATE task SET why = (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
      FROM jsonb_array_elements(why) WITH ORDINALITY AS kept(one, place)
     WHERE one->>'kind' <> 'undecided')
 WHERE why @> '[{"kind": "undecided"}]'
"""


def downgrade() -> None:
    op.execute(FORGET_WHY.replace(":", r"\:"))
    op.drop_column("ask", "filled")
