"""Index contacts by when they were written down: late facts, and the weeks they touch, are found by it.

Nobody can write contacts while it is built, some seconds for a million of them; reading goes on. The running version
is none the wiser.
"""

from alembic import op

revision = "2026_11_22_contact_recorded_at"
down_revision = "2026_11_22_stated_figures"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.create_index("ix_contact_recorded_at", "contact", ["recorded_at"])


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_index("ix_contact_recorded_at", table_name="contact")
