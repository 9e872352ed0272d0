"""Loyalty points, and which member a row of the directory means."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    """Make the tables; link the members that the feed knows already."""
    op.create_table(
        "points_member",
        _code("member_id"),
        _number("balance"),
        _code("tier"),
        _code("tier_day"),
        sa.Column("stirred", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_points_member")),
    )
    op.create_index(op.f("ix_points_member_stirred"), "points_member", ["stirred"], unique=False)
    op.create_index(op.f("ix_points_member_tier_day"), "points_member", ["tier_day"], unique=False)
    op.create_table(
        "points_entry",
        *(_code(name) for name in ("source", "kind", "member_id")),
        *(_number(name) for name in ("points", "spend")),
        *(_code(name) for name in ("business_day", "expires_day", "store")),
        _number("utc_ms"),
        _code("by"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_points_entry")),
    )
    op.create_index(op.f("ix_points_entry_member_id_utc_ms"), "points_entry", ["member_id", "utc_ms"], unique=False)
    op.create_index(op.f("ix_points_entry_business_day"), "points_entry", ["business_day"], unique=False)
    op.create_index(op.f("ix_points_entry_expires_day"), "points_entry", ["expires_day"], unique=False)
    op.create_table(
        "points_hold",
        *(_code(name) for name in ("request", "kiosk", "uuid", "member_id")),
        *(_number(name) for name in ("points", "amount")),
        *(_code(name) for name in ("currency", "state", "reason")),
        _number("created_ms"),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_points_hold")),
    )
    op.create_index(op.f("ix_points_hold_member_id_state"), "points_hold", ["member_id", "state"], unique=False)
    op.create_index(op.f("ix_points_hold_uuid"), "points_hold", ["uuid"], unique=False)
    keys = op.create_table(
        "member_key",
        _code("keyed_hash"),
        _code("member_id"),
        sa.PrimaryKeyConstraint("keyed_hash", name=op.f("pk_member_key")),
    )
    op.create_index(op.f("ix_member_key_member_id"), "member_key", ["member_id"], unique=False)
    known = sa.text("SELECT key, payload FROM feed_current WHERE kind = 'member' AND payload IS NOT NULL")
    rows = [
        {"keyed_hash": key, "member_id": json.loads(bytes(payload))["member_id"]}
        for key, payload in op.get_bind().execute(known)
    ]
    if rows:
        op.bulk_insert(keys, rows)


def downgrade() -> None:
    """Take them away."""
    for table in ("member_key", "points_hold", "points_entry", "points_member"):
        op.drop_table(table)
