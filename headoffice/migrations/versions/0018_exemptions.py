"""Why a sale bears no tax, as far as the ledger keeps it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COLUMNS = ("exempt_certificate", "exempt_reason", "exempt_by")


def upgrade() -> None:
    """Sales before bore their tax, or are found in the journal."""
    for name in _COLUMNS:
        op.add_column("sale", sa.Column(name, sa.String(length=128), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget them."""
    for name in reversed(_COLUMNS):
        op.drop_column("sale", name)
