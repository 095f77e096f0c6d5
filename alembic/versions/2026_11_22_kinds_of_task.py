"""Let a task be of a kind: a plain task, or an approval that is for its approvers and for no queue or person.

Takes the lock of the table `task` for a moment: the column has a constant default and rewrites nothing, the two checks
read it once while it cannot be written. Waits for the lock as long as the connection says, then fails and changes
nothing. The running version lives with it: it names its columns, and all that it writes are plain tasks. Down forgets
kinds; approvals that are with nobody go to the desk first, as plain tasks.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_kinds_of_task"
down_revision = "2026_11_22_catalogue_sources"
branch_labels = None
depends_on = None

KINDS = ("task", "approval", "form", "message", "appointment", "call")
ONE_OF_BOTH = "(queue_id IS NULL) <> (person_id IS NULL)"
OR_APPROVAL = f"{ONE_OF_BOTH} OR (kind = 'approval' AND person_id IS NULL)"


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=False, length=30)
    op.add_column("task", sa.Column("kind", kind, server_default="task", nullable=False))
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN {KINDS}")
    op.drop_constraint(op.f("ck_task_queue_or_person"), "task")
    op.create_check_constraint(op.f("ck_task_queue_or_person"), "task", OR_APPROVAL)


FORGET_WHY = """
UPDATE task SET why = (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
      FROM jsonb_array_elements(why) WITH ORDINALITY AS kept(one, place)
     WHERE one->>'kind' NOT LIKE 'finds_its_people')
 WHERE EXISTS (SELECT FROM jsonb_array_elements(why) AS one WHERE one->>'kind' LIKE 'finds_its_people')
"""


def downgrade() -> None:
    op.execute(FORGET_WHY)
    to_desk = "UPDATE task SET queue_id = (SELECT id FROM queue WHERE key = 'desk')"
    op.execute(f"{to_desk} WHERE queue_id IS NULL AND person_id IS NULL")
    op.drop_constraint(op.f("ck_task_queue_or_person"), "task")
    op.create_check_constraint(op.f("ck_task_queue_or_person"), "task", ONE_OF_BOTH)
    op.drop_column("task", "kind")
