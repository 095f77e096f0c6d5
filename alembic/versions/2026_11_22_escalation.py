"""Keep which rungs of an escalation ladder were reached, each once for each promise.

Locks nothing that exists: the table is new, and the version that runs meanwhile does not know it.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_escalation"
down_revision = "2026_11_22_register"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_escalation_clock_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_escalation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("clock_id", "rung", name=op.f("uq_escalation_clock_id_rung")),
    )


def downgrade() -> None:
    op.drop_table("escalation")
