"""Keep the settings of routing that an organisation changes: how impact and urgency make a priority, and by when.

Locks nothing that exists: the table is new, and the version that runs meanwhile does not know it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_routing_settings"
down_revision = "2026_11_22_routing_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "routing_setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_routing_setting")),
    )


def downgrade() -> None:
    op.drop_table("routing_setting")
