"""When a parked basket was opened by its shop's clock: hour-bound offers hold for it at another lane, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("suspended_basket") as batch:
        batch.add_column(sa.Column("local", sa.String(length=128), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("suspended_basket") as batch:
        batch.drop_column("local")
