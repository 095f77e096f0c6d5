"""Let rules look at who asked and at labels of the text, be edited one by one, and keep who changed them.

Rewrites `routing_rule`, which has a handful of rows, under a lock of an instant. The version that runs meanwhile reads
the columns it knows and places by them; it would place by a new rule that looks at more as if it did not look, so rules
are edited once every process is new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_routing_rules"
down_revision = "2026_11_22_kinds_of_task"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON routing_change FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
LOOKING_AT_MORE = """
DELETE FROM routing_rule
 WHERE coalesce(job_title, employment, label_key) IS NOT NULL OR manager_id IS NOT NULL
"""
NEW = ("job_title", "employment", "label_key")


def upgrade() -> None:
    op.create_table(
        "text_label",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("phrases", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_label")),
        sa.UniqueConstraint("key", name=op.f("uq_text_label_key")),
    )
    op.create_table(
        "routing_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("after", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_routing_change_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_change")),
    )
    op.execute(APPEND_ONLY)
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in NEW:
        op.add_column("routing_rule", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("routing_rule", sa.Column("manager_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "routing_rule", sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.alter_column("routing_rule", "public_id", server_default=None)
    op.create_unique_constraint(op.f("uq_routing_rule_public_id"), "routing_rule", ["public_id"])
    op.create_foreign_key(op.f("fk_routing_rule_manager_id"), "routing_rule", "person", ["manager_id"], ["id"])
    op.create_foreign_key(op.f("fk_routing_rule_label_key"), "routing_rule", "text_label", ["label_key"], ["key"])
    op.drop_constraint(op.f("uq_routing_rule_position"), "routing_rule")
    op.create_unique_constraint(
        op.f("uq_routing_rule_position"), "routing_rule", ["position"], deferrable=True, initially="DEFERRED"
    )


def downgrade() -> None:
    """A rule that looks at more would take too much without it: it goes."""
    op.execute(LOOKING_AT_MORE)
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with deferred checks pending cannot be altered
    op.drop_constraint(op.f("uq_routing_rule_position"), "routing_rule")
    op.create_unique_constraint(op.f("uq_routing_rule_position"), "routing_rule", ["position"])
    for name in (*NEW, "manager_id", "public_id"):
        op.drop_column("routing_rule", name)
    op.drop_table("routing_change")
    op.drop_table("text_label")
