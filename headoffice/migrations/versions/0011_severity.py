"""How soon staff are needed, by the lane's own word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What waited before says nothing, and is judged by its kind."""
    op.add_column("intervention", sa.Column("severity", sa.String(length=128), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("intervention", "severity")
