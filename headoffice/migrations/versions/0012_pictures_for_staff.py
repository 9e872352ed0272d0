"""Pictures of a lane's plate, for staff while an intervention waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lane_frame",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("intervention", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("erase_ms", sa.BigInteger(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "intervention", "number", name=op.f("pk_lane_frame")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("lane_frame")
