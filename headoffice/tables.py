"""Every table of head office in one place, for migrations and for tests."""

from __future__ import annotations

from headoffice import account_tables, feed_tables
from headoffice.base import Base
from headoffice.exits import tables as exit_tables
from headoffice.imports import tables as import_tables
from headoffice.ledger import (
    cash_tables,
    command_tables,
    coupon_tables,
    day_tables,
    fiscal_tables,
    frame_tables,
    return_tables,
    suspended_tables,
    weight_tables,
)
from headoffice.ledger import tables as ledger_tables
from headoffice.payments import tables as payment_tables
from headoffice.points import tables as points_tables
from headoffice.stored_value import tables as value_tables

__all__ = ["METADATA", "ROOMS"]

ROOMS = (
    account_tables,
    cash_tables,
    command_tables,
    frame_tables,
    coupon_tables,
    day_tables,
    exit_tables,
    feed_tables,
    fiscal_tables,
    import_tables,
    ledger_tables,
    payment_tables,
    points_tables,
    return_tables,
    suspended_tables,
    value_tables,
    weight_tables,
)
"""The modules that define tables; importing them fills the metadata."""
METADATA = Base.metadata
