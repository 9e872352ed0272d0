"""Single-use coupons, coupons in sales, and offers in sales."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Sales that were booked before tell of no coupons; their offers stand in their lines."""
    op.create_table(
        "single_coupon",
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("offer_id", sa.String(length=128), nullable=False),
        sa.Column("series", sa.String(length=128), nullable=False),
        sa.Column("valid_until", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=128), nullable=False),
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_single_coupon")),
    )
    op.create_index(op.f("ix_single_coupon_uuid"), "single_coupon", ["uuid"], unique=False)
    op.create_index(op.f("ix_single_coupon_offer_id_state"), "single_coupon", ["offer_id", "state"], unique=False)
    op.create_table(
        "coupon_use",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("offer_id", sa.String(length=128), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("uuid", "code", name=op.f("pk_coupon_use")),
    )
    op.create_index(op.f("ix_coupon_use_code"), "coupon_use", ["code"], unique=False)
    op.create_index(op.f("ix_coupon_use_offer_id"), "coupon_use", ["offer_id"], unique=False)
    op.create_table(
        "offer_use",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("offer_id", sa.String(length=128), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("business_day", sa.String(length=128), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("uuid", "offer_id", name=op.f("pk_offer_use")),
    )
    op.create_index(op.f("ix_offer_use_offer_id_member_id"), "offer_use", ["offer_id", "member_id"], unique=False)
    op.create_index(op.f("ix_offer_use_member_id"), "offer_use", ["member_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    for table in ("offer_use", "coupon_use", "single_coupon"):
        op.drop_table(table)
