"""Returns: what is under way, and which sale, line and tender a return is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WORDS = (
    ("sale", "original"),
    ("sale_line", "return_reason"),
    ("sale_line", "disposition"),
    ("sale_tender", "original"),
)
_NUMBERS = (("sale_tender", "points"), ("workstation", "last_credit"), ("offer_use", "returned"))


def upgrade() -> None:
    """Make the table and the columns. What was sold before was no return."""
    op.create_table(
        "return_hold",
        *(
            sa.Column(name, sa.String(length=128), nullable=False)
            for name in ("hold", "basket", "original", "kiosk", "state")
        ),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hold", name=op.f("pk_return_hold")),
    )
    op.create_index(op.f("ix_return_hold_original_state"), "return_hold", ["original", "state"], unique=False)
    op.create_index(op.f("ix_return_hold_basket"), "return_hold", ["basket"], unique=False)
    for table, name in _WORDS:
        op.add_column(table, sa.Column(name, sa.String(length=128), nullable=False, server_default=""))
    for table, name in _NUMBERS:
        op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sale_line", sa.Column("original_line", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_sale_original"), "sale", ["original"], unique=False)
    op.create_index(op.f("ix_sale_tender_original"), "sale_tender", ["original"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_sale_tender_original"), table_name="sale_tender")
    op.drop_index(op.f("ix_sale_original"), table_name="sale")
    op.drop_column("sale_line", "original_line")
    for table, name in (*_NUMBERS, *_WORDS):
        op.drop_column(table, name)
    op.drop_table("return_hold")
