"""A transaction and its lines: one shopper's visit, as ARTS POSLog sees it."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.fiscal import FiscalDocument
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.tax import TaxRate
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit, Weight

__all__ = [
    "Deposit",
    "Disposition",
    "EntryMethod",
    "InstalmentsBy",
    "LineItem",
    "Original",
    "OwedGift",
    "PriceModifier",
    "RedeemedCoupon",
    "Returned",
    "TenderKind",
    "TransactionId",
]

EntryMethod = Literal["scanned", "keyed", "picked", "weighed"]
TenderKind = Literal["card", "cash", "qr", "voucher", "points", "stored_value", "paper_voucher", "credit_note"]
"""``voucher``: a food or meal voucher on a card, taken by the terminal. ``stored_value``: a gift card or store credit,
kept at head office. ``paper_voucher``: a slip of paper that serves once, such as a bottle machine's.
``credit_note``: what an exchange's return has given towards its new sale; nobody is asked for it."""
Disposition = Literal["shelf", "damaged", "supplier"]
"""Where returned goods go: to be sold again (which moves stock), thrown away, or back to the supplier."""

InstalmentsBy = Literal["", "merchant", "issuer"]
"""``merchant``: without interest, and the merchant is paid part by part (Brazil: *parcelado lojista*); ``issuer``: the
cardholder's bank lends, with interest (*parcelado emissor*)."""


@dataclass(frozen=True, slots=True)
class TransactionId:
    """Who sold, when, and which one: never the printed receipt number, never the legal number.

    ``business_day`` is the label fixed at DayOpened (ISO date). ``number`` grows by one per transaction of the
    workstation and never resets; ``series`` changes only when a replaced journal could not learn the last number.
    """

    store: str
    workstation: str
    business_day: str
    series: int
    number: int
    uuid: str

    @property
    def reference(self) -> str:
        """What a person reads out: workstation, series and number. Short, and no identity.

        >>> TransactionId("dhk-01", "sco-2", "2026-03-01", 1, 42, "0190").reference
        'sco-2-1-000042'
        """
        return f"{self.workstation}-{self.series}-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class PriceModifier:
    """An offer's effect on a line: ``amount`` is what the shopper saves on this line (never negative)."""

    offer_id: str
    amount: Money
    names: Names


@dataclass(frozen=True, slots=True)
class RedeemedCoupon:
    """A coupon that gave something in a completed sale: what it took off the price, gifts aside."""

    code: str
    offer_id: str
    amount: Money
    single: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class OwedGift:
    """``units`` of an item that an offer gives and that are not in the basket."""

    offer_id: str
    item_id: str
    units: int
    names: Names


@dataclass(frozen=True, slots=True)
class Deposit:
    """What is paid for a container and given back with it: ``amount`` a piece, under a rate of its own."""

    item_id: str
    names: Names
    amount: Money
    tax_rate: TaxRate


@dataclass(frozen=True, slots=True)
class Original:
    """The sale that something is returned from: by its transaction, and by the legal number it was given.

    ``document``: the fiscal document of a sale that comes back whole, where the country's law has it cancelled.
    """

    transaction: TransactionId
    utc_ms: int
    legal_number: str = ""
    document: FiscalDocument | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """Makes a line item a return of the original sale's ``line``: its units ``first``, ``first + 1`` and so on.

    ``tax``, ``duty`` and the deposit's two are what those units bore in the original document, negative here.
    """

    line: int
    first: int
    reason: str
    disposition: Disposition
    tax: Money
    duty: Money
    deposit_tax: Money
    deposit_duty: Money


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of the basket. Lines are never deleted, only voided.

    ``extended`` is quantity (or weight) times ``unit_price``, rounded once, before offers; ``modifiers`` are what
    offers take off it. ``weight`` is net of ``tare_grams``. ``expires`` and ``best_before`` are ISO dates, ``lot`` and
    ``serial`` text, all as the pack's own code tells them; ``price_from_code``: the price is printed on this very pack.
    ``packed_grams``: what each piece of such a line holds of an item sold by weight, for the stock. ``points``: what
    the line has earned its member, once the sale is complete. ``attributes``: the item's codes for a fiscal document.
    ``was_price``: the book's unit price, where staff have set another for ``override_reason``. ``weight_keyed``: staff
    typed the weight, no scale measured it. ``value_account``: the gift card's account that the sale of this line puts
    ``extended`` into. ``returned``: a line item of a return; its quantity and amounts are negative (ARTS POSLog), its
    ``weight`` is as it was sold.
    """

    line: int
    item_id: str
    names: Names
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

    @property
    def discount(self) -> Money:
        """What all offers take off this line."""
        return Money(sum([m.amount.minor for m in self.modifiers]), self.unit_price.currency)

    @property
    def net(self) -> Money:
        """What the shopper pays for this line (with tax inside, where prices carry tax); nothing if voided."""
        return Money.zero(self.unit_price.currency) if self.voided else self.extended - self.discount

    @property
    def deposit_due(self) -> Money:
        """What the line's containers add to what is paid: no part of its price, so that no offer reaches it."""
        if self.voided or self.deposit is None:
            return Money.zero(self.unit_price.currency)
        return self.deposit.amount * self.quantity
