"""Keep how far schedules of services were followed and what each raised, and let a ticket come from a schedule.

Makes two new tables, which takes no lock that anybody waits for but the short ones of foreign keys. The rule for
channels of tickets, contacts and rates is written anew, wider: each takes the lock of its table while the rows are
read once, and waits for it as long as the connection says. The running version lives with it: it writes no such
channel, and would not know one that it reads, so that workers follow the web. Down forgets the schedules' past, and
tickets that they raised came from a program, asked for by the desk itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_cycles"
down_revision = "2026_11_22_appointments"
branch_labels = None
depends_on = None

CHANNELS = ("phone", "chat", "walk_in", "web", "email", "api")
TABLES = ("ticket", "contact", "contact_rate")


def upgrade() -> None:
    _allow((*CHANNELS, "schedule"))
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "cycle",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("service_key", sa.Text(), nullable=False),
        sa.Column("schedule_key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_to", instant, nullable=False),
        sa.Column("paused_at", instant, nullable=True),
        sa.Column("paused_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["catalogue_version.id"], name=op.f("fk_cycle_version_id")),
        sa.ForeignKeyConstraint(["paused_by_id"], ["person.id"], name=op.f("fk_cycle_paused_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("service_key", "schedule_key", name=op.f("uq_cycle_service_key_schedule_key")),
    )
    op.create_table(
        "cycle_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_at", instant, nullable=False),
        sa.Column("missed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("missed_since", instant, nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("raised_at", instant, nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("missed >= 0", name=op.f("ck_cycle_run_missed")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_run_cycle_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_cycle_run_by_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_cycle_run_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_run")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cycle_run_public_id")),
        sa.UniqueConstraint("cycle_id", "slot_at", name=op.f("uq_cycle_run_cycle_id_slot_at")),
    )
    op.create_index(op.f("ix_cycle_run_ticket_id"), "cycle_run", ["ticket_id"], unique=False)


def _allow(channels: tuple[str, ...]) -> None:
    for table in TABLES:
        op.drop_constraint(op.f(f"ck_{table}_channel"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_channel"), table, f"channel IN {channels}")


def downgrade() -> None:
    op.drop_table("cycle_run")
    op.drop_table("cycle")
    op.execute("UPDATE ask SET excluded = 'own' WHERE excluded = 'scheduled'")
    op.execute("UPDATE ticket SET channel = 'api' WHERE channel = 'schedule'")
    _allow(CHANNELS)
