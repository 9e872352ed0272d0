"""Data from files: what was taken in, prices that begin later, stock documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128).with_variant(sa.Text(), "postgresql"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _identity() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "data_import",
        _identity(),
        *(_word(name) for name in ("kind", "digest", "by")),
        sa.Column("file", sa.Text(), nullable=False),
        _number("utc_ms"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("fresh", "changed", "same", "refused", "version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_import")),
    )
    op.create_table(
        "planned_price",
        *(_word(name) for name in ("item_id", "from_day", "currency", "by")),
        _number("minor"),
        _number("utc_ms"),
        sa.PrimaryKeyConstraint("item_id", "from_day", name=op.f("pk_planned_price")),
    )
    op.create_index(op.f("ix_planned_price_from_day"), "planned_price", ["from_day"])
    op.create_table(
        "stock_document",
        *(_word(name) for name in ("kind", "location", "document", "digest", "by")),
        _number("utc_ms"),
        sa.PrimaryKeyConstraint("kind", "location", "document", name=op.f("pk_stock_document")),
    )
    op.create_table(
        "stock_entry",
        _identity(),
        *(_word(name) for name in ("kind", "location", "document", "item_id", "unit")),
        _number("said"),
        _number("moved"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_entry")),
    )
    op.create_index(op.f("ix_stock_entry_item_id_location"), "stock_entry", ["item_id", "location"])


def downgrade() -> None:
    """Take them away."""
    for table in ("stock_entry", "stock_document", "planned_price", "data_import"):
        op.drop_table(table)
