"""Remember until when it was searched for weeks whose figures are to be stated.

Locks nothing that exists: the table is new. The version that runs meanwhile does not know it and looks at all weeks
every hour. The row begins so long ago that the first search of the new version takes all weeks.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_figure_search"
down_revision = "2026_11_22_contact_recorded_at"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_search",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("searched_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_figure_search_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_search")),
    )
    op.execute("INSERT INTO figure_search (id, searched_until, version) VALUES (1, 'epoch', 0)")


def downgrade() -> None:
    op.drop_table("figure_search")
