"""Ringing items up: codes, choices, weights, quantities, voids."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import burning, business_day, codes, lookalikes, offers, receipt, restricting, weighing
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, Transaction
from kiosk.checkout.text import text
from kiosk.retail import pricing, promotion, quote
from kiosk.retail.codes.values import NOTHING_MORE, Details
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.transaction import EntryMethod, LineItem, TransactionId
from kiosk.retail.untaxed import freed
from kiosk.retail.values import replace
from kiosk.retail.weighing import Reason, Refused, is_service

__all__ = [
    "choose_item",
    "confirm_weight",
    "enter_quantity",
    "line_of",
    "may_enter",
    "open_transaction",
    "overpaid_without",
    "price_again",
    "ring_up",
    "scan",
    "set_quantity",
    "settle_offers",
    "show_weight",
    "void_line",
    "void_requested",
]


def scan(desk: Desk, scanned: i.CodeScanned) -> None:
    """A code passed the scanner."""
    if not may_enter(desk):
        return
    coded = codes.look_up(desk, scanned)
    if coded is None:
        return
    twin = codes.same_pack(desk, scanned, coded)
    if twin and not (codes.tells_more(desk, coded) and _taken_back(desk)):
        _remember(desk, scanned, coded, twin=True)
        return
    before = len(desk.events)
    _enter(desk, coded.item, "scanned", coded.details)
    rung = any(isinstance(event, e.LineAdded | e.QuantityChanged) for event in desk.events[before:])
    _remember(desk, scanned, coded, twin=twin, line=desk.basket.latest_line if rung and desk.basket is not None else 0)


def _remember(desk: Desk, scanned: i.CodeScanned, coded: codes.Coded, *, twin: bool, line: int | None = None) -> None:
    """Keep what was read for the pack's other symbols; ``line`` ``None``: the line stays as it was."""
    last, details = desk.state.live.code_taken, coded.details
    if line is None:
        line = last.line if last is not None else 0
        details = last.details if last is not None else details
    taken = e.CodeTaken(coded.number, scanned.data, scanned.source, details, desk.moment.mono_ms, line, twin)
    desk.happened(taken)


def _taken_back(desk: Desk) -> bool:
    """A symbol that tells more of the pack rung up last: its line gives way to one that says it. False if it cannot."""
    last, basket = desk.state.live.code_taken, desk.basket
    if last is None or basket is None or not last.line:
        return last is not None
    line = next((k for k in basket.live_lines if k.line == last.line), None)
    if line is None or basket.paid:
        return False
    if line.quantity > 1 and line.weight is None:
        desk.happened(
            e.QuantityChanged(line.line, line.quantity - 1, pricing.counted(line.unit_price, line.quantity - 1))
        )
        settle_offers(desk)
    else:
        void_line(desk, line.line, by="shopper")
    return True


def choose_item(desk: Desk, chosen: i.ItemChosen) -> None:
    """An item was picked from the look-up."""
    if not may_enter(desk):
        return
    item = desk.book.item(chosen.item_id)
    if item is None:
        desk.refuse(text("item.not_sold"))
        return
    _enter(desk, item, "picked")


def may_enter(desk: Desk) -> bool:
    """Whether an item may be rung up now; says why not."""
    if desk.phase is Phase.FINISHING and not receipt.next_shopper(desk):
        desk.refuse(text("finish.receipt_first"))
        return False
    if desk.phase is Phase.OUT_OF_SERVICE:
        return False
    basket = desk.basket
    if basket is not None and basket.open_tender is not None:
        desk.refuse(text("pay.scan_refused"))
        return False
    if desk.blocked("entry"):
        desk.refuse(text("entry.staff_first"))
        return False
    if basket is not None and basket.returns is not None and (basket.paid < 0 or not basket.returns.held_ms):
        desk.refuse(text("refund.finish_first"))
        return False
    return True


def _enter(desk: Desk, item: Item, entry: EntryMethod, details: Details = NOTHING_MORE) -> None:
    basket = desk.basket
    if basket is not None and len(basket.lines) >= desk.policy.maximum_lines:
        desk.refuse(text("basket.full", maximum=desk.policy.maximum_lines))
        return
    business_day.ensure(desk)
    if codes.stopped(desk, item, details) or restricting.not_sold(desk, item):
        return
    line = line_of(desk, item, entry)
    if line is None:
        _unpriced(desk, item)
        return
    told = codes.as_told(desk, line, item, details)
    if told is None:
        desk.refuse(text("code.label"))
    elif told.unit != "each" and told.weight is None:
        _weigh(desk, told)
    else:
        ring_up(desk, told)


def line_of(desk: Desk, item: Item, entry: EntryMethod) -> LineItem | None:
    """The line the item makes; ``None`` where it cannot be added up: no price in our money, no tax rate today."""
    lane = desk.state.lane
    line = quote.line_of(item, desk.book, day=lane.business_day, store=lane.store, entry=entry)
    return line if line is not None and line.unit_price.currency == desk.money(0).currency else None


def _weigh(desk: Desk, line: LineItem) -> None:
    """Ask for it to be weighed, unless nothing may be sold by weight here today."""
    weighing.audit(desk)
    reason = weighing.blocked(desk.state, desk.policy, desk.moment.local_date)
    if reason is not None:
        _not_priced(desk, reason)
        return
    _arm(desk, line)
    desk.do(f.Beep("scan"))


def _arm(desk: Desk, line: LineItem) -> None:
    desk.happened(e.ViewShown("weigh"), e.ItemArmed(_unweighed(line)))


def _unweighed(line: LineItem) -> LineItem:
    return replace(line, extended=Money.zero(line.unit_price.currency))


def _unpriced(desk: Desk, item: Item) -> None:
    """Listed, but it cannot be added up: staff must look, the shopper goes on."""
    open_transaction(desk)
    if desk.intervention("no_price") is None:
        desk.raise_intervention("no_price", blocks="nothing")
    desk.refuse(text("item.no_price", item=item.names))


def ring_up(desk: Desk, line: LineItem) -> None:
    """Add a priced line to the basket, or its pieces to a line like it, and all that follows."""
    open_transaction(desk)
    basket = desk.basket
    if basket is None:
        return
    if basket.exemption is not None:
        line = freed(line, included=basket.opened.prices_include_tax)
    item = desk.book.item(line.item_id)
    if item is not None and restricting.too_many(desk, item, line):
        return
    same = next((k for k in basket.live_lines if _merges(k, line)), None)
    if same is not None and same.quantity + line.quantity > desk.policy.maximum_quantity:
        desk.refuse(text("quantity.too_many", maximum=desk.policy.maximum_quantity))
        return
    if same is not None:
        quantity = same.quantity + line.quantity
        desk.happened(e.QuantityChanged(same.line, quantity, pricing.counted(same.unit_price, quantity)))
    else:
        desk.happened(e.LineAdded(replace(line, line=len(basket.lines) + 1)))
        codes.ask_about(desk, line)
    settle_offers(desk)
    restricting.ask_age(desk)
    restricting.hold(desk, same.line if same is not None else len(basket.lines) + 1)
    desk.happened(e.ViewShown("basket"), e.NoticeShown(None, sound="scan"))
    desk.do(f.Beep("scan"))
    offers.tell_gifts(desk, basket)


def _merges(old: LineItem, new: LineItem) -> bool:
    """Counted lines of one item at one price and rate, of one lot and date, are one line; each serial is its own."""
    alike = old.item_id == new.item_id and new.weight is None and old.weight is None
    return alike and not (new.serial or new.value_account) and _kind(old) == _kind(new)


def _kind(line: LineItem) -> tuple[object, ...]:
    """What must be equal in pieces of one line: price and rate, and what their codes tell."""
    told = (
        line.was_price,
        line.expires,
        line.best_before,
        line.lot,
        line.serial,
        line.price_from_code,
        line.packed_grams,
    )
    return line.item_id, line.unit, line.unit_price, line.tax_rate, line.deposit, *told


def open_transaction(desk: Desk, *, begun: str | None = None) -> None:
    """Open a transaction unless one is open: the next number of this workstation, under the business day.

    ``begun``: when its shopper began at another lane, by the shop's clock; ``None``: now.
    """
    if desk.basket is not None:
        return
    desk.next_visit()
    business_day.ensure(desk)
    policy, now = desk.policy, desk.state.lane
    identity = TransactionId(
        now.store, now.workstation, now.business_day, now.series, now.last_number + 1, uuid=desk.mint()
    )
    desk.happened(
        e.TransactionOpened(
            transaction=identity,
            utc_ms=desk.moment.utc_ms,
            language=desk.state.language or policy.languages[0],
            currency=policy.currency,
            book_version=desk.book.version,
            prices_include_tax=policy.prices_include_tax,
            tax_rounding=policy.tax_rounding,
            cash_step_minor=policy.cash_rounding.step_minor,
            cash_method=policy.cash_rounding.method,
            local=desk.moment.local if begun is None else begun,
        )
    )


def settle_offers(desk: Desk) -> None:
    """Work the offers out anew, what they owe beside the lines, and the points that follow; written down if changed."""
    basket = desk.basket
    if basket is None:
        return
    settled = _settled(desk, basket, basket.live_lines)
    if settled.lines != {line.line: line.modifiers for line in basket.live_lines if line.modifiers}:
        lines = tuple(e.LineModifiers(line, modifiers) for line, modifiers in settled.lines.items())
        desk.happened(e.PriceModifiersSettled(lines, proven=settled.proven))
    if settled.owed != basket.gifts:
        desk.happened(e.GiftsOwed(settled.owed))
    burning.keep_within(desk)


def _settled(desk: Desk, basket: Transaction, lines: Iterable[LineItem]) -> promotion.Settlement:
    """What the offers give on ``lines`` of this basket, here and today."""
    book, occasion = offers.book_of(desk, basket), offers.occasion_of(desk, basket)
    return promotion.settle(lines, book, occasion, desk.policy.offers, desk.policy.exclusions)


# --- weight ------------------------------------------------------------------------------------------------------


def show_weight(desk: Desk, read: i.WeightRead) -> None:
    """A reading of a scale: only on show. Where it shows that only staff can help, they are called."""
    taken = desk.moment.mono_ms - read.age_ms
    desk.happened(
        e.WeightShown(
            read.scale,
            read.weight,
            read.stable,
            read.problem,
            read.sequence,
            taken,
            certified=read.certified,
            net=read.net,
            high_resolution=read.high_resolution,
            computed=read.computed,
        )
    )
    if read.scale == "produce" and desk.state.live.armed is not None:
        judged = weighing.judged(desk.state, desk.policy, desk.moment.mono_ms, desk.moment.local_date)
        if isinstance(judged, Refused):
            weighing.call_staff(desk, judged.reason)


def confirm_weight(desk: Desk, agreed: i.WeighConfirmed) -> None:
    """The shopper agrees to what was on show: that is rung up if the rule accepts it and the scale still says it."""
    armed = desk.state.live.armed
    if armed is None or not may_enter(desk):
        return
    if price_again(desk):
        desk.refuse(text("weigh.wait"))
        return
    weighing.audit(desk)
    judged = weighing.judged(desk.state, desk.policy, desk.moment.mono_ms, desk.moment.local_date)
    if isinstance(judged, Refused):
        _not_priced(desk, judged.reason)
    elif armed.item_id != agreed.item_id or not judged.is_what_was_shown(agreed.net, agreed.price):
        desk.refuse(text("weigh.changed"))
    elif not lookalikes.asked_first(desk):
        look, line = desk.state.live.look, weighing.priced(armed, judged)
        ring_up(desk, line)
        lookalikes.stayed(desk, look, line)


def _not_priced(desk: Desk, reason: Reason) -> None:
    """Say why; staff are called where only they can help."""
    weighing.call_staff(desk, reason)
    word = "service" if is_service(reason) else "wait" if reason == "waiting" else reason
    desk.refuse(text(f"weigh.{word}"))


def price_again(desk: Desk) -> bool:
    """The book or the day may have changed under the item on the scale: true if it now stands there otherwise."""
    armed = desk.state.live.armed
    if armed is None:
        return False
    item = desk.book.item(armed.item_id)
    line = line_of(desk, item, armed.entry) if item is not None and item.weighed else None
    if line is None:
        desk.happened(e.ViewShown("basket"))
        return True
    line = replace(line, expires=armed.expires, best_before=armed.best_before, lot=armed.lot, serial=armed.serial)
    if _unweighed(line) != armed:
        _arm(desk, line)
    else:
        return False
    return True


# --- changing the basket -----------------------------------------------------------------------------------------


def _live_line(desk: Desk, number: int) -> LineItem | None:
    basket = desk.basket
    if basket is None or not may_enter(desk):
        return None
    return next((line for line in basket.live_lines if line.line == number), None)


def enter_quantity(desk: Desk, entered: i.QuantityEntered) -> None:
    """Set the quantity of a counted line."""
    line = _live_line(desk, entered.line)
    if line is None or line.weight is not None:
        return
    if entered.quantity > line.quantity and (line.serial or line.price_from_code or line.value_account):
        desk.refuse(text("quantity.scan_each"))
        return
    if not 1 <= entered.quantity <= desk.policy.maximum_quantity:
        desk.refuse(text("quantity.too_many", maximum=desk.policy.maximum_quantity))
        return
    if entered.quantity != line.quantity:
        extended = pricing.counted(line.unit_price, entered.quantity)
        if _underpaid(desk, line, extended):
            return
        item = desk.book.item(line.item_id) if entered.quantity > line.quantity else None
        if item is not None and restricting.too_many(desk, item, replace(line, quantity=entered.quantity), line.line):
            return
        set_quantity(desk, line, entered.quantity)
    desk.happened(e.ViewShown("basket"))


def set_quantity(desk: Desk, line: LineItem, quantity: int) -> None:
    """So many pieces of a counted line from now on, and all that follows from it."""
    before = desk.basket
    desk.happened(e.QuantityChanged(line.line, quantity, pricing.counted(line.unit_price, quantity)))
    settle_offers(desk)
    if quantity > line.quantity:
        restricting.hold(desk, line.line)
    else:
        restricting.relax(desk)
    restricting.ask_age(desk)
    if before is not None:
        offers.tell_gifts(desk, before)


def void_requested(desk: Desk, asked: i.LineVoidRequested) -> None:
    """The shopper takes a line out."""
    line = _live_line(desk, asked.line)
    if line is None or _underpaid(desk, line, Money.zero(line.unit_price.currency)):
        return
    void_line(desk, line.line, by="shopper")
    desk.happened(e.ViewShown("basket"))


def _underpaid(desk: Desk, line: LineItem, extended: Money) -> bool:
    """Part of the basket is paid: a change that would leave less than that to pay is for staff."""
    basket = desk.basket
    if basket is None or not basket.paid or extended >= line.extended:
        return False
    desk.refuse(text("pay.void_refused"))
    return True


def overpaid_without(desk: Desk, number: int) -> bool:
    """Whether the basket would come to less than was paid without this line, its offers worked out anew."""
    basket = desk.basket
    if basket is None or not basket.paid:
        return False
    left = [line for line in basket.live_lines if line.line != number]
    modifiers = _settled(desk, basket, left).lines
    lines = tuple(replace(line, modifiers=modifiers.get(line.line, ())) for line in left)
    return desk.come_to(lines).total.minor + basket.credit < basket.paid


def void_line(desk: Desk, number: int, *, by: str) -> None:
    """Void a line, and with it what staff had to judge about it."""
    desk.happened(e.LineVoided(number, by))
    settle_offers(desk)
    for raised in desk.state.interventions:
        if raised.line == number and raised.kind in restricting.OF_A_LINE:
            desk.clear(raised, "withdrawn", by)
    restricting.relax(desk)
    restricting.ask_age(desk)
