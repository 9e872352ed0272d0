"""Parts of payments by code that are given back for returned goods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "payment_return",
        *(
            sa.Column(name, sa.String(length=128), nullable=False)
            for name in ("request", "original", "kiosk", "tender_id", "currency", "state", "reason")
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_payment_return")),
    )
    op.create_index(op.f("ix_payment_return_original"), "payment_return", ["original"], unique=False)
    op.create_index(op.f("ix_payment_return_due_ms"), "payment_return", ["due_ms"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("payment_return")
