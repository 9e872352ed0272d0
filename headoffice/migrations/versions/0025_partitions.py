"""PostgreSQL: what grows with every sale lies in partitions by month (``headoffice.partitions``)."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KEYS = {
    "journal_record": "received_ms",
    "sale": "uuid",
    "sale_line": "uuid",
    "sale_tender": "uuid",
    "sale_tax": "uuid",
    "stock_move": "uuid",
}
_NUMBERED = ("journal_record", "stock_move")
"""These have a number of their own, and what they are laid by is none of their keys."""
_KINDS = {"p": "PRIMARY KEY", "u": "UNIQUE"}
_FOREIGN = (
    "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND confrelid = 'sale'::regclass"
)
_CONSTRAINTS = (
    "SELECT conname, contype, (SELECT array_agg(attname ORDER BY place)"
    " FROM unnest(conkey) WITH ORDINALITY AS k(n, place)"
    " JOIN pg_attribute ON attrelid = conrelid AND attnum = n)"
    " FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u')"
)
_INDEXES = (
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '{table}'::regclass"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))"
)


def upgrade() -> None:
    """Make each table anew with one partition that takes everything; opening the database makes those of the months."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for child, name in connection.exec_driver_sql(_FOREIGN).all():
            op.execute(f'ALTER TABLE {child} DROP CONSTRAINT "{name}"')
        for table, key in _KEYS.items():
            if key == "uuid":
                op.execute(f'ALTER TABLE {table} ALTER COLUMN uuid TYPE text COLLATE "C"')
            _make_anew(table, key, parted=True)


def downgrade() -> None:
    """Each table is one again; what belongs to a sale is not held to it."""
    if op.get_bind().dialect.name == "postgresql":
        for table, key in _KEYS.items():
            _make_anew(table, key, parted=False)


def _make_anew(table: str, key: str, *, parted: bool) -> None:
    """In each partition a row is known by what it is laid by, too: that joins the keys."""
    connection = op.get_bind()
    constraints = connection.exec_driver_sql(_CONSTRAINTS.format(table=table)).all()
    indexes = connection.exec_driver_sql(_INDEXES.format(table=table)).scalars().all()
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    laid = f" PARTITION BY RANGE ({key})" if parted else ""
    op.execute(f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS){laid}")
    if table in _NUMBERED:
        op.execute(f"ALTER SEQUENCE {table}_id_seq OWNED BY {table}.id")
    if parted:
        op.execute(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT")
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 - our own names
    op.execute(f"DROP TABLE {table}_before")
    for name, kind, columns in constraints:
        own = [column for column in columns if column != key or table not in _NUMBERED]
        known_by = ", ".join([*own, key] if parted and key not in own else own)
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {_KINDS[kind]} ({known_by})")
    for index in indexes:
        op.execute(index.replace(" ON ONLY ", " ON "))
