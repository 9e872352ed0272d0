"""Staff ask about an item by its code or from the look-up: what it costs, what holds it up, how much is where."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import codes
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.text import text
from kiosk.retail import pricing
from kiosk.retail.item import Item
from kiosk.retail.values import replace

__all__ = ["answered", "chosen", "scanned"]


def scanned(desk: Desk, code: i.CodeScanned) -> bool:
    """A code, while staff ask about codes: true if it was asked about and not rung up."""
    if not _asking(desk):
        return False
    coded = codes.look_up(desk, code)
    if coded is not None:
        _tell(desk, coded.item)
    return True


def chosen(desk: Desk, picked: i.ItemChosen) -> bool:
    """An item of the look-up, as above."""
    if not _asking(desk):
        return False
    item = desk.book.item(picked.item_id)
    if item is None:
        desk.refuse(text("item.not_sold"))
    else:
        _tell(desk, item)
        desk.happened(e.ViewShown("staff"))
    return True


def answered(desk: Desk, told: i.StockAnswered) -> None:
    """Head office's word on where else there is any; of the item that is on show, or of none."""
    shown = desk.state.live.enquiry
    if shown is None or shown.asked != told.correlation or not shown.asked:
        return
    here = next((place.on_hand for place in told.places if place.here), None)
    elsewhere = tuple(place for place in told.places if not place.here)
    on_hand = shown.on_hand if shown.on_hand is not None else here
    desk.happened(replace(shown, asked="", elsewhere=elsewhere, offline=told.offline, on_hand=on_hand))


def _asking(desk: Desk) -> bool:
    return desk.state.live.enquiry is not None and desk.state.operator is not None


def _tell(desk: Desk, item: Item) -> None:
    operator = desk.state.operator
    correlation = desk.mint()
    restrictions = desk.policy.restrictions
    desk.happened(
        e.PriceEnquired(item.item_id, operator.operator_id if operator is not None else ""),
        e.EnquiryShown(
            on=True,
            names=item.names,
            price=pricing.selling_price(item, desk.policy),
            unit=item.unit,
            offers=tuple(
                offer.names
                for offer in desk.book.offers_for(item.item_id)
                if not desk.policy.exclusions.keep_out(item, "coupons" if offer.coupon else "offers")
            ),
            on_hand=desk.book.on_hand(item.item_id),
            department=desk.book.department_names(item.department),
            tax_points=_tax_points(desk, item),
            minimum_age=restrictions.minimum_age(item, desk.state.lane.store),
            needs_staff=item.restriction.needs_staff,
            asked=correlation,
            above=pricing.above_maximum(item),
        ),
    )
    desk.do(f.Beep("scan"), f.AskStock(correlation, item.item_id, desk.policy.timeouts.ask))


def _tax_points(desk: Desk, item: Item) -> int | None:
    """Its rate today in basis points; ``None``: the book has none."""
    found = desk.book.tax_class(item.tax_class)
    try:
        return found.on(desk.state.lane.business_day or desk.moment.local_date).basis_points if found else None
    except LookupError:
        return None
