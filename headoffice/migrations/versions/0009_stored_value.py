"""Gift cards, store credit and paper vouchers; how a card was paid in parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_VOUCHER_HELD = sa.text("instrument = 'voucher' AND state = 'held'")


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _prose(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=unique)


def upgrade() -> None:
    """Make the tables. Sales before this were paid at once."""
    op.create_table(
        "value_account",
        *(_code(name) for name in ("account", "keyed_hash", "masked", "kind", "currency")),
        *(_number(name) for name in ("balance", "face")),
        *(_code(name) for name in ("status", "expires_day", "batch")),
        _number("created_ms"),
        _code("blocked_by"),
        _prose("blocked_why"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_value_account")),
    )
    _index("value_account", "keyed_hash", unique=True)
    _index("value_account", "masked")
    _index("value_account", "status")
    op.create_table(
        "value_entry",
        *(_code(name) for name in ("source", "kind", "account")),
        _number("amount"),
        *(_code(name) for name in ("currency", "uuid", "business_day", "store")),
        _number("utc_ms"),
        _code("by"),
        _prose("reason"),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_value_entry")),
    )
    _index("value_entry", "account", "utc_ms")
    _index("value_entry", "business_day")
    _index("value_entry", "uuid")
    op.create_table(
        "value_hold",
        *(_code(name) for name in ("request", "kiosk", "uuid", "instrument", "account")),
        _number("amount"),
        *(_code(name) for name in ("currency", "state", "reason")),
        _number("created_ms"),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_value_hold")),
    )
    _index("value_hold", "account", "state")
    _index("value_hold", "uuid")
    op.create_index(
        "uq_value_hold_voucher",
        "value_hold",
        ["account"],
        unique=True,
        sqlite_where=_VOUCHER_HELD,
        postgresql_where=_VOUCHER_HELD,
    )
    op.create_table(
        "paper_voucher",
        *(_code(name) for name in ("keyed_hash", "request", "tender_id")),
        *(_number(name) for name in ("worth", "amount")),
        *(_code(name) for name in ("currency", "uuid", "kiosk", "store", "business_day")),
        _number("utc_ms"),
        sa.PrimaryKeyConstraint("keyed_hash", "request", name=op.f("pk_paper_voucher")),
    )
    _index("paper_voucher", "uuid")
    _index("paper_voucher", "business_day")
    op.add_column("sale_tender", sa.Column("instalments", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sale_tender", sa.Column("instalments_by", sa.String(length=128), nullable=False, server_default=""))
    op.add_column("sale_tender", sa.Column("worth", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    for column in ("worth", "instalments_by", "instalments"):
        op.drop_column("sale_tender", column)
    for table in ("paper_voucher", "value_hold", "value_entry", "value_account"):
        op.drop_table(table)
