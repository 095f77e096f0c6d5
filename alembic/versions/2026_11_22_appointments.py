"""Keep the appointments of tasks with the times that are booked, and calendar files with the mails that bring them.

Makes a new table, which takes the short locks on `task` and `person` of foreign keys, and adds a column with a constant
default to `mail`, which rewrites nothing. The running version lives with both: it neither knows the table nor fills
the column. Down forgets what is booked and the reasons that the version before would not know; open appointments
become tasks of their queue.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_appointments"
down_revision = "2026_11_22_refused_asks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("chooser_id", sa.BigInteger(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("choose_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_appointment_task_id")),
        sa.ForeignKeyConstraint(["chooser_id"], ["person.id"], name=op.f("fk_appointment_chooser_id")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_appointment_host_id")),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL) AND starts_at < ends_at",
            name=op.f("ck_appointment_ends_after_it_begins"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appointment_public_id")),
        sa.UniqueConstraint("task_id", name=op.f("uq_appointment_task_id")),
    )
    booked, to_choose = sa.text("starts_at IS NOT NULL"), sa.text("starts_at IS NULL AND choose_by IS NOT NULL")
    op.create_index(op.f("ix_appointment_chooser_id"), "appointment", ["chooser_id"], unique=False)
    op.create_index(op.f("ix_appointment_host_id"), "appointment", ["host_id"], unique=False)
    op.create_index("ix_appointment_booked", "appointment", ["starts_at"], unique=False, postgresql_where=booked)
    op.create_index("ix_appointment_to_choose", "appointment", ["choose_by"], unique=False, postgresql_where=to_choose)
    op.add_column("mail", sa.Column("calendar", sa.Text(), server_default="", nullable=False))


FORGET_WHY = """
UPDATE task SET why = (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
      FROM jsonb_array_elements(why) WITH ORDINALITY AS kept(one, place)
     WHERE one->>'kind' NOT LIKE 'appointment.%')
 WHERE EXISTS (SELECT FROM jsonb_array_elements(why) AS one WHERE one->>'kind' LIKE 'appointment.%')
"""
TO_TASKS = """
UPDATE task SET kind = 'task'
 WHERE kind = 'appointment' AND state IN ('waiting', 'ready', 'claimed', 'on_hold')
"""
OLD_DATES = """
UPDATE task SET due_at = appointment.due_at FROM appointment
 WHERE appointment.task_id = task.id AND appointment.starts_at IS NOT NULL AND task.state NOT IN ('done', 'skipped')
"""


def downgrade() -> None:
    op.execute(FORGET_WHY)
    op.execute(OLD_DATES)
    op.execute(TO_TASKS)
    op.drop_column("mail", "calendar")
    op.drop_table("appointment")
