"""The buyer's tax number of a sale, as far as the ledger keeps it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sales before had none."""
    for name in ("buyer_kind", "buyer_number"):
        op.add_column("sale", sa.Column(name, sa.String(length=128), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget them."""
    for name in ("buyer_number", "buyer_kind"):
        op.drop_column("sale", name)
