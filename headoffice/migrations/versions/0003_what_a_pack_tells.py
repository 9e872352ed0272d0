"""Deposits and duty of a sale, what a pack's code told of a line, and recalls where people look for them."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AMOUNTS = (("sale", "deposit"), ("sale", "duty"), ("sale_line", "deposit"), ("sale_tax", "duty"))
_TOLD = ("expires", "best_before", "lot", "serial")


def upgrade() -> None:
    """Add the columns: nothing was told of the rows that are there."""
    for table, column in _AMOUNTS:
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    for column in _TOLD:
        op.add_column("sale_line", sa.Column(column, sa.String(length=128), nullable=False, server_default=""))
    op.create_index(op.f("ix_sale_line_item_id_serial"), "sale_line", ["item_id", "serial"], unique=False)
    op.add_column("book_item", sa.Column("recall", sa.JSON(), nullable=True))
    _find_recalls()


def _find_recalls() -> None:
    """Recalls in force stand in the feed's rows already."""
    connection = op.get_bind()
    book = sa.table("book_item", sa.column("item_id"), sa.column("recall", sa.JSON()))
    items = sa.text("SELECT key, payload FROM feed_current WHERE kind = 'item' AND payload IS NOT NULL")
    for key, payload in connection.execute(items).all():
        recall = json.loads(payload).get("recall")
        if recall is not None:
            connection.execute(sa.update(book).where(book.c.item_id == key).values(recall=recall))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("book_item", "recall")
    op.drop_index(op.f("ix_sale_line_item_id_serial"), table_name="sale_line")
    for column in _TOLD:
        op.drop_column("sale_line", column)
    for table, column in _AMOUNTS:
        op.drop_column(table, column)
