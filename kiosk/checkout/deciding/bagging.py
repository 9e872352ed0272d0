"""The bagging area at the desk: what the scale cannot explain becomes a hint, and staff are called where none helped.

Nothing here is journalled but that staff were called, what was left unbagged and what items were seen to weigh. Without
the scale nobody is held up: staff see that it is lost, and what lies there when it answers again is taken as right.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, State, Transaction
from kiosk.checkout.text import Text, text
from kiosk.retail.bagging import BaggingRules, Doubt, Piece, Plate
from kiosk.retail.item import Item
from kiosk.retail.piece_weights import Seen, learned
from kiosk.retail.transaction import LineItem, OwedGift
from kiosk.retail.values import replace

__all__ = ["MOST_TOLD", "accepted", "conclude", "follow", "hinted_again", "holds", "own_bag", "says", "skip"]

MOST_TOLD: Final = 100
"""So many pieces of one sale teach what items weigh."""
_WEIGHED_SPREAD: Final = 5
"""Two scales that weigh the same thing differ by grams, or by one in a hundred."""
_BEGUN: Final = frozenset({"basket", "look_up", "weigh", "loyalty"})
_HERE: Final = frozenset({"basket", "staff", "staff_sign_in"})


def says(area: e.BaggingShown, doubt: Doubt, basket: Transaction) -> Text:
    """What the shopper is told to do: friendly, and about the thing, never about them."""
    named = [line for line in basket.lines if line.line in doubt.lines]
    if not named or doubt.kind in ("unexpected", "removed"):
        return text(f"bagging.{doubt.kind}") if doubt.kind in ("unexpected", "removed") else text("bagging.unexpected")
    back = doubt.kind == "place" and area.plate.taken_off(named[0].line)
    return text("bagging.put_back" if back else f"bagging.{doubt.kind}", item=named[0].names)


# --- what the shopper says -------------------------------------------------------------------------------------------


def own_bag(desk: Desk) -> None:
    """A bag of the shopper's own comes next, or lies there; more of them than is usual are for staff."""
    area, policy = desk.state.live.area, desk.policy.bagging
    if not _present(desk.state) or policy.mode == "off":
        return
    if area.own_bags >= policy.own_bags:
        _call(desk)
        return
    plate = area.plate.own_bag(policy.rules, desk.moment.mono_ms)
    desk.happened(replace(area, plate=plate, own_bags=area.own_bags + 1))
    desk.say(text("bagging.bag_now"))


def skip(desk: Desk, skipped: i.BaggingSkipped) -> None:
    """What is owed of a line is not bagged; a shopper who says so more often than is usual is helped by staff."""
    area, policy, basket = desk.state.live.area, desk.policy.bagging, desk.basket
    if basket is None or policy.mode == "off" or not any(line.line == skipped.line for line in basket.live_lines):
        return
    if skipped.line not in basket.unbagged and len(basket.unbagged) >= policy.skips:
        _call(desk)
        return
    plate = area.plate.skipped(skipped.line, desk.moment.mono_ms)
    desk.happened(e.LineUnbagged(skipped.line), replace(area, plate=plate))
    desk.say(text("bagging.skipped"))


def _call(desk: Desk) -> None:
    if desk.state.live.area.doubt is not None:
        desk.happened(replace(desk.state.live.area, called=True))
    desk.say(text("bagging.staff_next"))


# --- what staff say --------------------------------------------------------------------------------------------------


def accepted(desk: Desk) -> None:
    """Staff have looked: what lies there is right."""
    area = desk.state.live.area
    desk.happened(replace(area, plate=area.plate.accepted_by_staff(), doubt=None, called=False))


def hinted_again(desk: Desk) -> None:
    """Staff have looked, and something must still be done: the shopper is told once more."""
    area = desk.state.live.area
    desk.happened(replace(area, plate=area.plate.hinted_again(desk.moment.mono_ms), called=False))


# --- payment ---------------------------------------------------------------------------------------------------------


def holds(desk: Desk, basket: Transaction) -> bool:
    """Whether payment waits for the bagging area. The shopper is told what to do, and goes on by itself once done."""
    rules = desk.policy.bagging.rules
    doubt = desk.state.live.area.plate.doubt(rules, desk.moment.mono_ms, paying=True)
    if doubt is None or (rules.mode == "lenient" and doubt.stage != "staff"):
        return False
    desk.happened(replace(desk.state.live.area, doubt=doubt, paying=True), e.ViewShown("basket"))
    if doubt.stage != "wait":  # a thing that was put down just now may still come to rest
        desk.refuse(says(desk.state.live.area, doubt, basket))
    return True


# --- after every input -----------------------------------------------------------------------------------------------


def follow(desk: Desk, before: State, input_: i.Input) -> bool:
    """Tell the plate what the input has changed, and act on what it cannot explain.

    True where a shopper who wanted to pay may do so now.
    """
    rules = desk.policy.bagging.rules
    if rules.mode == "off":
        _settle(desk, None)
        return False
    if _present(desk.state):
        _follow_visit(desk, before, rules)
    if isinstance(input_, i.WeightRead) and input_.scale == "bagging":
        _read(desk, input_, rules)
    elif isinstance(input_, i.DeviceLost) and input_.device == "bagging_scale":
        _silent(desk)
    return _judged(desk, rules)


def _present(state: State) -> bool:
    """Somebody has begun: a basket is open, or the lane was touched and waits for a first scan."""
    return state.transaction is not None or (state.phase is Phase.IDLE and state.live.view in _BEGUN)


def _follow_visit(desk: Desk, before: State, rules: BaggingRules) -> None:
    """What changed in the basket; one that is taken up again has nothing here that is known of."""
    basket, was = desk.basket, before.transaction
    resumed = any(isinstance(event, e.TransactionResumed | e.BasketTakenOver) for event in desk.events)
    if resumed or not _present(before):
        lost = desk.lost("bagging_scale")
        desk.happened(e.BaggingShown(desk.state.live.area.plate.begun(rules), watched=not lost))
    if basket is not None and not resumed:
        _changed(desk, was.lines if was is not None else (), basket, rules)
        _given(desk, was.gifts if was is not None else (), basket.gifts, rules)


def conclude(desk: Desk, before: State) -> None:
    """The visit is over, if it is: what was learned in it is kept, and nothing else."""
    if _present(desk.state) or not _present(before) or desk.policy.bagging.mode == "off":
        return
    area = desk.state.live.area
    sold = next((event for event in desk.events if isinstance(event, e.TransactionCompleted)), None)
    pieces = _pieces_bagged(area.plate, sold.lines) if sold is not None else ()
    if pieces:
        desk.happened(e.PiecesBagged(pieces))
    desk.happened(e.BaggingShown(_bare(area.plate)))


def _bare(plate: Plate) -> Plate:
    """Only what the scale says."""
    return Plate(seen=plate.seen, window=plate.window, moved_ms=plate.moved_ms)


def _pieces_bagged(plate: Plate, lines: tuple[LineItem, ...]) -> tuple[e.BaggedPiece, ...]:
    counted = {line.line: line.item_id for line in lines if line.weight is None and not line.packed_grams}
    seen = [(counted[piece.line], grams) for piece, grams in plate.placed if piece.line in counted]
    return tuple(e.BaggedPiece(item_id, grams) for item_id, grams in seen[:MOST_TOLD])


def _changed(desk: Desk, were: tuple[LineItem, ...], basket: Transaction, rules: BaggingRules) -> None:
    """Lines were rung up, changed or voided."""
    if were is basket.lines:
        return
    area, ms = desk.state.live.area, desk.moment.mono_ms
    plate, more = area.plate, False
    held = {line.line: _count(line) for line in were}
    for line in basket.lines:
        count = _count(line) - held.get(line.line, 0)
        item = desk.book.item(line.item_id)
        if count > 0 and item is not None and item.flags.bag and not line.expected_grams:
            plate = plate.own_bag(rules, ms)
        elif count > 0:
            plate, more = plate.rung([_piece(line, item)] * count, rules, ms), True
        elif count < 0:
            plate = plate.voided(_owed_by(line, item), -count, ms)
    if plate is not area.plate:
        desk.happened(replace(area, plate=plate, paying=area.paying and not more))


def _given(desk: Desk, were: tuple[OwedGift, ...], gifts: tuple[OwedGift, ...], rules: BaggingRules) -> None:
    """A gift is taken and not scanned: it may come into the bag, and leaves it with what earned it."""
    if were == gifts:
        return
    area, ms = desk.state.live.area, desk.moment.mono_ms
    plate, units = area.plate, Counter({gift.item_id: gift.units for gift in gifts})
    units.subtract({gift.item_id: gift.units for gift in were})
    for item_id, more in units.items():
        item = desk.book.item(item_id)
        known = (item.expected_grams if item is not None else None) or 0
        if more > 0:
            plate = plate.rung([Piece(0, known, _spread(item, known))] * more, rules, ms)
        elif more < 0:
            plate = plate.voided(0, -more, ms)
    desk.happened(replace(area, plate=plate))


def _owed_by(line: LineItem, item: Item | None) -> int:
    """The line that owes its pieces to the plate; 0: they may lie there, and nobody asks for them."""
    return 0 if item is not None and item.flags.unbagged else line.line


def _count(line: LineItem) -> int:
    """Pieces that are in the bag, or will be."""
    if line.voided:
        return 0
    return line.quantity if line.weight is None else 1


def _piece(line: LineItem, item: Item | None) -> Piece:
    """What a piece of a line should weigh."""
    if line.weight is not None or line.packed_grams:
        net = line.weight.grams() if line.weight is not None else line.packed_grams
        grams = net + line.tare_grams
        return Piece(_owed_by(line, item), grams, max(_WEIGHED_SPREAD, grams // 100))
    known = line.expected_grams or 0
    if not known:
        return Piece(_owed_by(line, item), 0)
    return Piece(_owed_by(line, item), known, _spread(item, known))


def _spread(item: Item | None, grams: int) -> int:
    """As it was learned, or as it is before anything was."""
    told = item.spread_grams if item is not None else None
    return told or learned(grams, 0, Seen()).spread


def _read(desk: Desk, read: i.WeightRead, rules: BaggingRules) -> None:
    """The bagging scale says something. Without a word of it nothing is known; what it cannot weigh is no weight."""
    if read.problem == "stale":
        _silent(desk)
        return
    if read.problem not in ("", "motion", "zero"):
        return
    area = desk.state.live.area
    rests = read.stable and read.problem != "motion"
    plate = area.plate.read(desk.moment.mono_ms, read.weight.grams(), rules, stable=rests)
    desk.happened(replace(area, plate=plate if _present(desk.state) else _bare(plate)))


def _silent(desk: Desk) -> None:
    area = desk.state.live.area
    desk.happened(replace(area, plate=area.plate.silent(), watched=False))


# --- what follows from it --------------------------------------------------------------------------------------------


def _judged(desk: Desk, rules: BaggingRules) -> bool:
    """Keep the doubt on show as it is now, and staff called while it is for them."""
    basket, area = desk.basket, desk.state.live.area
    paying = area.paying and desk.state.live.view in _HERE
    doubt = None
    if basket is not None and basket.open_tender is None:
        choosing = desk.state.live.view == "tender_choice"
        doubt = area.plate.doubt(rules, desk.moment.mono_ms, paying=paying or choosing)
    if doubt is not None and area.called:
        doubt = replace(doubt, stage="staff")
    now_pays = paying and doubt is None and desk.state.live.view == "basket"
    shown = replace(area, doubt=doubt, paying=paying and not now_pays, called=area.called and doubt is not None)
    if shown != area:
        desk.happened(shown)
    _settle(desk, doubt)
    return now_pays and not desk.blocked("payment")


def _settle(desk: Desk, doubt: Doubt | None) -> None:
    """Staff are called about what lasts, once, and need not come when it has ended by itself."""
    raised = desk.intervention("bagging")
    wanted = doubt is not None and doubt.stage == "staff"
    if raised is not None and not wanted:
        desk.clear(raised, "withdrawn", "system")
    elif raised is None and doubt is not None and wanted:
        desk.raise_intervention(
            "bagging",
            blocks="payment",
            line=doubt.lines[0] if doubt.lines else None,
            reason="skip" if desk.state.live.area.called else doubt.kind,
            grams=doubt.grams,
            lines=doubt.lines,
        )
