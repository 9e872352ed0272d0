"""Long random visits with a terminal and staff that are true to themselves, and power that goes at any effect.

Held after every input: what the terminal took is in exactly one place, somebody or some timer carries on from every
screen, and head office's list of what waits for staff is the lane's own; a coupon serves once, points are burned by
whom they were asked for, a sale has one legal number and no receipt before it. Held at the end: the lane can be freed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import get_args

from hypothesis import event, given
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import AttractBody, BasketBody
from kiosk.checkout.state import Phase
from kiosk.checkout.visit_state import OFFLINE
from kiosk.retail.bagging import Mode
from kiosk.retail.book import Member
from kiosk.retail.fiscal import FiscalRule
from kiosk.retail.merchant_qr import Account, MerchantQr, build
from kiosk.retail.money import Money
from kiosk.retail.offer import AmountOff, Offer, PercentOff, Scope
from kiosk.retail.points import Programme
from kiosk.retail.policy import BaggingPolicy, CouponRules, RescanRules
from kiosk.retail.weight import Weight
from tests.support.day_books import check_books
from tests.support.lane import POWER, Agree, HandLane, Yours
from tests.support.shop import bangladesh, brazil, small_shop

STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")

MEMBER = "ab" * 32
PROGRAMME = Programme(
    earn_points=1, earn_minor=1_000, burn_points=10, burn_minor=1_000, burn_least=20, offline_limit=40
)
SINGLE = Offer("single", Scope(), PercentOff(1_000), {"en": "Once"}, coupon="KPONE", serials="any")
EVERYBODY = Offer("all", Scope(), AmountOff(500), {"en": "All"}, coupon="KPALL")
GOLD = Offer("gold", Scope(("milk",)), PercentOff(2_000), {"en": "Gold"}, tiers=("gold",))
RULES = (
    None,
    FiscalRule(begin="first_line", outage="notice"),
    FiscalRule(outage="own_series", outage_documents=4, submit_later=True),
    FiscalRule(outage="contingency", outage_hours=24),
)


@dataclass(slots=True)
class Signer:
    """A fiscal device that signs each sale once: ``documents`` by uuid; ``asked`` and ``voids`` wait for its word."""

    asked: list[str] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)
    documents: dict[str, int] = field(default_factory=dict)

    def hear(self, effect: f.Effect) -> None:
        if isinstance(effect, f.FiscalSign):
            self.asked.append(effect.completed.transaction.uuid)
        elif isinstance(effect, f.FiscalVoid):
            assert effect.transaction not in self.documents, "a signed sale is not voided"
            self.voids.append(effect.transaction)

    def answer(self, uuid: str, word: str) -> i.FiscalAnswered | i.FiscalSilent:
        """What is signed stays signed, also where nobody hears of it."""
        if word in ("signed", "lost"):
            self.documents.setdefault(uuid, len(self.documents) + 1)
        if word in ("silent", "lost"):
            return i.FiscalSilent(uuid, "no_answer")
        if uuid in self.documents:
            return i.FiscalAnswered(uuid, "signed", "DEV", self.documents[uuid], 1)
        return i.FiscalAnswered(uuid, "refused", code="E1", reason="no")


@dataclass(slots=True)
class Office:
    """Head office's coupons, by code: the basket each is kept for. ``asked`` waits for its word."""

    asked: list[f.AskCoupon] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def answer(self, ask: f.AskCoupon, sold: dict[str, str], *, offline: bool) -> i.CouponAnswered:
        if offline:
            return i.CouponAnswered(ask.correlation, offline=True)
        if sold.get(ask.code, ask.transaction) != ask.transaction:
            return i.CouponAnswered(ask.correlation, "used")
        if self.kept.setdefault(ask.code, ask.transaction) != ask.transaction:
            return i.CouponAnswered(ask.correlation, "taken")
        return i.CouponAnswered(ask.correlation, "reserved", "single")


@dataclass(slots=True)
class Terminal:
    """What the acquirer's books say: ``taken`` from shoppers and ``returned`` to them, by tender, in minor units."""

    asked: dict[str, Money] = field(default_factory=dict)
    by_code: set[str] = field(default_factory=set)
    of_member: dict[str, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    returning: dict[str, int] = field(default_factory=dict)

    def hear(self, effect: f.Effect) -> None:
        if isinstance(effect, f.Charge):
            assert effect.tender not in self.asked, "the same request twice"
            self.asked[effect.tender] = effect.amount
            if effect.kind == "qr":
                self.by_code.add(effect.tender)
            elif effect.kind == "points":
                self.of_member[effect.tender] = effect.member_id
        elif isinstance(effect, f.Reverse):
            assert effect.amount.minor == self.taken[effect.tender], "only what was taken, and all of it"
            self.returning[effect.tender] = effect.amount.minor

    def answer(self, tender: str, word: i.TerminalOutcome, share: int) -> i.TerminalAnswered:
        """A yes stays a yes. A no may still become one: the request was slow on its way."""
        asked = self.asked[tender]
        if (tender in self.by_code or tender in self.of_member) and word == "partial":
            word = "approved"  # an acquirer gives another amount back and says so; points are held whole
        if word in ("approved", "partial") and tender not in self.taken:
            self.taken[tender] = asked.minor if word == "approved" else max(1, asked.minor * share // 100)
        if tender in self.taken and word not in ("in_progress", "unknown"):
            amount = Money(self.taken[tender], asked.currency)
            return i.TerminalAnswered(
                tender, "approved" if amount == asked else "partial", amount, reference=tender[:8]
            )
        return i.TerminalAnswered(tender, word)

    def code(self, tender: str) -> i.QrReady:
        """The acquirer waits for this one."""
        amount = f"{self.asked[tender].minor // 100}.{self.asked[tender].minor % 100:02}"
        account = Account("26", (("00", "scheme.example.bd"),))
        payload = build(MerchantQr((account,), "BDT", "BD", "Sobuj Bazar", "Dhaka", amount=amount))
        return i.QrReady(tender, payload, 60_000)

    def reversed(self, tender: str, *, done: bool) -> i.ReversalAnswered:
        amount = self.returning.pop(tender)
        if done:
            self.returned[tender] = amount
        return i.ReversalAnswered(tender, done=done)


class WatchedLane(HandLane):
    """A lane whose every effect is carried out, or lost with the power."""

    def __init__(self, *, choice: bool, bagging: Mode = "off", fiscal: FiscalRule | None = None) -> None:
        coupons = CouponRules(prefixes=("KP",), offline=True)
        policy = replace(brazil() if choice else bangladesh(), points=PROGRAMME, coupons=coupons, fiscal=fiscal)
        rescans = RescanRules(0 if bagging == "off" else 200, 100, 100)
        super().__init__(small_shop(replace(policy, bagging=BaggingPolicy(bagging), rescans=rescans)))
        for item_id, grams in (("milk", 1_000), ("tea", 400), ("wine", 1_300)):
            self.book.items[item_id] = replace(self.book.items[item_id], expected_grams=grams)
        self.book.offers = (*self.book.offers, SINGLE, EVERYBODY, GOLD)
        self.book.members[MEMBER] = Member("m-1", "gold", points=120, points_utc_ms=1)
        self.load = 0
        self.terminal = Terminal()
        self.signer = Signer()
        self.office = Office()
        self.member_asks: list[str] = []
        self.timers: list[str] = []
        self.lose_effects = False
        self.tell(POWER)
        self.tell(i.NumbersAnswered(self.effect(f.AskNumbers).correlation), i.NetworkChanged(online=True))

    def tell(self, *inputs: i.Input | Agree | Yours) -> WatchedLane:
        for input_ in inputs:
            super().tell(input_)
            if self.lose_effects:
                continue
            for effect in self.effects:
                self.terminal.hear(effect)
                self.signer.hear(effect)
                if isinstance(effect, f.AskCoupon):
                    self.office.asked.append(effect)
                elif isinstance(effect, f.AskMember):
                    self.member_asks.append(effect.correlation)
                elif isinstance(effect, f.Print):
                    _printed_in_turn(self, effect)
                if isinstance(effect, f.StartTimer | f.StopTimer):
                    self.timers = [name for name in self.timers if name != effect.name]
                if isinstance(effect, f.StartTimer):
                    self.timers.append(effect.name)
        return self

    def put(self, grams: int) -> None:
        """Something is put into the bagging area, or taken out, and comes to rest."""
        self.load = max(0, self.load + grams)
        for sequence in range(6):
            self.later(100)
            self.tell(i.WeightRead(Weight(self.load, 0, "g"), sequence > 3, sequence, 0, "bagging"))

    def cut(self) -> None:
        self.lose_effects = False
        self.timers.clear()
        self.terminal.returning.clear()
        self.signer.asked.clear()
        self.signer.voids.clear()
        self.office.asked.clear()
        self.member_asks.clear()
        self.power_cut()

    def elapse(self, at: int) -> None:
        if self.timers:
            name = self.timers.pop(at % len(self.timers))
            self.tell(i.TimerElapsed(name))


# --- what people and devices do ----------------------------------------------------------------------------------

_TOUCHES: tuple[i.Input, ...] = (
    *(i.CodeScanned(c) for c in ("8901234567890", "4006381333931", "5901234123457", "9780201379624", "036000291452")),
    i.CodeScanned("614141000036"),
    i.CodeScanned("012345678905"),
    i.QuantityEntered(1, 3),
    i.LineVoidRequested(1),
    i.LineVoidRequested(2),
    i.OwnBagPlaced(),
    i.BaggingSkipped(1),
    i.DeviceLost("bagging_scale", "cable"),
    i.DeviceBack("bagging_scale"),
    i.CheckoutRequested(),
    i.TenderChosen("card"),
    i.TenderChosen("card"),
    i.TenderChosen("cash"),
    i.TenderChosen("bkash"),
    i.NetworkChanged(online=False),
    i.NetworkChanged(online=True),
    i.PaymentCancelled(),
    i.ShopperArrived("en"),
    i.LanguageChosen("en"),
    i.AccessibilityChosen(large_text=True),
    i.ViewRequested("look_up"),
    i.ViewRequested("staff_sign_in"),
    i.ViewRequested("basket"),
    i.LoyaltyPresented(MEMBER, "card"),
    i.LoyaltyPresented(MEMBER, "card"),
    i.LoyaltyPresented("cd" * 32, "card"),
    i.TenderChosen("points", 20),
    i.TenderChosen("points", 40),
    i.TenderChosen("points", 0),
    i.CodeScanned("KPALL"),
    *(i.CodeScanned(f"KPONE{n}") for n in (1, 1, 2)),
    i.CouponReturnRequested("KPONE1"),
    i.DeviceLost("fiscal", "cable"),
    i.DeviceBack("fiscal"),
    i.FiscalStands(outage=True, cause="away"),
    i.FiscalStands(outage=False),
    i.HelpPressed(),
    i.ReceiptChosen("paper"),
    i.ReceiptChosen("none"),
    i.DeviceLost("printer", "cable"),
    i.DeviceBack("printer"),
    i.DayTurned(),
    STAFF,
    STAFF,
    i.OperatorSignedOut(),
    i.OperatorActed("void_line", line=1),
    i.OperatorActed("cancel_transaction"),
    i.OperatorActed("cash_received", amount=Money(20_000, "BDT")),
    i.OperatorActed("cash_received", amount=Money(500_000, "BDT")),
    i.OperatorActed("resume_suspended"),
    i.OperatorActed("reprint"),
    i.OperatorActed("close_lane"),
    i.OperatorActed("open_lane"),
    SUPERVISOR,
    i.OperatorActed("x_report"),
    i.OperatorActed("z_report"),
    i.OperatorActed("print_z"),
    i.HeadOfficeCommanded("close_day"),
)
_WORDS: tuple[i.TerminalOutcome, ...] = (
    "approved",
    "approved",
    "partial",
    "declined",
    "cancelled",
    "not_found",
    "in_progress",
    "unknown",
)
_DOINGS = (
    ("touch",) * 5
    + ("buy",) * 2
    + ("terminal",) * 3
    + ("code",) * 2
    + ("plate",) * 2
    + ("sign",) * 3
    + ("office",) * 2
    + ("burn",)
    + ("late", "silent", "printer", "reversal", "judge", "settle", "timer", "power", "night")
)
_STEPS = st.tuples(st.sampled_from(_DOINGS), st.integers(0, 1_000), st.integers(0, 20))


def _do(lane: WatchedLane, what: str, at: int) -> None:  # noqa: C901, PLR0912 - one flat table of what may happen
    terminal, asked = lane.terminal, list(lane.terminal.asked)
    if what == "plate":
        lane.put((1_000, 400, -1_000, 1_300, 250, -400, 5_000, -5_000, 0)[at % 9])
    elif what == "burn":
        lane.tell(i.LoyaltyPresented(MEMBER, "card"), i.CodeScanned("8901234567890"), i.CheckoutRequested())
        lane.tell(i.TenderChosen("points", 40))
    elif what in ("sign", "office"):
        _answer(lane, what, at)
    elif what == "buy":
        lane.tell(i.CodeScanned("8901234567890"), i.CheckoutRequested(), i.TenderChosen("card"))
    elif what == "code":
        waiting = [tender for tender in asked if tender in terminal.by_code and tender not in terminal.taken]
        if waiting:
            lane.tell(terminal.code(waiting[-1 - at % min(2, len(waiting))]))
        else:
            lane.tell(i.CodeScanned("8901234567890"), i.CheckoutRequested(), i.TenderChosen("bkash"))
    elif what == "touch":
        lane.tell(_TOUCHES[at % len(_TOUCHES)])
    elif what == "terminal" and asked:
        lane.tell(terminal.answer(asked[-1], _WORDS[at % len(_WORDS)], at % 100))
    elif what == "late" and asked:
        lane.tell(terminal.answer(asked[at % len(asked)], "approved", 100))
    elif what == "silent" and asked:
        lane.tell(i.TerminalSilent(asked[-1]))
    elif what == "silent":
        _not_found(lane)
    elif what == "printer" and lane.happened(e.ReceiptRequested):
        job = lane.happened(e.ReceiptRequested)[-1].job
        lane.tell(i.PrinterAnswered(job, ("printed", "failed", "unknown")[at % 3]))
    elif what == "reversal" and terminal.returning:
        lane.tell(terminal.reversed(next(iter(terminal.returning)), done=at % 2 == 0))
    elif what == "judge" and lane.state.interventions:
        raised = lane.state.interventions[at % len(lane.state.interventions)]
        lane.tell(i.OperatorActed("approve" if at % 3 else "refuse", target=raised.intervention))
    elif what == "settle" and lane.state.transaction is not None:
        tender = lane.state.transaction.open_tender
        if tender is not None and tender.tender in terminal.asked:
            told = terminal.taken.get(tender.tender) == tender.requested.minor
            lane.tell(i.OperatorActed("tender_was_approved" if told else "tender_was_declined"))
    elif what == "timer":
        lane.elapse(at)
    elif what == "power":
        lane.cut()
    elif what == "night":
        lane.day = f"2026-11-{min(30, int(lane.day[-2:]) + at % 3):02}"  # the clock may also stand still
        lane.tell(i.DayTurned())


def _answer(lane: WatchedLane, what: str, at: int) -> None:
    """The fiscal device, or head office, says a word on something it was asked."""
    signer, office = lane.signer, lane.office
    if what == "sign" and signer.asked:
        words = ("signed", "signed", "silent", "lost", "refused")
        lane.tell(signer.answer(signer.asked.pop(at % len(signer.asked)), words[at % len(words)]))
    elif what == "sign" and signer.voids:
        lane.tell(i.FiscalWithdrew(signer.voids.pop()))
    elif what == "office" and office.asked:
        ask = office.asked.pop(at % len(office.asked))
        sold = {c.code: sale.transaction.uuid for sale in lane.happened(e.TransactionCompleted) for c in sale.coupons}
        lane.tell(office.answer(ask, sold, offline=at % 3 == 0))
    elif what == "office" and lane.member_asks:
        ask_of = lane.member_asks.pop(0)
        known = (
            i.MemberAnswered(ask_of, "m-1", "gold", points=120),
            i.MemberAnswered(ask_of, "m-2", "gold", points=90),
        )
        lane.tell((*known, i.MemberAnswered(ask_of, offline=True))[at % 3])


# --- what must hold ----------------------------------------------------------------------------------------------


def _money_is_in_one_place(lane: WatchedLane) -> None:
    """A yes that reached the lane is in a sale, a basket, on its way back or given back: never in two places."""
    sold = [t.tender for sale in lane.happened(e.TransactionCompleted) for t in sale.tenders if t.kind != "cash"]
    baskets = (lane.state.transaction, *lane.state.suspended)
    held = [t.tender for basket in baskets if basket for t in basket.tenders if t.settled and t.kind != "cash"]
    alone = {t.tender for t in lane.happened(e.TenderSettled) if t.reference == OFFLINE}
    pending = [r.tender for r in lane.state.reversals]
    done = [r.tender for r in lane.happened(e.TenderReversed) if r.stage == "done" and r.kind != "cash"]
    places = [*sold, *held, *pending, *done]
    assert len(places) == len(set(places)), "the same money twice"
    by_staff = {r.tender for r in lane.happened(e.TenderReversed) if r.stage == "done" and r.reason == "op1"}
    assert not by_staff & set(lane.terminal.returned), "given back by staff and by the terminal"
    assert set(places) - alone <= set(lane.terminal.taken), "money that nobody paid"


def _nothing_taken_is_forgotten(lane: WatchedLane) -> None:
    places = {t.tender for sale in lane.happened(e.TransactionCompleted) for t in sale.tenders}
    places |= {r.tender for r in lane.happened(e.TenderReversed)}
    assert set(lane.terminal.taken) <= places


def _somebody_carries_on(lane: WatchedLane) -> None:
    """No screen waits for what will never come: a timer runs, a device was asked, or staff were called."""
    state, timers = lane.state, set(lane.timers)
    basket, sale = state.transaction, state.finishing
    tender = basket.open_tender if basket is not None else None
    assert state.live.notice is None or "notice" in timers
    assert state.operator is None or "staff" in timers
    assert not state.live.leaving or "leaving" in timers
    if sale is not None:
        called = any(raised.kind == "printer" for raised in state.interventions)
        asked = any(raised.kind == "fiscal" for raised in state.interventions)
        signing = sale.held and (asked or (sale.fiscal == "asked" and "fiscal" in timers))
        waits = {
            "": signing if sale.held else "receipt" in timers,
            "requested": True,
            "failed": called or "thanks" in timers,
        }
        assert waits.get(sale.receipt, "thanks" in timers), sale.receipt
    elif tender is not None:
        assert {"card", "card_status"} & timers or tender.kind == "cash"
    elif state.operator is None and (basket is not None or state.language or state.large_text):
        helped = any(raised.kind == "help" for raised in state.interventions)
        assert {"idle", "leaving"} & timers or (helped and basket is not None and basket.paid)
    failed = {r.tender for r in state.reversals if r.failed}
    assert failed == {raised.tender for raised in state.interventions if raised.kind == "reversal"}


def _head_office_sees_the_same(lane: WatchedLane) -> None:
    cleared = {c.intervention for c in lane.happened(e.InterventionCleared)}
    open_there = [r for r in lane.happened(e.InterventionRaised) if r.intervention not in cleared]
    assert open_there == list(lane.state.interventions)
    same = [(r.kind, r.line, r.tender, r.minimum_age) for r in open_there]
    assert len(same) == len(set(same)), "staff are asked the same twice"


def _sales_are_whole(lane: WatchedLane) -> None:
    for sale in lane.happened(e.TransactionCompleted):
        assert sale.total.minor == sum(line.net.minor for line in sale.lines)
        assert sale.total.minor == sum(tender.amount.minor for tender in sale.tenders)


def _points_and_coupons_serve_once(lane: WatchedLane) -> None:
    burned: dict[tuple[str, str], int] = {}
    codes = []
    for sale in lane.happened(e.TransactionCompleted):
        tenders = [tender for tender in sale.tenders if tender.kind == "points"]
        assert sum(tender.points for tender in tenders) == (sale.points.burned if sale.points is not None else 0)
        whose = {lane.terminal.of_member.get(tender.tender, sale.member_id) for tender in tenders}
        assert whose <= {sale.member_id}, "points of another member"
        key = (sale.transaction.business_day, sale.member_id)
        burned[key] = burned.get(key, 0) + sum(t.points for t in tenders if t.reference == OFFLINE)
        codes += [coupon.code for coupon in sale.coupons if coupon.single]
    assert max(burned.values(), default=0) <= PROGRAMME.offline_limit, "more than a day's points without head office"
    assert len(codes) == len(set(codes)), "a single-use coupon twice"


def _printed_in_turn(lane: WatchedLane, job: f.Print) -> None:
    uuid = job.completed.transaction.uuid
    if any(asked.transaction == uuid for asked in lane.happened(e.FiscalRequested)):
        done = {given.transaction for given in lane.happened(e.FiscalNumberGiven)}
        done |= {went.transaction for went in lane.happened(e.FiscalUnsigned)}
        assert uuid in done, "a receipt before the device's word"


def _one_legal_number_each(lane: WatchedLane) -> None:
    sold = {sale.transaction.uuid for sale in lane.happened(e.TransactionCompleted)}
    given = lane.happened(e.FiscalNumberGiven)
    assert {each.transaction for each in given} <= sold
    assert len({each.transaction for each in given}) == len(given), "two numbers for one sale"
    ours = [each.number for each in given if each.by == "checkout"]
    assert ours == list(range(1, len(ours) + 1)), "a gap in our own series"
    assert all(lane.signer.documents[each.transaction] == each.number for each in given if each.by == "device")


def _nobody_is_held_without_a_word(lane: WatchedLane) -> None:
    """Where payment waits for the bagging area, the shopper is told what to do."""
    area, body = lane.state.live.area, lane.screen.body
    called = any(raised.kind == "bagging" for raised in lane.state.interventions)
    assert called == (area.doubt is not None and area.doubt.stage == "staff")
    if isinstance(body, BasketBody) and (area.paying or called):
        assert body.bagging is not None


def _not_found(lane: WatchedLane) -> None:
    """Where the power went between the request's record and the terminal, the terminal knows of nothing."""
    tender = lane.state.transaction.open_tender if lane.state.transaction is not None else None
    if tender is not None and tender.kind != "cash" and tender.tender not in lane.terminal.asked:
        lane.tell(i.TerminalAnswered(tender.tender, "not_found"))


def _signed_at_last(lane: WatchedLane) -> None:
    """The fiscal device is there and signs whatever it is asked, what it refused at first, too."""
    lane.tell(i.DeviceBack("fiscal"), i.FiscalStands(outage=False))
    for raised in lane.state.interventions:
        if raised.kind == "fiscal":
            lane.tell(i.OperatorActed("approve", target=raised.intervention))
    for uuid in dict.fromkeys((*lane.signer.asked, *(owed.uuid for owed in lane.state.owed))):
        lane.tell(lane.signer.answer(uuid, "signed"))


def _free(lane: WatchedLane) -> None:
    """Everything answers at last, and staff do what they can from the kiosk."""
    _not_found(lane)
    for tender in lane.terminal.asked:
        lane.tell(lane.terminal.answer(tender, "declined", 100))
    lane.tell(STAFF, i.PaymentCancelled(), i.OperatorActed("cancel_transaction"), i.OperatorActed("open_lane"))
    for tender in tuple(lane.terminal.returning):
        lane.tell(lane.terminal.reversed(tender, done=True))
    _signed_at_last(lane)
    if lane.state.finishing is not None:
        lane.tell(i.ReceiptChosen("paper"))
    if lane.happened(e.ReceiptRequested):
        lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "failed"))
    for raised in lane.state.interventions:
        if raised.kind == "printer":
            lane.tell(i.OperatorActed("refuse", target=raised.intervention))
    lane.tell(i.OperatorActed("open_lane"))
    lane.tell(i.OperatorSignedOut())
    for _ in range(8):
        lane.elapse(0)


@given(
    choice=st.booleans(),
    bagging=st.sampled_from(get_args(Mode)),
    fiscal=st.sampled_from(RULES),
    steps=st.lists(_STEPS, min_size=30, max_size=80),
)
def test_money_is_conserved_and_nobody_is_stuck_over_any_session(
    *, choice: bool, bagging: Mode, fiscal: FiscalRule | None, steps: list[tuple[str, int, int]]
) -> None:
    lane = WatchedLane(choice=choice, bagging=bagging, fiscal=fiscal)
    for what, at, power_goes in steps:
        lane.later(700)
        lane.lose_effects = power_goes == 0
        _do(lane, what, at)
        if lane.lose_effects:
            lane.cut()
        _money_is_in_one_place(lane)
        _somebody_carries_on(lane)
        _head_office_sees_the_same(lane)
        _sales_are_whole(lane)
        _points_and_coupons_serve_once(lane)
        _one_legal_number_each(lane)
        _nobody_is_held_without_a_word(lane)
    check_books(lane.journal, lane.state)
    _free(lane)
    _nothing_taken_is_forgotten(lane)
    assert lane.state.phase is Phase.IDLE
    assert isinstance(lane.screen.body, AttractBody)
    event(f"sales: {len(lane.happened(e.TransactionCompleted))}, given back: {len(lane.terminal.returned)}")
