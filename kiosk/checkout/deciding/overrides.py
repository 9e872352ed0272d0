"""What staff change of a sale, and a shopper may not: a price, a larger quantity, a keyed weight, a parked basket."""

from __future__ import annotations

from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import drawer, entry, permitting, restricting, shopper
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Operator
from kiosk.checkout.text import text
from kiosk.retail import pricing
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace
from kiosk.retail.weighing import extended
from kiosk.retail.weight import Weight

__all__ = ["change_price", "change_quantity", "check_price", "key_weight", "no_sale", "suspend"]

_GRAMS: Final = -3


def change_price(desk: Desk, acted: i.OperatorActed, operator: Operator) -> None:
    """Another unit price for a line, within the role's limit of the book's, its floor and the maximum on the pack.

    What staff have agreed is the price: offers leave the line alone, and the rest of the basket is settled anew. The
    weight of a weighed line stays as it was measured.
    """
    line = _changeable(desk, acted)
    if line is None or acted.amount is None or acted.amount == line.unit_price:
        return
    before = line.was_price or line.unit_price
    if acted.amount.currency != before.currency or acted.amount.minor < 0:
        return
    if not desk.policy.rights.within_limit(operator.role, before.minor, acted.amount.minor):
        permitting.deny(desk, acted, operator, "limit")
        return
    if not _lawful(desk, desk.book.item(line.item_id), acted.amount):
        desk.refuse(text("staff.price_bounds"))
        return
    desk.happened(
        e.PriceOverridden(
            line.line, acted.amount, _extended(line, acted.amount), before, acted.reason, operator.operator_id
        )
    )
    entry.settle_offers(desk)


def _extended(line: LineItem, price: Money) -> Money:
    if line.weight is not None and line.unit != "each":
        return extended(price, line.unit, line.weight)
    return pricing.counted(price, line.quantity)


def _lawful(desk: Desk, item: Item | None, price: Money) -> bool:
    """Whether an item may be sold at this price: what the law says of a price in the book holds for this one too."""
    if item is None:
        return True
    floor = item.floor is not None and item.floor.currency == price.currency and price < item.floor
    told = pricing.selling_price(item, desk.policy)
    if told is not None and price < told and "offers" in desk.policy.exclusions.law.get(item.named_kind, ()):
        return False  # a lower price is an offer by another name
    return not floor and pricing.selling_price(replace(item, price=price), desk.policy) == price


def change_quantity(desk: Desk, acted: i.OperatorActed, _operator: Operator) -> None:
    """So many pieces of a line: over the shopper's own maximum, where staff have counted them."""
    line = _changeable(desk, acted)
    if line is None or line.weight is not None or acted.quantity == line.quantity:
        return
    if acted.quantity > line.quantity and (line.serial or line.price_from_code or line.value_account):
        desk.refuse(text("quantity.scan_each"))
        return
    most = desk.policy.rights.maximum_quantity
    if not 1 <= acted.quantity <= most:
        desk.refuse(text("quantity.too_many", maximum=most))
        return
    item, wanted = desk.book.item(line.item_id), replace(line, quantity=acted.quantity)
    grows = acted.quantity > line.quantity
    if grows and item is not None and restricting.too_many(desk, item, wanted, line.line, by_staff=True):
        return
    entry.set_quantity(desk, line, acted.quantity)


def _changeable(desk: Desk, acted: i.OperatorActed) -> LineItem | None:
    """The line, while nobody pays: what is partly paid has been agreed on."""
    basket = desk.basket
    if basket is None:
        return None
    if basket.open_tender is not None or basket.paid:
        desk.refuse(text("staff.payment_open"))
        return None
    return next((line for line in basket.live_lines if line.line == acted.line), None)


def key_weight(desk: Desk, acted: i.OperatorActed, _operator: Operator) -> None:
    """The net weight of the item that waits to be weighed, typed by staff in grams: marked so wherever it is shown."""
    armed = desk.state.live.armed
    if armed is None or armed.unit == "each" or not entry.may_enter(desk):
        return
    if desk.policy.rights.keyed_weight == "forbidden":
        desk.refuse(text("staff.keyed_weight_forbidden"))
        return
    if not 1 <= acted.quantity <= desk.policy.codes.heaviest_grams:
        desk.refuse(text("staff.weight_bounds"))
        return
    weight = Weight(acted.quantity, _GRAMS, "kg")
    price = extended(armed.unit_price, armed.unit, weight)
    entry.ring_up(desk, replace(armed, weight=weight, extended=price, entry="keyed", weight_keyed=True))


def no_sale(desk: Desk, _acted: i.OperatorActed, _operator: Operator) -> None:
    """Open the drawer without a sale."""
    drawer.open_for(desk, "", "no_sale")


def suspend(desk: Desk, acted: i.OperatorActed, operator: Operator) -> None:
    """Park the basket for the shopper, who comes back for it; nothing of it may be paid."""
    basket = desk.basket
    if basket is None or not basket.live_lines:
        return
    if basket.paid or basket.open_tender is not None or basket.returns is not None:
        desk.refuse(text("staff.payment_open" if basket.returns is None else "refund.finish_first"))
        return
    shopper.park(desk, operator.operator_id, acted.reason or "staff")
    desk.happened(e.ViewShown("staff"))


def check_price(desk: Desk, _acted: i.OperatorActed, _operator: Operator) -> None:
    """The next codes are asked about, not rung up, until asked not to."""
    desk.happened(e.EnquiryShown(on=desk.state.live.enquiry is None))
