"""How this shop trades: the business settings that decisions depend on, pinned with the price book."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Final, Literal

from kiosk.retail.bagging import LENIENT, OFF, STRICT, BaggingRules, Mode
from kiosk.retail.buyer import BuyerRule
from kiosk.retail.codes.labels import LabelPattern
from kiosk.retail.excluded import Exclusions
from kiosk.retail.exemption import ExemptionRule
from kiosk.retail.fiscal import FiscalRule
from kiosk.retail.frame_rules import FrameRules
from kiosk.retail.item import Names
from kiosk.retail.lookalikes import LookRules
from kiosk.retail.nfce import NfceClass
from kiosk.retail.offer import OfferPolicy
from kiosk.retail.parking import ParkingRules
from kiosk.retail.points import Programme
from kiosk.retail.restrictions import Restrictions
from kiosk.retail.returns import ReturnRules
from kiosk.retail.rights import Rights
from kiosk.retail.stored_value import StoredValueRules
from kiosk.retail.tax import TaxRounding
from kiosk.retail.tender import CashMethod
from kiosk.retail.tender_needs import Need
from kiosk.retail.tender_terms import Change, Eligible, Instalments, VoucherCode
from kiosk.retail.transaction import TenderKind
from kiosk.retail.unsynced import UnsyncedRules
from kiosk.retail.values import dataclass, replace
from kiosk.retail.weighing import Rules

__all__ = [
    "REMOTE_KINDS",
    "BaggingPolicy",
    "CashRounding",
    "CodeRules",
    "CouponRules",
    "Policy",
    "ReceiptLayout",
    "ReceiptRule",
    "RescanRules",
    "TenderType",
    "Timeouts",
]

REMOTE_KINDS = ("help", "staff_item", "no_price", "printer", "scale", "expired", "bagging", "quantity", "produce")
"""What may be cleared from a page unless the country or the shop says otherwise: nothing that must be looked at."""
_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
ReceiptRule = Literal["always", "choice"]
"""``always``: the law wants a receipt printed (Bangladesh, Mushak 6.3). ``choice``: the shopper decides."""


@dataclass(frozen=True, slots=True)
class TenderType:
    """A way to pay that this shop offers. ``tender_id`` names it in journal and ledger (``card``, ``bkash``).

    ``icon``: the screen's name for its picture (empty: its kind's own). ``eligible``: what it may pay for (``None``:
    everything). ``instalments``: in how many parts a card may pay. Of a paper voucher: ``codes``, how it is read, and
    ``change``, what becomes of its rest where it is worth more than is owed.
    """

    tender_id: str
    kind: TenderKind
    names: Names
    icon: str = ""
    eligible: Eligible | None = None
    instalments: Instalments | None = None
    codes: tuple[VoucherCode, ...] = ()
    change: Change = "none"


@dataclass(frozen=True, slots=True)
class CashRounding:
    """Cash is rounded to whole steps of ``step_minor`` minor units; it belongs to the tender, outside tax."""

    step_minor: int = 1
    method: CashMethod = "half_up"


Omissible = Literal["tax", "items", "saved", "member", "keep"]


@dataclass(frozen=True, slots=True)
class ReceiptLayout:
    """What a country's receipt says beyond the sale itself: ``heading``, ``title`` and ``notices`` are message ids.

    ``heading`` stands above the shop's name, ``notices`` below the title, ``legal`` at the foot. ``tax_table``: net,
    tax and gross of each rate in a table, and with ``letters`` a letter for each rate that its lines bear too.
    ``unit_prices``: the price of a piece even where there is only one. ``line_taxes``: lines are numbered, each with
    its value, duty, tax and total. ``omit``: what may be, and is, left out.
    ``credit_title`` and ``credit_notices`` are those of a return's receipt.
    """

    heading: tuple[str, ...] = ()
    title: str = "receipt.title"
    notices: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()
    tax_table: bool = False
    letters: bool = False
    unit_prices: bool = False
    line_taxes: bool = False
    omit: tuple[Omissible, ...] = ()
    credit_title: str = "receipt.credit_title"
    credit_notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeRules:
    """How far a code on a pack is believed.

    ``labels``: the patterns of the shop's own labels, first that fits; ``None``: those of its country, if it has any.
    ``best_before_stops``: a best-before date that is past stops the sale, as an expiry date always does.
    ``last_day_stops``: what may not be sold after its date may not be sold on it either.
    ``same_pack_ms``: two symbols of one number within this time are on one pack.
    ``heaviest_grams``: no prepacked item
    weighs more. ``price_factor``: a printed price is at most so many times the book's, and at least that part of it.
    """

    labels: tuple[LabelPattern, ...] | None = None
    best_before_stops: bool = False
    last_day_stops: bool = False
    same_pack_ms: int = 1_200
    heaviest_grams: int = 30_000
    price_factor: int = 10


@dataclass(frozen=True, slots=True)
class CouponRules:
    """Which coupons are taken, and what holds while head office cannot be asked.

    ``prefixes``: how the retailer's own coupon codes begin (a restricted range: EAN-13 981-984 and 99, or letters), so
    that no product has one. ``north_american``: coupons of GS1 US (8110 and 8112) are taken, in US or Canadian money.
    ``keyed``: who may type a code in; a shopper has ``keyed_tries`` wrong ones a visit, then staff do it.
    ``offline``: a single-use coupon that cannot be checked is taken, and gives ``offline_most_minor`` at most (0: no
    bound); codes that serve everybody need no check. ``offline_limits``: an offer with a limit per member goes by this
    kiosk's own sales alone while head office cannot tell of others; else it does not hold. ``most``: per basket.
    """

    prefixes: tuple[str, ...] = ()
    north_american: bool = False
    offline: bool = False
    offline_most_minor: int = 0
    offline_limits: bool = True
    most: int = 20
    keyed: Literal["shopper", "staff"] = "shopper"
    keyed_tries: int = 3


@dataclass(frozen=True, slots=True)
class BaggingPolicy:
    """How what lies in the bagging area is compared with what was rung up; ``off`` where there is no such scale.

    ``mode`` brings figures of its own (docs/understand/bagging.md); each one that is told here replaces the mode's:
    grams, milliseconds, and tenths of a standard deviation (``sureness``). ``skips``: so often in a visit a shopper may
    say that a thing will not be bagged, ``own_bags``: so many bags of their own; then staff are asked.
    """

    mode: Mode = "off"
    sigma: int | None = None
    sureness: int | None = None
    least: int | None = None
    tiny: int | None = None
    own_bag: int | None = None
    still_ms: int | None = None
    still: int | None = None
    hint_ms: int | None = None
    patience_ms: int | None = None
    drift: int | None = None
    must_bag: bool | None = None
    skips: int = 3
    own_bags: int = 3

    @property
    def rules(self) -> BaggingRules:
        """The mode's figures, with those that are told."""
        preset = {"strict": STRICT, "lenient": LENIENT, "off": OFF}[self.mode]
        told = {each.name: getattr(self, each.name) for each in fields(BaggingRules)}
        return replace(preset, **{name: figure for name, figure in told.items() if figure is not None})


@dataclass(frozen=True, slots=True)
class RescanRules:
    """How many of a thousand baskets staff look through before payment; all 0: none.

    ``per_1000`` by chance alone; ``per_1000_a_skip``, ``per_1000_a_void`` and ``per_1000_unweighed`` more for each line
    that was not bagged, for each that was voided, and for a basket that the bagging scale did not watch to its end.
    """

    per_1000: int = 0
    per_1000_a_skip: int = 0
    per_1000_a_void: int = 0
    per_1000_unweighed: int = 0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Milliseconds the kiosk waits.

    ``idle``: no touch until the warning; ``warning``: until the basket is suspended;
    ``thanks``: the last screen; ``card``: the terminal's silence before it is asked; ``ask``: head office's answer;
    ``qr_answer``: its answer about a payment by code, which the acquirer must give it first; ``qr_status``: between two
    questions what became of one; ``training``: no touch until a training is over by itself.
    """

    idle: int = 60_000
    warning: int = 20_000
    thanks: int = 6_000
    card: int = 120_000
    card_status: int = 10_000
    ask: int = 900
    qr_answer: int = 8_000
    qr_status: int = 5_000
    staff: int = 60_000
    training: int = 900_000


@dataclass(frozen=True, slots=True)
class Policy:
    """The business settings of a shop (country pack < feed < twin < local file).

    ``tax_names``: what the tax on goods is called here, by language (VAT, ICMS); where nobody tells, it is "tax".
    ``legal_series`` is the prefix of the gap-free legal number given at completion; empty where a fiscal device
    gives it or none is asked; ``credit_series`` is that of credit notes (empty: they count in the sales' own).
    ``member_prefix`` and ``badge_prefix`` begin the EAN-13 numbers of the shop's loyalty
    cards and staff badges (a restricted range, so that no product has one); empty where it has none. ``country`` is the
    ISO 3166 code in capitals. ``weighing`` is what the verification of this workstation's trade scale says.
    ``offers`` says how competing offers are settled, ``coupons`` which coupons are taken; ``points`` is the loyalty
    programme (``None``: there is none).
    ``receipt`` and ``least_bag_price_minor`` (the least price of a carrier bag; 0: none) are the country's, where
    the feed does not tell them (``None``). ``fiscal`` is the country's too, and in force only where there is a device.
    ``nfce``: how Brazil's NFC-e states each tax class. ``rights``: who of the staff may do what.
    ``remote_kinds``: the interventions that staff may clear from a page, without standing at the lane; ``age`` is among
    them only where the country allows it.
    ``bagging``: whether and how the bagging scale watches,
    ``rescans``: how many baskets staff look through by chance.
    ``exclusions``: which kinds of item are kept out of offers, coupons, thresholds and points.
    ``stored_value``: gift cards and store credit (``None``: there are none). ``tender_needs``: what a way to pay
    cannot do without, where that is not the trade's habit.
    ``exit_minutes``: how long the exit code on a receipt opens a gate (0: there are no gates); ``exit_key``: hex, what
    it is sealed with, which this kiosk derives from its shop's key and nobody tells.
    ``buyer``: which tax numbers of the buyer a document may bear (``None``: nobody asks).
    ``exemption``: how staff sell without tax to whom the law exempts (``None``: not at a lane).
    ``restrictions``: what must hold before which items are sold. ``looks``: when a shopper is asked whether produce is
    what they picked. ``frames``: whether pictures of the plate are kept for staff.
    ``returns``: what is taken back, and for how long.
    ``parking``: what becomes of a basket that is put aside; ``slip_key``: hex, what its slip is sealed with, derived as
    ``exit_key`` is.
    ``day_turns_at``: the local hour (``HH:MM``) at which the business day turns. ``day_jump_days``: a date that is more
    days than that ahead of the last business day is staff's to confirm.
    """

    country: str
    currency: str
    store_name: Names
    store_address: Names
    tax_number: str
    tax_number_label: str
    languages: tuple[str, ...]
    tenders: tuple[TenderType, ...]
    prices_include_tax: bool = True
    tax_rounding: TaxRounding = "document"
    cash_rounding: CashRounding = CashRounding()
    receipt_rule: ReceiptRule = "choice"
    legal_series: str = ""
    member_prefix: str = ""
    badge_prefix: str = ""
    maximum_quantity: int = 99
    maximum_lines: int = 400
    timeouts: Timeouts = Timeouts()
    weighing: Rules = field(default_factory=Rules)
    codes: CodeRules = CodeRules()
    offers: OfferPolicy = "optimal"
    coupons: CouponRules = CouponRules()
    unsynced: UnsyncedRules = UnsyncedRules()
    receipt: ReceiptLayout | None = None
    least_bag_price_minor: int | None = None
    points: Programme | None = None
    fiscal: FiscalRule | None = None
    nfce: Mapping[str, NfceClass] | None = None
    rights: Rights = field(default_factory=Rights)
    remote_kinds: tuple[str, ...] = REMOTE_KINDS
    bagging: BaggingPolicy = BaggingPolicy()
    rescans: RescanRules = RescanRules()
    exclusions: Exclusions = field(default_factory=Exclusions)
    stored_value: StoredValueRules | None = None
    restrictions: Restrictions = field(default_factory=Restrictions)
    buyer: BuyerRule | None = None
    exemption: ExemptionRule | None = None
    tender_needs: Mapping[TenderKind, tuple[Need, ...]] = field(default_factory=dict)
    exit_minutes: int = 0
    exit_key: str = field(default="", repr=False)
    looks: LookRules = field(default_factory=LookRules)
    frames: FrameRules = field(default_factory=FrameRules)
    credit_series: str = ""
    returns: ReturnRules = field(default_factory=ReturnRules)
    day_turns_at: str = "00:00"
    day_jump_days: int = 7
    parking: ParkingRules = ParkingRules()
    slip_key: str = field(default="", repr=False)
    tax_names: Names = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a day that turns at no hour, or that could never turn by itself."""
        if not _HOUR.fullmatch(self.day_turns_at) or self.day_jump_days < 1:
            message = "day_turns_at is an hour (HH:MM), day_jump_days at least 1"
            raise ValueError(message)
