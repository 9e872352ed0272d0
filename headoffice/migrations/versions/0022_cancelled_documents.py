"""Fiscal documents that are to be cancelled at the tax authority, and what it said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. What was cancelled before stands in the journals, as it did."""
    op.create_table(
        "cancelled_document",
        *(
            sa.Column(name, sa.String(length=128), nullable=False)
            for name in ("uuid", "original", "kiosk", "series", "state")
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_cancelled_document")),
    )
    op.create_index(op.f("ix_cancelled_document_original"), "cancelled_document", ["original"])
    op.create_index(op.f("ix_cancelled_document_state"), "cancelled_document", ["state"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("cancelled_document")
