"""The ledger, the feed and the accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "api_key",
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_key")),
    )
    op.create_table(
        "book_item",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=128), nullable=False),
        sa.Column("unit", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("mrp", sa.BigInteger(), nullable=True),
        sa.Column("gtin", sa.String(length=128), nullable=True),
        sa.Column("plu", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_book_item")),
    )
    op.create_index(op.f("ix_book_item_gtin"), "book_item", ["gtin"], unique=False)
    op.create_index(op.f("ix_book_item_plu"), "book_item", ["plu"], unique=False)
    op.create_table(
        "business_unit",
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("location", sa.String(length=128), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("time_zone", sa.String(length=128), nullable=False),
        sa.Column("sells", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_business_unit")),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=128), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_dead_letter_fingerprint")),
    )
    op.create_index(op.f("ix_dead_letter_received_ms"), "dead_letter", ["received_ms"], unique=False)
    op.create_table(
        "epoch",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "epoch", name=op.f("pk_epoch")),
    )
    op.create_table(
        "feed_current",
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_feed_current")),
    )
    op.create_index(op.f("ix_feed_current_version"), "feed_current", ["version"], unique=False)
    op.create_table(
        "feed_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_head")),
    )
    op.create_table(
        "feed_row",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_feed_row")),
    )
    op.create_table(
        "intervention",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("intervention", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("blocks", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=128), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "intervention", name=op.f("pk_intervention")),
    )
    op.create_index(op.f("ix_intervention_utc_ms"), "intervention", ["utc_ms"], unique=False)
    op.create_table(
        "journal_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_record")),
        sa.UniqueConstraint("kiosk", "epoch", "sequence", name=op.f("uq_journal_record_kiosk_epoch_sequence")),
    )
    op.create_table(
        "kiosk",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("workstation", sa.String(length=128), nullable=False),
        sa.Column("release", sa.String(length=128), nullable=False),
        sa.Column("lane", sa.String(length=128), nullable=False),
        sa.Column("lane_reason", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("told_epoch", sa.BigInteger(), nullable=False),
        sa.Column("told_sequence", sa.BigInteger(), nullable=False),
        sa.Column("feed_version", sa.BigInteger(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", name=op.f("pk_kiosk")),
    )
    op.create_table(
        "open_basket",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("phase", sa.String(length=128), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_open_basket")),
    )
    op.create_index(op.f("ix_open_basket_kiosk"), "open_basket", ["kiosk"], unique=False)
    op.create_table(
        "parked_record",
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "epoch", "sequence", name=op.f("pk_parked_record")),
    )
    op.create_table(
        "price_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("old", sa.BigInteger(), nullable=True),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index(op.f("ix_price_change_item_id"), "price_change", ["item_id"], unique=False)
    op.create_table(
        "sale",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("workstation", sa.String(length=128), nullable=False),
        sa.Column("business_day", sa.String(length=128), nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=128), nullable=False),
        sa.Column("book_version", sa.BigInteger(), nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("legal_series", sa.String(length=128), nullable=False),
        sa.Column("legal_number", sa.BigInteger(), nullable=True),
        sa.Column("clock_trusted", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_sale")),
    )
    op.create_index(op.f("ix_sale_business_day_sample"), "sale", ["business_day", "sample"], unique=False)
    op.create_index(
        op.f("ix_sale_store_workstation_series_number"),
        "sale",
        ["store", "workstation", "series", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_sale_utc_ms"), "sale", ["utc_ms"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("utc_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_who_utc_ms"), "sign_in_attempt", ["who", "utc_ms"], unique=False)
    op.create_table(
        "stock_level",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("location", sa.String(length=128), nullable=False),
        sa.Column("unit", sa.String(length=128), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("stirred", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location", name=op.f("pk_stock_level")),
    )
    op.create_index(op.f("ix_stock_level_stirred"), "stock_level", ["stirred"], unique=False)
    op.create_table(
        "stock_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kiosk", sa.String(length=128), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("location", sa.String(length=128), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
        sa.UniqueConstraint(
            "kiosk", "epoch", "sequence", "ordinal", name=op.f("uq_stock_move_kiosk_epoch_sequence_ordinal")
        ),
    )
    op.create_index(op.f("ix_stock_move_item_id_location"), "stock_move", ["item_id", "location"], unique=False)
    op.create_table(
        "workstation",
        sa.Column("store", sa.String(length=128), nullable=False),
        sa.Column("workstation", sa.String(length=128), nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("last_legal", sa.BigInteger(), nullable=False),
        sa.Column("business_day", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("store", "workstation", name=op.f("pk_workstation")),
    )
    op.create_table(
        "sale_line",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(length=128), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("weight_value", sa.BigInteger(), nullable=True),
        sa.Column("weight_exponent", sa.Integer(), nullable=True),
        sa.Column("weight_unit", sa.String(length=128), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("extended", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax_class", sa.String(length=128), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=128), nullable=False),
        sa.Column("gtin", sa.String(length=128), nullable=True),
        sa.Column("plu", sa.String(length=128), nullable=True),
        sa.Column("modifiers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["uuid"], ["sale.uuid"], name=op.f("fk_sale_line_uuid_sale")),
        sa.PrimaryKeyConstraint("uuid", "line", name=op.f("pk_sale_line")),
    )
    op.create_index(op.f("ix_sale_line_item_id"), "sale_line", ["item_id"], unique=False)
    op.create_table(
        "sale_tax",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("tax_class", sa.String(length=128), nullable=False),
        sa.Column("basis_points", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["uuid"], ["sale.uuid"], name=op.f("fk_sale_tax_uuid_sale")),
        sa.PrimaryKeyConstraint("uuid", "tax_class", "basis_points", name=op.f("pk_sale_tax")),
    )
    op.create_table(
        "sale_tender",
        sa.Column("uuid", sa.String(length=128), nullable=False),
        sa.Column("tender", sa.String(length=128), nullable=False),
        sa.Column("tender_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("approval_code", sa.String(length=128), nullable=False),
        sa.Column("brand", sa.String(length=128), nullable=False),
        sa.Column("masked_pan", sa.String(length=128), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("change", sa.BigInteger(), nullable=True),
        sa.Column("rounding", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["uuid"], ["sale.uuid"], name=op.f("fk_sale_tender_uuid_sale")),
        sa.PrimaryKeyConstraint("uuid", "tender", name=op.f("pk_sale_tender")),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("sale_tender")
    op.drop_table("sale_tax")
    op.drop_index(op.f("ix_sale_line_item_id"), table_name="sale_line")
    op.drop_table("sale_line")
    op.drop_table("workstation")
    op.drop_index(op.f("ix_stock_move_item_id_location"), table_name="stock_move")
    op.drop_table("stock_move")
    op.drop_index(op.f("ix_stock_level_stirred"), table_name="stock_level")
    op.drop_table("stock_level")
    op.drop_index(op.f("ix_sign_in_attempt_who_utc_ms"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("setting")
    op.drop_index(op.f("ix_sale_utc_ms"), table_name="sale")
    op.drop_index(op.f("ix_sale_store_workstation_series_number"), table_name="sale")
    op.drop_index(op.f("ix_sale_business_day_sample"), table_name="sale")
    op.drop_table("sale")
    op.drop_index(op.f("ix_price_change_item_id"), table_name="price_change")
    op.drop_table("price_change")
    op.drop_table("parked_record")
    op.drop_index(op.f("ix_open_basket_kiosk"), table_name="open_basket")
    op.drop_table("open_basket")
    op.drop_table("kiosk")
    op.drop_table("journal_record")
    op.drop_index(op.f("ix_intervention_utc_ms"), table_name="intervention")
    op.drop_table("intervention")
    op.drop_table("feed_row")
    op.drop_table("feed_head")
    op.drop_index(op.f("ix_feed_current_version"), table_name="feed_current")
    op.drop_table("feed_current")
    op.drop_table("epoch")
    op.drop_index(op.f("ix_dead_letter_received_ms"), table_name="dead_letter")
    op.drop_table("dead_letter")
    op.drop_table("business_unit")
    op.drop_index(op.f("ix_book_item_plu"), table_name="book_item")
    op.drop_index(op.f("ix_book_item_gtin"), table_name="book_item")
    op.drop_table("book_item")
    op.drop_table("api_key")
    op.drop_table("account")
