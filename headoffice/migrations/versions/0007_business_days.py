"""Z reports, and days that are open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Days that were closed before have no report."""
    op.create_table(
        "z_report",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("workstation", sa.String(length=128), nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("business_day", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("cause", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=128), nullable=False),
        sa.Column("reconciliation", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "epoch", "sequence", name=op.f("pk_z_report")),
    )
    columns = ["store", "workstation", "series", "number"]
    op.create_index(op.f("ix_z_report_store_workstation_series_number"), "z_report", columns, unique=False)
    op.create_index(op.f("ix_z_report_business_day"), "z_report", ["business_day"], unique=False)
    op.create_table(
        "open_day",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("workstation", sa.String(length=128), nullable=False),
        sa.Column("business_day", sa.String(length=128), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "epoch", name=op.f("pk_open_day")),
    )
