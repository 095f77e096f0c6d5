"""Keep what was said of each closed week, and every time that late facts changed it.

Locks nothing that exists: the table is new, and its trigger with it. The version that runs meanwhile neither reads nor
writes it. The first pass of the new version states the weeks that are closed by then; older figures were never stated.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_stated_figures"
down_revision = "2026_11_22_why_as_values"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stated_figure FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "stated_figure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("gross_resolved", sa.BigInteger(), nullable=False),
        sa.Column("gross_decided", sa.BigInteger(), nullable=False),
        sa.Column("net_resolved", sa.BigInteger(), nullable=False),
        sa.Column("net_decided", sa.BigInteger(), nullable=False),
        sa.Column("repeat_contacts", sa.BigInteger(), nullable=False),
        sa.Column("counting_contacts", sa.BigInteger(), nullable=False),
        sa.Column("repeat_cost", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("because", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_figure")),
        sa.UniqueConstraint("starts_on", "number", name=op.f("uq_stated_figure_starts_on_number")),
    )
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("stated_figure")
