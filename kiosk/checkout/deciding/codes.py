"""A scanned code at the desk: which item it names, what else it tells, and whether that pack may be sold.

What the pack itself says is believed only as far as it can be: a date that is past or a recalled lot stops the sale,
and a price or weight from a label must be plausible beside the book's.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, assert_never

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.text import text
from kiosk.retail import pricing
from kiosk.retail.codes import (
    NATIONAL,
    Coupon,
    Details,
    Gtin,
    InHouse,
    Label,
    LabelPattern,
    Plu,
    Refused,
    day_of,
    read_code,
    read_label,
)
from kiosk.retail.codes.values import NOTHING_MORE
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.policy import CodeRules, Policy
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass, replace
from kiosk.retail.weighing import extended
from kiosk.retail.weight import UnitMismatchError

__all__ = ["Coded", "as_told", "in_doubt", "look_up", "same_pack", "stopped", "tells_more"]

_GRAMS: Final = {"kg": Fraction(1000), "g": Fraction(1), "lb": Fraction("453.59237"), "oz": Fraction("28.349523125")}
"""For stock and limits, never for a price."""


@dataclass(frozen=True, slots=True)
class Coded:
    """The item that a code names, the number as read (``gtin`` 14 digits, or the PLU), and what else it tells."""

    item: Item
    number: str
    details: Details = NOTHING_MORE


def look_up(desk: Desk, scanned: i.CodeScanned) -> Coded | None:
    """What the code names; where it names nothing sold here, the shopper is told why."""
    code = read_code(scanned.data, scanned.symbology)
    match code:
        case Gtin() | InHouse():
            return _by_number(desk, code)
        case Plu():
            item = desk.book.by_plu(code.plu)
            if item is not None:
                return Coded(item, code.plu)
            desk.refuse(text("code.unknown"))
        case Coupon():
            desk.refuse(text("code.coupon"))
        case Refused():
            desk.refuse(text(code.message_id))
        case _:
            assert_never(code)
    return None


def _by_number(desk: Desk, code: Gtin | InHouse) -> Coded | None:
    """The number whole, as the book has it; else the item in the shop's own label; what may be two items is none."""
    short = desk.book.by_gtin(code.upc_e) if code.upc_e else None
    item = desk.book.by_gtin(code.gtin14)
    label = _labelled(desk, code.gtin14) if item is None else None
    if short is not None and (item is not None or label is not None):
        desk.refuse(text("code.ambiguous"))
    elif short is not None:
        return Coded(short, code.upc_e)
    elif item is not None:
        return Coded(item, code.gtin14, code.details)
    elif label is None:
        desk.refuse(text("code.in_house" if isinstance(code, InHouse) else "code.unknown"))
    elif label[1].fault is not None:
        desk.refuse(text("code.label"))
    else:
        return Coded(label[0], code.gtin14, label[1].details)
    return None


def _labelled(desk: Desk, gtin14: str) -> tuple[Item, Label] | None:
    """The first of the shop's labels that this number may be and whose item is known, right or faulty."""
    for label in read_label(gtin14, _labels(desk.policy)):
        item = (
            desk.book.by_gtin(label.base.zfill(14))
            or desk.book.by_plu(label.item)
            or desk.book.by_plu(label.item.lstrip("0"))
        )
        if item is not None:
            return item, label
    return None


def _labels(policy: Policy) -> tuple[LabelPattern, ...]:
    named = policy.codes.labels
    return NATIONAL.get(policy.country, ()) if named is None else named


# --- the same pack twice -----------------------------------------------------------------------------------------


def same_pack(desk: Desk, scanned: i.CodeScanned, coded: Coded) -> bool:
    """Whether this is another symbol of the pack that was scanned just now, not another pack.

    It is, within the policy's ``same_pack_ms`` of the last reading, if the number is the same, nothing that both tell
    differs (lot, serial, dates, weight, price), and the symbol or the device is another; once two symbols of one pack
    were seen, each further reading within half that time of the last counts to it too. The same symbol again from the
    same device is another pack: that a scanner does not read one pack twice is its own setting.
    """
    last = desk.state.live.code_taken
    if last is None or last.number != coded.number:
        return False
    window = desk.policy.codes.same_pack_ms
    if desk.moment.mono_ms - last.mono_ms > (window // 2 if last.twin else window):
        return False
    if (last.data, last.source) == (scanned.data, scanned.source) and not last.twin:
        return False
    before, now = last.details, coded.details
    pairs = ((getattr(before, name), getattr(now, name)) for name in Details.__slots__)
    return not any(one and other and one != other for one, other in pairs)


def tells_more(desk: Desk, coded: Coded) -> bool:
    """Whether this symbol of the pack tells what the one before did not."""
    last = desk.state.live.code_taken
    if last is None:
        return False
    return any(getattr(coded.details, name) and not getattr(last.details, name) for name in Details.__slots__)


# --- may it be sold ----------------------------------------------------------------------------------------------


def stopped(desk: Desk, item: Item, details: Details) -> bool:
    """Whether this very pack may not be sold; the shopper is told, and staff are called to take it."""
    reason = _past(desk, details) or _recalled(item, details)
    if reason is not None:
        if desk.intervention(reason) is None:
            desk.raise_intervention(reason, blocks="nothing", reason=_pack(item, details))
        desk.refuse(text(f"code.{reason}", item=item.names))
        return True
    return bool(details.serial) and _sold(desk, item, details.serial)


def _today(desk: Desk) -> str:
    return max(desk.moment.local_date, desk.state.lane.business_day)


def _past(desk: Desk, details: Details) -> e.InterventionKind | None:
    dates = [details.expires, details.sell_by]
    if desk.policy.codes.best_before_stops:
        dates.append(details.best_before)
    today, last_day_too = _today(desk), desk.policy.codes.last_day_stops
    days = (day_of(date, today) for date in dates)
    return "expired" if any(day and (day < today or (last_day_too and day == today)) for day in days) else None


def _recalled(item: Item, details: Details) -> e.InterventionKind | None:
    recall = item.recall
    if recall is None:
        return None
    named = recall.everything or details.lot in recall.lots or details.serial in recall.serials
    return "recalled" if named else None


def in_doubt(desk: Desk, item: Item, line: LineItem) -> e.InterventionKind | None:
    """Why only staff can tell whether this line may be sold; ``None`` where nothing is in doubt.

    The item is recalled in part and the line does not tell which part it is; or a pack of it was stopped in this visit,
    and this line's code tells neither lot nor date.
    """
    recall = item.recall
    if recall is not None and ((recall.lots and not line.lot) or (recall.serials and not line.serial)):
        return "recalled"
    for raised in () if line.lot or line.expires or line.best_before else desk.state.interventions:
        if raised.kind in ("expired", "recalled") and f"{raised.reason} ".startswith(f"{item.item_id} "):
            return raised.kind
    return None


def _sold(desk: Desk, item: Item, serial: str) -> bool:
    """Whether one with this serial number is in the basket, parked here, or was sold at this lane."""
    basket, state = desk.basket, desk.state
    if basket is not None and any((k.item_id, k.serial) == (item.item_id, serial) for k in basket.live_lines):
        desk.refuse(text("code.in_basket", item=item.names))
        return True
    parked = any((k.item_id, k.serial) == (item.item_id, serial) for t in state.suspended for k in t.live_lines)
    if parked or (item.item_id, serial) in state.sold_serials:
        if desk.intervention("serial") is None:
            desk.raise_intervention("serial", blocks="nothing", reason=f"{item.item_id} {serial}")
        desk.refuse(text("code.serial", item=item.names))
        return True
    return False


def ask_about(desk: Desk, line: LineItem) -> None:
    """A pack with a serial number was rung up: another lane or shop may have sold it, which only head office knows."""
    basket = desk.basket
    if line.serial and basket is not None:
        uuid = basket.opened.transaction.uuid
        desk.do(f.AskSerial(desk.mint(), line.item_id, line.serial, uuid, desk.policy.timeouts.ask))


def serial_answered(desk: Desk, answer: i.SerialAnswered) -> None:
    """A pack in the basket was sold before: staff look at it before anybody pays. No answer changes nothing."""
    lines = desk.basket.live_lines if desk.basket is not None else ()
    line = next((k for k in lines if (k.item_id, k.serial) == (answer.item_id, answer.serial)), None)
    if not answer.sold or line is None:
        return
    if any(raised.kind == "serial" and raised.line == line.line for raised in desk.state.interventions):
        return
    desk.raise_intervention("serial", blocks="payment", line=line.line, reason=f"{line.item_id} {line.serial}")
    desk.refuse(text("code.serial_elsewhere", item=line.names))


def _pack(item: Item, details: Details) -> str:
    """What staff look for on the pack."""
    told = (item.item_id, details.expires or details.sell_by or details.best_before, details.lot, details.serial)
    return " ".join(part for part in told if part)


# --- what the line says ------------------------------------------------------------------------------------------


def as_told(desk: Desk, line: LineItem, item: Item, details: Details) -> LineItem | None:
    """The line with what the code tells; ``None`` where its price, weight or count cannot be right."""
    today = _today(desk)
    if details.imperial is not None and item.unit in ("lb", "oz"):
        details = replace(details, weight=details.imperial)
    line = replace(
        line,
        expires=day_of(details.expires, today) or day_of(details.sell_by, today),
        best_before=day_of(details.best_before, today),
        lot=details.lot,
        serial=details.serial,
    )
    if details.price is None and (details.weight is None or not item.weighed):
        return _counted(desk, line, details)
    try:
        return _measured(desk, line, item, details)
    except UnitMismatchError:
        return None


def _counted(desk: Desk, line: LineItem, details: Details) -> LineItem | None:
    """So many pieces in one pack (AI 30, or a label that counts)."""
    if details.count is None or line.unit != "each":
        return line
    if not 1 <= details.count <= (1 if details.serial else desk.policy.maximum_quantity):
        return None
    return replace(line, quantity=details.count, extended=pricing.counted(line.unit_price, details.count))


def _measured(desk: Desk, line: LineItem, item: Item, details: Details) -> LineItem | None:
    """Weighed and priced when it was packed. A weight is net; a price is used as it is, if the book's bears it out.

    Raises ``UnitMismatchError``.
    """
    rules, book_price = desk.policy.codes, line.unit_price
    price = details.price.money(book_price.currency) if details.price is not None else None
    if details.price is not None and (price is None or price.minor <= 0):
        return None
    if item.unit != "each" and details.weight is not None:
        if not 0 < details.weight.grams() <= rules.heaviest_grams:
            return None
        computed = extended(book_price, item.unit, details.weight)
        if price in (None, computed):
            return replace(line, weight=details.weight, extended=computed, tare_grams=0) if computed.minor else None
        book_price = computed
    if price is None or not _plausible(price, book_price, item, details, rules):
        return None
    line = replace(line, packed_grams=_grams(price, line.unit_price, item, details))
    return replace(line, unit="each", unit_price=price, extended=price, tare_grams=0, price_from_code=True)


def _grams(price: Money, unit_price: Money, item: Item, details: Details) -> int:
    """What a pack at a printed price holds of an item sold by weight: as told, else as its price says; at least 1 g."""
    if item.unit == "each":
        return 0
    if details.weight is not None:
        return details.weight.grams()
    return max(1, round(Fraction(price.minor, unit_price.minor) * _GRAMS[item.unit]))


def _plausible(price: Money, book: Money, item: Item, details: Details, rules: CodeRules) -> bool:
    """A price per pack within a factor of the book's; for a pack whose weight is not told, within what one weighs."""
    if item.unit == "each" and item.mrp is not None and item.mrp < price:
        return False
    if item.unit != "each" and details.weight is None:
        return price.minor * _GRAMS[item.unit] <= book.minor * rules.heaviest_grams
    return book.minor <= price.minor * rules.price_factor and price.minor <= book.minor * rules.price_factor
