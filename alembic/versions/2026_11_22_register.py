"""Keep what there is and who holds it: a register of pieces, each with its history.

Locks nothing that exists but, for an instant, `location`, `person` and `task`, which the new tables refer to. The
version that runs meanwhile neither reads nor writes them. Down forgets the register and its history.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_register"
down_revision = "2026_11_22_clocks"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON item_event FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
STATES = ("free", "held", "out_of_use")
ACTS = ("added", "given", "given_back", "changed", "out_of_use", "in_use_again")


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind_key", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("location_key", sa.Text(), nullable=False),
        sa.Column("state", _one_of(STATES, "state"), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("holder_name", sa.Text(), server_default="", nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("confidential_to", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "(state = 'held') = (holder_id IS NOT NULL OR holder_name <> '')", name=op.f("ck_item_held_by_somebody")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_item_holder_id")),
        sa.ForeignKeyConstraint(["location_key"], ["location.key"], name=op.f("fk_item_location_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_public_id")),
    )
    op.create_index("uq_item_kind_key_tag", "item", ["kind_key", sa.text("lower(tag)")], unique=True)
    op.create_index("ix_item_location_key", "item", ["location_key"])
    op.create_index(
        "ix_item_free", "item", ["kind_key", "location_key", "id"], postgresql_where=sa.text("state = 'free'")
    )
    op.create_index("ix_item_holder_id", "item", ["holder_id"], postgresql_where=sa.text("holder_id IS NOT NULL"))
    op.create_table(
        "item_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", _one_of(ACTS, "act"), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("holder_name", sa.Text(), server_default="", nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("confidential_to", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("what", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_item_event_by_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_item_event_holder_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_event_item_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_item_event_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_event")),
    )
    op.create_index("ix_item_event_item_id", "item_event", ["item_id"])
    op.create_index("ix_item_event_task_id", "item_event", ["task_id"])
    op.execute(APPEND_ONLY)


def _one_of(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)


def downgrade() -> None:
    op.drop_table("item_event")
    op.drop_table("item")
