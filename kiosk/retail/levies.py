"""Several levies on one price: a share of the gross price, a duty under the VAT, a fixed fee per piece.

``tax_of`` is what a basket needs where one VAT rate holds per line. Some documents need more: Brazil states ICMS, PIS
and COFINS each as a share of the gross price ("por dentro"), Bangladesh takes supplementary duty before VAT, an eco fee
is so much a piece, and Portugal's certified invoicing rounds the document from exact quantities. Here each levy is a
straight line over the net amount, so that the net inside a marked price is found exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from kiosk.retail.money import Money, round_half_up
from kiosk.retail.values import dataclass

__all__ = ["Levied", "LeviedLine", "Levy", "levies_of"]

LevyRounding = Literal["line", "document", "total", "parts"]
"""Where half a minor unit is decided. ``line``: for every levy of every line. ``document``: once for every levy.
``total``: once for every levy and once for the total, from its exact sum, so that the net is what is left.
``parts``: once for every levy and once for the net, so that the total is what they add up to."""


@dataclass(frozen=True, slots=True)
class Levy:
    """One levy. ``basis_points`` of its base, or ``per_piece_minor`` minor units a piece.

    ``base``: ``net``; ``running``, the net and all levies before it that are no share of the gross; ``gross``, the
    price with every levy in it. ``included``: the marked price holds it already, else it is added on top (a share of
    the gross by dividing, "por dentro").
    """

    name: str
    basis_points: int = 0
    per_piece_minor: int = 0
    base: Literal["net", "running", "gross"] = "net"
    included: bool = False


@dataclass(frozen=True, slots=True)
class LeviedLine:
    """``marked``: the exact marked amount in minor units after discounts, for ``pieces`` pieces."""

    marked: Fraction
    levies: tuple[Levy, ...] = ()
    pieces: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Levied:
    """What each levy comes to over the document, by name, in the order first met; ``net + tax == total``."""

    rows: tuple[tuple[str, Money], ...]
    net: Money
    tax: Money
    total: Money


def levies_of(lines: Iterable[LeviedLine], *, currency: str, rounding: LevyRounding) -> Levied:
    """The levies of ``lines``.

    Except with ``total`` and ``parts`` rounding, marked prices are paid as marked: an included levy is taken out of
    what is marked, an added one is put on top. Raises ``ValueError`` where shares of the gross leave nothing of it.
    """
    marked = added = Fraction(0)
    taxes: dict[tuple[str, bool], Fraction] = {}
    for line in lines:
        marked += line.marked
        for levy, exact in _taxes(line):
            key = levy.name, levy.included
            taxes[key] = taxes.get(key, Fraction(0)) + (round_half_up(exact) if rounding == "line" else exact)
            added += 0 if levy.included else exact
    minor = {key: round_half_up(tax) for key, tax in taxes.items()}
    added_minor = sum(tax for (_, included), tax in minor.items() if not included)
    match rounding:
        case "total":
            total = round_half_up(marked + added)
        case "parts":
            total = round_half_up(marked + added - sum(taxes.values())) + sum(minor.values())
        case _:
            total = round_half_up(marked) + added_minor
    rows: dict[str, int] = {}
    for (name, _), tax in minor.items():
        rows[name] = rows.get(name, 0) + tax
    tax_total = sum(rows.values())
    return Levied(
        tuple((name, Money(tax, currency)) for name, tax in rows.items()),
        Money(total - tax_total, currency),
        Money(tax_total, currency),
        Money(total, currency),
    )


def _taxes(line: LeviedLine) -> list[tuple[Levy, Fraction]]:
    """Each levy of the line, exactly. A levy on the net is ``slope * net + offset``."""
    slopes: list[Fraction] = []
    offsets: list[Fraction] = []
    for levy in line.levies:
        rate = Fraction(levy.basis_points, 10_000)
        slope, offset = Fraction(0), levy.per_piece_minor * line.pieces
        match levy.base:
            case "net":
                slope = rate
            case "running":
                slope, offset = rate * (1 + sum(slopes)), offset + rate * sum(offsets)
            case "gross":
                pass
        slopes.append(slope)
        offsets.append(offset)
    inside = [n for n, levy in enumerate(line.levies) if levy.included]
    held = line.marked * _gross_share(line, included=True)
    net = (line.marked - held - sum(offsets[n] for n in inside)) / (1 + sum(slopes[n] for n in inside))
    taxes = [slope * net + offset for slope, offset in zip(slopes, offsets, strict=True)]
    outside = sum(tax for tax, levy in zip(taxes, line.levies, strict=True) if not levy.included)
    gross = (line.marked + outside) / (1 - _gross_share(line, included=False))
    return [
        (levy, tax + Fraction(levy.basis_points, 10_000) * (line.marked if levy.included else gross))
        if levy.base == "gross"
        else (levy, tax)
        for levy, tax in zip(line.levies, taxes, strict=True)
    ]


def _gross_share(line: LeviedLine, *, included: bool) -> Fraction:
    points = sum(levy.basis_points for levy in line.levies if levy.base == "gross" and levy.included == included)
    if points >= 10_000:  # noqa: PLR2004 - the whole price
        message = f"levies take {points} of 10000 basis points of the gross price"
        raise ValueError(message)
    return Fraction(points, 10_000)
