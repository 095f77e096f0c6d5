"""Keep who is asked for approvals and what they said, whose money a department spends, and what a rejection ended.

Makes two tables, and takes the lock of the table `task` for an instant: its column has a constant default and rewrites
nothing. Waits for the lock as long as the connection says, then fails and changes nothing. The running version lives
with it: it names its columns and knows nothing of approvals. Down forgets who was asked, why they, and what
they said.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_approvals"
down_revision = "2026_11_22_routing_settings"
branch_labels = None
depends_on = None

VOICES = ("next", "asked", "approved", "rejected", "expired", "withdrawn")


def upgrade() -> None:
    op.add_column("task", sa.Column("refused", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    voice = sa.Enum(*VOICES, name="voice", native_enum=False, create_constraint=True, length=30)
    at = sa.DateTime(timezone=True)
    op.create_table(
        "approver",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("needed", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_id", sa.BigInteger(), nullable=True),
        sa.Column("instead_of_id", sa.BigInteger(), nullable=True),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("voice", voice, nullable=False),
        sa.Column("asked_at", at, nullable=True),
        sa.Column("remind_at", at, nullable=True),
        sa.Column("ends_at", at, nullable=True),
        sa.Column("decided_at", at, nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("link_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_approver_task_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approver_person_id")),
        sa.ForeignKeyConstraint(["asked_id"], ["person.id"], name=op.f("fk_approver_asked_id")),
        sa.ForeignKeyConstraint(["instead_of_id"], ["person.id"], name=op.f("fk_approver_instead_of_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_approver_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approver")),
        sa.UniqueConstraint("public_id", name=op.f("uq_approver_public_id")),
    )
    is_open, was_asked = sa.text("voice IN ('next', 'asked')"), sa.text("asked_id IS NOT NULL")
    op.create_index("ix_approver_task_id", "approver", ["task_id"])
    op.create_index(
        "uq_approver_open", "approver", ["task_id", "seat", "person_id"], unique=True, postgresql_where=is_open
    )
    op.create_index("ix_approver_asked_id", "approver", ["asked_id", "id"], postgresql_where=was_asked)
    op.create_index("ix_approver_person_id", "approver", ["person_id"])
    op.create_index("ix_approver_asked", "approver", ["id"], postgresql_where=sa.text("voice = 'asked'"))
    op.create_table(
        "cost_centre",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_cost_centre_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_centre")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cost_centre_public_id")),
    )
    lower = [sa.text("lower(department)")]
    op.create_index("uq_cost_centre_department_lower", "cost_centre", lower, unique=True)


FORGET_WHY = """
UPDATE task SET why = (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
      FROM jsonb_array_elements(why) WITH ORDINALITY AS kept(one, place)
     WHERE one->>'kind' NOT LIKE 'approval.%')
 WHERE EXISTS (SELECT FROM jsonb_array_elements(why) AS one WHERE one->>'kind' LIKE 'approval.%')
"""


def downgrade() -> None:
    op.execute(FORGET_WHY)
    op.drop_table("cost_centre")
    op.drop_table("approver")
    op.drop_column("task", "refused")
