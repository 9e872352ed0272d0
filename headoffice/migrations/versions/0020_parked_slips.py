"""What staff choose a parked basket by, how long it is kept, and since when a lane has it without a word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_WORDS = ("reference", "reason", "currency")
_NUMBERS = ("total", "expires_ms", "given_ms")


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("suspended_basket") as batch:
        for name in _WORDS:
            batch.add_column(sa.Column(name, sa.String(length=128), nullable=False, server_default=""))
        for name in _NUMBERS:
            batch.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("things", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("suspended_basket") as batch:
        for name in ("things", *reversed(_NUMBERS), *reversed(_WORDS)):
            batch.drop_column(name)
