"""What a completed sale is as rows of the ledger: values in the order of the columns named beside each function."""

from __future__ import annotations

from typing import Any, Final

from headoffice.bulk import Row
from kiosk.retail.buyer import KINDS, BuyerNumber, masked
from messages import events
from messages.values import LineItem, Money, SettledTender

__all__ = ["LINE", "MOVE", "OFFER", "TAX", "TENDER", "header", "line", "tax", "tender"]

LINE: Final = (
    "uuid",
    "line",
    "item_id",
    "names",
    "unit",
    "quantity",
    "weight_value",
    "weight_exponent",
    "weight_unit",
    "unit_price",
    "extended",
    "discount",
    "net",
    "tax_class",
    "basis_points",
    "entry",
    "gtin",
    "plu",
    "modifiers",
    "deposit",
    "expires",
    "best_before",
    "lot",
    "serial",
    "original_line",
    "return_reason",
    "disposition",
)
TENDER: Final = (
    "uuid",
    "tender",
    "tender_id",
    "kind",
    "amount",
    "approval_code",
    "brand",
    "masked_pan",
    "reference",
    "received",
    "change",
    "rounding",
    "original",
    "points",
    "instalments",
    "instalments_by",
    "worth",
)
TAX: Final = ("uuid", "tax_class", "basis_points", "net", "tax", "duty")
MOVE: Final = ("kiosk", "epoch", "sequence", "ordinal", "uuid", "item_id", "location", "quantity", "unit")
OFFER: Final = ("uuid", "offer_id", "member_id", "business_day", "amount", "currency", "returned")


def header(kiosk: str, epoch: int, sequence: int, event: events.TransactionCompleted) -> dict[str, Any]:
    """The sale itself, by column; its legal number, which may follow, not given yet."""
    named = event.transaction
    kind, number = _buyer(event)
    return {
        "uuid": named.uuid,
        "store": named.store,
        "workstation": named.workstation,
        "business_day": named.business_day,
        "series": named.series,
        "number": named.number,
        "kiosk": kiosk,
        "epoch": epoch,
        "sequence": sequence,
        "utc_ms": event.utc_ms,
        "language": event.language,
        "currency": event.currency,
        "book_version": event.book_version,
        "prices_include_tax": event.prices_include_tax,
        "subtotal": event.subtotal.minor,
        "discount": event.discount.minor,
        "deposit": sum(_deposit(line) for line in event.lines),
        "duty": sum(row.duty.minor for row in event.tax if row.duty is not None),
        "tax": sum(row.tax.minor for row in event.tax),
        "total": event.total.minor,
        "units": sum(line.quantity for line in event.lines),
        "member_id": event.member_id,
        "clock_trusted": event.clock_trusted,
        "legal_series": "",
        "legal_number": None,
        "sample": False,
        "buyer_kind": kind,
        "buyer_number": number,
        **_exemption(event),
        "original": event.original.transaction.uuid if event.original is not None else "",
    }


def line(uuid: str, item: LineItem) -> Row:
    """One line, as ``LINE``."""
    weight, returned = item.weight, item.returned
    discount = sum(each.amount.minor for each in item.modifiers)
    return (
        uuid,
        item.line,
        item.item_id,
        item.names,
        item.unit,
        item.quantity,
        weight.value if weight else None,
        weight.exponent if weight else None,
        weight.unit if weight else None,
        item.unit_price.minor,
        item.extended.minor,
        discount,
        item.extended.minor - discount,
        item.tax_rate.tax_class,
        item.tax_rate.basis_points,
        item.entry,
        item.gtin,
        item.plu,
        [{"offer_id": each.offer_id, "amount": each.amount.minor, "names": each.names} for each in item.modifiers],
        _deposit(item),
        item.expires,
        item.best_before,
        item.lot,
        item.serial,
        returned.line if returned is not None else None,
        returned.reason if returned is not None else "",
        returned.disposition if returned is not None else "",
    )


def tender(uuid: str, settled: SettledTender) -> Row:
    """One tender, as ``TENDER``."""
    return (
        uuid,
        settled.tender,
        settled.tender_id,
        settled.kind,
        settled.amount.minor,
        settled.approval_code,
        settled.brand,
        settled.masked_pan,
        settled.reference,
        _minor(settled.received),
        _minor(settled.change),
        _minor(settled.rounding),
        settled.original,
        settled.points,
        settled.instalments,
        settled.instalments_by,
        _minor(settled.worth),
    )


def tax(event: events.TransactionCompleted) -> list[Row]:
    """The tax summary, as ``TAX``."""
    uuid = event.transaction.uuid
    return [
        (
            uuid,
            row.rate.tax_class,
            row.rate.basis_points,
            row.net.minor,
            row.tax.minor,
            row.duty.minor if row.duty is not None else 0,
        )
        for row in event.tax
    ]


def _buyer(event: events.TransactionCompleted) -> tuple[str, str]:
    """A firm's number whole, a person's in part; of a kind that is new here, the kind alone."""
    told = event.buyer
    kind = next((known for known in KINDS if told is not None and known == told.kind), None)
    if told is None or kind is None:
        return (told.kind if told is not None else ""), ""
    return kind, masked(BuyerNumber(kind, told.number))


def _exemption(event: events.TransactionCompleted) -> dict[str, str]:
    """For what certificate or card a sale bears no tax, and who saw it."""
    told = event.exemption
    if told is None:
        return {"exempt_certificate": "", "exempt_reason": "", "exempt_by": ""}
    return {"exempt_certificate": told.certificate, "exempt_reason": told.reason, "exempt_by": told.by}


def _deposit(item: LineItem) -> int:
    return 0 if item.deposit is None or item.voided else item.deposit.amount.minor * item.quantity


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor
