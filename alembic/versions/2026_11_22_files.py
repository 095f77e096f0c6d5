"""Keep whose a stored file is until it is attached, and which answer it belongs to.

Changes `attachment` only, which no version before wrote to: it is empty, so the lock is short. The running version
lives with it: it reads names and sizes, and finds them where they were; that is why `confidential_to`, which nobody
asks any more, stays for now. Down forgets every file, also those that are attached to something: the version before
knows nobody who uploaded them, and shows none. Evidence that is a file is a text again.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_files"
down_revision = "2026_11_22_cycles"
branch_labels = None
depends_on = None

ONE_PARENT = (
    "num_nonnulls(ask_id, message_id, task_id) = num_nonnulls(ticket_id) AND (ask_id IS NULL) = (field_key IS NULL)"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("attachment", sa.Column("uploader_id", sa.BigInteger(), nullable=False))
    op.add_column("attachment", sa.Column("ask_id", sa.BigInteger(), nullable=True))
    op.add_column("attachment", sa.Column("field_key", sa.Text(), nullable=True))
    op.alter_column("attachment", "ticket_id", nullable=True)
    op.create_foreign_key(op.f("fk_attachment_uploader_id"), "attachment", "person", ["uploader_id"], ["id"])
    op.create_foreign_key(op.f("fk_attachment_ask_id"), "attachment", "ask", ["ask_id"], ["id"])
    op.create_check_constraint(op.f("ck_attachment_one_parent"), "attachment", ONE_PARENT)
    for parent in ("ask_id", "message_id", "task_id"):
        given = sa.text(f"{parent} IS NOT NULL")
        op.create_index(op.f(f"ix_attachment_{parent}"), "attachment", [parent], postgresql_where=given)
    loose = sa.text("ticket_id IS NULL")
    op.create_index("ix_attachment_loose", "attachment", ["uploader_id", "created_at"], postgresql_where=loose)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "UPDATE task SET evidence_asked = jsonb_set(evidence_asked, '{kind}', '\"text\"')"
        " WHERE evidence_asked->>'kind' = 'file'"
    )
    op.execute("DELETE FROM attachment")
    op.drop_index("ix_attachment_loose", table_name="attachment")
    for parent in ("task_id", "message_id", "ask_id"):
        op.drop_index(op.f(f"ix_attachment_{parent}"), table_name="attachment")
    op.drop_constraint(op.f("ck_attachment_one_parent"), "attachment", type_="check")
    op.drop_constraint(op.f("fk_attachment_ask_id"), "attachment", type_="foreignkey")
    op.drop_constraint(op.f("fk_attachment_uploader_id"), "attachment", type_="foreignkey")
    op.alter_column("attachment", "ticket_id", nullable=False)
    for column in ("field_key", "ask_id", "uploader_id"):
        op.drop_column("attachment", column)
