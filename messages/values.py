"""The trade's values as they stand in a journal payload: amounts in minor units, weights as the scale gave them."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "BaggedPiece",
    "BasketCoupon",
    "BuyerNumber",
    "CardEntry",
    "CashHeld",
    "CashPieces",
    "Deposit",
    "Disposition",
    "EntryMethod",
    "ExemptLine",
    "Exemption",
    "FiscalDocument",
    "FiscalText",
    "InstalmentsBy",
    "LineItem",
    "LineModifiers",
    "Money",
    "Original",
    "OriginalTender",
    "OwedGift",
    "PriceModifier",
    "RedeemedCoupon",
    "Returned",
    "SalePoints",
    "SettledTender",
    "StockMove",
    "TaxAmount",
    "TaxRate",
    "TenderKind",
    "TransactionId",
    "Unit",
    "Used",
    "Weight",
]

Unit = Literal["kg", "g", "lb", "oz"]
EntryMethod = Literal["scanned", "keyed", "picked", "weighed"]
TenderKind = Literal["card", "cash", "qr", "voucher", "points", "stored_value", "paper_voucher", "credit_note"]
InstalmentsBy = Literal["", "merchant", "issuer"]
Disposition = Literal["shelf", "damaged", "supplier"]
CardEntry = Literal["", "chip", "contactless", "swiped", "keyed"]


class _Value(msgspec.Struct, frozen=True):
    """Unknown fields are let pass: a newer kiosk may say more."""


class Money(_Value, frozen=True):
    """``minor`` units of ``currency`` (ISO 4217 letters)."""

    minor: int
    currency: str


class CashPieces(_Value, frozen=True):
    """So many coins or notes of one denomination, in minor units."""

    value: int
    form: Literal["coin", "note"]
    pieces: int


class CashHeld(_Value, frozen=True):
    """One denomination in a cash recycler: to be given out, and in its cashbox."""

    value: int
    form: Literal["coin", "note"]
    pieces: int = 0
    boxed: int = 0
    dispensable: bool = True
    level: Literal["unknown", "empty", "low", "ok", "full"] = "unknown"


class Weight(_Value, frozen=True):
    """``value * 10**exponent`` of ``unit``."""

    value: int
    exponent: int
    unit: Unit


class TransactionId(_Value, frozen=True):
    """(store, workstation, business day, number) and a version 7 UUID. ``series`` grows with each reset."""

    store: str
    workstation: str
    business_day: str
    series: int
    number: int
    uuid: str


class TaxRate(_Value, frozen=True):
    """7.5% is 750 ``basis_points``; ``duty_points`` is a duty under the tax, ``of_gross`` a share of the price."""

    tax_class: str
    basis_points: int
    duty_points: int = 0
    of_gross: bool = False


class TaxAmount(_Value, frozen=True):
    """What was charged at one rate."""

    rate: TaxRate
    net: Money
    tax: Money
    duty: Money | None = None


class PriceModifier(_Value, frozen=True):
    """An offer's effect on a line: ``amount`` is what it takes off."""

    offer_id: str
    amount: Money
    names: dict[str, str]


class Deposit(_Value, frozen=True):
    """What is paid for a container: ``amount`` a piece, under a rate of its own."""

    item_id: str
    names: dict[str, str]
    amount: Money
    tax_rate: TaxRate


class FiscalText(_Value, frozen=True):
    """Something that the authority wants on the receipt."""

    key: str
    value: str
    kind: Literal["text", "qr", "note"] = "text"


class FiscalDocument(_Value, frozen=True):
    """A sale's document as a fiscal device issued it; ``utc_ms``: since when it stands; ``printed``: on its paper."""

    series: str
    number: int
    utc_ms: int
    outcome: Literal["signed", "contingency"] = "signed"
    printed: tuple[FiscalText, ...] = ()


class Original(_Value, frozen=True):
    """The sale that something is returned from. ``document``: where that is to be cancelled."""

    transaction: TransactionId
    utc_ms: int
    legal_number: str = ""
    document: FiscalDocument | None = None


class Returned(_Value, frozen=True):
    """A line item of a return: units ``first`` and on of the original's ``line``, with the tax they bore."""

    line: int
    first: int
    reason: str
    disposition: Disposition
    tax: Money
    duty: Money
    deposit_tax: Money
    deposit_duty: Money


class OriginalTender(_Value, frozen=True):
    """A tender of the original sale; ``left`` of it can still be given back, with ``points`` of the burned ones."""

    tender: str
    tender_id: str
    kind: TenderKind
    paid: Money
    left: Money
    reference: str = ""
    brand: str = ""
    masked_pan: str = ""
    points: int = 0


class LineItem(_Value, frozen=True):
    """One line of a basket. ``extended`` is before offers; ``modifiers`` are what offers take off it.

    One of a return has ``returned``, a negative quantity and negative amounts.
    """

    line: int
    item_id: str
    names: dict[str, str]
    unit: Unit | Literal["each"]
    quantity: int
    unit_price: Money
    extended: Money
    tax_rate: TaxRate
    entry: EntryMethod
    gtin: str | None = None
    plu: str | None = None
    weight: Weight | None = None
    tare_grams: int = 0
    picture: str | None = None
    expected_grams: int | None = None
    minimum_age: int = 0
    discountable: bool = True
    modifiers: tuple[PriceModifier, ...] = ()
    voided: bool = False
    expires: str = ""
    best_before: str = ""
    lot: str = ""
    serial: str = ""
    price_from_code: bool = False
    packed_grams: int = 0
    deposit: Deposit | None = None
    points: int = 0
    attributes: tuple[tuple[str, str], ...] = ()
    was_price: Money | None = None
    override_reason: str = ""
    weight_keyed: bool = False
    value_account: str = ""
    returned: Returned | None = None


class LineModifiers(_Value, frozen=True):
    """The offers that hold on one line."""

    line: int
    modifiers: tuple[PriceModifier, ...]


class BasketCoupon(_Value, frozen=True):
    """A coupon that counts in a basket. ``single``: it serves once; ``offline``: that could not be checked."""

    code: str
    offer_id: str
    names: dict[str, str]
    coupon: str = ""
    single: bool = False
    offline: bool = False
    most_minor: int = 0
    written: str = ""


class RedeemedCoupon(_Value, frozen=True):
    """A coupon that gave something in a completed sale."""

    code: str
    offer_id: str
    amount: Money
    single: bool = False
    offline: bool = False


class OwedGift(_Value, frozen=True):
    """``units`` of an item that an offer gives and that are not among the lines."""

    offer_id: str
    item_id: str
    units: int
    names: dict[str, str]


class Used(_Value, frozen=True):
    """A member had an offer in a purchase."""

    offer_id: str
    transaction: str
    day: str


class SettledTender(_Value, frozen=True):
    """One approved tender of a completed transaction. Cash: what was received, given back, and rounded.

    A negative one gave ``original``, a tender of an earlier sale, so much back.
    """

    tender: str
    tender_id: str
    kind: TenderKind
    amount: Money
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    received: Money | None = None
    change: Money | None = None
    rounding: Money | None = None
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: CardEntry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()
    points: int = 0
    balance: Money | None = None
    worth: Money | None = None
    instalments: int = 0
    instalments_by: InstalmentsBy = ""
    original: str = ""


class BuyerNumber(_Value, frozen=True):
    """A buyer's tax number, without punctuation; ``kind``: ``cpf``, ``cnpj``, ``nif``, ``bin``."""

    kind: str
    number: str


class Exemption(_Value, frozen=True):
    """Why a sale bears no tax: the number of a certificate, a reason's code, and who saw it."""

    certificate: str
    reason: str
    by: str


class ExemptLine(_Value, frozen=True):
    """A line's price without tax, and the rate it is sold at."""

    line: int
    unit_price: Money
    extended: Money
    tax_rate: TaxRate


class SalePoints(_Value, frozen=True):
    """What a sale did to a member's points; ``balance`` is after it, as far as known at ``utc_ms``."""

    earned: int
    burned: int
    spent: Money
    balance: int | None = None
    utc_ms: int = 0


class BaggedPiece(_Value, frozen=True):
    """A piece of an item that was put on the bagging scale alone, and what it weighed in whole grams."""

    item_id: str
    grams: int


class StockMove(_Value, frozen=True):
    """How much of an item left the shop: pieces, or grams; negative: came back to it."""

    item_id: str
    quantity: int
    unit: Literal["each", "g"]
