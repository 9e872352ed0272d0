"""``render``: what is in front of the shopper, as a pure function of the state and how the shop trades."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from kiosk.checkout import refund_view
from kiosk.checkout import screen as s
from kiosk.checkout.acts_shown import offered_acts
from kiosk.checkout.advice import hint_views
from kiosk.checkout.asked_of_staff import asked_of_staff
from kiosk.checkout.buyer_shown import buyer_body, buyer_view
from kiosk.checkout.cash_view import inserting, stores
from kiosk.checkout.day_shown import day_conditions
from kiosk.checkout.deciding import bagging, earning
from kiosk.checkout.deciding.coupons import takes_coupons, tries_left
from kiosk.checkout.deciding.fiscal import CLOSED_BY_LAW
from kiosk.checkout.deciding.offers import gives
from kiosk.checkout.deciding.ways import HELD, counter_open
from kiosk.checkout.deciding.weighing import blocked, judged
from kiosk.checkout.devices_shown import devices_body
from kiosk.checkout.key_shown import key_conditions
from kiosk.checkout.parked_shown import parked_body, slip_body
from kiosk.checkout.paying_shown import attract, exit_code_of, offered_as, presenting, unavailable, waiting_for
from kiosk.checkout.state import Finishing, Operator, Phase, State, Tender, Transaction
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.pricing import totals
from kiosk.retail.remembered import Remembered
from kiosk.retail.rights import ACTS
from kiosk.retail.savings import savings
from kiosk.retail.severity import severity
from kiosk.retail.tender import cash_due
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace
from kiosk.retail.weighing import VERSION, Accepted, Reason, Refused

__all__ = ["render"]

_HOUR_MS = 3_600_000
_LINES_REMEMBERED = 2_048
_SHOPPERS = frozenset({"scanner", "produce_scale", "bagging_scale", "printer", "card_reader"})
"""Devices that a shopper misses; the others are for staff."""


def render(state: State, policy: Policy) -> s.Screen:
    """One whole picture; while there is training, of what is played."""
    played = state.live.rehearsal
    if played is not None:
        screen = render(played, policy)
        return replace(screen, chrome=replace(screen.chrome, workstation=state.lane.workstation, training=True))
    body = _body(state, policy)
    return s.Screen(
        chrome=_chrome(state, policy),
        body=body,
        notice=_notice(state),
        warnings=() if isinstance(body, s.OutOfServiceBody) else _warnings(state),
        leaving=_leaving(state) if state.live.leaving else None,
    )


def _leaving(state: State) -> Text:
    """What happens to somebody who does not come back: a basket is put aside, anything less is forgotten."""
    basket = state.transaction
    return text("leaving.basket" if basket is not None and basket.live_lines else "leaving.start_over")


def _chrome(state: State, policy: Policy) -> s.Chrome:
    operator = state.operator
    return s.Chrome(
        language=state.language or policy.languages[0],
        languages=policy.languages,
        large_text=state.large_text,
        high_contrast=state.high_contrast,
        online=state.live.online,
        store_name=policy.store_name,
        workstation=state.lane.workstation,
        help_called=any(raised.kind == "help" for raised in state.interventions),
        staff=_badge(operator, policy) if operator is not None else None,
        staff_coming=state.live.staff_coming,
        help_place=state.live.queue.place,
    )


def _badge(operator: Operator, policy: Policy) -> s.StaffBadge:
    role = policy.rights.role(operator.role)
    return s.StaffBadge(operator.name, operator.role, role.names if role is not None else {})


def _notice(state: State) -> s.Notice | None:
    live = state.live
    if live.notice is None:
        return s.Notice(live.message, "warning", "help") if live.message is not None else None
    level: Literal["info", "warning", "error"] = "info"
    if live.notice_level in ("warning", "error"):
        level = "error" if live.notice_level == "error" else "warning"
    return s.Notice(live.notice, level, live.notice_sound)


def _warnings(state: State) -> tuple[Text, ...]:
    lost = tuple(text(f"device.{device}_lost") for device, _ in state.live.lost if device in _SHOPPERS)
    return lost if state.live.online else (text("network.offline"), *lost)


# --- which body --------------------------------------------------------------------------------------------------


def _body(state: State, policy: Policy) -> s.Body:
    before = slip_body(state, policy) or _of_staff(state, policy)
    if before is not None:
        return before
    if state.live.storage:
        return _storage(state)
    match state.phase:
        case Phase.OUT_OF_SERVICE:
            return _closed(state)
        case Phase.FINISHING if state.finishing is not None:
            with_staff = any(raised.kind == "fiscal" for raised in state.interventions)
            return _finishing(state.finishing, policy, with_staff=with_staff)
        case Phase.IDLE if state.live.view == "attract":
            return attract(state, policy)
        case _:
            return _returning(state, policy) or _visit(state, policy)


def _of_staff(state: State, policy: Policy) -> s.Body | None:
    """What staff see of the lane, or somebody who signs in to it."""
    live = state.live
    if state.operator is None:
        return s.StaffSignInBody(live.sign_in_attempts_left) if live.view == "staff_sign_in" else None
    if live.second is not None:
        return s.StaffSignInBody(live.sign_in_attempts_left, live.second.act)
    if live.view == "refund" and state.finishing is None:
        return refund_view.money_back(state, policy, by_staff=True) or refund_view.finding(state, policy)
    if live.view == "devices":
        return devices_body(state)
    if live.view == "parked" and state.transaction is None:
        return parked_body(state)
    return _staff(state, policy) if live.view == "staff" else None


def _returning(state: State, policy: Policy) -> s.Body | None:
    """What is on show to whoever brings something back, while staff see to it."""
    return refund_view.money_back(state, policy, by_staff=False) if refund_view.takes_over(state) else None


def _storage(state: State) -> s.OutOfServiceBody:
    """The disk refuses. Whoever has been asked for money must not be left to pay again elsewhere."""
    basket = state.transaction
    paying = basket is not None and (basket.open_tender is not None or basket.paid)
    return s.OutOfServiceBody(
        text("closed.storage_paying" if paying else "closed.storage"), text(f"storage.{state.live.storage}")
    )


def _closed(state: State) -> s.OutOfServiceBody:
    if state.lane.series:
        by_law = state.lane.closed_reason in CLOSED_BY_LAW
        return s.OutOfServiceBody(text("closed.lane"), text("closed.fiscal") if by_law else None)
    if "no_book" in state.live.conditions:
        return s.OutOfServiceBody(text("closed.no_book"), text("condition.no_book"))
    return s.OutOfServiceBody(text("closed.starting"))


def _visit(state: State, policy: Policy) -> s.Body:  # noqa: C901, PLR0911 - one flat table
    basket = state.transaction
    tender = basket.open_tender if basket is not None else None
    if basket is not None and tender is not None:
        return _paying(state, basket, tender, policy)
    signed = _signed(state, policy)
    if signed is not None:
        return signed
    match state.live.view:
        case "look_up":
            suggested = state.live.suggestions
            return s.LookUpBody(
                _totals(basket, policy), suggested.items, suggested.department, asking=bool(suggested.correlation)
            )
        case "weigh":
            return _weigh(state, policy) or _basket(state, policy)
        case "quantity":
            line = _line_in_view(state)
            return s.QuantityBody(line, policy.maximum_quantity) if line is not None else _basket(state, policy)
        case "loyalty":
            tier = basket.member_tier if basket is not None else ""
            return s.LoyaltyBody(tier, busy=state.live.member_ask is not None and not state.live.member_ask.member_id)
        case "coupon":
            return s.CouponBody(busy=bool(state.live.coupon_asks), staff=not tries_left(state, policy))
        case "buyer" if basket is not None and policy.buyer is not None:
            return buyer_body(state, policy.buyer)
        case "tender_choice" if basket is not None:
            return _tender_choice(state, basket, policy)
        case "stored_value" | "paper_voucher" | "gift_amount" | "instalments":
            return presenting(state, policy, _totals(basket, policy).due) or _basket(state, policy)
        case _:
            return _basket(state, policy)


# --- the basket --------------------------------------------------------------------------------------------------


def _basket(state: State, policy: Policy) -> s.BasketBody:
    basket = state.transaction
    lines = _lines(state)
    interventions = _interventions(state, policy)
    holds = any(i.blocks in ("entry", "payment") for i in interventions)
    told = _bagging(state)
    hint = "basket.hint.staff" if holds else "basket.hint.next" if lines else "basket.hint.first"
    return s.BasketBody(
        lines=lines,
        totals=_totals(basket, policy),
        hint=text(hint),
        can_pay=bool(lines) and not holds,
        interventions=interventions,
        member_tier=basket.member_tier if basket is not None else "",
        hints=() if holds or told is not None else hint_views(state),
        points=_points(state, basket, policy),
        coupons=_coupons(basket) if basket is not None else (),
        gifts=tuple(s.GiftView(gift.names, gift.units) for gift in basket.gifts) if basket is not None else (),
        bagging=told,
        weighs_bags=policy.bagging.mode != "off",
        types_codes=takes_coupons(policy) and policy.coupons.keyed == "shopper",
    )


def _coupons(basket: Transaction) -> tuple[s.CouponView, ...]:
    owing = {gift.offer_id for gift in basket.gifts}
    given = {one.offer_id: gives(basket, one.offer_id) for one in basket.coupons}
    currency = basket.opened.currency
    return tuple(
        s.CouponView(
            one.code,
            one.names,
            Money(given[one.offer_id], currency) if given[one.offer_id] else None,
            gift=one.offer_id in owing,
        )
        for one in basket.coupons
    )


def _bagging(state: State) -> s.BaggingView | None:
    """What to do in the bagging area: not at once, since most doubts end by themselves."""
    basket, area = state.transaction, state.live.area
    doubt = area.doubt
    if basket is None or doubt is None or (doubt.stage == "wait" and not area.paying):
        return None
    with_staff = doubt.stage == "staff"
    skip = doubt.lines[0] if doubt.lines and doubt.kind in ("place", "mismatch") and not with_staff else None
    own_bag = doubt.kind in ("unexpected", "mismatch") and not with_staff
    return s.BaggingView(bagging.says(area, doubt, basket), own_bag, skip, with_staff)


def _points(state: State, basket: Transaction | None, policy: Policy) -> s.PointsView | None:
    if basket is None or not basket.member_id or policy.points is None:
        return None
    left = None if basket.points is None else basket.points - earning.burned(basket)[0]
    dated = left is not None and basket.points_utc_ms
    old = max(0, basket.opened.utc_ms - basket.points_utc_ms) // _HOUR_MS if dated else 0
    return s.PointsView(state.live.points.earned, left, old)


def _lines(state: State) -> tuple[s.LineView, ...]:
    basket = state.transaction
    if basket is None:
        return ()
    live = basket.live_lines
    notes = {line.line: _by_staff(line) for line in live} | {
        raised.line: text(f"line.{raised.kind}") for raised in state.interventions if raised.line is not None
    }
    alike = Counter([line.item_id for line in live])
    return tuple(
        _line_view(
            line, latest=line.line == basket.latest_line, note=notes[line.line], dated=_dated(line, alike[line.item_id])
        )
        for line in live
    )


def _by_staff(line: LineItem) -> Text | None:
    """What staff have made of a line."""
    if line.was_price is not None:
        return text("line.price_overridden", was=line.was_price)
    return text("line.weight_keyed") if line.weight_keyed else None


def _dated(line: LineItem, alike: int) -> bool:
    """Whether the pack's date tells this line from another of its item, or may be why an offer holds."""
    return bool(line.modifiers) or alike > 1


def _line_view(line: LineItem, *, latest: bool, note: Text | None, dated: bool) -> s.LineView:
    """The very same view for the same line, as long as nobody has anything to say of it."""
    if note is not None:
        return _made_view(line, latest=latest, note=note, dated=dated)
    made = _views(line)
    if (latest, dated) not in made:
        made[latest, dated] = _made_view(line, latest=latest, note=None, dated=dated)
    return made[latest, dated]


def _no_views(_line: LineItem) -> dict[tuple[bool, bool], s.LineView]:
    return {}


_views = Remembered(_no_views, most=_LINES_REMEMBERED)
"""By line (latest, dated) -> its view: of a long basket a scan changes one or two."""


def _made_view(line: LineItem, *, latest: bool, note: Text | None, dated: bool) -> s.LineView:
    return s.LineView(
        line=line.line,
        names=line.names,
        picture=line.picture,
        unit=line.unit,
        quantity=line.quantity,
        weight=line.weight,
        unit_price=line.unit_price,
        extended=line.extended,
        net=line.net,
        saved=tuple((m.names, m.amount) for m in line.modifiers),
        latest=latest,
        note=note,
        tare_grams=line.tare_grams,
        deposit=(line.deposit.names, line.deposit_due) if line.deposit is not None else None,
        expires=line.expires if dated else "",
        best_before=line.best_before if dated and not line.expires else "",
    )


def _line_in_view(state: State) -> s.LineView | None:
    return next((view for view in _lines(state) if view.line == state.live.view_line), None)


def _totals(basket: Transaction | None, policy: Policy) -> s.TotalsView:
    lines: tuple[LineItem, ...] = ()
    currency, included, rounding, paid = policy.currency, policy.prices_include_tax, policy.tax_rounding, 0
    if basket is not None:
        opened = basket.opened
        lines, paid = basket.lines, basket.paid
        currency, included, rounding = opened.currency, opened.prices_include_tax, opened.tax_rounding
    come_to = totals(lines, currency=currency, included=included, rounding=rounding)
    credit = Money(basket.credit if basket is not None else 0, currency)
    return s.TotalsView(
        count=come_to.count,
        subtotal=come_to.subtotal,
        discount=come_to.discount,
        tax=come_to.tax.rows,
        tax_included=included,
        total=come_to.total,
        paid=Money(paid, currency),
        due=come_to.total - Money(paid, currency) + credit,
        savings=tuple((saving.names, saving.amount) for saving in savings(lines)),
        credit=-credit if credit else None,
    )


def _interventions(state: State, policy: Policy) -> tuple[s.InterventionView, ...]:
    return tuple(
        s.InterventionView(
            intervention=raised.intervention,
            kind=raised.kind,
            text=asked_of_staff(state, raised),
            blocks=raised.blocks,
            since_utc_ms=raised.utc_ms,
            line=raised.line,
            proofs=policy.restrictions.proofs(raised.kind),
            source=policy.restrictions.source(raised.reason),
            severity=raised.severity or severity(raised.kind, raised.blocks),
            may_clear=raised.may_clear,
            frames=dict(state.frames).get(raised.intervention, 0),
        )
        for raised in state.interventions
    )


def _weigh(state: State, policy: Policy) -> s.WeighBody | None:
    armed, reading = state.live.armed, state.live.produce
    if armed is None:
        return None
    said = judged(state, policy, None)
    accepted = said if isinstance(said, Accepted) else None
    return s.WeighBody(
        item_id=armed.item_id,
        names=armed.names,
        picture=armed.picture,
        unit_price=armed.unit_price,
        unit=armed.unit,
        tare_grams=armed.tare_grams,
        reading=reading.weight if reading is not None else None,
        state=_stands(said.reason) if isinstance(said, Refused) else "stable",
        net=accepted.net if accepted is not None else None,
        price=accepted.extended if accepted is not None else None,
        choices=state.live.look.choices if state.live.look.asked else (),
    )


def _stands(reason: Reason) -> s.WeighState:
    """Why there is no price, as far as it concerns the shopper."""
    match reason:
        case "waiting" | "motion" | "under" | "over" | "zero" | "fault" | "stale" | "empty_first" | "too_light":
            return reason
        case _:
            return "service"


# --- paying ------------------------------------------------------------------------------------------------------


def _tender_choice(state: State, basket: Transaction, policy: Policy) -> s.TenderChoiceBody:
    points = _points_choice(state, basket, policy)
    come_to = _totals(basket, policy)
    buyer = buyer_view(state, policy.buyer, come_to.total) if policy.buyer is not None else None
    counter = counter_open(state.live, policy)
    return s.TenderChoiceBody(come_to, policy.tenders, unavailable(state, policy), points, buyer, counter)


def _points_choice(state: State, basket: Transaction, policy: Policy) -> s.PointsChoice | None:
    terms, open_to, has = policy.points, earning.choice(state, policy.points), _points(state, basket, policy)
    if terms is None or open_to is None or has is None:
        return None
    used, used_minor = earning.burned(basket)
    return s.PointsChoice(
        has=has,
        least=-(-max(terms.burn_least, 1) // terms.burn_points) * terms.burn_points,
        most=open_to.most if not used else 0,
        step=terms.burn_points,
        step_value=Money(terms.burn_minor, basket.opened.currency),
        used=used,
        used_value=Money(used_minor, basket.opened.currency),
        why=text(f"points.why_{open_to.why}") if open_to.why and not used else None,
    )


def _paying(state: State, basket: Transaction, tender: Tender, policy: Policy) -> s.Body:
    if tender.machine:
        return inserting(state, basket, tender)
    if tender.kind == "cash":
        due, rounding = cash_due(tender.requested, basket.opened.cash_step_minor, basket.opened.cash_method)
        return s.CashBody(due, rounding)
    if tender.kind == "points":
        return s.PointsBody(tender.requested, tender.points)
    if tender.kind in HELD:
        return waiting_for(tender, policy)
    if tender.kind == "qr":
        return _by_code(state, tender, offered_as(tender, policy))
    stage: Literal["present", "asking", "staff", "cancelling"] = "present"
    if _with_staff(state):
        stage = "staff"
    elif tender.outcome == "unknown" or state.live.asking == tender.tender:
        stage = "asking"
    elif state.live.cancelling == tender.tender:
        stage = "cancelling"
    told = state.live.prompt
    prompt = told.prompt if told is not None and told.tender == tender.tender and stage == "present" else ""
    return s.CardBody(tender.requested, offered_as(tender, policy), stage, prompt)


def _signed(state: State, policy: Policy) -> s.CardBody | None:
    """A card payment whose signature staff have not judged yet."""
    basket = state.transaction
    waiting = [raised.tender for raised in state.interventions if raised.kind == "signature"]
    tender = next((t for t in basket.tenders if t.tender in waiting), None) if basket is not None else None
    if tender is None or tender.settled is None:
        return None
    return s.CardBody(tender.settled.amount, offered_as(tender, policy), "signature")


def _with_staff(state: State) -> bool:
    return any(raised.kind == "tender_unknown" for raised in state.interventions)


def _by_code(state: State, tender: Tender, offered: TenderType) -> s.QrBody:
    shown = state.live.qr
    if _with_staff(state):
        return s.QrBody(tender.requested, offered, "staff")
    if state.live.cancelling == tender.tender:
        return s.QrBody(tender.requested, offered, "cancelling")
    if shown is None or shown.tender != tender.tender:
        return s.QrBody(tender.requested, offered, "asking")
    if not shown.payload:
        return s.QrBody(tender.requested, offered, "getting")
    return s.QrBody(tender.requested, offered, "present", shown.payload, shown.seconds_left)


def _finishing(sale: Finishing, policy: Policy, *, with_staff: bool) -> s.Body:
    change, points = _change(sale), sale.completed.points
    returned = sale.completed.original is not None
    if not sale.receipt and not sale.held and policy.receipt_rule == "choice":
        return s.ReceiptChoiceBody(sale.completed.total, change, ("paper",) if sale.owed else ("paper", "none"))
    printed: Literal["signing", "held", "printing", "printed", "declined", "failed"] = "printing"
    if sale.held:
        printed = "held" if with_staff else "signing"
    elif sale.receipt in ("printed", "declined", "failed"):
        printed = "printed" if sale.receipt == "printed" else "declined" if sale.receipt == "declined" else "failed"
    return s.ThanksBody(
        total=sale.completed.total if not returned else -sale.completed.total,
        saved=sale.completed.discount if not returned else Money.zero(sale.completed.currency),
        change=change,
        receipt=printed,
        reference=sale.completed.transaction.reference,
        points=s.PointsView(points.earned, points.balance) if points is not None and not returned else None,
        returned=returned,
        exit_code="" if returned else exit_code_of(sale, policy),
    )


def _change(sale: Finishing) -> Money | None:
    if sale.completed.original is not None:
        return None
    given = [t.change for t in sale.completed.tenders if t.change is not None and t.change.minor]
    return given[-1] if given else None


# --- staff -------------------------------------------------------------------------------------------------------


def _staff(state: State, policy: Policy) -> s.StaffBody:
    basket = state.transaction
    tender = basket.open_tender if basket is not None else None
    cash = None
    if basket is not None and tender is not None and tender.kind == "cash" and not tender.machine and not tender.refund:
        cash, _ = cash_due(tender.requested, basket.opened.cash_step_minor, basket.opened.cash_method)
    return s.StaffBody(
        interventions=_interventions(state, policy),
        lines=_lines(state),
        totals=_totals(basket, policy) if basket is not None else None,
        acts=offered_acts(state, policy),
        devices=state.live.lost,
        conditions=_conditions(state, policy),
        weighing=_weighing(state),
        suspended=len(state.suspended),
        cash_due=cash,
        stores=stores(state, policy),
        enquiry=_enquiry(state),
        reasons=tuple((act, reasons) for act in ACTS if (reasons := policy.rights.reasons_for(act))),
        lowest=_lowest(state, policy),
        most=policy.rights.maximum_quantity,
        weighing_item=state.live.armed.names if state.live.armed is not None else None,
        certificate=policy.exemption.longest if policy.exemption is not None and policy.exemption.certificate else 0,
    )


def _enquiry(state: State) -> s.EnquiryView | None:
    told = state.live.enquiry
    if told is None:
        return None
    return s.EnquiryView(
        told.names,
        told.price,
        told.unit,
        told.offers,
        told.on_hand,
        told.department,
        told.tax_points,
        told.minimum_age,
        told.needs_staff,
        tuple((place.location, place.names, place.on_hand) for place in told.elsewhere),
        "asked" if told.asked else "offline" if told.offline else "told",
    )


def _lowest(state: State, policy: Policy) -> tuple[tuple[int, Money], ...]:
    """How low the operator may price each line. An item's own floor is the price book's, and judged when it is done."""
    operator, basket = state.operator, state.transaction
    if operator is None or basket is None:
        return ()
    before = ((line.line, line.was_price or line.unit_price) for line in basket.live_lines)
    return tuple((n, Money(policy.rights.lowest(operator.role, was.minor), was.currency)) for n, was in before)


def _conditions(state: State, policy: Policy) -> tuple[Text, ...]:
    """What staff should know besides lost devices; last, what is wrong with the scale."""
    told = tuple(text(f"condition.{condition}") for condition in (*state.live.conditions, *key_conditions(state)))
    if state.lane.terminal_day_failed:
        told = (*told, text("condition.terminal_day"))
    if state.fiscal_days:
        told = (*told, text("condition.fiscal_day"))
    if state.cancels:
        told = (*told, text("condition.fiscal_cancel", count=len(state.cancels)))
    told = (*told, *(text(f"condition.{condition}") for condition in day_conditions(state.books)))
    reasons = {raised.reason for raised in state.interventions if raised.kind == "scale" and raised.reason}
    standing = blocked(state, policy) if state.live.weighing.scale else None
    if standing is not None:
        reasons.add(standing)
    return (*told, *(text(f"weighing.{reason}") for reason in sorted(reasons)))


def _weighing(state: State) -> Text | None:
    """What the legally relevant software is, and how often its parameters were changed."""
    shown = state.live.weighing
    if not shown.scale:
        return None
    return text("weighing.identity", version=VERSION, checksum=shown.checksum[:8], changes=state.lane.weighing_changes)
