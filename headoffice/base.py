"""What every table of head office is made from: one metadata, named constraints, and the types of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, MetaData, String, Text, insert
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

__all__ = ["Base", "Blob", "Code", "Document", "Identity", "Instant", "Minor", "Prose", "add_rows"]

Code = Annotated[str, mapped_column(String(128).with_variant(Text(), "postgresql"))]
"""An identifier or a short word. What a kiosk wrote is kept however long it is: SQLite counts no letters, PostgreSQL is
not asked to (``postgresql.settle``).
"""
Prose = Annotated[str, mapped_column(Text)]
"""Text of any length."""
Minor = Annotated[int, mapped_column(BigInteger)]
"""An amount in minor units of the row's currency, or a weight in grams, or a count."""
Instant = Annotated[int, mapped_column(BigInteger)]
"""Milliseconds since 1970, UTC."""
Blob = Annotated[bytes, mapped_column(LargeBinary)]
"""Bytes kept exactly as they came."""
Document = Annotated[Any, mapped_column(JSON)]
"""Plain JSON: names by language, the lines of a basket in progress."""
Identity = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
"""A number that the database gives, in the order of arrival."""


class Base(DeclarativeBase):
    """The root of all tables. Constraints bear names, so that a later migration can find them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def add_rows(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows at once, past the object layer: several times as fast. All rows have the same columns."""
    if rows:
        session.execute(insert(Base.metadata.tables[table.__tablename__]), list(rows))
