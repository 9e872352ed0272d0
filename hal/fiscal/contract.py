"""What a fiscal device or service does: it signs completed sales and keeps the tax authority's series.

The port is asked once the sale is on disk and before its receipt is printed. Everything it does is known by the
transaction's uuid: asked again, after any crash and any silence, it gives the document it has already made and never a
second one. A driver whose device or authority has no such memory keeps one of its own, on disk before it asks.

Four words answer ``sign``. ``signed``: the document exists. ``contingency``: the law lets the driver issue it without
the authority, which is told later by the driver itself (``FiscalSettled``). ``refused``: the authority will not have
it, in its own code and words. ``unknown``: nobody can say; it is asked again under the same uuid. A driver that cannot
reach its device raises instead (``NoHardwareError``, ``TimeoutExpiredError``, ``ProtocolError``), which means the same
as ``unknown``.

Capabilities: ``begin`` (a sale is announced when it begins), ``contingency``, ``cancel``, ``skip``, ``export``.
Certification is never claimed; a country without a device is served by the checkout's own gap-free series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = [
    "FiscalAnswer",
    "FiscalLine",
    "FiscalMode",
    "FiscalOutcome",
    "FiscalPort",
    "FiscalSale",
    "FiscalSettled",
    "FiscalStart",
    "FiscalState",
    "FiscalTax",
    "FiscalTender",
    "Printed",
    "TenderKind",
]

FiscalMode = Literal["live", "training", "test"]
"""``test``: at the authority's test environment; ``training``: staff are practising, nothing is sold."""
FiscalOutcome = Literal["signed", "contingency", "refused", "unknown"]
TenderKind = Literal["card", "cash", "credit_note", "paper_voucher", "points", "qr", "stored_value", "voucher"]

_LONGEST_TEXT = 400
_LONGEST_PRINTED = 4_096
_MOST_PRINTED = 40


@dataclass(frozen=True, slots=True)
class FiscalTax:
    """What a rate comes to, over one line or over the document, in minor units.

    ``basis_points``: 7.5% is 750. ``base_minor`` is without duty and tax (with ``of_gross``, where the tax is a share
    of the price it is in, too). ``duty_points`` and ``duty_minor``: a supplementary duty, which stands under the tax.
    """

    tax_class: str
    basis_points: int
    base_minor: int
    tax_minor: int
    duty_points: int = 0
    duty_minor: int = 0
    of_gross: bool = False

    @property
    def gross_minor(self) -> int:
        """Base, duty and tax together."""
        return self.base_minor + self.duty_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class FiscalLine:
    """One line of the sale, as the receipt has it.

    ``quantity_milli``: thousandths of ``unit`` (``each``, ``kg``, ``g``, ``lb``, ``oz``); 0.56 kg is 560.
    ``extended_minor`` is quantity times ``unit_price_minor``, rounded once, ``discount_minor`` what offers take off it;
    what the shopper pays for the line is the one less the other. The taxes of all lines sum to the document's, to the
    minor unit. ``deposit``: the deposit on the line before. ``attributes``: codes the country's document wants of an
    item (``ncm``, ``cfop``, ``cest``, ``cst``, ``hs``), by lower-case names, as far as the price book has them.
    """

    number: int
    item_id: str
    name: str
    quantity_milli: int
    unit: str
    unit_price_minor: int
    extended_minor: int
    discount_minor: int
    tax: FiscalTax
    gtin: str = ""
    deposit: bool = False
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def paid_minor(self) -> int:
        """What the shopper pays for the line (where prices hold their tax, with it)."""
        return self.extended_minor - self.discount_minor

    def attribute(self, name: str) -> str:
        """One of the line's codes; empty where the price book has none."""
        return dict(self.attributes).get(name, "")


@dataclass(frozen=True, slots=True)
class FiscalTender:
    """How a part was paid. ``amount_minor`` counts towards the total.

    ``change_minor``: what was handed back of ``received_minor``; ``rounding_minor``: what cash rounding added (or took,
    negative), outside tax. The rest is a card's: never a whole card number.
    """

    kind: TenderKind
    tender_id: str
    amount_minor: int
    received_minor: int = 0
    change_minor: int = 0
    rounding_minor: int = 0
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    acquirer: str = ""
    terminal_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class FiscalStart:
    """A sale has begun: its first line was rung up. Times are UTC in milliseconds since 1970."""

    transaction: str
    store: str
    workstation: str
    utc_ms: int
    mode: FiscalMode = "live"


@dataclass(frozen=True, slots=True)
class FiscalSale:
    """A completed sale, whole.

    ``transaction`` is its uuid, by which everything is asked; ``reference`` what people read out (never the legal
    number). ``begun_ms`` and ``completed_ms`` are the kiosk's UTC milliseconds, right only if ``clock_trusted``;
    ``time_zone`` is the store's IANA name, ``business_day`` an ISO date. ``included``: prices hold their tax.
    ``total_minor`` is what is paid before cash rounding. ``tax_number``: the seller's; ``customer_tax_id``: the
    shopper's, where one was given. ``own_series`` and ``own_number``: the number that the checkout gave while the
    device was out, where the country's rule has it; the device then registers that document. ``original`` makes it a
    return from that sale (its uuid), whose legal number was ``original_number``: quantities, amounts and tenders are
    negative.
    """

    transaction: str
    reference: str
    store: str
    workstation: str
    business_day: str
    begun_ms: int
    completed_ms: int
    time_zone: str
    currency: str
    included: bool
    lines: tuple[FiscalLine, ...]
    taxes: tuple[FiscalTax, ...]
    tenders: tuple[FiscalTender, ...]
    subtotal_minor: int
    discount_minor: int
    total_minor: int
    tax_number: str = ""
    customer_tax_id: str = ""
    language: str = "en"
    clock_trusted: bool = True
    own_series: str = ""
    own_number: int = 0
    mode: FiscalMode = "live"
    original: str = ""
    original_number: str = ""

    @property
    def start(self) -> FiscalStart:
        """The sale as it was when it began."""
        return FiscalStart(self.transaction, self.store, self.workstation, self.begun_ms, self.mode)


@dataclass(frozen=True, slots=True)
class Printed:
    """Something the receipt must bear. ``key`` names it (``signature``, ``access_key``); it is printed in this order.

    ``kind``: ``text`` beside its name, ``qr`` as a QR code, ``note`` a sentence of the law's, by itself.
    """

    key: str
    value: str
    kind: Literal["text", "qr", "note"] = "text"


@dataclass(frozen=True, slots=True)
class FiscalAnswer:
    """What became of a document. ``series`` and ``number`` are the legal number; ``utc_ms`` is the signer's own time.

    ``code`` and ``reason`` are the authority's words on a refusal; ``permanent``: it would refuse the same again.
    Raises ``ValueError`` for a document without its number: a number is never made up.
    """

    transaction: str
    outcome: FiscalOutcome
    series: str = ""
    number: int = 0
    utc_ms: int = 0
    printed: tuple[Printed, ...] = ()
    code: str = ""
    reason: str = ""
    permanent: bool = False

    def __post_init__(self) -> None:
        """Refuse what names no document; cut what a receipt or a log could not hold."""
        if self.outcome in ("signed", "contingency") and (self.number <= 0 or not self.series):
            text = f"{self.transaction} is {self.outcome} without its legal number"
            raise ValueError(text)
        for name in ("series", "code", "reason"):
            object.__setattr__(self, name, _plain(getattr(self, name), _LONGEST_TEXT))
        printed = (
            Printed(_plain(p.key, _LONGEST_TEXT), _plain(p.value, _LONGEST_PRINTED), p.kind)
            for p in self.printed[:_MOST_PRINTED]
        )
        object.__setattr__(self, "printed", tuple(printed))


def _plain(text: str, longest: int) -> str:
    return "".join(each for each in text if each.isprintable())[:longest]


@dataclass(frozen=True, slots=True)
class FiscalState:
    """Data event, told when it changes and once after ``enable``: how it stands between device and authority.

    ``outage``: the authority (or the signing unit behind the device) does not answer, since ``since_ms`` (UTC);
    ``pending``: documents issued without it that it has still to be told; ``certificate_expires``: ISO date, empty
    where there is none; ``cause``: in words, for staff.
    """

    device: str
    outage: bool
    since_ms: int = 0
    pending: int = 0
    certificate_expires: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class FiscalSettled:
    """Data event: the authority's late word on a document issued in contingency. ``signed``: it has it; ``refused``.

    Told again after a restart until ``confirm`` was called for it.
    """

    device: str
    answer: FiscalAnswer


class FiscalPort(Device, Protocol):
    """Data events: ``FiscalState``, ``FiscalSettled``. Every method may be repeated without another effect.

    Each raises ``NotEnabledError``, and ``NoHardwareError``, ``TimeoutExpiredError`` or ``ProtocolError`` when nothing
    is known of what became of the request; and ``DeviceError`` for what can never be (another sale under a known uuid).
    """

    async def begin(self, start: FiscalStart) -> None:
        """Announce a sale (capability ``begin``; else nothing happens)."""

    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        """Have the sale signed, begun or not; the same uuid gives the same document for ever."""

    async def void(self, transaction: str, reason: str) -> None:
        """Withdraw a sale that was begun and not signed; one that is not known was never begun, and that is well."""

    async def cancel(self, transaction: str, reason: str, printed: tuple[Printed, ...] = ()) -> FiscalAnswer:
        """Cancel a signed document within the law's time (capability ``cancel``): ``signed`` is the cancellation.

        ``printed`` is what the document's paper bears: by that a driver may know one that another lane has issued.
        ``unknown``: nobody can say whether it is cancelled, or its authority has still to hear of it; asked again, it
        is the same cancellation.
        """

    async def skip(self, series: str, first: int, last: int, reason: str) -> FiscalAnswer:
        """Declare numbers that no document will ever bear (capability ``skip``); ``transaction`` is then empty."""

    async def confirm(self, transaction: str) -> None:
        """A ``FiscalSettled`` about this transaction is on disk: it need not be told again."""

    async def close_day(self, business_day: str) -> str:
        """Close the authority's day; gives the report's reference, empty where the authority knows no days."""

    async def export(self, since_day: str) -> bytes:
        """The authority's export from business day ``since_day`` on, in its own format (capability ``export``)."""
