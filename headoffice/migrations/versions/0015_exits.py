"""Exit codes that gates have asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "exit_use",
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("gate", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("store", "reference", name=op.f("pk_exit_use")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("exit_use")
