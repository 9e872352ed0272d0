"""Roles that a retailer defines, and who changed what accounts and roles may."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; every account keeps its role."""
    op.create_table(
        "account_role",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_account_role")),
    )
    op.create_table(
        "account_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(length=128), nullable=False) for name in ("by", "deed", "name")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("before", "after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_table("account_change")
    op.drop_table("account_role")
