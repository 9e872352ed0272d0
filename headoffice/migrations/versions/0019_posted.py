"""How far the ledger follows each journal, and in which order it did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now each record was posted as it was stored."""
    with op.batch_alter_table("epoch") as epoch:
        epoch.add_column(sa.Column("posted", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE epoch SET posted = sequence")
    with op.batch_alter_table("epoch") as epoch:
        epoch.alter_column("posted", server_default=None)
    behind = sa.text("posted < sequence")
    op.create_index("ix_epoch_behind", "epoch", ["opened_ms"], sqlite_where=behind, postgresql_where=behind)
    op.create_table(
        "posted_span",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posted_span")),
    )
    op.execute(
        "INSERT INTO posted_span (kiosk, epoch, first, last)"
        " SELECT kiosk, epoch, 1, sequence FROM epoch WHERE sequence > 0 ORDER BY opened_ms, kiosk, epoch"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("posted_span")
    op.drop_index("ix_epoch_behind", table_name="epoch")
    with op.batch_alter_table("epoch") as epoch:
        epoch.drop_column("posted")
