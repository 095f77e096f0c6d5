"""Keep the source text of each pack with its version, why failing tests were overruled, and drafts of packs.

Takes the lock of `catalogue_version` for a moment: one column is null, the other has a constant default, so nothing is
rewritten. `catalogue_draft` is new and locks `person` and `catalogue_version` only while its foreign keys are made.
Waits for the locks as long as the connection says, then fails and changes nothing. The running version lives with it:
it publishes versions without sources, which are written from the document when somebody reads them. Down forgets
sources and drafts; what was published stays in force.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_catalogue_sources"
down_revision = "2026_11_22_change_of_mind"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("catalogue_version", sa.Column("sources", postgresql.JSONB(), nullable=True))
    op.add_column("catalogue_version", sa.Column("overruled", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "catalogue_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("base_version_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_catalogue_draft_person_id")),
        sa.ForeignKeyConstraint(
            ["base_version_id"], ["catalogue_version.id"], name=op.f("fk_catalogue_draft_base_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_draft")),
        sa.UniqueConstraint("person_id", "file", name=op.f("uq_catalogue_draft_person_id_file")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_draft")
    op.drop_column("catalogue_version", "overruled")
    op.drop_column("catalogue_version", "sources")
