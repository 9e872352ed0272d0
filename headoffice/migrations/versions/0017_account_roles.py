"""Accounts have a role, may be shut, and have sessions that end before their cookies do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who could enter could do everything, and still can."""
    op.add_column("account", sa.Column("role", sa.String(length=128), nullable=False, server_default="manager"))
    op.add_column("account", sa.Column("disabled_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("account", sa.Column("sessions", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "ended_session",
        sa.Column("session", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_ended_session")),
    )


def downgrade() -> None:
    """Everybody may do everything again."""
    op.drop_table("ended_session")
    for name in ("sessions", "disabled_ms", "role"):
        op.drop_column("account", name)
