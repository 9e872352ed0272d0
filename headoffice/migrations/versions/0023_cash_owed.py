"""Cash that a lane's machine owes, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_WORDS = ("kiosk", "store", "workstation", "visit", "owed_for", "currency", "state", "why", "settled_by")
_NUMBERS = ("epoch", "sequence", "owed", "remaining", "since_ms", "settled_ms")


def upgrade() -> None:
    """Make the table. What was owed before stands in the journals, as it did."""
    op.create_table(
        "cash_debt",
        sa.Column("payout", sa.String(length=128), nullable=False),
        *(sa.Column(name, sa.String(length=128), nullable=False) for name in _WORDS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _NUMBERS),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("payout", name=op.f("pk_cash_debt")),
    )
    op.create_index(op.f("ix_cash_debt_kiosk_epoch_sequence"), "cash_debt", ["kiosk", "epoch", "sequence"])
    op.create_index(op.f("ix_cash_debt_settled_ms"), "cash_debt", ["settled_ms"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("cash_debt")
