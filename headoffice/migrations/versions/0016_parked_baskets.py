"""Parked baskets that another lane may go on with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "suspended_basket",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("taken_by", sa.String(length=128), nullable=False),
        sa.Column("opened", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_suspended_basket")),
    )
    op.create_index(op.f("ix_suspended_basket_store_taken_by"), "suspended_basket", ["store", "taken_by"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index(op.f("ix_suspended_basket_store_taken_by"), table_name="suspended_basket")
    op.drop_table("suspended_basket")
