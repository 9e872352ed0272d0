"""The table of learned weights: what was seen of each item, and what the shops were told of it."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Minor

__all__ = ["PieceWeight"]


class PieceWeight(Base):
    """Pieces of an item that were bagged alone, anywhere: sums in grams and square grams.

    ``nominal`` and ``nominal_spread``: the retailer's own words, from which was learned (0: not looked up yet).
    ``told`` pieces had been seen when the shops were last told, which then were told ``told_grams``, ``told_spread``.
    """

    __tablename__ = "piece_weight"

    item_id: Mapped[Code] = mapped_column(primary_key=True)
    count: Mapped[Minor] = mapped_column(default=0)
    grams: Mapped[Minor] = mapped_column(default=0)
    squares: Mapped[Minor] = mapped_column(default=0)
    nominal: Mapped[Minor] = mapped_column(default=0)
    nominal_spread: Mapped[Minor] = mapped_column(default=0)
    told: Mapped[Minor] = mapped_column(default=0)
    told_grams: Mapped[Minor] = mapped_column(default=0)
    told_spread: Mapped[Minor] = mapped_column(default=0)
