"""The sums of an NFC-e (model 65): what each item and the whole document state, and what SEFAZ rejects.

Amounts are centavos under the tags of the NF-e layout. ICMS, PIS and COFINS are shares of the price ("por dentro");
the base of PIS and COFINS is without ICMS (STF, Tema 69). IBS and CBS are stated from 2026 (Lei Complementar 214/2025)
on the price without ICMS, PIS and COFINS, and are in no total yet. A tax is rounded once per item, a half up; the
totals are the exact sums of the items.

What a class is stated as (CST or CSOSN, CFOP, the contributions' codes) and its rates are settings of the retailer, by
tax class (``NfceClass``); the country's pack holds the federal ones. ``attributes_of`` hands a line's codes and figures
on to whoever makes the document.

Rejection codes: Nota Técnica 2011/004 (532 to 538, 564, 601 to 604, 610, 629), 2013/005 (528, 531, 685) and 2016/002
(865, 866, 869). The totals of IBS and CBS are checked too; their codes (Nota Técnica 2025.002) are unconfirmed here,
so that they are told without one. Nothing here is signed or sent: that is the fiscal driver's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from kiosk.retail.money import round_half_up
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass, replace

__all__ = [
    "TOTALS",
    "Nfce",
    "NfceClass",
    "NfceItem",
    "NfceRates",
    "Violation",
    "attributes_of",
    "nfce_of",
    "right_totals",
    "violations",
]

TOTALS: dict[str, int | None] = {
    "vBC": 531,
    "vICMS": 532,
    "vBCST": 533,
    "vST": 534,
    "vFrete": 535,
    "vSeg": 536,
    "vDesc": 537,
    "vIPI": 538,
    "vProd": 564,
    "vII": 601,
    "vPIS": 602,
    "vCOFINS": 603,
    "vOutro": 604,
    "vTotTrib": 685,
    "vICMSDeson": None,
    "vFCPST": None,
    "vIPIDevol": None,
    "vBCIBSCBS": None,
    "vIBSUF": None,
    "vIBSMun": None,
    "vCBS": None,
}
"""Totals that must be the sums of their items, with the code that rejects another sum (``None``: not confirmed)."""

_ADDED = ("vProd", "vST", "vFCPST", "vFrete", "vSeg", "vOutro", "vII", "vIPI", "vIPIDevol")
_TAKEN = ("vDesc", "vICMSDeson")
_CSOSN_LENGTH = 3
_ICMS_TAXED = ("00", "20")
_TOLERANCE = 1
"""Centavo by which a product of the document may differ from the exact one."""


@dataclass(frozen=True, slots=True)
class NfceRates:
    """The rates of a tax class in basis points. ``approximate``: all taxes in the price (Lei 12.741/2012); 0: what is
    stated of ICMS, PIS and COFINS. ``icms_reduction``: what part of the price ICMS leaves out of its base (CST 20).
    """

    icms: int = 0
    icms_reduction: int = 0
    pis: int = 0
    cofins: int = 0
    ibs_uf: int = 0
    ibs_mun: int = 0
    cbs: int = 0
    approximate: int = 0


@dataclass(frozen=True, slots=True)
class NfceClass:
    """How the items of a tax class are stated; what an item's own ``attributes`` say goes before.

    ``icms``: CST (two digits) or, under Simples Nacional, CSOSN (three). ``pis``, ``cofins`` and ``ibs_cbs``: CST;
    ``ibs_cbs_class``: cClassTrib. IBS and CBS are not stated without a CST.
    """

    rates: NfceRates = NfceRates()
    icms: str = "102"
    cfop: str = "5102"
    origin: str = "0"
    pis: str = "49"
    cofins: str = "49"
    ibs_cbs: str = ""
    ibs_cbs_class: str = ""


@dataclass(frozen=True, slots=True)
class NfceItem:
    """An item as stated: ``quantity`` (qCom), ``unit_price`` (vUnCom, exact centavos) and values by tag.

    ``icms`` is pICMS in basis points, where it is stated.
    """

    values: Mapping[str, int]
    quantity: Fraction | None = None
    unit_price: Fraction | None = None
    icms: int | None = None


@dataclass(frozen=True, slots=True)
class Nfce:
    """A document as stated: items, totals by tag with ``vNF``, payments (vPag), and the change (vTroco), if any."""

    items: tuple[NfceItem, ...]
    totals: Mapping[str, int]
    payments: tuple[int, ...] = ()
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that the document breaks: SEFAZ's code (``None``: not confirmed), what was stated and what is right."""

    code: int | None
    tag: str
    stated: int
    right: int


def nfce_of(
    lines: Iterable[LineItem],
    rates: Mapping[str, NfceRates],
    *,
    payments: Sequence[int] = (),
    change: int | None = None,
) -> Nfce:
    """The document of the lines of a sale that are not voided. ``rates`` are by tax class.

    Raises ``KeyError`` for a line whose tax class has none.
    """
    items = tuple(_item(line, rates[line.tax_rate.tax_class]) for line in lines if not line.voided)
    return Nfce(items, right_totals(items), tuple(payments), change)


def _item(line: LineItem, rates: NfceRates) -> NfceItem:
    paid = line.net.minor
    icms_base = _share(paid, 10_000 - rates.icms_reduction) if rates.icms else 0
    icms = _share(icms_base, rates.icms)
    pis, cofins = _share(paid - icms, rates.pis), _share(paid - icms, rates.cofins)
    base = paid - icms - pis - cofins
    values = {
        "vBCPIS": paid - icms if rates.pis else 0,
        "vBCCOFINS": paid - icms if rates.cofins else 0,
        "vProd": line.extended.minor,
        "vDesc": line.discount.minor,
        "vBC": icms_base,
        "vICMS": icms,
        "vPIS": pis,
        "vCOFINS": cofins,
        "vTotTrib": _share(paid, rates.approximate) if rates.approximate else icms + pis + cofins,
        "vBCIBSCBS": base,
        "vIBSUF": _share(base, rates.ibs_uf),
        "vIBSMun": _share(base, rates.ibs_mun),
        "vCBS": _share(base, rates.cbs),
    }
    quantity = line.weight.in_unit(line.unit) if line.weight and line.unit != "each" else Fraction(line.quantity)
    return NfceItem(values, quantity, Fraction(line.unit_price.minor), rates.icms)


def attributes_of(line: LineItem, of: NfceClass) -> tuple[tuple[str, str], ...]:
    """A line's codes and figures, by the layout's tags in small letters: centavos, rates in basis points.

    ICMS is the line's own rate, as it was priced, where the class is stated as taxed (CST 00 and 20).
    """
    taxed = of.icms in _ICMS_TAXED and line.tax_rate.of_gross
    rates = replace(of.rates, icms=line.tax_rate.basis_points if taxed else 0)
    codes = {
        "cfop": of.cfop,
        "orig": of.origin,
        "csosn" if len(of.icms) == _CSOSN_LENGTH else "cst": of.icms,
        "cst_pis": of.pis,
        "cst_cofins": of.cofins,
        "cst_ibscbs": of.ibs_cbs,
        "cclasstrib": of.ibs_cbs_class,
    }
    shares = {
        "picms": rates.icms,
        "predbc": rates.icms_reduction,
        "ppis": rates.pis,
        "pcofins": rates.cofins,
        "pibsuf": rates.ibs_uf,
        "pibsmun": rates.ibs_mun,
        "pcbs": rates.cbs,
    }
    figures = {tag.lower(): value for tag, value in _item(line, rates).values.items()} | shares
    told = codes | {name: str(value) for name, value in figures.items()} | dict(line.attributes)
    return tuple(sorted((name, value) for name, value in told.items() if value))


def _share(amount: int, basis_points: int) -> int:
    return round_half_up(Fraction(amount * basis_points, 10_000))


def right_totals(items: Iterable[NfceItem]) -> dict[str, int]:
    """The totals that the items sum to, and ``vNF``."""
    items = tuple(items)
    totals = {tag: sum(item.values.get(tag, 0) for item in items) for tag in TOTALS}
    return totals | {"vNF": _total(totals)}


def _total(totals: Mapping[str, int]) -> int:
    return sum(totals.get(tag, 0) for tag in _ADDED) - sum(totals.get(tag, 0) for tag in _TAKEN)


def violations(document: Nfce) -> tuple[Violation, ...]:
    """What SEFAZ would reject the sums of ``document`` for, items first; only what it states is judged."""
    found = [broken for item in document.items for broken in _item_violations(item)]
    right = right_totals(document.items)
    for tag, code in TOTALS.items():
        if tag in document.totals and document.totals[tag] != right[tag]:
            found.append(Violation(code, tag, document.totals[tag], right[tag]))
    if "vNF" in document.totals:
        whole = _total({**right, **document.totals})
        if document.totals["vNF"] != whole:
            found.append(Violation(610, "vNF", document.totals["vNF"], whole))
        found += _payment_violations(document)
    return tuple(found)


def _item_violations(item: NfceItem) -> Iterable[Violation]:
    values = item.values
    if item.quantity is not None and item.unit_price is not None:
        right = round_half_up(item.quantity * item.unit_price)
        if abs(values["vProd"] - right) > _TOLERANCE:
            yield Violation(629, "vProd", values["vProd"], right)
    if item.icms is not None and "vBC" in values:
        exact = Fraction(values["vBC"] * item.icms, 10_000)
        if abs(values["vICMS"] - exact) > _TOLERANCE:
            yield Violation(528, "vICMS", values["vICMS"], round_half_up(exact))


def _payment_violations(document: Nfce) -> Iterable[Violation]:
    if not document.payments:
        return
    paid, due = sum(document.payments), document.totals["vNF"]
    if paid < due:
        yield Violation(865, "vPag", paid, due)
    elif document.change is None:
        if paid > due:
            yield Violation(866, "vTroco", 0, paid - due)
    elif document.change != paid - due:
        yield Violation(869, "vTroco", document.change, paid - due)
