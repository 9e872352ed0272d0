"""Amounts as nexo writes them, numbers with a point, and the totals of a reconciliation; here minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from hal.card_reader.common.nexo_envelope import Message, at, each_at, refuse, text_at
from hal.card_reader.contract import DayTotal
from hal.device import ProtocolError

__all__ = ["amount_of", "minor_of", "parts_of", "read_day_totals", "read_totals"]

_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
"""ISO 4217: currencies without a smaller unit, and those with thousands of it; all others have two digits."""
_LARGEST_EXPONENT = 9


def _digits(currency: str) -> int:
    return 0 if currency in _NO_DIGITS.split() else 3 if currency in _THREE_DIGITS.split() else 2


def amount_of(minor: int, currency: str) -> Decimal:
    """Minor units as nexo writes an amount.

    >>> str(amount_of(1099, "EUR")), str(amount_of(1099, "JPY"))
    ('10.99', '1099')
    """
    return Decimal(minor).scaleb(-_digits(currency))


def minor_of(amount: object, currency: str) -> int:
    """An amount of nexo's in minor units. Raises ``ProtocolError`` for none, and for less than the smallest coin."""
    if not isinstance(amount, Decimal | int) or isinstance(amount, bool):
        refuse("an approval without its amount")
    exact = Decimal(amount)
    if not exact.is_finite() or exact.adjusted() > _LARGEST_EXPONENT or exact < 0:
        refuse("an amount that is none")
    minor = exact.scaleb(_digits(currency))
    if minor != minor.to_integral_value():
        refuse("an amount of less than the smallest coin")
    return int(minor)


def read_totals(answer: Message) -> tuple[str, ...]:
    """A ReconciliationResponse's totals, one line each: card, currency, kind of transaction, how many, how much."""
    closed = at(answer, dict, "ReconciliationResponse")
    lines = [f"Reconciliation {_said(closed, 'POIReconciliationID')}"]
    for totals in each_at(closed, "TransactionTotals"):
        of = text_at(totals, "CardBrand") or _said(totals, "PaymentInstrumentType")
        for each in each_at(totals, "PaymentTotals"):
            told = (_said(each, f"Transaction{what}") for what in ("Type", "Count", "Amount"))
            lines.append(" ".join((of, _said(totals, "PaymentCurrency"), *told)))
    return tuple(lines)


_SIGNS = {"Debit": 1, "ReverseDebit": -1, "Credit": -1, "ReverseCredit": 1}
"""How each kind of transaction counts in what was taken: payments, refunds, and reversals of either."""


def read_day_totals(answer: Message) -> tuple[DayTotal, ...] | None:
    """The same as amounts, a total for each brand; ``None`` where any cannot be read, or currencies are mixed."""
    found: dict[str, tuple[int, int]] = {}
    currencies: set[str] = set()
    for totals in each_at(at(answer, dict, "ReconciliationResponse"), "TransactionTotals"):
        brand = text_at(totals, "CardBrand") or _said(totals, "PaymentInstrumentType")
        currency = text_at(totals, "PaymentCurrency")
        currencies.add(currency)
        for each in each_at(totals, "PaymentTotals"):
            count, sign = at(each, int, "TransactionCount"), _SIGNS.get(text_at(each, "TransactionType"))
            if count is None or sign is None or not currency or len(currencies) > 1:
                return None
            try:
                amount = minor_of(at(each, object, "TransactionAmount"), currency)
            except ProtocolError:
                return None
            counted, summed = found.get(brand, (0, 0))
            found[brand] = counted + sign * count, summed + sign * amount
    return tuple(DayTotal(brand, *told) for brand, told in sorted(found.items()))


def _said(node: object, name: str) -> str:
    """A word or a number as it stands there; a dash where there is none."""
    value = at(node, object, name)
    return str(value) if isinstance(value, str | int | Decimal) and value != "" else "-"


def parts_of(count: int, by: Literal["merchant", "issuer"]) -> Message:
    """``PaymentData`` of a payment in ``count`` equal parts, a month apart: by the merchant's offer, or the issuer's.

    nexo Retailer Protocol 3.1, PaymentData: PaymentType ``Instalment`` or ``IssuerInstalment``, component Instalment.

    >>> parts_of(3, "issuer")["PaymentType"], parts_of(3, "merchant")["Instalment"]["TotalNbOfPayments"]
    ('IssuerInstalment', 3)
    """
    plan = {"InstalmentType": ["EqualInstalments"], "Period": 1, "PeriodUnit": "Monthly", "TotalNbOfPayments": count}
    return {"PaymentType": "Instalment" if by == "merchant" else "IssuerInstalment", "Instalment": plan}
