"""Numbers of gift cards that nobody knows, by who asked about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "value_miss",
        sa.Column("request", sa.String(length=128), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_value_miss")),
    )
    op.create_index(op.f("ix_value_miss_utc_ms"), "value_miss", ["utc_ms"])
    op.create_index(op.f("ix_value_miss_kiosk_utc_ms"), "value_miss", ["kiosk", "utc_ms"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("value_miss")
